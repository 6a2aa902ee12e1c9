"""What became of found themes from one weekly refit to the next: split, merged, renamed, new, gone; growth and novelty."""

from typing import Any

from heed.feedback.verbatims.models import TextModel
from heed.feedback.verbatims.queries.models import shown_model
from heed.feedback.verbatims.rules.lineage import Step, steps


def lineage_of(key: str = "") -> tuple[Step, ...]:
    """What became of a theme, newest first; of all themes where none is named. Also what came of those it came from."""
    found: list[Step] = []
    told: set[str] = set()
    for row in TextModel.objects.order_by("id").only("name", "card"):
        kept = row.card.get("lineage") or {}
        # A model trained since carries the card of the one before it.
        if kept and kept["at"] not in told:
            told.add(kept["at"])
            found += steps(kept, row.name)
    if key:
        found = _about(key, found)
    return tuple(reversed(found))


def _about(key: str, found: list[Step]) -> list[Step]:
    """The steps a theme had a part in, and those of its forebears before that."""
    keys, chosen = {key}, []
    for step in reversed(found):
        if keys & {*step.from_keys, *step.to_keys}:
            chosen.append(step)
            if keys & set(step.to_keys):
                keys |= set(step.from_keys)
    return chosen[::-1]


def waiting_changes() -> tuple[Step, ...]:
    """Clear splits and joins of themes that the last refit put off, because they would move too many texts at once."""
    model = shown_model()
    return tuple(steps(model.card.get("lineage") or {}, model.name, "waiting")) if model else ()


def growth_of(key: str) -> dict[str, Any] | None:
    """A theme at the last refit against the four weeks before it: texts now and before, ratio with limits, novelty."""
    model = shown_model()
    kept = (model.card.get("lineage") or {}) if model else {}
    found = kept.get("growth", {}).get(key)
    return dict(found) if found else None

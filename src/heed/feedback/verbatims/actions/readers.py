"""Readers of intent, urgency, effort and leaving are learnt from what people labelled, and how far themes can be trusted.

A reader takes part where it is better than the rules on customers held out; what was measured stands on the model's card.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from heed.core.errors.rules import HeedError
from heed.feedback.verbatims.actions.measuring import is_marked_erased, names_kept
from heed.feedback.verbatims.actions.models import GROWN, SEED, ensure_model, is_held_back, make_model
from heed.feedback.verbatims.models import Retraining, TextModel
from heed.feedback.verbatims.queries.models import found_themes, models_folder, newest_model, words_analyzer
from heed.feedback.verbatims.queries.training import reader_rows, theme_rows
from heed.text.language import languages_of
from heed.text.masking.mask import mask
from heed.text.reading.learning import READABLE, Lesson, keep_reader, learn_reader
from heed.text.registry import fingerprint
from heed.text.themes import fit_trust

log = logging.getLogger("heed.verbatims")


@dataclass
class _Taught:
    """What comes of a look at all labels: readers by what they read, trust in themes, and what the card says of each."""

    readers: dict[str, str]
    trust: dict[str, Any]
    card: dict[str, Any]
    reasons: dict[str, str] = field(default_factory=dict)


def teach_readers(*, by_clock: bool = False, actor: str = "heed") -> dict[str, Any]:
    """Learn what people labelled. By the clock a label is learnt anew when it has a tenth more. Says what was done and why;
    what knows erased words goes in any case.
    """
    held, began = ensure_model(), timezone.now()
    kept = {name: part for name, part in held.readers.items() if not is_marked_erased(models_folder() / part)}
    found = _Taught(kept, dict(held.trust), dict(held.card.get("readers", {})))
    for name in READABLE:
        try:
            _teach(name, found, by_clock)
        except HeedError as error:
            log.warning("%s is not taught: %s", name, error.code)
            found.reasons[name] = error.message
    _trust(held, found, by_clock)
    told = {"model": held.name, "taught": False, "reasons": found.reasons, "figures": found.card}
    if Retraining.objects.filter(cause="erased", asked_at__gte=began).exists():
        return {**told, "reasons": dict.fromkeys(READABLE, "words were erased meanwhile")}
    if (found.readers, found.trust) == (held.readers, held.trust):
        _carded(held, found.card)
        return told
    newest = newest_model() or held
    row = make_model(
        newest.sentiment,
        found_themes(newest),
        like=newest,
        trained={"card": {**newest.card, "readers": found.card}},
        actor=actor,
        promoted=held.marked_at is not None or not is_held_back(),
        taught={"readers": found.readers, "trust": found.trust},
    )
    return {**told, "model": row.name, "taught": True}


def _teach(name: str, found: _Taught, by_clock: bool) -> None:
    """Learn one label, where there is more of it than when it was last learnt."""
    rows = reader_rows(name)
    before = found.card.get(name, {})
    mark = fingerprint((row["key"], row["label"]) for row in rows)
    is_new = before.get("fingerprint") != mark
    if name in found.readers and not rows:
        del found.readers[name]
    if not rows or not is_new or (by_clock and name in found.readers and len(rows) < GROWN * before.get("rows", 0)):
        found.reasons[name] = before.get("reason") or "nothing new to learn from"
        return
    learnt = learn_reader(name, _lessons(rows), seed=SEED)
    found.reasons[name] = learnt.reason
    found.card[name] = {**learnt.figures, "rows": len(rows), "fingerprint": mark, "reason": learnt.reason}
    if learnt.reader is None:
        found.readers.pop(name, None)
        return
    part = f"{name}.{mark[:10]}"
    folder = models_folder() / part
    if not folder.exists():
        keep_reader(folder, learnt.reader, {"task": name, "rows": len(rows), "seed": SEED})
        names_kept(folder, [row[column] for row in rows for column in ("key", "group")])
    found.readers[name] = part


def _lessons(rows: Sequence[Mapping[str, Any]]) -> list[Lesson]:
    masked = [mask(row["text"]).text for row in rows]
    return [
        Lesson(
            text,
            spoken.language,
            "" if row["label"] == "none" and row["task"] == "intent" else row["label"],
            row["group"],
        )
        for row, text, spoken in zip(rows, masked, languages_of(masked), strict=True)
    ]


def _trust(held: TextModel, found: _Taught, by_clock: bool) -> None:
    """How often a theme told by its words is one that people gave. Everything is read anew with it, so by the clock only
    where a tenth more is known.
    """
    rows = theme_rows()
    analyzer = words_analyzer(held, plain=True)
    hits = [analyzer.themes_of(mask(row["text"]).text) for row in rows]
    fitted = fit_trust(hits, [row["themes"] for row in rows], [row["group"] for row in rows], seed=SEED)
    before = held.trust.get("figures", {}).get("n", 0)
    if not (fitted and by_clock and fitted.figures["n"] < GROWN * before):
        found.trust = fitted.written() if fitted else {}


def _carded(held: TextModel, card: Mapping[str, Any]) -> None:
    """What was measured stands on the card, though nothing came of it."""
    if held.card.get("readers", {}) != card:
        held.card = {**held.card, "readers": dict(card)}
        TextModel.objects.filter(pk=held.pk).update(card=held.card)

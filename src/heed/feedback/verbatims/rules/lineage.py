"""What the weekly refit of found themes works on, and what it tells of them afterwards. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from heed.stats.changes import Whole
from heed.text.discovery.anchoring import Refit
from heed.text.discovery.lineage import Change
from heed.text.discovery.periods import Growth
from heed.text.themes import FoundTheme

PERIOD_DAYS = 28  # of growth and novelty, and as many days before
MOST_CLUSTERS = 20


@dataclass(frozen=True)
class Step:
    """One thing that became of themes at a refit of a model: its kind, and how many texts it is about."""

    at: datetime
    model: str
    kind: str
    from_keys: tuple[str, ...]
    to_keys: tuple[str, ...]
    names: Mapping[str, str]
    texts: int


def anchored(hits: Iterable[Sequence[str]], known: Sequence[FoundTheme]) -> tuple[list[int], list[str | None]]:
    """Rows of texts that no other theme takes than one of these, and the key of the theme each has (None: none)."""
    keys = {theme.key for theme in known}
    rows: list[int] = []
    held: list[str | None] = []
    for row, found in enumerate(hits):
        if all(key in keys for key in found):
            rows.append(row)
            held.append(found[0] if found else None)
    return rows, held


def admitted(fitted: Refit) -> tuple[list[FoundTheme], list[Change]]:
    """The themes that are kept, those known first, and what became of them other than staying the same."""
    kept = list(fitted.themes[:MOST_CLUSTERS])
    keys = {theme.key for theme in kept}
    changed = [
        each for each in fitted.changes if each.kind != "same" and (not each.to_keys or keys & set(each.to_keys))
    ]
    return kept, changed


def two_periods(rows: Sequence[int], days: Whole) -> tuple[list[int], list[int]]:
    """Which of these rows are of the last period, and which of the one before. days: day of each text, from any day on."""
    if not len(days):
        return [], []
    last = int(days.max())
    now = [row for row in rows if last - days[row] < PERIOD_DAYS]
    before = [row for row in rows if PERIOD_DAYS <= last - days[row] < 2 * PERIOD_DAYS]
    return now, before


def told(
    at: datetime,
    names: Mapping[str, str],
    changes: Sequence[Change],
    waiting: Sequence[Change],
    grown: Sequence[Growth],
) -> dict[str, Any]:
    """A refit as it is kept with the model that it made."""
    return {
        "at": at.isoformat(),
        "changes": [_plain(each, names) for each in changes],
        "waiting": [_plain(each, names) for each in waiting],
        "growth": {
            each.key: {**{name: value for name, value in asdict(each).items() if name not in ("key", "change")}}
            for each in grown
        },
    }


def _plain(change: Change, names: Mapping[str, str]) -> dict[str, Any]:
    keys = (*change.from_keys, *change.to_keys)
    return {
        "kind": change.kind,
        "from": list(change.from_keys),
        "to": list(change.to_keys),
        "names": {key: names.get(key, "") for key in keys},
        "texts": change.texts,
    }


def steps(kept: Mapping[str, Any], model: str, part: str = "changes") -> list[Step]:
    """What `told` was kept as, read again."""
    if not kept:
        return []
    at = datetime.fromisoformat(kept["at"])
    return [
        Step(at, model, each["kind"], tuple(each["from"]), tuple(each["to"]), each["names"], each["texts"])
        for each in kept.get(part, ())
    ]


def since_first_look(found: Sequence[Step]) -> list[Step]:
    """The steps without those of the first look: there every theme is new, which is no news."""
    first = min((step.at for step in found), default=None)
    return [step for step in found if step.kind != "new" or step.at != first]

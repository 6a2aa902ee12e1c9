"""Facts brought under the roots they belong to, after the roots were changed. Cut at any point, the next call carries on."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from heed.core.errors.rules import Refused, phrase
from heed.core.settings.rules import current
from heed.facts.people import take_away_files
from heed.facts.projections import SOURCE
from heed.facts.projector.follow import follower_over
from heed.facts.projector.rebuilding import rebuild
from heed.facts.schema.tables import TABLES
from heed.facts.store.opening import remember, store_of
from heed.facts.store.roots import Roots


@dataclass(frozen=True)
class Settled:
    """What moving did: rows moved by table, journal entries projected anew."""

    moved: dict[str, int]
    entries: int


def settle(*, into_one: bool = False, on_batch: Callable[[int], None] | None = None) -> Settled:
    """Move each row under its root: what was imported row by row, what heed wrote by projecting the journal again. With
    `into_one` all goes to the home. Nobody else may write meanwhile.
    """
    store = store_of(current(), gathered=into_one)
    if not isinstance(store, Roots):
        raise Refused(
            "There is one root for all facts.", code="one_root", hint=phrase("Set HEED_REGION_ROOTS to have more.")
        )
    moved: Counter[str] = Counter()
    for region in store.named:
        for name in TABLES:
            moved[name] += _move(store, region, name)
    done = rebuild(on_batch, of=follower_over(store))
    # What was taken out of a root may leave no byte there.
    take_away_files(store)
    if into_one and store.home.folder is not None:
        remember(store.home, {})
    return Settled({name: many for name, many in moved.items() if many}, done.entries)


def _move(store: Roots, region: str, name: str) -> int:
    """The imported rows of a table that lie under this root and belong elsewhere: written there first, then taken out."""
    key, part, moved = TABLES[name].key, store.named[region], 0
    for batch in list(store.stray_batches(region, name, but_source=SOURCE)):
        rows = pa.Table.from_batches([batch])
        for target, into in store.named.items():
            mine = rows.filter(store.belongs(target, rows))
            if mine.num_rows:
                into.append_new(name, mine)
        moved += part.delete_keys(name, [str(each) for each in rows.column(key).to_pylist()])
    return moved

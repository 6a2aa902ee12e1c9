"""What was staged becomes facts: some hundred thousand rows at a time, each written once, whoever else writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from heed.facts.store.store import Store
from heed.service.formats.importers.staging import Staged
from heed.service.formats.rules.plan import Feed
from heed.service.formats.rules.transform import ROW

AT_ONCE = 500_000


@dataclass
class Written:
    """How many rows of the file became facts, and how many rows each table got."""

    rows: int = 0
    tables: dict[str, int] = field(default_factory=dict)


def write(staged: Staged, store: Store, *, batch: str, now: datetime) -> Iterator[Written]:
    """Write chunk after chunk; yields the sum so far after each. Written twice changes nothing: keys are not written again.

    What a chunk has for one table goes there together: a survey has a target for every answer, and each commit looks through the
    keys that are there.
    """
    done = Written()
    for chunk in staged.chunks():
        new: dict[str, int] = {}
        for table, feeds in _by_table(staged).items():
            new[table] = sum(
                _append(store, feeds[0], rows, source=staged.plan.key, batch=batch, now=now)
                for rows in _portions([chunk[feed.number] for feed in feeds])
            )
            done.tables[table] = done.tables.get(table, 0) + new[table]
        done.rows += _new_rows(staged, store, chunk, new, batch)
        yield done


def _portions(tables: Sequence[pa.Table]) -> Iterator[list[pa.Table]]:
    """The tables together, as many at a time as memory holds well."""
    gathered: list[pa.Table] = []
    for table in tables:
        if gathered and sum(each.num_rows for each in gathered) + table.num_rows > AT_ONCE:
            yield gathered
            gathered = []
        gathered += [table] if table.num_rows else []
    if gathered:
        yield gathered


def _by_table(staged: Staged) -> dict[str, list[Feed]]:
    found: dict[str, list[Feed]] = {}
    for feed in staged.plan.feeds:
        found.setdefault(feed.target.table, []).append(feed)
    return found


def would_write(staged: Staged, store: Store) -> Written:
    """What writing would do now, without doing it."""
    done = Written()
    for chunk in staged.chunks():
        fresh: set[int] = set()
        for feed in staged.plan.feeds:
            rows = chunk[feed.number]
            known = _known(store, feed, rows, ds.field("source") == staged.plan.key)
            new = rows.filter(pc.invert(known)) if known is not None else rows
            done.tables[feed.target.table] = done.tables.get(feed.target.table, 0) + new.num_rows
            fresh |= set(new.column(ROW).to_pylist())
        done.rows += len(fresh)
    return done


def _append(store: Store, feed: Feed, rows: Sequence[pa.Table], *, source: str, batch: str, now: datetime) -> int:
    """The rows of all feeds of one table; columns that one has and another lacks are empty there."""
    whole = pa.concat_tables([each.drop_columns([ROW]) for each in rows], promote_options="default")
    size = whole.num_rows
    whole = whole.append_column("source", pa.repeat(pa.scalar(source), size))
    whole = whole.append_column("batch", pa.repeat(pa.scalar(batch), size))
    whole = whole.append_column("recorded_at", pa.repeat(pa.scalar(now, pa.timestamp("us", tz="UTC")), size))
    return store.append_new(feed.target.table, whole, key=feed.target.facts.key)


def _new_rows(staged: Staged, store: Store, chunk: dict[int, pa.Table], new: dict[str, int], batch: str) -> int:
    """Rows of the file of which at least one fact was new. Counted from the facts themselves where some were known."""
    fresh: list[np.ndarray] = []
    for table, feeds in _by_table(staged).items():
        rows = [chunk[feed.number] for feed in feeds if chunk[feed.number].num_rows]
        if new[table] and new[table] == sum(each.num_rows for each in rows):
            fresh += [each.column(ROW).to_numpy() for each in rows]
        elif new[table]:
            facts = store.dataset(table)
            key = feeds[0].target.facts.key
            keys = facts.to_table(columns=[key], filter=ds.field("batch") == batch).column(key) if facts else None
            fresh += [_among(each, key, keys).column(ROW).to_numpy() for each in rows if keys is not None]
    return len(np.unique(np.concatenate(fresh))) if fresh else 0


def _among(rows: pa.Table, key: str, keys: pa.ChunkedArray) -> pa.Table:
    return rows.filter(pc.is_in(rows.column(key), value_set=keys.cast(rows.column(key).type)))


def _known(store: Store, feed: Feed, rows: pa.Table, among: ds.Expression) -> pa.ChunkedArray | None:
    """Which rows have their key in the table, among the facts that `among` picks; None when there is no table."""
    key, held = feed.target.facts.key, store.datasets(feed.target.table)
    if not held:
        return None
    keys = [facts.to_table(columns=[key], filter=among).column(key).cast(rows.column(key).type) for facts in held]
    return pc.is_in(
        rows.column(key), value_set=pa.chunked_array([part for each in keys for part in each.chunks], keys[0].type)
    )

"""What was staged becomes facts: some hundred thousand rows at a time, each written once, whoever else writes."""

from collections.abc import Iterator
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


@dataclass
class Written:
    """How many rows of the file became facts, and how many rows each table got."""

    rows: int = 0
    tables: dict[str, int] = field(default_factory=dict)


def write(staged: Staged, store: Store, *, batch: str, now: datetime) -> Iterator[Written]:
    """Write chunk after chunk; yields the sum so far after each. Written twice changes nothing: keys are not written again."""
    done = Written()
    for chunk in staged.chunks():
        new: dict[int, int] = {}
        for feed in staged.plan.feeds:
            rows = chunk[feed.number]
            new[feed.number] = (
                _append(store, feed, rows, source=staged.plan.key, batch=batch, now=now) if rows.num_rows else 0
            )
            done.tables[feed.target.table] = done.tables.get(feed.target.table, 0) + new[feed.number]
        done.rows += _new_rows(staged, store, chunk, new, batch)
        yield done


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


def _append(store: Store, feed: Feed, rows: pa.Table, *, source: str, batch: str, now: datetime) -> int:
    whole = rows.drop_columns([ROW])
    size = whole.num_rows
    whole = whole.append_column("source", pa.repeat(pa.scalar(source), size))
    whole = whole.append_column("batch", pa.repeat(pa.scalar(batch), size))
    whole = whole.append_column("recorded_at", pa.repeat(pa.scalar(now, pa.timestamp("us", tz="UTC")), size))
    return store.append_new(feed.target.table, whole, key=feed.target.facts.key)


def _new_rows(staged: Staged, store: Store, chunk: dict[int, pa.Table], new: dict[int, int], batch: str) -> int:
    """Rows of the file of which at least one fact was new. Counted from the facts themselves where targets differ."""
    feeds = [feed for feed in staged.plan.feeds if chunk[feed.number].num_rows]
    if len(feeds) == 1:
        return new[feeds[0].number]
    if not any(new.values()):
        return 0
    fresh: list[np.ndarray] = []
    for feed in feeds:
        rows = chunk[feed.number]
        if new[feed.number] == rows.num_rows:
            fresh.append(rows.column(ROW).to_numpy())
        elif new[feed.number]:
            mine = _known(store, feed, rows, ds.field("batch") == batch)
            fresh.append(rows.filter(mine).column(ROW).to_numpy() if mine is not None else np.zeros(0, np.int64))
    return len(np.unique(np.concatenate(fresh))) if fresh else 0


def _known(store: Store, feed: Feed, rows: pa.Table, among: ds.Expression) -> pa.ChunkedArray | None:
    """Which rows have their key in the table, among the facts that `among` picks; None when there is no table."""
    facts = store.dataset(feed.target.table)
    if facts is None:
        return None
    key = feed.target.facts.key
    keys = facts.to_table(columns=[key], filter=among).column(key)
    return pc.is_in(rows.column(key), value_set=keys.cast(rows.column(key).type))

"""What rows of a file are to each other: threads of replies, the wait for a first reply, and the place in a sequence."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heed.service.formats.rules.batches import Batch


@dataclass(frozen=True)
class Reply:
    """A row of a thread: its id, what it answers (empty: nothing), when (seconds; None: unknown), and who speaks."""

    row: int
    id: str
    reply_to: str
    at: float | None
    inbound: bool


@dataclass(frozen=True)
class Threads:
    """For each row number: the thread it belongs to, and for inbound rows the seconds to the first direct reply."""

    thread: dict[int, str]
    first_response: dict[int, float]

    def added_to(self, batch: Batch) -> Batch:
        numbers = batch.rows.tolist()
        waits = [self.first_response.get(number) for number in numbers]
        table = batch.table.append_column(
            "thread_id", pa.array([self.thread.get(number) for number in numbers], pa.string())
        )
        texts = pa.array([None if wait is None else f"{wait:.6f}" for wait in waits], pa.string())
        table = table.append_column("first_response_seconds", texts)
        return Batch(table, batch.lines, batch.rows, batch.rejected, batch.digests)


def threads_of(replies: Iterable[Reply]) -> Threads:
    """A thread is named by the id its chain of replies starts from, whether that row is in the file or not.

    The first response to an inbound row is its earliest direct reply by the operation that is not before it.
    """
    rows = list(replies)
    parent = {reply.id: reply.reply_to for reply in rows if reply.id and reply.reply_to and reply.reply_to != reply.id}
    roots: dict[str, str] = {}
    thread = {
        reply.row: _root(reply.id or reply.reply_to, parent, roots) for reply in rows if reply.id or reply.reply_to
    }
    asked = {reply.id: reply.at for reply in rows if reply.inbound and reply.id and reply.at is not None}
    waits: dict[str, float] = {}
    for reply in rows:
        at = asked.get(reply.reply_to)
        if reply.inbound or reply.at is None or at is None or reply.at < at:
            continue
        waits[reply.reply_to] = min(waits.get(reply.reply_to, float("inf")), reply.at - at)
    first = {reply.row: waits[reply.id] for reply in rows if reply.inbound and reply.id in waits}
    return Threads(thread, first)


def _root(start: str, parent: dict[str, str], roots: dict[str, str]) -> str:
    """The first of the chain; a chain that bites its own tail starts at its least id."""
    path: list[str] = []
    on_path: set[str] = set()
    at = start
    while at in parent and at not in roots and at not in on_path:
        path.append(at)
        on_path.add(at)
        at = parent[at]
    root = min(path[path.index(at) :]) if at in on_path else roots.get(at, at)
    for step in (*path, start):
        roots[step] = root
    return root


class Sequence:
    """Counts the rows of each value of a column as they come."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._seen: dict[str | None, int] = {}

    def added_to(self, batch: Batch) -> Batch:
        numbers = []
        for value in batch.table.column(self._column).to_pylist():
            self._seen[value] = self._seen.get(value, 0) + 1
            numbers.append(str(self._seen[value]))
        table = batch.table.append_column("sequence_number", pa.array(numbers, pa.string()))
        return Batch(table, batch.lines, batch.rows, batch.rejected, batch.digests)


def replies_of(batch: Batch, table: pa.Table, inbound_words: Iterable[str]) -> list[Reply]:
    """The rows of a batch as replies; `table` has id, reply_to (text), at (UTC) and inbound (text)."""
    words = {word.strip().lower() for word in inbound_words}
    at = pc.divide(table.column("at").cast(pa.int64()).cast(pa.float64()), 1e6).to_pylist()
    ids, parents, voices = (table.column(name).to_pylist() for name in ("id", "reply_to", "inbound"))
    rows: list[int] = np.asarray(batch.rows).tolist()
    return [
        Reply(row, name or "", parent or "", moment, (voice or "").lower() in words)
        for row, name, parent, moment, voice in zip(rows, ids, parents, at, voices, strict=True)
    ]

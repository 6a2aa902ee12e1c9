"""A whole file read and turned before anything is written: facts wait on disk, rejected rows beside them.

So a file that is broken at its end leaves nothing behind, and rows that are the same are seen however far apart they lie.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heed.facts.silent import silent
from heed.service.formats.definition import Column
from heed.service.formats.importers.reading import Reader
from heed.service.formats.rules.batches import Batch, Fault, Rejected, Tally
from heed.service.formats.rules.convert import identifier, reading
from heed.service.formats.rules.plan import Feed, Plan
from heed.service.formats.rules.threads import Reply, Sequence, Threads, replies_of, threads_of
from heed.service.formats.rules.transform import CONTENT, KEY, LINE, ROW, ROW_ID, Transformer

CHUNK = 200_000
OWN = (ROW, LINE, KEY, CONTENT, ROW_ID)


def content_digest(salt: str, plan: Plan, raw: dict[str, str | None]) -> str:
    """What a row's content is known by: the digest the engine makes of the same columns."""
    parts = [raw.get(name) for name in plan.mapping.columns]
    if "…" in raw:
        parts.append(raw["…"])
    content = "\x1f".join("\x1e" if part is None else part for part in parts)
    return hashlib.sha256(f"{salt}\x1f{content}".encode()).hexdigest()[:32]


@dataclass
class Staged:
    """A file that has been read. `dropped` are, per target, rows that are not written since they came before."""

    plan: Plan
    folder: Path
    salt: str
    read: int = 0
    passed_over: int = 0
    notes: Tally = field(default_factory=Tally)
    rejected: int = 0
    given: dict[int, str] = field(default_factory=dict)
    occurrences: dict[int, int] = field(default_factory=dict)
    dropped: dict[int, set[int]] = field(default_factory=dict)
    conflicts: dict[int, Fault] = field(default_factory=dict)

    def spool(self, feed: Feed) -> Path:
        return self.folder / f"feed-{feed.number}.arrow"

    @property
    def rejects(self) -> Path:
        return self.folder / "rejected.jsonl"

    def rejected_rows(self) -> Iterator[Rejected]:
        if self.rejects.exists():
            with self.rejects.open(encoding="utf-8") as lines:
                for line in lines:
                    yield Rejected.from_json(line)

    def reject(self, rows: Iterable[Rejected]) -> None:
        """Keep rejected rows on disk."""
        with self.rejects.open("a", encoding="utf-8") as sink:
            for row in rows:
                sink.write(row.as_json() + "\n")
                self.rejected += 1

    def chunks(self) -> Iterator[dict[int, pa.Table]]:
        """The facts, some hundred thousand rows of the file at a time, per target; a row's facts are in one chunk."""
        readers = [
            pa.ipc.open_file(pa.memory_map(str(self.spool(feed))))
            for feed in self.plan.feeds
            if self.spool(feed).exists()
        ]
        if not readers:
            return
        gathered: list[list[pa.RecordBatch]] = [[] for _ in readers]
        for number in range(readers[0].num_record_batches):
            for place, reader in enumerate(readers):
                gathered[place].append(reader.get_batch(number))
            if sum(batch.num_rows for batch in gathered[0]) >= CHUNK:
                yield self._chunk(gathered)
                gathered = [[] for _ in readers]
        if gathered[0]:
            yield self._chunk(gathered)

    def identified(self) -> Iterator[tuple[str, Rejected]]:
        """The rejected rows in the order met, each with what it is known by: its content, and how often that came before."""
        seen: dict[str, int] = {}
        for row in self.rejected_rows():
            if row.row in self.given:
                yield self.given[row.row], row
                continue
            digest = content_digest(self.salt, self.plan, row.raw)
            seen[digest] = seen.get(digest, 0) + 1
            yield f"{digest}.{seen[digest]}", row

    def _chunk(self, gathered: list[list[pa.RecordBatch]]) -> dict[int, pa.Table]:
        return {
            feed.number: self._final(feed, pa.Table.from_batches(batches))
            for feed, batches in zip(self.plan.feeds, gathered, strict=True)
        }

    def _final(self, feed: Feed, table: pa.Table) -> pa.Table:
        """The rows under their keys, without those dropped; `_row` stays for counting."""
        dropped = self.dropped.get(feed.number, set()) | set(self.conflicts)
        if dropped:
            among = pc.is_in(table.column(ROW), value_set=pa.array(sorted(dropped), pa.int64()))
            table = table.filter(pc.invert(among))
        keys = table.column(KEY)
        prefix = f"{self.plan.system}:{feed.target.part}:" if feed.target.part else f"{self.plan.system}:"
        if not feed.target.key:
            keys = self._with_occurrence(table, keys, prefix)
        final = table.select([ROW, *(name for name in table.column_names if name not in OWN)])
        final = final.append_column(feed.target.facts.key, keys)
        if ROW_ID in table.column_names:
            own = table.column(ROW_ID)
            if not self.plan.feeds[0].target.key:
                own = self._with_occurrence(table, own, f"{self.plan.system}:")
            for step in feed.steps:
                if step.column.row:
                    final = final.append_column(step.name, own)
        return final

    def _with_occurrence(self, table: pa.Table, digests: pa.ChunkedArray, prefix: str) -> pa.ChunkedArray:
        if not self.occurrences:
            return pc.binary_join_element_wise(prefix, digests, ".1", "")
        times = [str(self.occurrences.get(row, 1)) for row in table.column(ROW).to_pylist()]
        return pc.binary_join_element_wise(prefix, digests, ".", pa.array(times, pa.string()), "")


class Staging:
    """Reads a file by its plan into a folder."""

    def __init__(
        self, plan: Plan, transformer: Transformer, folder: Path, salt: str, given: dict[int, str] | None = None
    ) -> None:
        self._transformer = transformer
        self._staged = Staged(plan, folder, salt, given=given or {})

    def run(self, reader: Reader) -> Staged:
        """Everything the file holds, turned; the order of the rows is that of the file."""
        staged, plan = self._staged, self._staged.plan
        batches = _with_made_columns(plan, reader)
        sinks: dict[int, pa.ipc.RecordBatchFileWriter] = {}
        try:
            for batch in batches:
                turned = self._transformer.turn(batch)
                staged.read += batch.table.num_rows + len(batch.rejected)
                staged.passed_over += turned.passed_over
                staged.reject(turned.rejected)
                _add(staged.notes, turned.notes)
                for number, table in turned.tables.items():
                    if number not in sinks:
                        options = pa.ipc.IpcWriteOptions(compression="lz4")
                        sinks[number] = pa.ipc.new_file(
                            str(staged.spool(plan.feeds[number])), table.schema, options=options
                        )
                    whole = table.combine_chunks()
                    sinks[number].write_batch(
                        whole.to_batches()[0] if whole.num_rows else pa.RecordBatch.from_pylist([], schema=table.schema)
                    )
        finally:
            for sink in sinks.values():
                sink.close()
        _add(staged.notes, reader.notes)
        self._settle()
        self._reject_conflicts(reader)
        return staged

    def _settle(self) -> None:
        """Find rows that come more than once: the same content is counted, the same key with other values is a fault."""
        staged = self._staged
        for feed in staged.plan.feeds:
            if not staged.spool(feed).exists():
                continue
            table = pa.ipc.open_file(pa.memory_map(str(staged.spool(feed))))
            if feed.target.key:
                self._settle_keys(feed, _repeated(table, KEY, staged.folder))
            elif not staged.given:
                staged.occurrences |= _times(_repeated(table, KEY, staged.folder))
        first = staged.plan.feeds[0]
        if staged.given:
            staged.occurrences = {row: int(identity.rpartition(".")[2]) for row, identity in staged.given.items()}
        elif not first.target.key and staged.spool(first).exists():
            staged.occurrences |= _times(
                _repeated(pa.ipc.open_file(pa.memory_map(str(staged.spool(first)))), KEY, staged.folder)
            )

    def _settle_keys(self, feed: Feed, repeated: pa.Table) -> None:
        staged = self._staged
        dropped = staged.dropped.setdefault(feed.number, set())
        column = " ".join(feed.target.key)
        prefix = f"{staged.plan.system}:{feed.target.part}:" if feed.target.part else f"{staged.plan.system}:"
        for row in repeated.to_pylist():
            if row["place"] == 1:
                continue
            if row[CONTENT] == row["first_content"] or feed.target.repeats == "first":
                dropped.add(row[ROW])
                continue
            reason = f"the key came on line {row['first_line']} with other values"
            staged.conflicts[row[ROW]] = Fault(
                "duplicate_key", row[LINE], column, row[KEY].removeprefix(prefix), reason
            )

    def _reject_conflicts(self, reader: Reader) -> None:
        """Rows whose key came before with other values are read once more, to be kept whole in quarantine."""
        left = self._staged.conflicts
        if not left:
            return
        for batch in reader.batches():
            among = np.isin(batch.rows, list(left))
            if not among.any():
                continue
            raws = batch.table.filter(pa.array(among)).to_pylist()
            rows, lines = batch.rows[among].tolist(), batch.lines[among].tolist()
            self._staged.reject(
                Rejected(row, line, raw, (left[row],)) for row, line, raw in zip(rows, lines, raws, strict=True)
            )


def _add(into: Tally, more: Tally) -> None:
    for rule, times in more.counts.items():
        into.add(more.first[rule], times)


def _repeated(table: pa.ipc.RecordBatchFileReader, key: str, room: Path) -> pa.Table:
    """The rows whose key is there more than once, each with its place among them and the first of them."""
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "1GB", "temp_directory": str(room / "spill")})
    with silent(connection) as engine:
        names = [name for name in (ROW, LINE, KEY, CONTENT) if name in table.schema.names]
        batches = (table.get_batch(number).select(names) for number in range(table.num_record_batches))
        schema = pa.schema([table.schema.field(name) for name in names])
        engine.execute(f"CREATE TABLE staged ({ROW} BIGINT, {LINE} BIGINT, {KEY} VARCHAR, {CONTENT} UBIGINT)")
        stream = pa.RecordBatchReader.from_batches(schema, batches)
        engine.register("arriving", stream)
        engine.execute(f"INSERT INTO staged SELECT {ROW}, {LINE}, {KEY}, {CONTENT} FROM arriving")  # noqa: S608
        return engine.sql(
            f"SELECT {ROW}, {LINE}, {KEY}, {CONTENT}, row_number() OVER w AS place, first_value({LINE}) OVER w AS first_line,"  # noqa: S608
            f" first_value({CONTENT}) OVER w AS first_content FROM staged"
            f" WHERE {key} IN (SELECT {key} FROM staged GROUP BY {key} HAVING count(*) > 1) WINDOW w AS (PARTITION BY {key} ORDER BY {ROW})"
        ).to_arrow_table()


def _times(repeated: pa.Table) -> dict[int, int]:
    places: Callable[[str], list[int]] = lambda name: repeated.column(name).to_pylist()  # noqa: E731
    return {row: place for row, place in zip(places(ROW), places("place"), strict=True) if place > 1}


def _with_made_columns(plan: Plan, reader: Reader) -> Iterator[Batch]:
    """The batches of the file with the columns that are made from other rows."""
    threads = _threads(plan, reader) if plan.mapping.thread else None
    sequence = Sequence(plan.mapping.sequence) if plan.mapping.sequence else None
    for batch in reader.batches():
        if threads is not None:
            batch = threads.added_to(batch)
        if sequence is not None:
            batch = sequence.added_to(batch)
        yield batch


def _threads(plan: Plan, reader: Reader) -> Threads:
    """A first pass over the file, for the columns that say who answers whom."""
    thread = plan.mapping.thread
    assert thread is not None
    moment = reading(Column.model_validate({"from": thread.at, "formats": thread.formats}), "time", "c")
    at = f"coalesce(CAST({moment.value} AS TIMESTAMPTZ), {moment.instant})"
    bare = ", ".join(f"nullif(trim({name}), '') AS {name}" for name in "abcd")
    names = f"{identifier('a')} AS id, {identifier('b')} AS reply_to, {at} AS at, d AS inbound"
    statement = f"SELECT {names} FROM (SELECT {bare} FROM arriving)"  # noqa: S608
    replies: list[Reply] = []
    with silent(duckdb.connect(config={"threads": 2})) as engine:
        engine.execute("SET timezone = 'UTC'")
        for batch in reader.batches():
            picked = batch.table.select([thread.id, thread.reply_to, thread.at, thread.inbound])
            engine.register("arriving", picked.rename_columns(list("abcd")))
            replies += replies_of(batch, engine.sql(statement).to_arrow_table(), thread.inbound_words)
            engine.unregister("arriving")
    return threads_of(replies)

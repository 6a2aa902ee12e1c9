"""Rows of a file to rows of facts, a batch at a time and in sets: one statement reads all values, Arrow does the rest.

A row is whole or not at all: when one value of one target is rejected, the row feeds none.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heed.core.conditions.rules import Condition
from heed.facts.schema.arrow import ARROW_TYPES
from heed.facts.silent import silent
from heed.service.formats.definition import condition_name
from heed.service.formats.rules.arrays import flags, in_codes, next_day, to_utc
from heed.service.formats.rules.batches import Batch, Fault, Rejected, Tally
from heed.service.formats.rules.identifiers import bare_identifier, sort_of_person
from heed.service.formats.rules.plan import Feed, Plan, Step
from heed.service.formats.rules.statement import Statement

ROW, LINE, KEY, CONTENT = "_row", "_line", "_key", "_content"
ROW_ID = "_row_id"
REMEMBERED_PEOPLE = 200_000
Pseudonym = Callable[[str, str, str], str]
_NOBODY = pa.array([], pa.string())


@dataclass
class Turned:
    """A batch as facts: for each target the rows it takes, with `_row`, `_line`, `_key` and `_content` before its columns."""

    tables: dict[int, pa.Table]
    rejected: list[Rejected]
    passed_over: int
    notes: Tally = field(default_factory=Tally)


@dataclass
class _Values:
    """One column for all rows of the batch, and where its text could not be read (None: everywhere)."""

    values: pa.ChunkedArray | pa.Array
    wrong: np.ndarray | None = None
    rule: str = ""
    reason: str = ""
    reads: tuple[str, ...] = ()


class Transformer:
    """Runs a plan. `pseudonym(kind, system, identifier)` gives people's keys, `digest_salt` keeps content from being guessed."""

    def __init__(self, plan: Plan, pseudonym: Pseudonym, digest_salt: str, threads: int = 2) -> None:
        self.plan = plan
        self._pseudonym = pseudonym
        self._people: dict[tuple[str, str], tuple[pa.Array, pa.Array]] = {}
        self._engine = silent(duckdb.connect(config={"threads": threads, "memory_limit": "1GB"}))
        self._engine.execute("SET timezone = 'UTC'")
        statement = Statement(plan, digest_salt)
        self._statement, self.place, self.readings = statement.sql, statement.place, statement.readings
        self._same, self._twins = statement.same, statement.twins

    def close(self) -> None:
        self._engine.close()

    # One batch

    def turn(self, batch: Batch) -> Turned:
        """The batch as facts and rejected rows."""
        if not batch.table.num_rows:
            return Turned({}, list(batch.rejected), 0)
        raw = self._raw(batch.table)
        self._engine.register("raw", raw)
        read = self._engine.sql(self._statement).to_arrow_table()
        self._engine.unregister("raw")
        for name, column in self._same.items():
            read = read.append_column(name, raw.column(column))
        for name, column in self._twins.items():
            read = read.append_column(name, read.column(column))
        if batch.digests is not None:
            digests = pa.array([digest.split(".")[0] for digest in batch.digests])
            read = read.append_column("given", digests)
        return _Turn(self, batch, raw, read).run()

    def _raw(self, table: pa.Table) -> pa.Table:
        """The columns of the plan, bare and as they are; optional ones that the file lacks are empty."""
        columns: dict[str, pa.ChunkedArray] = {}
        for number, name in enumerate(self.place):
            here = name in table.column_names
            whole = table.column(name) if here else pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
            columns[f"r{number}"] = whole
            columns[self.place[name]] = self._bare(name, whole)
        return pa.table(columns)

    def _bare(self, name: str, texts: pa.ChunkedArray) -> pa.ChunkedArray:
        """Text without blanks around it and, from Excel, without the = it put before; the file's words for nothing become null."""
        bare = pc.utf8_trim_whitespace(texts)
        mapping = self.plan.mapping
        if mapping.excel and mapping.source_columns[name] == "text":
            spurious = pc.and_(pc.starts_with(bare, "="), pc.invert(pc.match_substring_regex(bare, "^=-?[0-9.]+$")))
            bare = pc.if_else(spurious, pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(bare, 1)), bare)
        nothing = pc.is_in(bare, value_set=pa.array(list(dict.fromkeys((*mapping.nulls, ""))), pa.string()))
        return pc.if_else(nothing, pa.scalar(None, pa.string()), bare)

    def person(self, kind: str, system: str, text: str) -> str:
        """The key of a person."""
        return self._pseudonym(kind, system, bare_identifier(text))

    def people_in(self, raw: dict[str, str | None]) -> list[str]:
        """The keys of the people a rejected row speaks of."""
        keys: dict[str, None] = {}
        for feed in self.plan.feeds:
            for step in feed.steps:
                texts = [raw.get(name) or "" for name in step.column.from_]
                text = " ".join(part.strip() for part in texts)
                if step.convert == "pseudonym" and text and text not in step.column.nulls:
                    keys[self.person(sort_of_person(step.name), step.system, text)] = None
        return list(keys)

    def people(self, texts: pa.ChunkedArray, kind: str, system: str) -> pa.Array:
        """Keys for a column of identifiers: each distinct one is turned once, and remembered, up to a number."""
        coded = texts.combine_chunks().dictionary_encode()
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.combine_chunks()
        texts_known, keys_known = self._people.get((kind, system), (_NOBODY, _NOBODY))
        if len(texts_known) > REMEMBERED_PEOPLE:
            texts_known, keys_known = _NOBODY, _NOBODY
        place = pc.index_in(coded.dictionary, value_set=texts_known)
        if place.null_count:
            new = coded.dictionary.filter(pc.is_null(place))
            keys = pa.array([self.person(kind, system, text) for text in new.to_pylist()], pa.string())
            before = len(texts_known)
            texts_known, keys_known = pa.concat_arrays([texts_known, new]), pa.concat_arrays([keys_known, keys])
            self._people[kind, system] = texts_known, keys_known
            place = place.to_numpy(zero_copy_only=False)
            unknown = np.isnan(place)
            place[unknown] = np.arange(before, before + len(new))
            place = pa.array(place.astype(np.int32))
        return keys_known.take(place).take(coded.indices)


class _Turn:
    """The work on one batch."""

    def __init__(self, owner: Transformer, batch: Batch, raw: pa.Table, read: pa.Table) -> None:
        self.owner, self.plan = owner, owner.plan
        self.batch, self.raw, self.read = batch, raw, read
        self.size = raw.num_rows
        self.faulty = np.zeros(self.size, dtype=bool)
        self.faults: list[tuple[np.ndarray, str, str, tuple[str, ...]]] = []
        self.notes = Tally()
        self.conditions: dict[Condition, pa.Array] = {}
        self.typed: dict[str, pa.ChunkedArray] = {}

    def run(self) -> Turned:
        self._type_sources()
        takes: list[np.ndarray] = []
        columns: list[dict[str, Any]] = []
        for feed in self.plan.feeds:
            take, built = self._feed(feed)
            takes.append(take)
            columns.append(built)
        tables = {}
        fed = np.zeros(self.size, dtype=bool)
        for feed, take, built in zip(self.plan.feeds, takes, columns, strict=True):
            fed |= take
            keep = take & ~self.faulty
            table = pa.table(built)
            tables[feed.number] = table if keep.all() else table.filter(pa.array(keep))
        rejected = self._rejected()
        return Turned(tables, rejected, int((~fed & ~self.faulty).sum()), self.notes)

    def _wrong(self, where: np.ndarray, rule: str, reason: str, reads: tuple[str, ...]) -> None:
        if where.any():
            self.faulty |= where
            self.faults.append((where, rule, reason, reads))

    def _type_sources(self) -> None:
        """The source columns as conditions see them; one that is declared a number and is none is a fault."""
        for name, sort in self.plan.mapping.source_columns.items():
            place = self.owner.place[name]
            if sort == "text":
                self.typed[condition_name(name)] = self.read.column(place)
                continue
            found = self._as_read(f"s_{place}", place, (name,), self.plan.mapping.zone)
            if found.wrong is not None:
                self._wrong(found.wrong, found.rule, found.reason, found.reads)
            self.typed[condition_name(name)] = found.values

    def _as_read(self, name: str, text: str, reads: tuple[str, ...], zone: str) -> _Values:
        """A column the statement has read: its values, and where there was text but no value came of it."""
        read = self.owner.readings[name]
        values = self.read.column(name)
        skipped: np.ndarray | None = None
        if read.instant:
            values, skipped = to_utc(values, self.read.column(f"{name}_i"), zone)
        wrong = flags(pc.and_(pc.is_valid(self.read.column(text)), pc.is_null(values)))
        if skipped is not None and skipped.any():
            self._wrong(skipped, "time_skipped_by_clock", f"did not exist in {zone}: the clocks went forward", reads)
            wrong = wrong & ~skipped
        return _Values(values, wrong, read.rule, read.reason, reads)

    def _holds(self, condition: Condition) -> np.ndarray:
        return flags(pc.fill_null(self._evaluated(condition, pa.bool_()), False))

    def _evaluated(self, condition: Condition, kind: pa.DataType) -> pa.Array:
        """A condition over the batch: each distinct combination of the columns it reads is evaluated once."""
        known = self.conditions.get(condition)
        if known is not None:
            return known
        names = sorted(condition.field_names)
        if not names:
            result = pa.array([condition.evaluate({})] * self.size, kind)
        else:
            coded = [in_codes(self.typed[name]) for name in names]
            combined = np.zeros(self.size, dtype=np.int64)
            for codes, words in coded:
                # Numbered anew at each step, so that the product never outgrows 64 bits.
                combined = np.unique(combined * (len(words) + 1) + codes, return_inverse=True)[1].reshape(-1)
            _, first, inverse = np.unique(combined, return_index=True, return_inverse=True)
            picked = [
                [words[codes[place]] if codes[place] < len(words) else None for place in first]
                for codes, words in coded
            ]
            rows = zip(*picked, strict=True)
            result = pa.array([condition.evaluate(dict(zip(names, row, strict=True))) for row in rows], kind).take(
                pa.array(inverse.reshape(-1))
            )
        self.conditions[condition] = result
        return result

    # One target

    def _feed(self, feed: Feed) -> tuple[np.ndarray, dict[str, Any]]:
        take = self._holds(feed.when) if feed.when else np.ones(self.size, dtype=bool)
        values: dict[str, _Values] = {}
        for number, step in enumerate(feed.steps):
            if not step.column.row:
                values[step.name] = self._step(feed, number, step)
        for step in feed.steps:
            if step.column.not_before:
                found = values[step.name]
                found.values = next_day(found.values, values[step.column.not_before].values)
        for step in feed.steps:
            if step.name in values:
                self._check(feed, step, values[step.name], take)
        for name in feed.target.needs:
            take = take & flags(pc.is_valid(values[name].values))
        for name in feed.required:
            if name in values:
                empty = flags(pc.is_null(values[name].values)) & take & ~self.faulty
                self._wrong(empty, "missing_value", f"{feed.target.table} needs a value for {name}", values[name].reads)
        built: dict[str, Any] = {ROW: pa.array(self.batch.rows), LINE: pa.array(self.batch.lines)}
        built[KEY] = self._key(feed, take)
        if any(step.column.row for step in feed.steps):
            built[ROW_ID] = self._key(self.plan.feeds[0], take, with_part=False)
        built[CONTENT] = self.read.column("content_hash")
        built |= {name: found.values for name, found in values.items()}
        self._exclude(feed, built)
        if feed.attributes:
            built["attributes"] = self._attributes(feed)
        return take, built

    def _step(self, feed: Feed, number: int, step: Step) -> _Values:
        column, name, kind = step.column, f"t{feed.number}_{number}", ARROW_TYPES[step.fact.kind]
        if column.value is not None:
            return _Values(pa.array([column.value], kind).take(pa.array(np.zeros(self.size, dtype=np.int64))))
        if step.compute is not None:
            reads = tuple(self.plan.column_of[field] for field in sorted(step.compute.field_names))
            found = _Values(self._evaluated(step.compute, kind), reads=reads)
        elif column.codes is not None:
            found = self._crosswalk(step, f"{name}_x")
        elif step.convert == "pseudonym":
            keys = self.owner.people(self.read.column(f"{name}_x"), sort_of_person(step.name), step.system)
            found = _Values(keys, reads=column.from_)
        elif step.convert == "id":
            found = _Values(self.read.column(name), reads=column.from_)
            self._note_damaged(self.read.column(f"{name}_e"), column.from_)
        elif step.convert == "text":
            found = _Values(self.read.column(f"{name}_x"), reads=column.from_)
        else:
            found = self._as_read(name, f"{name}_x", column.from_, step.zone)
            if found.values.type != kind:
                found.values = found.values.cast(kind)
        if step.when is not None:
            holds = self._holds(step.when)
            found.values = pc.if_else(pa.array(holds), found.values, pa.scalar(None, found.values.type))
            found.wrong = None if found.wrong is None else found.wrong & holds
        return found

    def _crosswalk(self, step: Step, text: str) -> _Values:
        codes, kind = step.column.codes or {}, ARROW_TYPES[step.fact.kind]
        texts = self.read.column(text)
        place = pc.index_in(texts, value_set=pa.array([str(code).strip() for code in codes], pa.string()))
        values = pa.array(list(codes.values()), kind).take(
            place.combine_chunks() if isinstance(place, pa.ChunkedArray) else place
        )
        unknown = pc.and_(pc.is_valid(texts), pc.is_null(place))
        if step.column.otherwise == "keep" and kind == pa.string():
            return _Values(pc.if_else(unknown, texts, values), reads=step.column.from_)
        wrong = flags(unknown) if step.column.otherwise == "refuse" else None
        return _Values(values, wrong, "unknown_code", "is not in the crosswalk", step.column.from_)

    def _check(self, feed: Feed, step: Step, found: _Values, take: np.ndarray) -> None:
        if found.wrong is not None:
            self._wrong(found.wrong & take, found.rule, found.reason, found.reads)
        column = step.column
        if column.least is not None or column.most is not None:
            low, high = column.least, column.most
            outside = np.zeros(self.size, dtype=bool)
            if low is not None:
                outside |= flags(pc.fill_null(pc.less(found.values, low), False))
            if high is not None:
                outside |= flags(pc.fill_null(pc.greater(found.values, high), False))
            bounds = f"is outside {'' if low is None else f'{low:g}'} … {'' if high is None else f'{high:g}'}"
            self._wrong(outside & take, "out_of_range", bounds, found.reads)
        if column.allowed:
            known = pc.is_in(found.values, value_set=pa.array(list(column.allowed), pa.string()))
            outside = flags(pc.and_(pc.is_valid(found.values), pc.invert(known)))
            self._wrong(outside & take, "not_allowed", f"is none of {', '.join(column.allowed)}", found.reads)

    def _key(self, feed: Feed, take: np.ndarray, *, with_part: bool = True) -> Any:
        """The natural key, under the source's system, or the digest of the row's content."""
        if not feed.target.key:
            return self.read.column("given" if "given" in self.read.column_names else "digest")
        parts = []
        for number, column in enumerate(feed.target.key):
            part = self.read.column(f"k{feed.number}_{number}")
            missing = flags(pc.is_null(part)) & take
            self._wrong(missing, "missing_key", "is part of the key and is empty", (column,))
            if column in feed.key_is_personal:
                part = self.owner.people(part, "c", self.plan.system)
            parts.append(part)
        damaged = flags(self.read.column(f"k{feed.number}_e")) & take
        self._wrong(
            damaged,
            "id_in_scientific_notation",
            "lost its last digits in a spreadsheet and cannot tell rows apart",
            feed.target.key,
        )
        joined = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "|")
        prefix = f"{self.plan.system}:{feed.target.part}:" if feed.target.part and with_part else f"{self.plan.system}:"
        return pc.binary_join_element_wise(prefix, joined, "")

    def _note_damaged(self, damaged: pa.ChunkedArray, reads: tuple[str, ...]) -> None:
        where = np.flatnonzero(flags(damaged))
        if len(where):
            first = int(where[0])
            value = self._raw_value(reads[0], first)
            reason = "an id in scientific notation: its last digits were lost in a spreadsheet"
            fault = Fault("id_in_scientific_notation", int(self.batch.lines[first]), reads[0], value, reason)
            self.notes.add(fault, len(where))

    def _exclude(self, feed: Feed, built: dict[str, Any]) -> None:
        if not feed.excluded:
            return
        reason: Any = pa.nulls(self.size, pa.string())
        for name, condition in reversed(feed.excluded):
            reason = pc.if_else(pa.array(self._holds(condition)), name, reason)
        built["excluded_reason"] = reason

    def _attributes(self, feed: Feed) -> pa.Array:
        """The kept source columns as a map, without the empty ones."""
        columns = [self.read.column(self.owner.place[name]).combine_chunks() for name in feed.attributes]
        columns = [column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column for column in columns]
        valid = np.stack([flags(pc.is_valid(column)) for column in columns], axis=1)
        counts = valid.sum(axis=1)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        row, place = np.nonzero(valid)
        values = pa.concat_arrays(columns).take(pa.array(place * self.size + row))
        names = pa.array(list(feed.attributes), pa.string()).take(pa.array(place))
        return pa.MapArray.from_arrays(pa.array(offsets), names, values)

    # Rejected rows

    def _raw_value(self, column: str, row: int) -> str | None:
        names = self.batch.table.column_names
        return self.batch.table.column(column)[row].as_py() if column in names else None

    def _rejected(self) -> list[Rejected]:
        """The rejected rows of the batch in order of the file, those of the reader among them."""
        where = np.flatnonzero(self.faulty)
        found: dict[int, list[Fault]] = {int(place): [] for place in where}
        for mask, rule, reason, reads in self.faults:
            for place in np.flatnonzero(mask):
                row = int(place)
                value = " ".join(self._raw_value(column, row) or "" for column in reads) if reads else None
                fault = Fault(rule, int(self.batch.lines[row]), " ".join(reads), value, reason)
                if fault not in found[row]:
                    found[row].append(fault)
        raws = self.batch.table.take(pa.array(where)).to_pylist() if len(where) else []
        mine = [
            Rejected(int(self.batch.rows[place]), int(self.batch.lines[place]), raw, tuple(found[int(place)]))
            for place, raw in zip(where, raws, strict=True)
        ]
        return sorted([*self.batch.rejected, *mine], key=lambda item: item.row)

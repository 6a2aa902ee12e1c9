"""The rows of one person in the tables of facts: found by their key and by what only they are part of, read and taken away."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from heed.facts.schema.columns import Table
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.dataset import Dataset

KEY = "customer_key"
# What a row that names nobody may belong to a person by. A case of an object log has rows of many, so it is no such thing.
LINKS = ("interaction_id", "response_id", "verbatim_id")
AT_ONCE = 500


@dataclass
class Person:
    """Whose rows: keys, and the ids that only their rows carry, by column."""

    keys: tuple[str, ...]
    ids: dict[str, set[str]] = field(default_factory=dict)

    def wanted(self, table: Table) -> dict[str, list[str]]:
        """Which values of which columns of a table name the person."""
        found = {column: sorted(values) for column, values in self.ids.items() if column in table.names and values}
        return {KEY: sorted(self.keys), **found} if KEY in table.names else found


def find_person(store: Store, keys: tuple[str, ...]) -> Person:
    """The person of these keys, with the ids of the interactions, questionnaires and verbatims that are theirs: also of
    those that name nobody and belong to one of theirs.
    """
    person = Person(keys, {name: set() for name in LINKS})
    known = -1
    while known != (known := sum(map(len, person.ids.values()))):
        for table in TABLES.values():
            columns = [name for name in LINKS if name in table.names]
            for column, values in person.wanted(table).items() if columns else ():
                for row in _rows(store, table, {column: values}, [*columns, *([KEY] if KEY in table.names else [])]):
                    if row.get(KEY) in (None, "", *keys):
                        for name in columns:
                            person.ids[name] |= {row[name]} if row[name] else set()
    return person


def find_rows(store: Store, keys: tuple[str, ...]) -> bool:
    """Whether any row names one of these customers."""
    tables = (table for table in TABLES.values() if KEY in table.names)
    return any(next(_rows(store, table, {KEY: list(keys)}, [KEY]), None) is not None for table in tables)


def all_keys(store: Store) -> set[str]:
    """The keys of all customers who have rows."""
    import pyarrow.compute as pc

    found: set[str] = set()
    for table in TABLES.values():
        for dataset in store.datasets(table.name) if KEY in table.names else ():
            for batch in dataset.to_batches(columns=[KEY]):
                found |= {str(key) for key in pc.unique(batch.column(KEY)).to_pylist() if key}
    return found


def rows_of(store: Store, person: Person) -> Iterator[tuple[str, dict[str, Any]]]:
    """(table, row) of all rows of a person; a map comes as a dict."""
    for table in TABLES.values():
        seen = set()
        maps = [column.name for column in table.columns if column.kind == "map"]
        for column, values in person.wanted(table).items():
            for row in _rows(store, table, {column: values}):
                if row[table.key] in seen or (column != KEY and row.get(KEY) not in (None, "", *person.keys)):
                    continue
                seen.add(row[table.key])
                yield table.name, {**row, **{name: dict(row[name]) for name in maps if row[name] is not None}}


def erase_rows(store: Store, person: Person) -> dict[str, int]:
    """Delete a person's rows. Those that only an id links go unless they name somebody else. Returns how many, by table."""
    gone: dict[str, int] = {}
    mine = _listed(person.keys)
    for table in TABLES.values():
        for column, values in person.wanted(table).items():
            others = f" AND ({KEY} IS NULL OR {KEY} = '' OR {KEY} IN ({mine}))" if KEY in table.names else ""
            # A delete that finds nothing would still write a version of the table.
            for part in store.parts:
                found = sorted({row[column] for row in _rows(part, table, {column: values}, [column])})
                for start in range(0, len(found), AT_ONCE):
                    listed = _listed(found[start : start + AT_ONCE])
                    predicate = f"{column} IN ({listed}){others if column != KEY else ''}"
                    gone[table.name] = gone.get(table.name, 0) + part.delete(table.name, predicate)
    return gone


@dataclass(frozen=True)
class Older:
    """Rows that are too old: their keys, and the batches that brought them."""

    keys: list[str]
    batches: list[str]


def older_rows(store: Store, name: str, before: datetime, but: Sequence[str] = ()) -> Older:
    """Rows of a table whose time is before a moment, but those of these customers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = TABLES[name]
    keys: list[str] = []
    batches: set[str] = set()
    columns = [table.key, table.time, "batch", *([KEY] if KEY in table.names else [])]
    read = list(dict.fromkeys(columns))
    for batch in (batch for dataset in store.datasets(name) for batch in dataset.to_batches(columns=read)):
        time = batch.column(table.time)
        mask = pc.fill_null(pc.less(time, pa.scalar(before, time.type)), False)
        if but and KEY in table.names:
            held = pc.is_in(batch.column(KEY).cast(pa.string()), value_set=pa.array(list(but), pa.string()))
            mask = pc.and_(mask, pc.invert(held))
        found = batch.filter(mask)
        keys += [str(key) for key in found.column(table.key).to_pylist()]
        batches |= {str(each) for each in found.column("batch").to_pylist()}
    return Older(keys, sorted(batches))


def take_away_files(store: Store) -> int:
    """Leave no file and no log of a table but those of its newest version. Returns how many files went."""
    return sum(part.vacuum(state.name) for part in store.parts for state in part.tables())


def texts_of_others(store: Store, pattern: str, person: Person) -> Iterator[str]:
    """Texts and ids that others than this person have, in which the (RE2) pattern finds something, in any case."""
    for table in TABLES.values():
        told = [column.name for column in table.columns if column.personal == "text" or column.name in LINKS]
        wanted = {column: set(values) for column, values in person.wanted(table).items()}
        for dataset in store.datasets(table.name) if told else ():
            present = [name for name in told if name in dataset.schema.names]
            yield from _texts_of_others(dataset, present, wanted, pattern)


def _texts_of_others(
    dataset: "Dataset", told: list[str], wanted: Mapping[str, set[str]], pattern: str
) -> Iterator[str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    for batch in dataset.to_batches(columns=list(dict.fromkeys([*told, *wanted]))):
        for name in told:
            texts = batch.column(name).cast(pa.string())
            hit = pc.fill_null(pc.match_substring_regex(texts, pattern, ignore_case=True), False)
            for row in batch.filter(hit).to_pylist():
                if not any(row[column] in values for column, values in wanted.items()):
                    yield str(row[name])


def rows_with(store: Store, words: str) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Rows of any table in whose words or attributes these words stand, in any case: where others speak of somebody."""
    import pyarrow as pa

    for table in TABLES.values():
        told = [column.name for column in table.columns if column.personal == "text" or column.kind == "map"]
        for dataset in store.datasets(table.name) if told else ():
            columns = [name for name in (table.key, *told) if name in dataset.schema.names]
            for batch in dataset.to_batches(columns=columns):
                places = {place for name in columns[1:] for place in _places(batch.column(name), words)}
                yield from ((table, row) for row in batch.take(pa.array(sorted(places), pa.int64())).to_pylist())


def _places(column: "pa.Array", words: str) -> list[int]:
    """Where in a column of texts or maps the words stand."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_map(column.type):
        low = words.lower()
        maps = enumerate(column.to_pylist())
        return [place for place, told in maps if told and any(low in str(value).lower() for _, value in told)]
    hit = pc.fill_null(pc.match_substring(column, words, ignore_case=True), False)
    return list(pc.indices_nonzero(hit).to_pylist())


def _has(store: Store, table: Table, column: str, values: list[str]) -> bool:
    """Whether there is such a row: a delete that finds nothing would still write a version of the table."""
    return next(_rows(store, table, {column: values}, [column]), None) is not None


def _rows(
    store: Store, table: Table, wanted: Mapping[str, list[str]], columns: list[str] | None = None
) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    read = None if columns is None else list(dict.fromkeys([*columns, *wanted]))
    for dataset in store.datasets(table.name):
        for column, values in wanted.items():
            if column not in dataset.schema.names:
                continue
            chosen = pa.array(values, pa.string())
            # Chosen here and not by the scan, which cannot compare what it knows of files that rows were deleted from.
            for batch in dataset.to_batches(columns=read):
                yield from batch.filter(pc.is_in(batch.column(column).cast(pa.string()), value_set=chosen)).to_pylist()


def _listed(values: object) -> str:
    return ", ".join("'" + str(value).replace("'", "''") + "'" for value in values)  # type: ignore[attr-defined]

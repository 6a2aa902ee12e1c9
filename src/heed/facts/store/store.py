"""The store of facts: one Delta table a name, written exactly once.

Rows come in by `append` (a number of an application, written once) or `append_new` (rows whose key is not there yet).
When somebody else committed first, both look again and decide anew. Threads may share a store; a fork may not.
"""

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError

from heed.core.errors.rules import Unavailable, phrase
from heed.facts.schema.tables import TABLES
from heed.facts.store import upkeep
from heed.facts.store.delta import grow_table, has_grown, make_table, open_table, signed, write_nothing, write_rows
from heed.facts.store.door import doorway
from heed.facts.store.fitting import check, fit_slices, table_named
from heed.facts.store.keys import first_of_each, without_known
from heed.facts.store.spool import rereadable

if TYPE_CHECKING:
    # Loads pandas, which no command that only looks at tables needs.
    from pyarrow.dataset import Dataset

TRIES = 60
KEYS_AT_ONCE = 2_000
NEW_ROWS = "append_new"
T = TypeVar("T")


@dataclass(frozen=True)
class TableState:
    """How large a table is: rows and files of its newest version, bytes on disk of those files."""

    name: str
    rows: int
    files: int
    bytes: int
    version: int


class Store:
    """Delta tables under a folder or object-storage URL. `storage_options` add to what the environment says (AWS_…)."""

    def __init__(self, url: str | Path, storage_options: dict[str, str] | None = None) -> None:
        text = str(url).removeprefix("file://")
        self.folder: Path | None = None if "://" in text else Path(text).expanduser().resolve()
        self.url = str(self.folder) if self.folder else text.rstrip("/")
        self.options = storage_options
        self._handles = threading.local()

    @property
    def is_local(self) -> bool:
        return self.folder is not None

    @property
    def parts(self) -> "tuple[Store, ...]":
        """The stores it is made of: one for each root (`heed.facts.store.roots`), itself where there is one root only."""
        return (self,)

    def part_of(self, row: Mapping[str, Any]) -> "Store":
        """The part in which a row belongs."""
        return self

    def uri(self, name: str) -> str:
        return f"{self.url}/{table_named(name).name}"

    # Writing

    def append(
        self, name: str, rows: pa.Table | pa.RecordBatchReader, *, app: str, number: int, after: int | None = None
    ) -> bool:
        """Write the rows under (app, number), once. False, and nothing written, when the table is there or beyond.

        With `after`, also when the table is not exactly there: who cuts batches by position gives the one it began at.
        """
        table = table_named(name)
        with rereadable(table, rows, datetime.now(UTC)) as again:

            def write(delta: DeltaTable) -> bool:
                if not _is_next(delta, app, number, after):
                    return False
                write_rows(delta, again(), signed(app, number))
                return True

            return self._commit(name, write)

    def append_new(self, name: str, rows: pa.Table, *, key: str | None = None) -> int:
        """Write the rows whose key is not in the table nor before them in `rows`, whoever else writes; how many."""
        table = table_named(name)
        key = table.column(key or table.key).name
        check(table, rows)
        now, distinct = datetime.now(UTC), first_of_each(table, rows, key)

        def write(delta: DeltaTable) -> int:
            new = without_known(delta, distinct, key, local=self.is_local)
            if new.num_rows:
                number = (delta.transaction_version(NEW_ROWS) or 0) + 1
                write_rows(delta, fit_slices(table, new, now), signed(NEW_ROWS, number))
            return int(new.num_rows)

        return self._commit(name, write)

    def advance(self, name: str, *, app: str, number: int, after: int | None = None) -> bool:
        """Move (app, number) on without a row, on the terms of `append`."""

        def write(delta: DeltaTable) -> bool:
            if not _is_next(delta, app, number, after):
                return False
            write_nothing(delta, signed(app, number))
            return True

        return self._commit(name, write)

    def delete(self, name: str, predicate: str, *, when: tuple[str, int] | None = None) -> int:
        """Delete rows by an SQL predicate, which stays in the log: name keys in it, never words. Returns how many.

        With `when` = (app, number) nothing is deleted unless the table is at that number.
        """
        if not self.exists(name):
            return 0

        def remove(delta: DeltaTable) -> int:
            if when is not None and (delta.transaction_version(when[0]) or 0) != when[1]:
                return 0
            return int(delta.delete(predicate)["num_deleted_rows"])

        return self._commit(name, remove)

    def delete_keys(self, name: str, keys: Sequence[str]) -> int:
        """Delete the rows of these keys. Returns how many."""
        gone = 0
        for start in range(0, len(keys), KEYS_AT_ONCE):
            listed = ", ".join(_sql(key) for key in keys[start : start + KEYS_AT_ONCE])
            gone += self.delete(name, f"{table_named(name).key} IN ({listed})")
        return gone

    def rewrite(self, name: str, key: str, values: dict[str, str | dict[str, str]]) -> int:
        """Write other texts and maps into the row of a key, at once. They stay in the log until `vacuum`. How many rows."""
        updates = {column: _sql(value) for column, value in values.items()}

        def change(delta: DeltaTable) -> int:
            told = delta.update(predicate=f"{table_named(name).key} = {_sql(key)}", updates=updates)
            return int(told["num_updated_rows"])

        return self._commit(name, change)

    def _commit(self, name: str, write: Callable[[DeltaTable], T]) -> T:
        """Run `write` on a fresh handle until no other commit came between its look and its own."""
        table = table_named(name)
        refused: Exception | None = None
        for attempt in range(TRIES):
            try:
                with doorway(self.folder):
                    delta = self._handle(name) or self._kept(name, make_table(table, self.uri(name), self.options))
                    grow_table(table, delta)
                    return write(delta)
            except CommitFailedError as error:
                refused = error
                self._forget(name)
                time.sleep(random.uniform(0.0, min(0.02 * (attempt + 1), 0.5)))
        raise Unavailable(
            phrase("{name} is being written by others: {tries} tries failed.", name=name, tries=TRIES),
            code="facts_busy",
            hint="Try again later.",
        ) from refused

    # Reading

    def exists(self, name: str) -> bool:
        return self._handle(name) is not None

    def version(self, name: str) -> int | None:
        """The newest version of the table; None when there is no table yet."""
        delta = self._handle(name)
        return None if delta is None else int(delta.version())

    def number(self, name: str, app: str) -> int | None:
        """The last number written under `app`; None when there is none."""
        delta = self._handle(name)
        return None if delta is None else delta.transaction_version(app)

    def files(self, name: str) -> list[str]:
        """The files of the newest version; a row is in exactly one of them."""
        delta = self._handle(name)
        return [] if delta is None else delta.file_uris()

    def has_grown(self, name: str) -> bool:
        """Whether older files may lack columns that newer ones have."""
        delta = self._handle(name)
        return delta is not None and has_grown(delta)

    def lacks_columns(self, name: str) -> bool:
        """Whether there may be columns of the schema that no file has: the table is older than they are, or has grown."""
        delta = self._handle(name)
        if delta is None:
            return False
        present = {field.name for field in delta.schema().fields}
        return has_grown(delta) or not present.issuperset(TABLES[name].names)

    def unknown(self, name: str, rows: pa.Table, key: str) -> pa.Table:
        """The rows whose key the table does not hold."""
        delta = self._handle(name)
        return rows if delta is None else without_known(delta, rows, key, local=self.is_local)

    def dataset(self, name: str) -> "Dataset | None":
        """The table as an Arrow dataset, read with the store's own credentials."""
        delta = self._handle(name)
        return None if delta is None else delta.to_pyarrow_dataset()

    def datasets(self, name: str) -> "list[Dataset]":
        """The table under each root that has it: for who must go through all rows, such as an erasure."""
        return [found for part in self.parts if (found := part.dataset(name)) is not None]

    def rows(self, name: str) -> int:
        state = self.state(name)
        return 0 if state is None else state.rows

    def state(self, name: str) -> TableState | None:
        delta = self._handle(name)
        if delta is None:
            return None
        actions = pa.table(delta.get_add_actions(flatten=True))
        size = pc.sum(actions.column("size_bytes")).as_py() or 0
        rows = pc.sum(actions.column("num_records")).as_py() or 0
        return TableState(name, int(rows), actions.num_rows, int(size), int(delta.version()))

    def tables(self) -> list[TableState]:
        """The tables there are, in the order of the schema."""
        states = (self.state(name) for name in TABLES)
        return [state for state in states if state is not None]

    # Upkeep

    def compact(self, name: str) -> int:
        """Join small files, take away those dead for an hour, shorten the log. Returns how many files were joined."""
        if not self.exists(name):
            return 0
        joined = self._commit(name, upkeep.join_files)
        with doorway(self.folder):
            upkeep.shorten(self._opened(name))
        return joined

    def vacuum(self, name: str) -> int:
        """Take away every file not of the newest version, and the log before it: what was deleted is gone from disk.

        Waits until nobody writes (local stores); a query that runs meanwhile may have to run again. Returns how many.
        """
        if not self.exists(name):
            return 0
        with doorway(self.folder, alone=True):
            taken = upkeep.take_away_dead(self._opened(name))
            self._forget(name)
        return taken

    def _opened(self, name: str) -> DeltaTable:
        delta = self._handle(name)
        if delta is None:
            raise Unavailable(phrase("{name} was taken away meanwhile.", name=name), code="facts_gone")
        return delta

    # Handles: one a thread and table, brought up to date at each use

    def _handle(self, name: str) -> DeltaTable | None:
        kept = self._mine().get(table_named(name).name)
        if kept is not None:
            try:
                kept.update_incremental()
                return kept
            except (DeltaError, OSError):
                self._forget(name)
        opened = open_table(self.uri(name), self.options)
        return None if opened is None else self._kept(name, opened)

    def _kept(self, name: str, delta: DeltaTable) -> DeltaTable:
        self._mine()[name] = delta
        return delta

    def _forget(self, name: str) -> None:
        self._mine().pop(name, None)

    def _mine(self) -> dict[str, DeltaTable]:
        if not hasattr(self._handles, "by_name"):
            self._handles.by_name = {}
        return self._handles.by_name


def _sql(value: str | dict[str, str]) -> str:
    """A text or a map of texts as SQL writes it."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"MAP([{', '.join(map(_sql, value))}], [{', '.join(map(_sql, value.values()))}])"


def _is_next(delta: DeltaTable, app: str, number: int, after: int | None) -> bool:
    at = delta.transaction_version(app) or 0
    return at < number and (after is None or at == after)

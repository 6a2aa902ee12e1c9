"""What every engine does: tables of facts in, Arrow out, the same rows and types whichever computes.

One engine serves one process; calls from several threads wait for one another.
"""

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, Self

import ibis
import ibis.expr.operations as ops
import pyarrow as pa

from heed.core.errors.rules import Invalid, phrase
from heed.facts.engine.typing import normal_rows, normal_table
from heed.facts.schema.tables import TABLES
from heed.facts.store.fitting import table_named
from heed.facts.store.store import Store

# Statements that are not made anew: the same question comes with each page, and making it takes longer than a small answer.
REMEMBERED = 256


class Engine(ABC):
    """Tables in, Arrow out. A table is read as of its newest version each time it is asked for."""

    name: str
    backend: Any

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = threading.RLock()
        self._versions: dict[str, int | None] = {}
        self._tables: dict[str, ibis.Table] = {}
        self._statements: dict[ops.Node, str] = {}

    @property
    def parts(self) -> "tuple[Engine, ...]":
        """The engines it is made of: one for each root of facts (`heed.facts.engine.roots`), else itself."""
        return (self,)

    def only(self, expression: ibis.Expr) -> "Engine":
        """The engine that holds all rows of an expression."""
        return self

    def table(self, name: str) -> ibis.Table:
        """A table of facts; empty, with its columns, when nothing was written yet."""
        with self._lock:
            version = self.store.version(table_named(name).name)
            if name not in self._versions or self._versions[name] != version:
                self._show(name)
                self._tables[name] = self.backend.table(name)
                self._versions[name] = version
            return self._tables[name]

    def holds(self, name: str) -> bool:
        """Whether anything was ever written to a table of facts."""
        return self.store.version(table_named(name).name) is not None

    def relation(self, rows: pa.Table, name: str) -> ibis.Table:
        """Rows at hand as a table beside the facts; the same name again replaces it."""
        if name in TABLES:
            raise Invalid(
                phrase("{name} is a table of facts; rows at hand want another name.", name=name), code="name_taken"
            )
        with self._lock:
            self._hold(name, normal_rows(rows))
            return self.backend.table(name)

    def run(self, expression: ibis.Expr) -> pa.Table:
        """Compute; types are those of facts on every engine: text, float64, int64, bool, UTC µs, date, decimal, map."""
        asked = expression.as_table()
        with self._lock:
            try:
                rows = self._compute(asked)
            except Exception as error:
                if not self._lost_files(error):
                    raise
                # The files were joined or taken away since the table was asked for.
                self._refresh()
                rows = self._compute(asked)
        return normal_table(rows, asked.schema())

    def _sql(self, expression: ibis.Table) -> str:
        """The expression in the engine's SQL; tables in memory that it names are made known first."""
        self.backend._run_pre_execute_hooks(expression)
        asked = expression.op()
        known = self._statements.get(asked)
        if known is not None:
            return known
        statement = str(self.backend.compile(expression))
        if len(self._statements) >= REMEMBERED:
            self._statements.clear()
        if not asked.find(ops.InMemoryTable):
            self._statements[asked] = statement
        return statement

    def _refresh(self) -> None:
        for name in self._versions:
            self._show(name)
            self._versions[name] = self.store.version(name)

    @abstractmethod
    def _show(self, name: str) -> None:
        """Make the newest version of a table of facts readable under its name."""

    @abstractmethod
    def _hold(self, name: str, rows: pa.Table) -> None:
        """Make rows readable under a name."""

    @abstractmethod
    def _compute(self, expression: ibis.Table) -> pa.Table: ...

    @abstractmethod
    def _lost_files(self, error: Exception) -> bool:
        """Whether the error says that a file of the table is not there any more."""

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

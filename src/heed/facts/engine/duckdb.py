"""Facts on DuckDB, inside the process."""

from typing import Any

import duckdb
import ibis
import pyarrow as pa

from heed.facts.engine.seam import Engine
from heed.facts.schema.columns import Kind
from heed.facts.schema.tables import TABLES
from heed.facts.silent import silent
from heed.facts.store.store import Store

TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "number": "DOUBLE",
    "count": "BIGINT",
    "flag": "BOOLEAN",
    "time": "TIMESTAMPTZ",
    "day": "DATE",
    "money": "DECIMAL(18, 4)",
    "map": "MAP(VARCHAR, VARCHAR)",
}


class DuckDBEngine(Engine):
    """A view a table, remade when the table has a new version: queries do not plan the list of files anew."""

    name = "duckdb"

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.backend = ibis.duckdb.connect(
            TimeZone="UTC",
            # Division by zero is null, as on Spark, and never infinity.
            ieee_floating_point_ops=False,
            error_on_division_by_zero=False,
            autoinstall_known_extensions=False,
            temp_directory=_spill(store),
        )
        silent(self.backend.con)

    def _show(self, name: str) -> None:
        connection = self._connection
        columns = ", ".join(f'"{column.name}"' for column in TABLES[name].columns)
        nothing = ", ".join(f'CAST(NULL AS {TYPES[column.kind]}) AS "{column.name}"' for column in TABLES[name].columns)
        if not self.store.files(name):
            rows = f"SELECT {nothing} WHERE false"
        else:
            if self.store.is_local:
                files = self._parquet(name)
            else:
                # Read with the store's own credentials: no extension to fetch, none to configure.
                connection.register(f"{name}_remote", self.store.dataset(name))
                files = f'"{name}_remote"'
            if self.store.lacks_columns(name):
                # Columns that the schema got since are null until a row is written that has them.
                files = f"(SELECT * FROM {files} UNION ALL BY NAME SELECT {nothing} WHERE false)"  # noqa: S608
            rows = f"SELECT {columns} FROM {files}"  # noqa: S608 - names of the schema
        connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS {rows}')

    def _parquet(self, name: str) -> str:
        files = ", ".join("'" + file.replace("'", "''") + "'" for file in self.store.files(name))
        by_name = ", union_by_name = true" if self.store.has_grown(name) else ""
        return f"read_parquet([{files}], hive_partitioning = true, hive_types = {{'source': VARCHAR}}{by_name})"

    def _hold(self, name: str, rows: pa.Table) -> None:
        self._connection.register(name, rows)

    def _compute(self, expression: ibis.Table) -> pa.Table:
        return self._connection.sql(self._sql(expression)).to_arrow_table()

    def _lost_files(self, error: Exception) -> bool:
        return isinstance(error, duckdb.IOException | FileNotFoundError)

    def close(self) -> None:
        self.backend.disconnect()

    @property
    def _connection(self) -> Any:
        return self.backend.con


def _spill(store: Store) -> str:
    """What does not fit in memory stays inside the data folder, and goes when the query ends."""
    return str(store.folder / ".spill") if store.folder else ".heed-spill"

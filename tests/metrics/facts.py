"""Facts for the tests of metrics: rows written into a real store and read through a real engine."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from heed.facts.engine.engine import Engine, open_engine
from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store

START = datetime(2024, 3, 1, 9, tzinfo=UTC)
ORIGIN = {"source": "test", "batch": "1", "recorded_at": START}


def at(days: float = 0.0, seconds: float = 0.0) -> datetime:
    return START + timedelta(days=days, seconds=seconds)


def rows_of(table: str, rows: Iterable[dict[str, Any]]) -> pa.Table:
    schema = arrow_schema(TABLES[table])
    full = [
        {**ORIGIN, TABLES[table].key: f"k{index}", TABLES[table].time: START, **row} for index, row in enumerate(rows)
    ]
    return pa.Table.from_pylist(full, schema=schema)


@contextmanager
def facts(folder: Path, engine: str = "duckdb", **tables: Iterable[dict[str, Any]] | pa.Table) -> Iterator[Engine]:
    """An engine over a store that holds the tables given, by name; rows need only the columns that matter."""
    if engine != "duckdb":
        pytest.importorskip("pyspark")
    store = Store(folder)
    for name, rows in tables.items():
        store.append(name, rows if isinstance(rows, pa.Table) else rows_of(name, rows), app="test", number=1)
    with open_engine(engine, store) as opened:
        yield opened


ENGINES = ["duckdb", pytest.param("local[2]", marks=pytest.mark.spark)]

"""Rows that can be written again when a write was refused: a table as it is, a stream kept on disk for a while."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from heed.facts.schema.columns import Table
from heed.facts.store.fitting import check, fit_batches, fit_slices

Again = Callable[[], pa.RecordBatchReader]


@contextmanager
def rereadable(table: Table, rows: pa.Table | pa.RecordBatchReader, now: datetime) -> Iterator[Again]:
    """A function that reads the rows, made to fit the table, as often as it is called. What does not fit raises first."""
    if isinstance(rows, pa.Table):
        check(table, rows)
        yield lambda: fit_slices(table, rows, now)
        return
    fitted = fit_batches(table, rows, now)
    with tempfile.TemporaryDirectory(prefix="heed-facts-") as folder:
        file = Path(folder) / "rows.arrow"
        packed = pa.ipc.IpcWriteOptions(compression="lz4")
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, fitted.schema, options=packed) as writer:
            for batch in fitted:
                writer.write_batch(batch)
        yield lambda: pa.ipc.open_stream(pa.memory_map(str(file)))

"""A stream of rows kept on disk for a while, so that a write refused half way can be tried again."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa


class Rows:
    """Rows that can be read any number of times: a table in memory, or a stream spooled to a file."""

    def __init__(self, table: pa.Table | None = None, file: Path | None = None) -> None:
        self._table = table
        self._file = file

    def again(self) -> pa.Table | pa.RecordBatchReader:
        if self._file is None:
            return self._table
        return pa.ipc.open_stream(pa.memory_map(str(self._file)))


@contextmanager
def rereadable(rows: pa.Table | pa.RecordBatchReader) -> Iterator[Rows]:
    """Rows to be read again; the spool is gone at the end."""
    if isinstance(rows, pa.Table):
        yield Rows(table=rows)
        return
    with tempfile.TemporaryDirectory(prefix="heed-facts-") as folder:
        file = Path(folder) / "rows.arrow"
        packed = pa.ipc.IpcWriteOptions(compression="lz4")
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, rows.schema, options=packed) as writer:
            for batch in rows:
                writer.write_batch(batch)
        yield Rows(file=file)

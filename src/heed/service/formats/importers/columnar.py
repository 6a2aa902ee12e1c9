"""Parquet: read batch by batch, every column as the text a CSV file would hold."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from heed.core.errors.rules import phrase
from heed.service.formats.definition import Mapping
from heed.service.formats.importers.rows import as_text
from heed.service.formats.importers.source import Source, damaged
from heed.service.formats.rules.batches import Batch, Tally

ROWS_PER_BATCH = 131_072


class Columnar:
    """A reader of one Parquet file. A row's line is its number, counted from 1."""

    def __init__(self, source: Source, mapping: Mapping, form: str) -> None:
        self._source = source
        self.notes = Tally()
        with self._opened() as file:
            self.columns = list(file.schema_arrow.names)
            self._size = file.metadata.num_rows

    def _opened(self) -> Any:
        if self._source.packed:
            raise damaged("a Parquet file is not packed with gzip again.", code="wrong_format", hint="Unpack it first.")
        try:
            return pq.ParquetFile(self._source.path)
        except (pa.ArrowInvalid, OSError) as error:
            raise damaged(
                phrase("{source} is not a Parquet file: {error}", source=self._source.name, error=error),
                code="wrong_format",
            ) from error

    def batches(self) -> Iterator[Batch]:
        start = 0
        with self._opened() as file:
            try:
                for read in file.iter_batches(batch_size=ROWS_PER_BATCH):
                    table = pa.table([_text(column) for column in read.columns], names=read.schema.names)
                    rows = np.arange(start, start + table.num_rows, dtype=np.int64)
                    start += table.num_rows
                    self._source.advance(self._source.size * table.num_rows / max(self._size, 1))
                    yield Batch(table, rows + 1, rows)
            except (pa.ArrowInvalid, OSError) as error:
                raise damaged(
                    phrase(
                        "{source} is broken after row {start}: {error}",
                        source=self._source.name,
                        start=start,
                        error=error,
                    )
                ) from error


def _text(column: pa.Array) -> pa.Array:
    """Numbers and times by Arrow's own writing; what it does not write, value by value."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_string(kind):
        return column
    if (
        pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_boolean(kind)
    ):
        return column.cast(pa.string())
    if pa.types.is_decimal(kind) or pa.types.is_date(kind):
        return column.cast(pa.string())
    if pa.types.is_timestamp(kind):
        moments = column.cast(pa.timestamp("us", tz=kind.tz), safe=False)
        return (
            moments.cast(pa.string())
            if kind.tz is None
            else moments.cast(pa.timestamp("us", tz="UTC")).cast(pa.string())
        )
    return pa.array([as_text(value) for value in column.to_pylist()], pa.string())

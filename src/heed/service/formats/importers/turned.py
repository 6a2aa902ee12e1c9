"""A reader whose rows are brought into the columns of the mapping as they are read; lines stay those of the file."""

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa

from heed.service.formats.definition import Mapping
from heed.service.formats.importers.reading import reader_for
from heed.service.formats.importers.source import Source
from heed.service.formats.rules.batches import Batch, Rejected, Tally
from heed.service.formats.rules.turning import Turning


class Turned:
    """The reader of a file by a turning. Rows that broke before they could be turned keep what has no column."""

    def __init__(self, source: Source, turning: Turning) -> None:
        bare = Mapping.model_construct(
            columns={},
            targets=(),
            optional=dict.fromkeys(turning.wanted, "text"),
            format=turning.form or None,
            records=turning.records,
        )
        self._inner, self._turning = reader_for(source, bare), turning
        self.columns = list(turning.columns)
        self.notes = Tally()

    def batches(self) -> Iterator[Batch]:
        for batch in self._inner.batches():
            rows = [self._turning.row(values) for values in batch.table.to_pylist()]
            columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in self.columns}
            rejected = tuple(self._rejected(row) for row in batch.rejected)
            yield Batch(pa.table(columns), batch.lines, batch.rows, rejected, batch.digests)
        self.notes = self._inner.notes

    def _rejected(self, row: Rejected) -> Rejected:
        left = {"…": row.raw["…"]} if "…" in row.raw else {}
        return replace(row, raw={**self._turning.row(row.raw), **left})

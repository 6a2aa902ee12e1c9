"""Small work on columns: flags, codes, clock times to UTC."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def flags(values: Any) -> np.ndarray:
    return np.asarray(
        values.to_numpy(zero_copy_only=False) if isinstance(values, pa.Array) else values.to_numpy(), dtype=bool
    )


def in_codes(values: pa.ChunkedArray) -> tuple[np.ndarray, list[Any]]:
    """Codes and the distinct values they stand for; null is one code beyond the last."""
    coded = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.chunk(0) if coded.num_chunks == 1 else pa.concat_arrays(coded.chunks)
    coded = coded.dictionary_encode()
    words = coded.dictionary.to_pylist()
    return coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False).astype(np.int64), words


def to_utc(local: pa.ChunkedArray, instants: pa.ChunkedArray, zone: str) -> tuple[pa.ChunkedArray, np.ndarray | None]:
    """Clock times of a zone, and times that named their offset, as UTC; and which clock times the zone's clocks skipped.

    Of a time that came twice, when clocks went back, the first is taken.
    """
    utc = pa.timestamp("us", tz="UTC")
    if zone == "UTC":
        return pc.coalesce(pc.assume_timezone(local, "UTC"), instants.cast(utc)), None
    placed = pc.assume_timezone(local, zone, ambiguous="earliest", nonexistent="latest")
    again = pc.local_timestamp(placed)
    skipped = flags(pc.fill_null(pc.not_equal(again, local), False))
    placed = placed.cast(utc)
    if skipped.any():
        placed = pc.if_else(pa.array(skipped), pa.scalar(None, utc), placed)
    return pc.coalesce(placed, instants.cast(utc)), skipped


def next_day(values: Any, floor: Any) -> Any:
    """A clock time that is earlier than `floor` belongs to the day after."""
    day = pa.scalar(86_400_000_000, pa.duration("us"))
    earlier = pc.fill_null(pc.less(values, floor), False)
    return pc.if_else(earlier, pc.add(values, day), values)

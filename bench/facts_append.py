"""How fast facts are written: one million rows at once, the same again, and batches as the projector writes them.

Beside it, in the same run, what a plain Delta append of the same million rows takes (no keys looked up, no promise kept).
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from deltalake import write_deltalake

from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.tables import TABLES
from heed.facts.store.fitting import fit
from heed.facts.store.store import Store

ROWS, BATCHES, BATCH_ROWS = 1_000_000, 100, 1_000


def interactions(rows: int) -> pa.Table:
    """Rows of `interactions` with the columns a telephone export has."""
    chance = np.random.default_rng(0)
    start = 1_700_000_000_000_000 + np.sort(chance.integers(0, 10**13, rows))
    columns = {
        "interaction_id": pa.array([f"acd-{number:09d}" for number in range(rows)]),
        "started_at": pa.array(start, pa.timestamp("us", tz="UTC")),
        "customer_key": pa.array([f"c{number:07d}" for number in chance.integers(0, rows // 5, rows)]),
        "agent_key": pa.array([f"a{number:04d}" for number in chance.integers(0, 800, rows)]),
        "region": pa.array(np.array(["north", "south", "east", "west"])[chance.integers(0, 4, rows)]),
        "team": pa.array([f"t{number}" for number in chance.integers(0, 50, rows)]),
        "wait_seconds": pa.array(chance.exponential(60, rows)),
        "handle_seconds": pa.array(chance.gamma(2, 150, rows)),
        "answered": pa.array(chance.random(rows) < 0.9),
        "source": pa.array(["acd"] * rows),
        "batch": pa.array(["b1"] * rows),
    }
    return pa.table(columns)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def main() -> None:
    rows = interactions(ROWS)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "heed")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        used = time.process_time()
        first, written = timed(lambda: store.append_new("interactions", rows))
        used = time.process_time() - used
        again, repeated = timed(lambda: store.append_new("interactions", rows))
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        small = rows.slice(0, BATCH_ROWS)
        batches = [
            timed(lambda number=number: store.append("interactions", small, app="bench", number=number))[0]
            for number in range(1, BATCHES + 1)
        ]
        fitted = fit(TABLES["interactions"], rows, datetime(2025, 1, 1, tzinfo=UTC)).cast(
            arrow_schema(TABLES["interactions"])
        )
        plain, _ = timed(lambda: write_deltalake(str(Path(folder) / "plain"), fitted, partition_by=["source"]))
    if (written, repeated) != (ROWS, 0):
        sys.exit(f"wrote {written} and {repeated} rows instead of {ROWS} and 0")
    line = {
        "bench": "facts_append",
        "rows": ROWS,
        "append_new_seconds": first,
        "append_new_cpu_seconds": used,
        "append_new_again_seconds": again,
        "plain_delta_seconds": plain,
        "batch_rows": BATCH_ROWS,
        "batch_median_ms": float(np.median(batches)) * 1000,
        "batch_p99_ms": float(np.quantile(batches, 0.99)) * 1000,
        "memory_grown_mb": grown / 1024,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()

"""The sample operation loaded into an empty store, beside the same number of contacts drawn row by row in Python.

`python bench/sample_scale.py 100` loads scale 100: about twenty million contacts, in bounded memory.
"""

import json
import random
import resource
import shutil
import sys
import tempfile
import time
from datetime import date

from heed.facts.store.store import Store
from heed.sample.loading import counts, wanted, write

UNTIL = date(2026, 6, 30)
PEER_ROWS = 200_000


def row_by_row(rows: int) -> float:
    """Seconds to draw that many contacts, of ten columns, one dictionary at a time."""
    draw, begun = random.Random(0), time.perf_counter()
    kept = []
    for number in range(rows):
        kept.append(
            {
                "interaction_id": f"i{number:07d}",
                "started_at": draw.randrange(10**9),
                "customer_key": f"c{draw.randrange(20_000):07d}",
                "agent_key": f"a{draw.randrange(60):04d}",
                "region": draw.choice(("north", "east", "south", "west")),
                "channel": draw.choices(("phone", "email", "chat"), (5, 2, 1))[0],
                "topic": draw.choice(("billing", "outage", "router")),
                "wait_seconds": draw.expovariate(1 / 30),
                "handle_seconds": draw.lognormvariate(6, 0.5),
                "resolved": draw.random() < 0.8,
            }
        )
    return time.perf_counter() - begun


def main(scale: float) -> None:
    home = tempfile.mkdtemp(prefix="heed-bench-")
    try:
        store = Store(home)
        begun = time.perf_counter()
        load = wanted(store, 0, scale, UNTIL)
        written = sum(write(store, load, lambda done: None).values())
        seconds = time.perf_counter() - begun
        begun = time.perf_counter()
        again = sum(write(store, wanted(store, 0, scale, UNTIL), lambda done: None).values())
        second = time.perf_counter() - begun
        rows = counts(store)
        megabytes = sum(state.bytes for state in store.tables()) / 1e6
    finally:
        shutil.rmtree(home, ignore_errors=True)
    line = {
        "bench": "sample_scale",
        "scale": scale,
        "contacts": rows["interactions"],
        "rows": written,
        "seconds": round(seconds, 1),
        "rows_per_second": round(written / seconds),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "store_mb": round(megabytes),
        "second_load_rows": again,
        "second_load_seconds": round(second, 2),
        "peer": "contacts row by row in Python",
        "peer_rows_per_second": round(PEER_ROWS / row_by_row(PEER_ROWS)),
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)

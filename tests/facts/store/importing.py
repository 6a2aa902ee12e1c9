"""An importer as a process of its own: STORE GO FIRST END STEP. Prints `ready`, waits for GO, prints the rows it wrote."""

import sys
import time
from pathlib import Path

from heed.facts.store.store import Store
from tests.facts.rows import usage_rows


def main(url: str, go: str, first: int, end: int, step: int) -> None:
    store = Store(url)
    print("ready", flush=True)
    while not Path(go).exists():
        time.sleep(0.001)
    print(sum(store.append_new("usage", usage_rows(at, min(at + step, end))) for at in range(first, end, step)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6]))

"""A follower over roots as a process of its own: JOURNAL FOLDER BATCH. Prints a line a batch, and `end` when it caught up."""

import sys
from pathlib import Path

from heed.facts.store.roots import Roots
from heed.facts.store.store import Store


def main(journal: str, folder: str, batch: int) -> None:
    from tests.facts.store.test_roots import follower_of

    place = Path(folder)
    roots = Roots(Store(place / "home"), {region: Store(place / region) for region in ("emea", "amer")})
    follower_of(roots, Path(journal)).follow(batch, lambda entries: print("batch", flush=True))
    print("end", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

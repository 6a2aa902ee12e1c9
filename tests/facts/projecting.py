"""A follower as a process of its own: JOURNAL STORE BATCH [rebuild]. Prints a line a batch, and `end` when it caught up."""

import sys
from pathlib import Path

from heed.facts.follower import Follower, begin_again
from heed.facts.store.store import Store
from tests.facts.fake_journal import PROJECTIONS, FakeJournal


def main(journal: str, url: str, batch: int, rebuild: int = 0) -> None:
    follower = Follower(Store(url), FakeJournal(Path(journal)).entries_after, PROJECTIONS)
    for name in follower.tables if rebuild else ():
        begin_again(follower.store, name, rebuild)
        print("emptied", flush=True)
    follower.follow(batch, lambda entries: print("batch", flush=True))
    print("end", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))

"""Asks DuckDB and a Spark master the same: STORE MASTER. Prints the name of each question answered alike."""

import sys

from heed.facts.engine.engine import open_engine
from heed.facts.store.store import Store
from tests.facts.engine.test_engines import ASKED, alike


def main(url: str, master: str) -> None:
    store = Store(url)
    with open_engine("duckdb", store) as duck, open_engine(master, store) as spark:
        for ask in ASKED:
            expected, given = duck.run(ask(duck)), spark.run(ask(spark))
            if not alike(given, expected):
                raise SystemExit(f"{ask.__name__} differs: {given.schema} {given.slice(0, 3).to_pylist()}")
            print(ask.__name__, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])

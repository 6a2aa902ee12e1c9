"""The same on a real cluster: a master and two workers. A process has one Spark, so this one asks in its own."""

import subprocess
import sys

import pytest

from heed.facts.store.store import Store
from tests.facts.rows import remedy_rows
from tests.places import ROOT


@pytest.mark.spark
def test_a_cluster_gives_what_duckdb_gives(spark_url: str, store: Store) -> None:
    store.append_new("remedies", remedy_rows(1000).slice(0, 700))
    store.append_new("remedies", remedy_rows(1000))
    command = [sys.executable, "-m", "tests.facts.engine.asking", store.url, spark_url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.split() == [
        "whole",
        "grouped",
        "timed",
        "before",
        "by_zero",
        "joined",
        "in_memory",
        "never_written",
        "emptied",
    ]

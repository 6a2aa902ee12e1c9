"""The worker as a process: it carries everything on exactly once, killed at whatever moment, and ends within seconds."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.house.plan import ROOT
from tests.nursery import Nursery
from tests.running import HEED, environment, runs
from tests.services.postgres import Postgres
from tests.services.starting import wait_until

OPENING = """\
name: Call back who is unhappy
source: responses
when: 'instrument == "nps" && score <= 6.0'
severity: high
owner: organisation
"""


class Store:
    """A data folder (and a database) with a rule in force, its workers, and one who tells it of answers."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home, self.settings = home, settings
        folder = home.parent / "model" / "case_opening"
        folder.mkdir(parents=True)
        (folder / "unhappy.yaml").write_text(OPENING, encoding="utf-8")
        runs(home, **settings)("model", "apply", str(folder.parent))

    def start(self, *command: str, **how: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(command, env=environment(self.home, **self.settings), cwd=ROOT, text=True, **how)

    def worker(self) -> subprocess.Popen[str]:
        return self.start(*HEED, "worker", stderr=subprocess.PIPE)

    def counts(self) -> dict[str, Any]:
        done = self.start(sys.executable, "-m", "tests.site.telling", "counts", stdout=subprocess.PIPE)
        told: dict[str, Any] = json.loads(done.communicate()[0])
        return told

    def until_carried(self, seconds: float = 600.0) -> dict[str, Any]:
        end = time.monotonic() + seconds
        found = self.counts()
        while min(found["flow"], found["facts"]) < found["last"] and time.monotonic() < end:
            time.sleep(2.0)
            found = self.counts()
        return found


@contextmanager
def telling(store: Store) -> Iterator[subprocess.Popen[str]]:
    writer = store.start(
        sys.executable, "-m", "tests.site.telling", stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1
    )
    try:
        yield writer
    finally:
        writer.kill()
        writer.wait()


def told(process: subprocess.Popen[str], words: str) -> None:
    """Read what a worker says until it says this."""
    assert process.stderr is not None
    said = []
    while words not in (read := process.stderr.readline()):
        said.append(read)
        assert read or process.poll() is None, "".join(said)


def killed_rounds(store: Store, rounds: int) -> None:
    """Two workers at a time, killed one after another while answers come in; then one that ends the work."""
    chance = random.Random(rounds)
    env = environment(store.home, **store.settings)
    with telling(store) as writer, Nursery(env, "heed.site.worker") as nursery:
        assert writer.stdout is not None
        writer.stdout.readline()
        for number in range(rounds):
            said = [store.home.parent / f"said-{number}-{one}" for one in range(2)]
            workers = [nursery.start(path, "", "worker") for path in said]
            for worker, path in zip(workers, said, strict=True):
                wait_until(lambda: "worker started" in path.read_text() if path.exists() else False, "a worker")  # noqa: B023
                assert not nursery.is_over(worker), path.read_text()
            for worker in workers:
                time.sleep(chance.random() * 0.8)
                os.kill(worker, signal.SIGKILL)
                assert nursery.wait(worker) == -signal.SIGKILL
        assert writer.stdin is not None
        writer.stdin.close()
        acknowledged = [int(number) for number in writer.stdout]
        assert writer.wait() == 0
    last = store.worker()
    found = store.until_carried()
    last.terminate()
    assert last.wait(timeout=60) == 0
    count = acknowledged[-1]
    assert (found["cases"], found["cases_twice"], found["opened"]) == (count, 0, count)
    assert found["responses"] == count
    assert (found["flow"], found["facts"], found["chain"]) == (found["last"], found["last"], None)


def test_killed_workers_leave_neither_a_hole_nor_a_double(tmp_path: Path) -> None:
    killed_rounds(Store(tmp_path / "home"), 2)


@pytest.mark.prove
def test_fifty_killed_workers_leave_neither_a_hole_nor_a_double(tmp_path: Path) -> None:
    killed_rounds(Store(tmp_path / "home"), 25)


@pytest.mark.prove
def test_killed_workers_on_postgresql_leave_neither_a_hole_nor_a_double(
    tmp_path: Path, postgres_server: Postgres
) -> None:
    url = postgres_server.database("killed")
    killed_rounds(Store(tmp_path / "home", HEED_DATABASE_URL=url), 25)


def test_a_worker_ends_within_seconds_when_told_to(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    worker = store.worker()
    told(worker, "worker started")
    began = time.monotonic()
    worker.terminate()
    assert worker.wait(timeout=60) == 0
    # No bar of speed: a service manager waits 90 s, and nothing here may come near it.
    assert time.monotonic() - began < 60

"""Triggers and lists that race, in threads of several processes on a real database, ask each customer once."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.feedback.triggers.racer import CUSTOMERS, ROUNDS, THREADS
from tests.places import ROOT

PROCESSES = 3
COUNTED = (
    "select customer_key, count(*) from feedback_ask where asked group by customer_key",
    "select customer_key, count(*) from feedback_invitation group by customer_key",
)
DECIDED = "select count(*), count(distinct once_key) from feedback_ask"


def started(environment: dict[str, str], name: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.feedback.triggers.racer", name],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def raced(environment: dict[str, str]) -> list[dict[str, Any]]:
    """Several processes, let go at once when every one is ready; what each says at its end."""
    told, _ = started(environment, "settle").communicate(timeout=120)
    keys = json.loads(told.splitlines()[-1])["customers"]
    running = [started(environment, f"r{number}") for number in range(PROCESSES)]
    for process in running:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(keys) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [json.loads(process.communicate(timeout=180)[0].splitlines()[-1]) for process in running]


def environment(home: Path, url: str = "") -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEED_")}
    settings = {"HEED_HOME": str(home), "HEED_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "heed.site.settings"}
    return {**kept, **settings, "PYTHONPATH": f"{ROOT}:{ROOT}/src"}


def held(answers: list[list[Any]], decided: tuple[int, int], told: list[dict[str, Any]]) -> None:
    """Every customer was asked, none twice, and each fact was decided about once."""
    assert [fault for each in told for fault in each["failed"]] == []
    for counted in answers:
        assert len(counted) == CUSTOMERS
        assert {number for _, number in counted} == {1}
    assert decided[0] == decided[1] >= PROCESSES * THREADS * ROUNDS


def test_racing_triggers_and_lists_ask_once_on_sqlite(tmp_path: Path) -> None:
    told = raced(environment(tmp_path))
    with sqlite3.connect(tmp_path / "heed.db") as store:
        held([store.execute(each).fetchall() for each in COUNTED], store.execute(DECIDED).fetchone(), told)


@pytest.mark.postgres
def test_racing_triggers_and_lists_ask_once_on_postgresql(postgres_server: Any, tmp_path: Path) -> None:
    import psycopg

    url = postgres_server.database("asking_races")
    told = raced(environment(tmp_path, url))
    with psycopg.connect(url) as store:
        decided = store.execute(DECIDED).fetchone()
        assert decided is not None
        held([store.execute(each).fetchall() for each in COUNTED], (decided[0], decided[1]), told)

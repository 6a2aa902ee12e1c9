"""Triggers and lists that race, in threads of several processes on a real database, ask each customer once."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.feedback.triggers.racer import CROWD_CUSTOMERS, CROWD_PROCESSES, CUSTOMERS, ROUNDS, THREADS
from tests.places import ROOT

PROCESSES = 3
COUNTED = (
    "select customer_key, count(*) from feedback_ask where asked group by customer_key",
    "select customer_key, count(*) from feedback_invitation group by customer_key",
)
DECIDED = "select count(*), count(distinct once_key) from feedback_ask"


def started(environment: dict[str, str], name: str, size: str = "few") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.feedback.triggers.racer", name, size],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def raced(environment: dict[str, str], size: str = "few", processes: int = PROCESSES) -> list[dict[str, Any]]:
    """Several processes, let go at once when every one is ready; what each says at its end."""
    told, _ = started(environment, "settle", size).communicate(timeout=300)
    keys = json.loads(told.splitlines()[-1])["customers"]
    running = [started(environment, f"r{number}", size) for number in range(processes)]
    for process in running:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(keys) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [json.loads(process.communicate(timeout=600)[0].splitlines()[-1]) for process in running]


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


# Two asks of one customer that are due within thirty days of each other; invitations that no decision stands behind.
TOO_SOON = """select count(*) from feedback_touch one join feedback_touch other on one.customer_key = other.customer_key
    and one.id < other.id where one.sort = 'ask' and other.sort = 'ask'"""
DOUBLE = "select count(*) - count(distinct customer_key) from feedback_invitation"
ASKED = "select count(*) from feedback_ask where asked"


def held_in_a_crowd(told: list[dict[str, Any]], too_soon: int, double: int, asked: int) -> None:
    assert [fault for each in told for fault in each["failed"]] == []
    assert (too_soon, double) == (0, 0)
    assert CROWD_CUSTOMERS * 0.3 < asked <= CROWD_CUSTOMERS


@pytest.mark.prove
def test_sixty_four_at_once_ask_a_thousand_customers_once_each_on_sqlite(tmp_path: Path) -> None:
    told = raced(environment(tmp_path), "crowd", CROWD_PROCESSES)
    with sqlite3.connect(tmp_path / "heed.db") as store:
        held_in_a_crowd(told, *(store.execute(each).fetchone()[0] for each in (TOO_SOON, DOUBLE, ASKED)))


@pytest.mark.prove
@pytest.mark.postgres
def test_sixty_four_at_once_ask_a_thousand_customers_once_each_on_postgresql(
    postgres_server: Any, tmp_path: Path
) -> None:
    import psycopg

    url = postgres_server.database("asking_crowd")
    told = raced(environment(tmp_path, url), "crowd", CROWD_PROCESSES)
    with psycopg.connect(url) as store:
        found = []
        for each in (TOO_SOON, DOUBLE, ASKED):
            row = store.execute(each).fetchone()
            assert row is not None
            found.append(row[0])
        held_in_a_crowd(told, *found)

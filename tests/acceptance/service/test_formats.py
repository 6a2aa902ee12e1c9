"""The story of standard formats, told by the command: files of other systems come in, counted, and nothing is lost or doubled."""

import csv
import gzip
import io
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from heed.facts.store.store import Store
from tests.nursery import Nursery
from tests.places import shared_data
from tests.running import environment
from tests.running import heed as command

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def heed(home: Path) -> Run:
    """Runs a command with --json and gives the one object it prints; `code` is what it must exit with."""

    def run(*arguments: str, code: int = 0, stdin: bytes | None = None) -> dict[str, Any]:
        done = command(environment(home), *arguments, "--json", given=stdin or b"")
        assert done.returncode == code, done.stderr
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found

    return run


def counted(told: dict[str, Any]) -> tuple[int, int, int, int]:
    assert told["read"] == told["accepted"] + told["quarantined"] + told["unchanged"]
    return told["read"], told["accepted"], told["quarantined"], told["unchanged"]


def facts(home: Path, table: str, source: str) -> pa.Table:
    held = Store(home / "facts").dataset(table)
    assert held is not None
    return held.to_table(filter=pa.compute.field("source") == source)


def csv_rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows as Python's own reader sees them."""
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_answers_of_customers_with_their_words(heed: Run, home: Path) -> None:
    path = shared_data("nps_verbatims/nps_verbatims_dev.csv.gz")
    told = heed("import", str(path), "--mapping", "nps_verbatims")
    assert {name: told[name] for name in ("mapping", "read", "accepted", "quarantined", "unchanged", "errors")} == {
        "mapping": "nps_verbatims",
        "read": 1190,
        "accepted": 1190,
        "quarantined": 0,
        "unchanged": 0,
        "errors": [],
    }
    source = csv_rows(path)
    responses, verbatims = facts(home, "responses", "nps_verbatims"), facts(home, "verbatims", "nps_verbatims")
    scores = Counter((row["SURVEY_SUB_TYPE"], row["NPS_SCORE"]) for row in source)
    found = Counter(
        (row["stage"], "" if row["score"] is None else str(int(row["score"])))
        for row in responses.select(["stage", "score"]).to_pylist()
    )
    assert found == scores
    assert sum(count for (_, score), count in found.items() if not score) == 17
    assert Counter(verbatims.column("text").to_pylist()) == Counter(
        row["text"].strip() for row in source if row["text"].strip()
    )
    assert set(verbatims.column("response_id").to_pylist()) <= set(responses.column("response_id").to_pylist())
    assert counted(heed("import", str(path), "--mapping", "nps_verbatims")) == (1190, 0, 0, 1190)


def test_calls_of_a_call_centre(heed: Run, home: Path) -> None:
    path = shared_data("anonymous_bank/anonymous_bank_1999_02_01to14.tsv.gz")
    assert counted(heed("import", str(path), "--mapping", "anonymous_bank")) == (17456, 17456, 0, 0)
    source = csv_rows(path, "\t")
    table = facts(home, "interactions", "anonymous_bank").to_pylist()
    offered = [
        row for row in source if row["outcome"] == "AGENT" or (row["outcome"] == "HANG" and int(row["q_time"]) > 0)
    ]
    assert sum(bool(row["offered"]) for row in table) == len(offered) == 16273
    assert sum(row["excluded_reason"] == "phantom" for row in table) == 143
    assert sum(bool(row["answered"]) for row in table) == 14405
    answered = [row for row in table if row["handle_seconds"] is not None]
    assert sum(row["handle_seconds"] for row in answered) == sum(
        int(row["ser_time"]) for row in source if row["outcome"] == "AGENT"
    )
    assert sum(row["wait_seconds"] for row in table) == sum(int(row["q_time"]) for row in source)
    zone = ZoneInfo("Asia/Jerusalem")
    starts = Counter(
        datetime.strptime(f"{row['date']} {row['vru_entry']}", "%y%m%d %H:%M:%S").replace(tzinfo=zone).astimezone(UTC)
        for row in source
    )
    assert Counter(row["started_at"] for row in table) == starts
    assert all(
        row["ended_at"] is None or timedelta(0) <= row["ended_at"] - row["started_at"] < timedelta(hours=3)
        for row in table
    )
    assert sum(row["customer_key"] is None for row in table) == sum(row["customer_id"] == "0" for row in source)
    assert len({row["agent_key"] for row in table} - {None}) == len({row["server"] for row in source} - {"NO_SERVER"})
    assert not {"DORIT", "TOVA"} & {word for row in table for word in str(row).split("'")}


def test_tweets_that_went_through_a_spreadsheet(heed: Run, home: Path) -> None:
    path = shared_data("airline_tweets/tweets_dev.csv.gz")
    dry = heed("import", str(path), "--mapping", "airline_tweets", "--dry-run")
    assert counted(dry) == (8674, 8674, 0, 0)
    assert counted(heed("import", str(path), "--mapping", "airline_tweets")) == (8674, 8674, 0, 0)
    source = csv_rows(path)
    table = facts(home, "verbatims", "airline_tweets").to_pylist()
    assert Counter(row["label_sentiment"] for row in table) == Counter(row["airline_sentiment"] for row in source)
    assert not [row["text"] for row in table if row["text"].startswith("=")]
    days = Counter((datetime(1899, 12, 30) + timedelta(days=float(row["tweet_created"]))).date() for row in source)  # noqa: DTZ001
    zone = ZoneInfo("America/Los_Angeles")
    assert Counter(row["said_at"].astimezone(zone).date() for row in table) == days
    assert len({row["customer_key"] for row in table}) == len({row["name"].strip() for row in source})
    assert counted(heed("import", str(path), "--mapping", "airline_tweets")) == (8674, 0, 0, 8674)


def test_an_event_log(heed: Run, home: Path) -> None:
    path = shared_data("eventlogs/helpdesk.xes.gz")
    assert counted(heed("import", str(path), "--mapping", "helpdesk")) == (21348, 21348, 0, 0)
    table = facts(home, "events", "helpdesk")
    assert len(set(table.column("case_id").to_pylist())) == 4580
    assert len(set(table.column("activity").to_pylist())) == 14
    assert len(set(table.column("resource").to_pylist())) == 22
    words = gzip.decompress(path.read_bytes()).decode("utf-8")
    assert Counter(table.column("activity").to_pylist())["Closed"] == words.count('"concept:name" value="Closed"')
    changes = Counter(facts(home, "case_changes", "helpdesk").column("change").to_pylist())
    assert changes["opened"] == 4580
    assert changes["closed"] == words.count('"concept:name" value="Closed"')


def test_tweets_in_threads_from_standard_input(heed: Run, home: Path) -> None:
    path = shared_data("twcs/twcs.csv.gz")
    assert counted(heed("import", "-", "--mapping", "twcs", stdin=path.read_bytes())) == (5000, 5000, 0, 0)
    table = facts(home, "interactions", "twcs").to_pylist()
    assert Counter(row["direction"] for row in table) == {"inbound": 2778, "outbound": 2222}
    form = "%a %b %d %H:%M:%S %z %Y"
    source = [row for row in csv_rows(path) if row["inbound"] in ("True", "False")]
    at = {row["tweet_id"]: datetime.strptime(row["created_at"], form) for row in source}  # noqa: DTZ007  the form has %z
    asked = {row["tweet_id"] for row in source if row["inbound"] == "True"}
    waits: dict[str, float] = {}
    for row in source:
        parent = (row["in_response_to_tweet_id"] or "").removesuffix(".0")
        if row["inbound"] == "False" and parent in asked and at[row["tweet_id"]] >= at[parent]:
            wait = (at[row["tweet_id"]] - at[parent]).total_seconds()
            waits[parent] = min(wait, waits.get(parent, wait))
    found = {
        row["interaction_id"]: row["first_response_seconds"]
        for row in table
        if row["first_response_seconds"] is not None
    }
    # One row of the file is broken in two for Python's reader by a carriage return inside it; it lost what it answers.
    missing = {f"twcs:{name}" for name in waits} ^ set(found)
    assert len(missing) <= 1
    assert all(found[f"twcs:{name}"] == wait for name, wait in waits.items() if f"twcs:{name}" in found)


def test_what_cannot_be_brought_in_is_refused_in_one_line(heed: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    told = heed("import", str(tmp_path / "x.csv"), "--mapping", "nps_verbatims", code=1)
    assert told["error"]["code"] == "missing_columns"
    assert "Line 1" in told["error"]["message"]
    assert told["error"]["hint"]
    assert (
        heed("import", str(tmp_path / "none.csv"), "--mapping", "helpdesk", code=1)["error"]["code"] == "no_such_file"
    )
    assert "helpdesk" in heed("import", str(tmp_path / "x.csv"), "--mapping", "helpdsk", code=1)["error"]["hint"]
    done = command(environment(home), "import")
    assert done.returncode == 2


def test_the_first_fault_of_each_rule_is_told(heed: Run, tmp_path: Path) -> None:
    head = "CUSTOMER_RESPONSE_DATE,SURVEY_SUB_TYPE,NPS_RATING,NPS_SCORE,text,Qtr\n"
    body = '21/02/2018 19:39,Order,Passive,7,"two\nlines",Q1\n31/02/2018 10:00,Order,Passive,7,x,Q1\n'
    body += "21/02/2018 10:00,Order,Promoter,11,[/red],Q1\n"
    (tmp_path / "bad.csv").write_text(head + body)
    told = heed("import", str(tmp_path / "bad.csv"), "--mapping", "nps_verbatims", "--dry-run")
    assert counted(told) == (3, 1, 2, 0)
    assert [
        (error["rule"], error["count"], error["first"]["line"], error["first"]["column"], error["first"]["value"])
        for error in told["errors"]
    ] == [
        ("not_a_time", 1, 4, "CUSTOMER_RESPONSE_DATE", "31/02/2018 10:00"),
        ("out_of_range", 1, 5, "NPS_SCORE", "11"),
    ]


MAPPING = """
columns: [id, at, who, words]
personal: [who, words]
targets:
  - table: interactions
    key: [id]
    columns:
      started_at: {from: at}
      customer_key: {from: who}
  - table: verbatims
    key: [id]
    needs: text
    columns:
      said_at: {from: at}
      text: {from: words}
      interaction_id: {from: id}
"""


@pytest.mark.prove
def test_an_import_killed_at_any_moment_is_completed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed thirty times, six a store: after the file is brought in again, facts are the file, to the row."""
    (tmp_path / "calls.yaml").write_text(MAPPING)
    size = 30_000
    lines = [
        f"r{number},2026-01-05 09:00:00,K{number % 900},{'' if number % 3 else f'words {number}'}"
        for number in range(size)
    ]
    lines[::1000] = [line.replace("2026-01-05", "2026-02-30") for line in lines[::1000]]
    (tmp_path / "calls.csv").write_text("id,at,who,words\n" + "\n".join(lines) + "\n")
    # Small chunks, so that there are many moments between two writes.
    program = "import heed.service.formats.importers.staging as s, heed.service.formats.importers.delimited as d\n"
    program += "s.CHUNK = 2000\nd.BLOCK_SIZE = 1 << 16"
    words = ["import", str(tmp_path / "calls.csv"), "--mapping", str(tmp_path / "calls.yaml"), "--json"]
    dice, bad = random.Random(1), len(range(0, size, 1000))
    takes = 0.0
    for turn in range(6):
        home = tmp_path / f"home-{turn}"
        with Nursery(environment(home)) as nursery:
            if not turn:
                begun = time.monotonic()
                told_by(nursery, tmp_path / "measured", program, words)
                takes = time.monotonic() - begun
                continue
            killed = 0
            while killed < 6:
                process = nursery.start(tmp_path / "killed", program, *words)
                time.sleep(dice.uniform(0.05, 0.6) * takes)
                if not nursery.is_over(process):
                    os.kill(process, signal.SIGKILL)
                killed += nursery.wait(process) == -signal.SIGKILL
            told = told_by(nursery, tmp_path / f"told-{turn}", program, words)
            assert counted(told)[0] == size
            assert told["quarantined"] == bad
            ids = facts(home, "interactions", "calls").column("interaction_id").to_pylist()
            assert len(ids) == len(set(ids)) == size - bad
            said = facts(home, "verbatims", "calls").column("verbatim_id").to_pylist()
            assert len(said) == len(set(said)) == sum(not number % 3 and bool(number % 1000) for number in range(size))
            again = told_by(nursery, tmp_path / f"again-{turn}", program, words)
            assert counted(again) == (size, 0, bad, size - bad)


def told_by(nursery: Nursery, output: Path, program: str, words: list[str]) -> dict[str, Any]:
    """What a command told as JSON, at the end of all it said."""
    code = nursery.wait(nursery.start(output, program, *words))
    said = output.read_text(encoding="utf-8")
    assert code == 0, said
    found: dict[str, Any] = json.loads(said[said.index("{") :])
    return found

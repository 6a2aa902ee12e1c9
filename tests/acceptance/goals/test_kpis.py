"""The story of KPIs, told by the command: real records go in, and the figures that come out are those anybody can count."""

import csv
import gzip
import io
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.core.test_people import Browser, House, Mailbox, free_port
from tests.acceptance.service.test_cases import SETTLED
from tests.places import shared_data
from tests.running import Run, environment, runs

FIRST_TWELVE = [
    "abandonment",
    "aht",
    "asa",
    "ces",
    "csat",
    "fcr",
    "first_response_time",
    "nps",
    "reopen_rate",
    "resolution_time",
    "service_level",
    "transfer_rate",
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[dict[str, str]]]:
    """A store that holds the public NPS answers, and the answers themselves."""
    file = shared_data("nps_verbatims") / "nps_verbatims_dev.csv.gz"
    run = runs(tmp_path_factory.mktemp("answers"))
    told = run("import", str(file), "--mapping", "nps_verbatims")
    assert (told["read"], told["accepted"], told["quarantined"], told["unchanged"]) == (1190, 1190, 0, 0)
    return run, list(csv.DictReader(io.StringIO(gzip.decompress(file.read_bytes()).decode("utf-8"), newline="")))


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[dict[str, str]]]:
    """A store that holds two weeks of a bank's calls, and the calls themselves."""
    file = shared_data("anonymous_bank") / "anonymous_bank_1999_02_01to14.tsv.gz"
    run = runs(tmp_path_factory.mktemp("calls"))
    told = run("import", str(file), "--mapping", "anonymous_bank")
    assert told["read"] == 17_456
    text = gzip.decompress(file.read_bytes()).decode("latin-1")
    return run, list(csv.DictReader(io.StringIO(text, newline=""), delimiter="\t"))


def whole(told: dict[str, Any]) -> dict[str, Any]:
    (row,) = told["rows"]
    assert row["group"] == {}
    assert row["low"] <= row["value"] <= row["high"]
    return dict(row)


def test_a_new_store_has_the_whole_catalogue_in_force(tmp_path: Path) -> None:
    told = runs(tmp_path)("kpi", "list")
    keys = [kpi["key"] for kpi in told["kpis"]]
    assert len(keys) >= 28
    assert set(FIRST_TWELVE) < set(keys)
    assert keys == sorted(keys)
    assert {kpi["state"] for kpi in told["kpis"]} == {"in force"} or {kpi["state"] for kpi in told["kpis"]} == {
        "in_force"
    }


def test_nps_by_stage_is_what_a_pencil_gives_and_the_unscored_are_not_zeros(answers: tuple[Run, Any]) -> None:
    run, rows = answers
    told = run("kpi", "show", "nps", "--by", "stage", "--min-n", "1")
    scores: dict[str, list[int]] = {}
    for row in rows:
        if row["NPS_SCORE"].strip():
            scores.setdefault(row["SURVEY_SUB_TYPE"], []).append(int(float(row["NPS_SCORE"])))
    assert [row["group"]["stage"] for row in told["rows"]] == sorted(scores)
    for row in told["rows"]:
        mine = scores[row["group"]["stage"]]
        expected = 100 * (sum(s >= 9 for s in mine) - sum(s <= 6 for s in mine)) / len(mine)
        assert row["value"] == pytest.approx(expected, abs=1e-9)
        assert row["n"] == len(mine)
        assert row["low"] < row["value"] < row["high"]
    unscored = sum(not row["NPS_SCORE"].strip() for row in rows)
    assert told["excluded"] == {"unscored": unscored}
    assert unscored > 0


def test_the_banks_calls_are_counted_as_the_bank_would(calls: tuple[Run, Any]) -> None:
    run, rows = calls
    real = [row for row in rows if row["outcome"] != "PHANTOM"]
    answered = [row for row in real if row["outcome"] == "AGENT"]
    left = [row for row in real if row["outcome"] == "HANG" and int(row["q_time"]) > 0]
    offered = len(answered) + len(left)
    phantoms = len(rows) - len(real)

    asa = run("kpi", "show", "asa")
    assert whole(asa)["value"] == pytest.approx(sum(int(r["q_time"]) for r in answered) / len(answered), rel=1e-12)
    assert asa["excluded"]["phantom"] == phantoms
    aht = run("kpi", "show", "aht")
    assert whole(aht)["value"] == pytest.approx(sum(int(r["ser_time"]) for r in answered) / len(answered), rel=1e-12)
    abandonment = whole(run("kpi", "show", "abandonment"))
    assert abandonment["value"] == pytest.approx(len(left) / offered, rel=1e-12)
    assert abandonment["n"] == offered

    within = sum(int(row["q_time"]) <= 20 for row in answered)
    short = sum(int(row["q_time"]) <= 20 for row in left)
    expected = {
        "failed": within / offered,
        "ignored": within / len(answered),
        "short_excluded": within / (offered - short),
    }
    for treatment, share in expected.items():
        told = run("kpi", "show", "service_level", "--set", f"abandons={treatment}", "--set", "threshold_seconds=20")
        assert whole(told)["value"] == pytest.approx(share, rel=1e-12), treatment
    default = whole(run("kpi", "show", "service_level"))
    assert default["value"] == pytest.approx(expected["failed"], rel=1e-12)


def test_a_small_group_is_not_shown_and_cannot_be_counted_back(calls: tuple[Run, Any]) -> None:
    run, rows = calls
    told = run("kpi", "show", "aht", "--by", "agent_key")
    sizes: dict[str, int] = {}
    for row in rows:
        if row["outcome"] == "AGENT":
            sizes[row["server"]] = sizes.get(row["server"], 0) + 1
    small = sum(size < 5 for size in sizes.values())
    hidden = [row for row in told["rows"] if row["suppressed"]]
    assert all((row["value"], row["low"], row["high"], row["n"]) == (None, None, None, None) for row in hidden)
    assert all(row["n"] >= 5 for row in told["rows"] if not row["suppressed"])
    # One group left out could be found from the total: then a second one goes with it.
    assert len(hidden) != 1
    assert len(hidden) >= small


def test_a_period_a_condition_and_a_level_are_honoured(calls: tuple[Run, Any]) -> None:
    run, rows = calls
    # The bank's days are those of its own clock; the second week begins at midnight there.
    told = run("kpi", "show", "aht", "--where", "handle_seconds > 60.0", "--level", "0.9")
    long = [int(r["ser_time"]) for r in rows if r["outcome"] == "AGENT" and int(r["ser_time"]) > 60]
    assert told["level"] == 0.9
    assert whole(told)["n"] == len(long)
    halves = [
        whole(run("kpi", "show", "aht", *part))["n"] for part in (["--until", "1999-02-08"], ["--since", "1999-02-08"])
    ]
    assert sum(halves) == sum(r["outcome"] == "AGENT" for r in rows)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["npss"], "not_found", "nps"),
        (["nps", "--by", "stge"], "unknown_column", "stage"),
        (["nps", "--where", "scor > 3"], "invalid_condition", "score"),
        (["service_level", "--set", "abandons=dropped"], "", "failed"),
        (["service_level", "--set", "treshold_seconds=3"], "", "threshold_seconds"),
    ],
)
def test_a_misspelt_question_is_answered_with_the_nearest_word(
    answers: tuple[Run, Any], words: list[str], code: str, said: str
) -> None:
    run, _ = answers
    told = run("kpi", "show", *words, code=1)["error"]
    assert said in told["message"] + told["hint"]


EACH = """
import sys
from heed.cli import main
for key in sys.argv[1:]:
    try:
        main(["kpi", "show", key, "--by", "region", "--json"])
    except SystemExit as end:
        assert not end.code
"""


def by_region(home: Path, engine: str) -> dict[str, dict[str, Any]]:
    """The twelve, one after the other in one process, so that a cluster is asked for its session once."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", EACH, *FIRST_TWELVE],
        env=environment(home, HEED_ENGINE=engine),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {each["kpi"]: each for each in told}


@pytest.mark.spark
@pytest.mark.prove
def test_spark_gives_the_same_rows(tmp_path: Path, spark_url: str) -> None:
    """The twelve, by region, on DuckDB in the process and on a master with two workers: equal rows, to the last bits of a sum."""
    runs(tmp_path)("sample-operation", "load", "--seed", "3")
    here, there = by_region(tmp_path, "duckdb"), by_region(tmp_path, spark_url)
    assert list(here) == list(there) == FIRST_TWELVE
    for key in FIRST_TWELVE:
        mine, theirs = here[key], there[key]
        assert [row["group"] for row in theirs["rows"]] == [row["group"] for row in mine["rows"]], key
        assert len(mine["rows"]) >= 4, key
        for one, other in zip(mine["rows"], theirs["rows"], strict=True):
            assert (other["n"], other["suppressed"]) == (one["n"], one["suppressed"]), key
            for figure in ("value", "low", "high"):
                same = one[figure] if one[figure] is None else pytest.approx(one[figure], rel=1e-9)
                assert other[figure] == same, (key, figure)
        for word in ("excluded", "cutoff", "unit", "method", "definition_version"):
            assert theirs[word] == mine[word], (key, word)


@pytest.mark.prove
def test_a_drive_for_shorter_calls_that_harms_is_told_and_one_that_does_not_is_not(tmp_path: Path) -> None:
    run = runs(tmp_path)
    run("sample-operation", "load", "--seed", "7", "--until", "2026-10-31")
    (truth,) = [each for each in run("sample-operation", "truths")["truths"] if each["key"] == "efficiency-drive"]
    told = run("kpi", "tensions", "--weeks", "76")
    (pair,) = [each for each in told["pairs"] if (each["efficiency"], each["satisfaction"]) == ("aht", "fcr")]
    named = [unit["unit"] for unit in pair["units"]]
    departments = {name.split("-")[1] for name in named}
    assert pair["found"]
    assert len(named) == 4
    assert len(departments) == 1
    assert departments.pop() in json.dumps(truth)
    for unit in pair["units"]:
        assert unit["efficiency"]["after"] < 0.87 * unit["efficiency"]["before"]
        assert unit["difference"]["high"] < 0


HURRIED = ("north-phone", "north-mail")
HURRY = """
title: Calls of the old system
format: csv
columns: {id: text, at: text, customer: text, agent: text, team: text, region: text, topic: text, handle: text}
targets:
  - table: interactions
    key: [id]
    columns:
      started_at: {from: at}
      customer_key: {from: customer}
      agent_key: {from: agent}
      team: {from: team}
      region: {from: region}
      topic: {from: topic}
      handle_seconds: {from: handle}
      channel: {value: phone}
      direction: {value: inbound}
      offered: {value: true}
      answered: {value: true}
"""


def settled(house: House) -> Browser:
    """Ada, who takes the house over."""
    link = re.search(r"http\S+/first-run/[0-9a-f]+/", re.sub(r"\x1b\[[0-9;]*m", "", house.log.read_text()))
    assert link is not None, house.log.read_text()
    ada = Browser(house)
    assert ada.send(link.group(), **SETTLED).status_code == 200
    return ada


def hurried_calls() -> list[str]:
    """Eight teams over thirty weeks; from week 16 on two of them are a quarter quicker, and more of their customers call
    again the next day.
    """
    teams = [f"{place}-{what}" for place in ("north", "south", "east", "west") for what in ("phone", "mail")]
    lines = ["id,at,customer,agent,team,region,topic,handle"]
    for week, team, number in product(range(30), teams, range(40)):
        quick = team in HURRIED and week >= 16
        # A spread that is the same each week, so that the story needs no luck.
        handle = (300 + 37 * (number % 9) + 11 * ((number * 7 + week * 3) % 13)) * (0.75 if quick else 1.0)
        again = (number * 11 + week * 5) % 40 < (14 if quick else 5)
        for turn in range(2 if again else 1):
            at = datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(weeks=week, days=number % 4 + turn, minutes=number)
            about = "billing" if number % 3 else "contract"
            key = f"{week}-{team}-{number}"
            lines.append(
                f"i{key}-{turn},{at.isoformat()},c{key},{team}-{number % 3},{team},{team.split('-')[0]},{about},{handle:.1f}"
            )
    return lines


@pytest.fixture(scope="module")
def hurry(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    folder = tmp_path_factory.mktemp("hurry")
    (folder / "calls.csv").write_text("\n".join(hurried_calls()), encoding="utf-8")
    (folder / "mapping.yaml").write_text(HURRY, encoding="utf-8")
    run = runs(folder / "home")
    told = run("import", str(folder / "calls.csv"), "--mapping", str(folder / "mapping.yaml"))
    assert told["quarantined"] == 0
    return run, folder


def test_kpis_are_weighed_a_set_is_chosen_and_the_choice_is_kept_with_its_owner(hurry: tuple[Run, Path]) -> None:
    run, _ = hurry
    told = run("kpi", "select", "--weeks", "30")
    assert "fcr" in told["proposed"]
    assert ["aht", "fcr"] in told["tensions"]
    by_key = {each["kpi"]: each for each in told["kpis"]}
    assert by_key["nps"]["code"] == "no_facts"
    assert all(each["code"] and each["reason"] for each in told["kpis"])
    assert by_key["fcr"]["smallest_change"] > 0
    assert told["choice"] is None
    choice = run("kpi", "select", "--weeks", "30", "--choose", "fcr,nps", "--owner", "Renate Holm")["choice"]
    assert (choice["members"], choice["owner"], choice["version"]) == (["fcr", "nps"], "Renate Holm", 1)
    assert choice["reasons"]["nps"] == {"code": "no_facts", "values": {}, "against": True}


def test_a_new_definition_is_read_beside_the_old_one(hurry: tuple[Run, Path]) -> None:
    run, folder = hurry
    window = ("--since", "2026-07-06", "--until", "2026-08-03")
    was = whole(run("kpi", "show", "fcr", *window))
    place = folder / "model" / "kpi" / "fcr.yaml"
    place.parent.mkdir(parents=True)
    run("model", "export", str(folder / "all"))
    held = (folder / "all" / "kpi" / "fcr.yaml").read_text(encoding="utf-8")
    assert "default: 7" in held
    place.write_text(re.sub(r"default: 7(\.0)?", "default: 1", held, count=1), encoding="utf-8")
    run("model", "apply", str(folder / "model"))
    told = run("kpi", "show", "fcr", *window, "--compare-versions", "last")
    assert told["published_change"]["value"] == pytest.approx(told["definition"]["value"] + told["real"]["value"])
    assert told["definition"]["low"] <= told["definition"]["value"] <= told["definition"]["high"]
    # What was published stays: the old version still reads what it read.
    assert whole(run("kpi", "show", "fcr", *window, "--version", "1")) == was
    assert run("kpi", "show", "aht", "--compare-versions", "last", code=1)["error"]["code"] == "one_version"


def test_the_page_of_tensions_names_the_teams_that_hurry(hurry: tuple[Run, Path]) -> None:
    _, folder = hurry
    mailbox, port = Mailbox(), free_port()
    house = House(folder / "home", mailbox, port)
    try:
        house.wait()
        ada = settled(house)
        said = re.sub(r"\s+", " ", ada.open("/kpis/tensions/?figures=1").text)
        assert "Over all, when AHT improves by a tenth, FCR changes by" in said
        assert all(team in said for team in HURRIED)
        assert "south-phone" not in said
        assert "Versions of" in ada.open("/kpis/fcr/versions/").text
    finally:
        house.process.terminate()
        house.process.wait(timeout=60)

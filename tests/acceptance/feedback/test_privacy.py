"""The story of privacy, as far as it goes: a store is careful from its first figure, without anybody setting anything."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

HEED = [sys.executable, "-c", "from heed.cli import main; main()"]
HEADER = "CUSTOMER_RESPONSE_DATE,SURVEY_SUB_TYPE,NPS_RATING,NPS_SCORE,text,Qtr"
ANSWERS = {"Billing": 30, "Installation": 10, "Repair": 9, "Returns": 12}
Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def heed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A fresh store into which the answers of four stages came."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEED_")}
    environment = {**kept, "HEED_HOME": str(home / "store"), "DJANGO_SETTINGS_MODULE": "heed.site.settings"}

    def run(*arguments: str) -> dict[str, Any]:
        done = subprocess.run(
            [*HEED, *arguments, "--json"], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    lines = [
        f"{number % 28 + 1:02}/03/2026 10:{number:02},{stage},,{(7 * number) % 11},words {stage} {number},Q1"
        for stage, count in ANSWERS.items()
        for number in range(count)
    ]
    answers = home / "answers.csv"
    answers.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    assert run("import", str(answers), "--mapping", "nps_verbatims")["accepted"] == sum(ANSWERS.values())
    return run


def by_stage(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["group"]["stage"]: row for row in told["rows"]}


def test_a_group_of_nine_customers_is_withheld_and_so_is_one_that_would_give_it_away(heed: Run) -> None:
    told = heed("kpi", "show", "nps", "--by", "stage")
    assert told["min_n"] == 10
    rows = by_stage(told)
    withheld = {stage for stage, row in rows.items() if row["suppressed"]}
    # Nine is too few; and with one alone withheld, the total less the others would tell it.
    assert "Repair" in withheld
    assert len(withheld) == 2
    for stage in withheld:
        assert [rows[stage][key] for key in ("value", "low", "high", "n")] == [None] * 4
    shown = set(ANSWERS) - withheld
    assert {stage: rows[stage]["n"] for stage in shown} == {stage: ANSWERS[stage] for stage in shown}
    assert all(rows[stage]["low"] <= rows[stage]["value"] <= rows[stage]["high"] for stage in shown)


def test_the_figure_over_all_is_shown(heed: Run) -> None:
    (row,) = heed("kpi", "show", "nps")["rows"]
    assert (row["group"], row["n"], row["suppressed"]) == ({}, sum(ANSWERS.values()), False)


def test_a_few_customers_cannot_be_singled_out_by_a_condition(heed: Run) -> None:
    (row,) = heed("kpi", "show", "nps", "--where", 'stage == "Repair"')["rows"]
    assert row["suppressed"]
    assert row["n"] is None


def test_whoever_holds_the_files_may_see_all_of_their_own_import(heed: Run) -> None:
    rows = by_stage(heed("kpi", "show", "nps", "--by", "stage", "--min-n", "1"))
    assert {stage: row["n"] for stage, row in rows.items()} == ANSWERS

"""The story of privacy: a store is careful from its first figure; a customer asks what is held of them, and to be forgotten."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.running import Run, runs

HEADER = "CUSTOMER_RESPONSE_DATE,SURVEY_SUB_TYPE,NPS_RATING,NPS_SCORE,text,Qtr"
ANSWERS = {"Billing": 30, "Installation": 10, "Repair": 9, "Returns": 12}


@pytest.fixture(scope="module")
def heed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A fresh store into which the answers of four stages came."""
    home = tmp_path_factory.mktemp("home")
    run = runs(home / "store")
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


def test_a_customer_sees_what_is_held_and_is_forgotten_once_no_hold_stands(heed: Run, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("id,name,email\nK-700815,Ottilie Wunderlich,ottilie@post.example\n", encoding="utf-8")
    heed("customers", "import", str(people), "--system", "crm")
    out = tmp_path / "all.json"
    told = heed("privacy", "export", "crm:K-700815", "--out", str(out))
    assert told["tables"]["service.Customer"] == 1
    assert "ottilie@post.example" in out.read_text(encoding="utf-8")
    heed("privacy", "hold", "crm:K-700815", "--reason", "a court asked for it")
    refused = heed("privacy", "erase", "crm:K-700815", "--reason", "asked by mail", code=1)["error"]
    assert refused["code"] == "legal_hold"
    assert "a court asked for it" in refused["message"]
    heed("privacy", "release", "crm:K-700815", "--reason", "the court has decided")
    counted = heed("privacy", "erase", "crm:K-700815", "--dry-run")
    assert counted["erased"]["service.Customer"] == 1
    erased = heed("privacy", "erase", "crm:K-700815", "--reason", "asked by mail")
    assert erased["found_after"] == 0, erased["receipt"]["left_in"]
    assert "Ottilie" not in json.dumps(erased)
    assert heed("privacy", "export", "crm:K-700815", code=1)["error"]["code"] == "unknown_customer"
    assert heed("privacy", "record")["policies"][0]["key"] == "default"


# Residency: facts of a region lie under the region's root

MAPPING = """
title: Answers of regions
columns: {id: text, at: text, who: text, place: text, score: number, seconds: number, words: text}
personal: [words]
targets:
  - table: responses
    columns:
      response_id: {from: id}
      answered_at: {from: at}
      customer_key: {from: who, system: crm}
      survey_key: {value: visit}
      question_key: {value: recommend}
      instrument: {value: nps}
      score: {from: score, least: 0, most: 10}
      scale_min: {value: 0}
      scale_max: {value: 10}
      region: {from: place}
    attributes: [who]
  - table: verbatims
    columns:
      response_id: {from: id}
      said_at: {from: at}
      customer_key: {from: who, system: crm}
      text: {from: words}
      region: {from: place}
    attributes: []
  - table: interactions
    columns:
      started_at: {from: at}
      customer_key: {from: who, system: crm}
      talk_seconds: {from: seconds}
      channel: {value: phone}
      case_id: {from: id}
      region: {from: place}
    attributes: []
"""
PLACES = ("emea", "amer", "apac")


def answers_of(path: Path, first: int, end: int) -> str:
    """A file of answers; each customer is of one of three regions, which their number and words tell."""
    lines = ["id,at,who,place,score,seconds,words"]
    for number in range(first, end):
        place = PLACES[number % 3]
        day = number % 28 + 1
        lines.append(
            f"{place}-answer-{number},2026-03-{day:02} 10:00:00,{place}-person-{number % 60},{place},"
            f"{number * 7 % 11},{number % 90 + 10},quorbin{place} said {number}"
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def holding(folder: Path, words: str) -> list[str]:
    """The files below a folder that hold the words, columns of Parquet unpacked."""
    import pyarrow.parquet as pq

    def told(path: Path) -> str:
        if path.suffix == ".parquet":
            return str(pq.ParquetFile(path).read().to_pylist())
        return path.read_bytes().decode("latin-1")

    return [str(path) for path in folder.rglob("*") if path.is_file() and (words in path.name or words in told(path))]


def test_facts_of_a_region_lie_under_its_root_and_figures_are_those_of_all(tmp_path: Path) -> None:
    mapping = tmp_path / "answers.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    roots = {place: tmp_path / place for place in ("emea", "amer")}
    named = ",".join(f"{place}={folder}" for place, folder in roots.items())
    before = runs(tmp_path / "store")
    before("import", answers_of(tmp_path / "a.csv", 0, 180), "--mapping", str(mapping))
    whole = {by: before("kpi", "show", "nps", *by)["rows"] for by in ((), ("--by", "region"))}

    run = runs(tmp_path / "store", HEED_REGION_ROOTS=named)
    assert run("facts", "roots", code=1)["error"]["code"] == "root_missing"
    for folder in roots.values():
        folder.mkdir()
    assert {each["region"]: each["astray"] > 0 for each in run("facts", "roots")["roots"]}[""]
    assert run("import", str(tmp_path / "a.csv"), "--mapping", str(mapping))["accepted"] == 0
    assert run("facts", "settle")["moved"] == {"responses": 120, "verbatims": 120, "interactions": 120}
    assert [each["astray"] for each in run("facts", "roots")["roots"]] == [0, 0, 0]
    for place, folder in {**roots, "apac": tmp_path / "store" / "facts"}.items():
        assert holding(folder, f"quorbin{place}")
        for other in set(PLACES) - {place}:
            assert not holding(folder, f"quorbin{other}"), place
            assert not holding(folder, f"{other}-person"), place
            assert not holding(folder, f"{other}-answer"), place

    # The figure is the same, and rows of several regions are no figure.
    for by, rows in whole.items():
        found = run("kpi", "show", "nps", *by)["rows"]
        assert [(each["group"], each["n"]) for each in found] == [(each["group"], each["n"]) for each in rows]
        for name in ("value", "low", "high"):
            assert [each[name] for each in found] == pytest.approx([each[name] for each in rows])
    refused = run("journeys", "mine", "facts:interactions", code=1)["error"]
    assert (refused["code"], "emea" in refused["message"]) == ("rows_across_roots", True)

    # What comes later goes where it belongs, and a customer is erased under every root.
    run("import", answers_of(tmp_path / "b.csv", 180, 240), "--mapping", str(mapping))
    assert holding(roots["amer"], "amer-answer-181")
    assert not holding(tmp_path / "store" / "facts", "amer-answer-181")
    erased = run("privacy", "erase", "crm:emea-person-3", "--reason", "asked by mail")
    assert (erased["found_after"], erased["erased"]["facts.responses"]) == (0, 4)
    assert not holding(roots["emea"], "emea-person-3 ")
    told = run("privacy", "record")["location"]
    assert {each["region"]: each["place"] for each in told["roots"]} == {place: str(at) for place, at in roots.items()}
    assert told["one_root_for_all_regions"] is False

    # A backup holds all roots and comes back under them.
    run("backup", str(tmp_path / "all.tar.gz"))
    others = {place: tmp_path / f"new-{place}" for place in roots}
    for folder in others.values():
        folder.mkdir()
    lost = runs(tmp_path / "again")("restore", str(tmp_path / "all.tar.gz"), code=1)["error"]
    assert lost["code"] == "root_unknown"
    again = runs(tmp_path / "again", HEED_REGION_ROOTS=",".join(f"{place}={at}" for place, at in others.items()))
    again("restore", str(tmp_path / "all.tar.gz"))
    assert again("kpi", "show", "nps")["rows"] == run("kpi", "show", "nps")["rows"]
    assert holding(others["amer"], "amer-answer-181")

    # A root that the setting forgets is missed; all comes back to one.
    assert before("facts", "tables", code=1)["error"]["code"] == "root_forgotten"
    assert run("facts", "settle", "--into-one")["moved"]["responses"] > 0
    assert before("kpi", "show", "nps")["rows"][0]["n"] == again("kpi", "show", "nps")["rows"][0]["n"]
    assert not holding(roots["emea"], "quorbin")

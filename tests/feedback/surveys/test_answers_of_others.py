"""Answers of LimeSurvey and SurveyJS: read by the survey they answer, repaired where they are wrong, told where they have no place."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.actions import ensure
from heed.core.errors.rules import Invalid
from heed.core.settings.rules import current
from heed.feedback.surveys.actions import archives
from heed.feedback.surveys.actions.exchanging import bring_answers, look_at_survey
from heed.feedback.surveys.queries.exchanging import answers_csv
from heed.feedback.surveys.rules.exchanging.forms import read_file, write_as
from heed.feedback.surveys.rules.exchanging.lsa import Columns
from heed.service.formats.actions.importing import replay
from heed.service.formats.actions.mending import repair_row
from heed.service.formats.models import Import, QuarantinedRow
from tests.feedback.surveys.test_exchanging import EVERY, FILES, survey_of
from tests.feedback.surveys.test_pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("HEED_FACTS_URL", str(tmp_path / "facts"))
    monkeypatch.setenv("HEED_HOME", str(tmp_path))
    current.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    current.cache_clear()


def visit(form: str) -> None:
    """The survey of `visit.lss` or `visit.json`, in force."""
    ensure("survey", "visit", read_file((FILES / f"visit.{form}").read_bytes()).body)


def brought(file: Path | str, survey: str = "visit", **changes: Any) -> dict[str, Any]:
    return bring_answers(COMMAND_LINE, str(file), survey, **changes).as_dict()


def sheet(survey: str = "visit") -> dict[str, dict[str, str]]:
    """The answers with their words, as they go out, by the number of the response."""
    rows = list(csv.reader(io.StringIO("".join(answers_csv(COMMAND_LINE, survey, words=True)))))
    return {row[4].rpartition(":")[2]: dict(zip(rows[0], row, strict=True)) for row in rows[3:]}


def faults(told: dict[str, Any]) -> set[tuple[str, int]]:
    return {(fault["rule"], fault["first"]["line"]) for fault in told["errors"]}


def test_a_csv_of_limesurvey_comes_in_once_and_is_repaired() -> None:
    visit("lss")
    file = FILES / "visit-limesurvey.csv"
    assert brought(file, dry_run=True)["accepted"] == 3
    assert not Import.objects.exists()
    told = brought(file)
    assert (told["read"], told["accepted"], told["quarantined"], told["mapping"]) == (7, 3, 4, "visit_limesurvey")
    # The words of the first response take two lines.
    assert faults(told) == {("out_of_range", 6), ("unknown_code", 7), ("not_allowed", 8), ("not_a_whole_number", 9)}
    assert {"column": "SERVICE[SPEED]", "answers": "service.speed"} in told["columns"]
    lost = {loss["at"]: loss["what"] for loss in told["losses"]}
    assert {"token", "ipaddr", "lastpage", "seed", "FILE", "groupTime3", "NPSTime"} <= set(lost)
    first, german, begun = (sheet()[number] for number in "123")
    assert {name: first[name] for name in ("nps", "service_speed", "rank_s", "rank_p", "rank_t", "visits", "day")} == {
        "nps": "9",
        "service_speed": "a3",
        "rank_s": "1",
        "rank_p": "2",
        "rank_t": "3",
        "visits": "3",
        "day": "2025-02-27",
    }
    assert (first["sat"], first["solved"], first["matrix5_sq001"], first["room"]) == ("4", "yes", "5", "b")
    assert (first["more"], first["room_comment"]) == ("All was well,\nthank you.", "'=the one upstairs")
    assert (first["EndDate"], first["Duration (in seconds)"]) == ("2025-03-02 10:05:30", "91.5")
    assert (german["reasons"], german["reasons_other"], german["UserLanguage"]) == ("other,wait", "Die Schlange", "DE")
    assert (german["Duration (in seconds)"], german["solved"]) == ("90", "no")
    assert (begun["Finished"], german["Finished"], begun["nps"]) == ("0", "1", "6")
    again = brought(file)
    assert (again["accepted"], again["unchanged"], again["quarantined"]) == (0, 3, 4)
    row = QuarantinedRow.objects.get(rule="not_allowed")
    assert row.values["reasons"] == "wait=perhaps"
    repair_row(COMMAND_LINE, row.pk, {"reasons": "wait,price"})
    assert replay(COMMAND_LINE, "visit_limesurvey", rows=(row.pk,)).accepted == 1
    assert sheet()["6"]["reasons"] == "price,wait"


def test_results_of_surveyjs_come_in_once_and_are_repaired(tmp_path: Path) -> None:
    visit("json")
    file = FILES / "visit-surveyjs.json"
    told = brought(file)
    assert (told["read"], told["accepted"], told["quarantined"], told["mapping"]) == (6, 2, 4, "visit_surveyjs")
    assert {rule for rule, _line in faults(told)} == {
        "out_of_range",
        "not_allowed",
        "not_a_whole_number",
        "unknown_code",
    }
    assert [loss["at"] for loss in told["losses"]] == ["signed", "end"]
    first, german = sheet()["a1"], sheet()["a2"]
    assert [first[f"order_{key}"] for key in ("speed", "price", "staff")] == ["1", "2", "3"]
    assert {
        name: first[name] for name in ("nps_score", "again", "service_speed", "visits", "last", "stars", "age")
    } == {
        "nps_score": "9",
        "again": "1",
        "service_speed": "3",
        "visits": "3",
        "last": "2025-02-27",
        "stars": "4",
        "age": "under_40",
    }
    assert (first["names_first"], first["Duration (in seconds)"]) == ("blue", "90")
    assert (german["disappointed"], german["disappointed_other"]) == ("other,price,wait", "Die Schlange")
    row = QuarantinedRow.objects.get(rule="not_allowed")
    assert row.values["disappointed"] == "wait,queue"
    repair_row(COMMAND_LINE, row.pk, {"disappointed": "wait"})
    assert replay(COMMAND_LINE, "visit_surveyjs", rows=(row.pk,)).accepted == 1
    lines = tmp_path / "results.jsonl"
    lines.write_text("\n".join(json.dumps(each) for each in json.loads(file.read_text())), encoding="utf-8")
    again = brought(lines)
    assert (again["accepted"], again["unchanged"]) == (0, 3)
    (tmp_path / "kept.json").write_text(json.dumps({"data": json.loads(file.read_text())}), encoding="utf-8")
    assert brought(tmp_path / "kept.json")["unchanged"] == 3


def test_results_as_a_database_keeps_them_are_read_by_the_columns_that_are_named(tmp_path: Path) -> None:
    visit("json")
    kept = {
        "_id": {"$oid": "65f0"},
        "when": 1740913530000,
        "who": "K7",
        "ip": "192.0.2.9",
        "data": {"nps_score": 8, "disappointed": [{"it": "wait"}], "again": "Yes"},
    }
    (tmp_path / "kept.jsonl").write_text(f"{json.dumps(kept)}\nnot json\n", encoding="utf-8")
    with pytest.raises(Invalid) as refused:
        brought(tmp_path / "kept.jsonl")
    assert refused.value.code == "missing_columns"
    told = brought(tmp_path / "kept.jsonl", columns={"when": "at", "who": "customer"}, system="crm")
    assert (told["accepted"], told["quarantined"]) == (1, 1)
    row = sheet()["65f0"]
    assert (row["EndDate"], row["nps_score"], row["disappointed"], row["again"]) == (
        *("2025-03-02 11:05:30", "8", "wait"),
        "1",
    )
    assert row["ExternalReference"].startswith("c_")
    for columns in ({"nobody": "at"}, {"when": "nobody"}, {"when": "service"}, {"when": "service.nobody"}):
        with pytest.raises(Invalid):
            brought(tmp_path / "kept.jsonl", columns=columns)


# Archives

FIELDS = {
    "id": "id",
    "submitdate": "submitdate",
    "startlanguage": "startlanguage",
    "_583001X1X1": "NPS",
    "_583001X1X2WAIT": "REASONS[WAIT]",
    "_583001X1X2other": "REASONS[other]",
    "_583001X2X4SPEED": "SERVICE[SPEED]",
    "_583001X2X51": "RANK[1]",
    "_583001X2X52": "RANK[2]",
    "_583001X2X10SQ001": "MATRIX5[SQ001]",
    "_583001X2X13FIRST": "NAMES[FIRST]",
    "_583001X2X14": "ROOM",
    "_583001X2X14comment": "ROOM[comment]",
}


def archive(path: Path, rows: list[dict[str, str]], **changes: bytes) -> Path:
    """An archive as LimeSurvey makes one."""
    fields = "".join(f"<fieldname>{name}</fieldname>" for name in FIELDS)
    lines = "".join(
        "<row>" + "".join(f"<{name}>{escape(words)}</{name}>" for name, words in row.items()) + "</row>" for row in rows
    )
    told = (
        "<?xml version='1.0' encoding='UTF-8'?><document><LimeSurveyDocType>Responses</LimeSurveyDocType>"
        f"<responses><fields>{fields}</fields><rows>{lines}</rows></responses></document>"
    )
    parts = {
        "survey_583001.lss": (FILES / "visit.lss").read_bytes(),
        "survey_583001_responses.lsr": told.encode(),
        "survey_583001_tokens.lst": b"<document/>",
        **changes,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in parts.items():
            out.writestr(name, content)
    return path


def test_an_archive_of_limesurvey_is_survey_and_answers_in_one(tmp_path: Path) -> None:
    rows = [
        {
            "id": "1",
            "submitdate": "2025-03-02 10:05:30",
            "startlanguage": "en",
            "_583001X1X1": "3",
            "_583001X1X2WAIT": "Y",
            "_583001X1X2other": "<The queue> & so",
            "_583001X2X4SPEED": "A1",
            "_583001X2X51": "T",
            "_583001X2X52": "P",
            "_583001X2X10SQ001": "2",
            "_583001X2X13FIRST": "Blue",
            "_583001X2X14": "A",
            "_583001X2X14comment": "Cold.",
        },
        {"id": "2", "submitdate": "2025-03-02 10:07:30", "startlanguage": "de", "_583001X1X1": "12"},
    ]
    file = archive(tmp_path / "visit.lsa", rows)
    carried = look_at_survey(COMMAND_LINE, file.read_bytes())
    assert carried.form == "lss"
    ensure("survey", "visit", carried.body)
    told = brought(file)
    assert (told["accepted"], told["quarantined"]) == (1, 1)
    row = sheet()["1"]
    assert (row["rank_t"], row["rank_p"], row["rank_s"]) == ("1", "2", "")
    assert (row["reasons"], row["reasons_other"], row["service_speed"]) == ("other,wait", "<The queue> & so", "a1")
    assert (row["matrix5_sq001"], row["names_first"], row["room"], row["room_comment"]) == ("2", "Blue", "a", "Cold.")
    assert not list((tmp_path / "imports").iterdir())
    assert Import.objects.get().file_name == "visit.csv"


def test_columns_of_an_archive_go_by_the_codes_of_its_survey() -> None:
    rows = [
        {"qid": "1", "title": "Q1", "parent_qid": "0"},
        {"qid": "12", "title": "Q12", "parent_qid": "0"},
        {"qid": "13", "title": "1", "parent_qid": "12"},
        {"qid": "14", "title": "SQ2", "parent_qid": "12"},
    ]
    names = Columns({"questions": rows})
    told = {
        "1X2X1": "Q1",
        "_1X2X12": "Q12",
        "_1X2X121": "Q12[1]",
        "_1X2X12SQ2": "Q12[SQ2]",
        "_1X2X12SQ2-1": "Q12[SQ2][1]",
        "_1X2X12SQ2comment": "Q12[SQ2comment]",
        "_1X2X99": "_1X2X99",
        "Q12_S14": "Q12[SQ2]",
        "Q1_Cother": "Q1[other]",
        "token": "token",
    }
    assert {field: names.name_of(field) for field in told} == told


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"survey_583001_responses.lsr": b"<document><row>"}, "unreadable_file"),
        ({"survey_583001_responses.lsr": b'<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>'}, "unreadable_file"),
        ({"survey_583001.lss": b"no xml"}, "unreadable_file"),
        ({"survey_583001_responses.lsr": b"<document/>"}, "empty_file"),
        ({"bomb.xml": b"0" * 60_000_000}, "file_too_large"),
    ],
)
def test_an_archive_that_is_none_is_refused(tmp_path: Path, changes: dict[str, bytes], code: str) -> None:
    visit("lss")
    with pytest.raises(Invalid) as refused:
        brought(archive(tmp_path / "visit.lsa", [], **changes))
    assert refused.value.code == code
    assert not Import.objects.exists()


def test_an_archive_of_more_than_it_may_hold_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_UNPACKED", 1000)
    with pytest.raises(Invalid, match="unpacks to more"):
        look_at_survey(COMMAND_LINE, archive(tmp_path / "visit.lsa", []).read_bytes())
    with pytest.raises(Invalid, match="cannot be unpacked"):
        look_at_survey(COMMAND_LINE, b"PK\x03\x04 and no more")


# What our own surveys would collect elsewhere

ANSWERED = {
    "likely": "3",
    "stars": "1",
    "why": "price,wait",
    "solved": "no",
    "service_speed": "bad",
    "service_staff": "good",
    "order_p": "2",
    "order_s": "1",
    "visits": "7",
    "day": "2025-02-27",
    "more": "Well.",
}
LIME = {
    "id": "1",
    "submitdate": "2025-03-02 10:05:30",
    "startlanguage": "de",
    "likely": "3",
    "stars": "1",
    "solved": "no",
    "why[wait]": "Y",
    "why[price]": "Y",
    "service[speed]": "bad",
    "service[staff]": "good",
    "order[1]": "s",
    "order[2]": "p",
    "visits": "7.0000000000",
    "day": "2025-02-27 00:00:00",
    "more": "Well.",
}
RESULT = {
    "id": 1,
    "completedAt": "2025-03-02T10:05:30Z",
    "locale": "de",
    "likely": 3,
    "stars": 1,
    "why": ["wait", "price"],
    "solved": "no",
    "service": {"speed": "bad", "staff": "good"},
    "order": ["s", "p"],
    "visits": 7,
    "day": "2025-02-27",
    "more": "Well.",
}


@pytest.mark.parametrize("form", ["lss", "surveyjs"])
def test_a_survey_of_ones_own_is_answered_elsewhere_and_comes_home(tmp_path: Path, form: str) -> None:
    ensure("survey", "own", EVERY)
    # Also the survey that was written and read again is answered by the same file.
    ensure("survey", "back", {**read_file(write_as(survey_of(), form).text.encode()).body, "name": "Back"})
    file = tmp_path / ("own.csv" if form == "lss" else "own.json")
    with file.open("w", newline="", encoding="utf-8") as out:
        if form == "lss":
            csv.writer(out).writerows([list(LIME), list(LIME.values())])
        else:
            json.dump([RESULT], out)
    for survey in ("own", "back"):
        told = brought(file, survey)
        assert (told["accepted"], told["losses"]) == (1, []), told
        assert {name: sheet(survey)["1"][name] for name in ANSWERED} == ANSWERED


def test_options_that_changed_their_codes_are_known_by_them(tmp_path: Path) -> None:
    """Codes of LimeSurvey have five signs; a longer key is told by its place there, and comes back by it."""
    options = [{"key": key, "text": {"en": key}} for key in ("much_too_long", "short", "also_too_long")]
    question = {"key": "old_key", "type": "choice", "text": {"en": "Which?"}, "options": options}
    ensure("survey", "coded", {"name": "Coded", "questions": [question]})
    rows = "".join(f"{n},2025-03-02 10:05:30,{code}\n" for n, code in enumerate(("A1", "short", "A3", "A2"), 1))
    (tmp_path / "coded.csv").write_text(f"id,submitdate,oldkey\n{rows}", encoding="utf-8")
    told = brought(tmp_path / "coded.csv", "coded")
    assert (told["accepted"], told["quarantined"]) == (3, 1)
    assert [sheet("coded")[number]["old_key"] for number in "123"] == ["much_too_long", "short", "also_too_long"]


def test_keys_told_apart_by_a_number_are_not_guessed(tmp_path: Path) -> None:
    options = [{"key": "a", "text": {"en": "A+"}}, {"key": "a_2", "text": {"en": "A-"}}]
    question = {"key": "grade", "type": "choice", "text": {"en": "Which?"}, "options": options}
    ensure("survey", "graded", {"name": "Graded", "questions": [question]})
    results = [{"id": n, "completedAt": "2025-03-02", "grade": words} for n, words in enumerate(("A-", "A+", "A*"))]
    (tmp_path / "r.json").write_text(json.dumps(results), encoding="utf-8")
    assert brought(tmp_path / "r.json", "graded")["quarantined"] == 1
    assert [sheet("graded")[number]["grade"] for number in "01"] == ["a_2", "a"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.json", '[{"other": 1}]', "no_answers"),
        ("a.json", '[{"nps_score": 1}]', "missing_columns"),
        ("a.json", "[1, 2]", "empty_file"),
        ("a.json", "[", "wrong_format"),
        ("a.csv", "id,submitdate,lastpage,startlanguage,X\n1,2025-01-01,1,en,3\n", "no_answers"),
        ("a.csv", "id,lastpage,startlanguage,NPS_SCORE\n1,1,en,3\n", "missing_columns"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, name: str, text: str, code: str) -> None:
    visit("json")
    (tmp_path / name).write_text(text)
    with pytest.raises(Invalid) as refused:
        brought(tmp_path / name)
    assert refused.value.code == code


def test_they_come_in_over_pages_and_api() -> None:
    visit("lss")
    admin = signed_in("administrator")
    upload = SimpleUploadedFile("visit.csv", (FILES / "visit-limesurvey.csv").read_bytes())
    tried = admin.post("/surveys/visit/answers/import/", {"file": upload})
    assert tried.status_code == 200
    assert "SERVICE[SPEED]" in tried.content.decode()
    with (FILES / "visit-limesurvey.csv").open("rb") as file:
        came = admin.post("/api/v1/surveys/visit/answer-files", {"file": file})
    assert (came.status_code, came.json()["quarantined"]) == (201, 4), came.content


@pytest.mark.prove
def test_five_thousand_come_in_from_each_and_each_bad_row_waits(tmp_path: Path) -> None:
    visit("json")
    results = [
        {
            "id": n,
            "completedAt": f"2025-03-{1 + n % 28:02d}T10:00:00Z",
            "nps_score": 11 if n % 500 == 499 else n % 11,
            "disappointed": ["wait", "staff"],
            "service": {"speed": 1 + n % 3},
            "order": ["speed", "price", "staff"],
        }
        for n in range(5_000)
    ]
    (tmp_path / "r.json").write_text(json.dumps(results))
    told = brought(tmp_path / "r.json")
    assert (told["accepted"], told["quarantined"]) == (4_990, 10)
    assert told["tables"]["responses"] == 4_990 * 7

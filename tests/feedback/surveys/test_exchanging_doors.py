"""Surveys and answers of other systems through pages, API and actions: proposed, brought in, repaired, and taken out again."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.actions import ensure
from heed.core.definitions.models import DefinitionVersion
from heed.core.errors.rules import Invalid
from heed.core.settings.rules import current
from heed.feedback.surveys.actions.exchanging import bring_answers
from heed.feedback.surveys.queries.exchanging import answers_csv
from heed.feedback.surveys.rules.exchanging.forms import read_file
from heed.service.formats.actions.importing import replay
from heed.service.formats.actions.mending import repair_row
from heed.service.formats.models import Import, QuarantinedRow
from tests.feedback.surveys.test_exchanging import EVERY, FILES
from tests.feedback.surveys.test_pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("HEED_FACTS_URL", str(tmp_path / "facts"))
    current.cache_clear()
    yield tmp_path / "facts"
    monkeypatch.undo()
    current.cache_clear()


def visit() -> None:
    """The survey of `visit.qsf`, in force."""
    ensure("survey", "visit", read_file((FILES / "visit.qsf").read_bytes()).body)


def brought(**changes: Any) -> dict[str, Any]:
    return bring_answers(COMMAND_LINE, str(FILES / "visit.csv"), "visit", **changes).as_dict()


def sheet(words: bool = False) -> dict[str, dict[str, str]]:
    """The answers as they go out, by response."""
    rows = list(csv.reader(io.StringIO("".join(answers_csv(COMMAND_LINE, "visit", words=words)))))
    assert json.loads(rows[2][0]) == {"ImportId": "endDate", "timeZone": "Z"}
    return {row[4]: dict(zip(rows[0], row, strict=True)) for row in rows[3:]}


def test_answers_come_in_once_and_bad_rows_wait_to_be_repaired() -> None:
    visit()
    assert brought(dry_run=True)["accepted"] == 4
    assert not Import.objects.exists()
    told = brought(system="crm")
    assert (told["read"], told["accepted"], told["quarantined"]) == (7, 4, 3)
    assert {(fault["rule"], fault["first"]["line"]) for fault in told["errors"]} == {
        ("out_of_range", 9),
        ("not_allowed", 10),
        ("unknown_code", 11),
        ("not_a_time", 11),
    }
    assert {"column": "Service_1", "answers": "service.speed"} in told["columns"]
    assert {loss["at"] for loss in told["losses"]} >= {
        "hall",
        "NPS_NPS_GROUP",
        "More - Topics",
        "Old",
        "RecipientEmail",
    }
    again = brought(system="crm")
    assert (again["accepted"], again["unchanged"]) == (0, 4)
    row = QuarantinedRow.objects.get(rule="out_of_range")
    assert row.values["NPS"] == "11"
    repair_row(COMMAND_LINE, row.pk, {"NPS": "10"})
    assert replay(COMMAND_LINE, "visit_answers", rows=(row.pk,)).accepted == 1
    assert sheet()["R_000000000000004"]["nps"] == "10"


def test_answers_go_out_as_they_came_in() -> None:
    visit()
    brought()
    out = sheet(words=True)
    german = out["R_000000000000002"]
    assert {
        name: german[name] for name in ("nps", "reasons", "solved", "service_speed", "rank_1", "rank_2", "UserLanguage")
    } == {
        "nps": "3",
        "reasons": "1,2",
        "solved": "no",
        "service_speed": "1",
        "rank_1": "2",
        "rank_2": "1",
        "UserLanguage": "DE",
    }
    # 08:02:31 in Denver, as the third header row of the file says.
    assert german["EndDate"] == "2025-03-02 15:02:31"
    assert out["R_000000000000001"]["more"] == "All was well,\nthank you."
    assert out["R_000000000000001"]["day"] == "2025-02-27"
    assert (out["R_000000000000003"]["Status"], out["R_000000000000007"]["Finished"]) == ("1", "0")
    assert "more" not in sheet()["R_000000000000001"]


def test_what_went_out_comes_in_again_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visit()
    brought()
    first = sheet(words=True)
    (tmp_path / "out.csv").write_text("".join(answers_csv(COMMAND_LINE, "visit", words=True)), encoding="utf-8")
    monkeypatch.setenv("HEED_FACTS_URL", str(tmp_path / "other"))
    current.cache_clear()
    told = bring_answers(COMMAND_LINE, str(tmp_path / "out.csv"), "visit").as_dict()
    assert (told["accepted"], told["quarantined"]) == (4, 0)
    again = sheet(words=True)
    for key, row in first.items():
        # A key of a customer is a key of its own system in another house.
        assert {**again[key], "ExternalReference": ""} == {**row, "ExternalReference": ""}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EndDate,other\n2025-01-01,3\n", "no_answers"),
        ("nps\n7\n", "missing_columns"),
        ("EndDate,nps,nps\n2025-01-01,3,4\n", "doubled_column"),
        ("", "empty_file"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str, code: str) -> None:
    visit()
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(Invalid) as refused:
        bring_answers(COMMAND_LINE, str(tmp_path / "a.csv"), "visit")
    assert refused.value.code == code


def test_columns_with_other_names_are_named(tmp_path: Path) -> None:
    visit()
    (tmp_path / "a.csv").write_text("ResponseId,EndDate,Q17\nR_1,2025-01-01 10:00:00,9\n")
    told = bring_answers(COMMAND_LINE, str(tmp_path / "a.csv"), "visit", columns={"Q17": "nps"}, zone="UTC").as_dict()
    assert told["accepted"] == 1
    for columns in ({"Q18": "nps"}, {"Q17": "nobody"}, {"Q17": "service.nobody"}):
        with pytest.raises(Invalid):
            bring_answers(COMMAND_LINE, str(tmp_path / "a.csv"), "visit", columns=columns)


def hidden(page: str, name: str) -> str:
    import html

    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page) or re.search(
        rf'value="([^"]*)"[^>]*name="{name}"', page
    )
    assert found is not None, name
    return html.unescape(found[1])


def test_a_survey_is_looked_at_and_proposed_on_pages() -> None:
    manager = signed_in("manager")
    page = manager.post(
        "/surveys/import/", {"file": SimpleUploadedFile("visit.lss", (FILES / "visit.lss").read_bytes())}
    )
    shown = page.content.decode()
    assert page.status_code == 200
    assert "a text to read" in shown
    assert not DefinitionVersion.objects.filter(kind="survey").exists()
    fields = {name: hidden(shown, name) for name in ("draft", "form", "losses")}
    wrong = manager.post("/surveys/import/", {**fields, "key": "No key!"})
    assert wrong.status_code == 422
    assert "a text to read" in wrong.content.decode()
    done = manager.post("/surveys/import/", {**fields, "key": "visit"})
    assert done.status_code == 302
    assert DefinitionVersion.objects.get(kind="survey", key="visit").note == "Brought in from LimeSurvey LSS."
    refused = manager.post("/surveys/import/", {"file": SimpleUploadedFile("x.txt", b"hello")})
    assert (refused.status_code, "neither JSON nor XML" in refused.content.decode()) == (422, True)
    for draft in ("", "[]", "{}", '{"languages": []}', "[" * 9999):
        assert manager.post("/surveys/import/", {**fields, "draft": draft, "key": "x"}).status_code in (302, 422)


def test_answers_are_tried_and_brought_in_on_pages() -> None:
    visit()
    admin = signed_in("administrator")
    address = "/surveys/visit/answers/import/"
    tried = admin.post(
        address, {"file": SimpleUploadedFile("visit.csv", (FILES / "visit.csv").read_bytes()), "system": "crm"}
    )
    shown = tried.content.decode()
    assert tried.status_code == 200, shown
    assert "is outside 0" in shown
    assert not Import.objects.exists()
    fields = {name: hidden(shown, name) for name in ("token", "name", "columns", "system")}
    done = admin.post(address, fields)
    assert done.status_code == 302
    assert Import.objects.get().quarantined == 3
    assert "service_speed" in "".join(part.decode() for part in admin.get("/surveys/visit/export/answers.csv"))  # type: ignore[attr-defined]


def test_a_survey_goes_out_with_what_is_lost() -> None:
    ensure("survey", "visit", {**EVERY, "purpose": "To learn."})
    reader = signed_in("manager")
    page = reader.get("/surveys/visit/export/").content.decode()
    assert page.count("the purpose") == 3
    for form, start in (("qsf", "{"), ("lss", "<?xml"), ("surveyjs", "{")):
        answer = reader.get(f"/surveys/visit/export/{form}")
        assert answer.content.decode().startswith(start)
        assert read_file(answer.content).body["questions"]
    assert reader.get("/surveys/visit/export/doc").status_code in (400, 404, 422)


def test_who_may_not_is_refused() -> None:
    visit()
    agent = signed_in("agent")
    assert agent.get("/surveys/import/").status_code == 403
    assert agent.get("/surveys/visit/answers/import/").status_code == 403


def test_the_api_takes_and_gives_files(client: Client) -> None:
    admin = signed_in("administrator")
    with (FILES / "visit.qsf").open("rb") as file:
        tried = admin.post("/api/v1/survey-files", {"file": file, "key": "visit", "dry_run": "true"})
    assert (tried.status_code, tried.json()["version"], tried.json()["format"]) == (200, None, "qsf")
    with (FILES / "visit.qsf").open("rb") as file:
        made = admin.post("/api/v1/survey-files", {"file": file, "key": "visit"})
    assert made.status_code == 201, made.content
    assert {"at": "Heat", "what": "a question of type HeatMap/Image", "fate": "left out"} in made.json()["losses"]
    written = admin.get("/api/v1/surveys/visit/file?form=lss").json()
    assert read_file(written["text"].encode()).form == "lss"
    with (FILES / "visit.csv").open("rb") as file:
        came = admin.post("/api/v1/surveys/visit/answer-files", {"file": file, "columns": "Q5=q5"})
    assert came.status_code == 201, came.content
    assert came.json()["quarantined"] == 3
    with (FILES / "visit.csv").open("rb") as file:
        assert admin.post("/api/v1/surveys/visit/answer-files", {"file": file, "columns": "Q5"}).status_code == 422
    assert "R_000000000000001" in admin.get("/api/v1/surveys/visit/answer-sheet").json()["text"]
    assert client.get("/api/v1/surveys/visit/file?form=lss").status_code == 401


@pytest.mark.prove
def test_twenty_thousand_responses_come_in_and_each_bad_row_waits(tmp_path: Path) -> None:
    """What `bench/survey_answers.py` does a million times; its own count of bad rows is the quarantine's."""
    visit()
    head = ["ResponseId", "EndDate", "Status", "NPS", "Reasons", "Service_1", "More"]
    with (tmp_path / "many.csv").open("w", newline="", encoding="utf-8") as sink:
        out = csv.writer(sink)
        out.writerow(head)
        for number in range(20_000):
            nps = 11 if number % 500 == 499 else number % 11
            said = f"Words {number}" if number % 4 == 0 else ""
            out.writerow(
                [f"R_{number}", f"2025-03-{1 + number % 28:02d} 10:00:00", "0", nps, "1,2", 1 + number % 3, said]
            )
    told = bring_answers(COMMAND_LINE, str(tmp_path / "many.csv"), "visit", zone="UTC").as_dict()
    assert (told["read"], told["accepted"], told["quarantined"]) == (20_000, 19_960, 40)
    assert QuarantinedRow.objects.count() == 40
    assert told["tables"]["verbatims"] == 5_000
    assert len(sheet()) == 19_960
    again = bring_answers(COMMAND_LINE, str(tmp_path / "many.csv"), "visit", zone="UTC").as_dict()
    assert (again["accepted"], again["unchanged"]) == (0, 19_960)

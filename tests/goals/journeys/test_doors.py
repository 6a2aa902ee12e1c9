"""Journeys as pages, files, over the API and by command; who may see what; drilled down to cases."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest
from django.utils import timezone
from typer.testing import CliRunner

from heed.cli import app
from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.definitions.actions import ensure
from heed.core.errors.rules import Forbidden, Invalid, NotFound
from heed.core.settings.rules import current
from heed.feedback.quality.models import QualityAudit
from heed.goals.journeys.queries.process import edge_cases, process
from heed.goals.journeys.queries.reports import CasePage, Days, departed_cases, openable, reported
from heed.sample.definitions import JOURNEY
from heed.service.cases.models import Case
from tests.core.conftest import House, build
from tests.goals.journeys.planted import planted_in


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Facts are written once for the whole file: nothing here changes them."""
    folder = tmp_path_factory.mktemp("facts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEED_FACTS_URL", str(folder))
        current.cache_clear()
        planted_in(folder, 3, 0.05)
        yield
        patch.undo()
        current.cache_clear()


@pytest.fixture
def house(db: None, filled: None) -> House:
    built = build()
    ensure("journey", "life", JOURNEY, note="")
    return built


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_page_of_a_journey(house: House) -> None:
    answer = house.client("admin").get("/journeys/life/")
    said = text(answer)
    assert answer.status_code == 200
    assert "costs more than it is worth" in said
    assert "manual review not in the design" in said
    assert "<svg" in answer.content.decode()
    assert "<style" not in answer.content.decode()
    assert "version 1" in said
    listed = house.client("admin").get("/journeys/")
    assert "Reading the figures" in text(listed)
    assert "The bill" in text(house.client("admin").get("/journeys/?figures=1"))


def test_from_a_departure_to_its_cases(house: House) -> None:
    client = house.client("admin")
    page = client.get("/journeys/life/").content.decode()
    href = re.search(r'href="(/journeys/life/cases/\?kind=repeated[^"]+)"', page)
    assert href
    shown = client.get(href.group(1).replace("&amp;", "&"))
    assert shown.status_code == 200
    assert "sample-k" in text(shown)
    report = reported("life", COMMAND_LINE).report
    again = next(each for each in report.departures if each.kind == "repeated")
    found = departed_cases("life", COMMAND_LINE, None, again.kind, again.activity, "", again.stage)
    assert found.total == again.cases
    few = departed_cases("life", COMMAND_LINE, None, "skipped", "resolve")
    assert (few.cases, few.total) == ((), 0)
    assert house.client("agent").get("/journeys/life/cases/").status_code == 403


def test_files_hold_what_the_page_shows(house: House) -> None:
    client = house.client("admin")
    rows = list(csv.DictReader(io.StringIO(client.get("/journeys/life/export.csv").content.decode())))
    assert [row["stage"] for row in rows] == ["join", "activate", "use", "bill", "move", "help"]
    assert pq.read_table(io.BytesIO(client.get("/journeys/life/export.parquet").content)).num_rows == 6
    svg = client.get("/journeys/life/map.svg").content
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert b"var(" not in svg
    assert client.get("/journeys/life/map.png?theme=dark").content.startswith(b"\x89PNG")
    assert client.get("/journeys/life/map.pdf").content.startswith(b"%PDF")
    assert client.get("/journeys/life/map.exe").status_code == 404


def test_the_process_map_and_the_cases_behind_an_edge(house: House) -> None:
    client = house.client("admin")
    page = client.get("/process/?share=0.5").content.decode()
    assert "/process/cases/?table=events&amp;from=resolve&amp;to=close" in page
    assert "sample-k" in text(client.get("/process/cases/?from=resolve&to=close"))
    assert 'class="map-wrap" data-begins=".end"' in page
    german = client.get("/process/?share=0.5", headers={"accept-language": "de"}).content.decode()
    label = re.search(r'<text class="label"[^>]*>[\d.]+ · (\d+,\d)[^<]*</text>', german)
    assert label is not None
    assert f" · {label.group(1).replace(',', '.')}" in page
    assert len(process(COMMAND_LINE, share=0.5).edges) < len(process(COMMAND_LINE, share=1.0).edges)
    assert process(COMMAND_LINE, share=0.3, by="time").edges != process(COMMAND_LINE, share=0.3).edges
    assert client.get("/process/?table=case_changes&share=x&by=y").status_code == 200
    assert client.get("/process/map.png?theme=dark").content.startswith(b"\x89PNG")
    assert edge_cases(COMMAND_LINE, "close", "open case").total == 0
    for asked in ({"table": "usage"}, {"by": "size"}, {"share": 2.0}):
        with pytest.raises(Invalid):
            process(COMMAND_LINE, **asked)  # type: ignore[arg-type]


def test_a_case_that_is_worked_on_here_leads_to_its_page(house: House) -> None:
    href = "/process/cases/?from=resolve&to=close"
    listed = edge_cases(house.scope("admin"), "resolve", "close").cases
    by_key, by_number = listed[0]["case"], listed[1]["case"]
    now = timezone.now()
    for key, number in ((by_key, "H-1"), ("k2", by_number)):
        Case.objects.create(
            key=key, number=number, title="A bill", region="north", opened_at=now, fact_at=now, clock_started_at=now
        )
    shown = house.client("admin").get(href).content.decode()
    assert f'<a href="/cases/{by_key}/">{by_key}</a>' in shown
    assert f'<a href="/cases/k2/">{by_number}</a>' in shown
    assert shown.count('<a href="/cases/') - shown.count('<a href="/cases/"') == 2
    assert openable(Scope("nobody"), CasePage(listed, len(listed))) == {}


def test_no_key_of_a_journey_is_hidden_by_the_process_map(house: House) -> None:
    ensure("journey", "process", JOURNEY | {"name": "Any name will do"}, note="")
    assert "Any name will do" in text(house.client("admin").get("/journeys/process/"))


def test_over_the_api_and_by_command(house: House) -> None:
    client = house.client("admin")
    told = client.get("/api/v1/journeys/life/report").json()
    assert told["misalignments"][0]["verdict"] == "costs_more"
    assert told["conformance"]["cases"] > 0
    assert told["passes"][0]["from"]
    assert client.get("/api/v1/journeys").json()["items"][0]["key"] == "life"
    assert client.get("/api/v1/journeys/life").json()["body"]["name"] == JOURNEY["name"]
    kinds = client.get("/api/v1/journeys/life/cases?kind=unknown&limit=2").json()
    assert len(kinds["items"]) == 2
    assert client.get("/api/v1/journey-process").json()["edges"]
    assert client.get("/api/v1/journey-process/cases?start=resolve&end=close&limit=1").json()["total"] > 10
    done = CliRunner().invoke(app, ["journeys", "report", "life", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["stages"] == told["stages"]
    assert "times value" in CliRunner().invoke(app, ["journeys", "report", "life"]).output
    assert json.loads(CliRunner().invoke(app, ["journeys", "show", "life", "--json"]).stdout)["definition_version"] == 1
    assert json.loads(CliRunner().invoke(app, ["journeys", "list", "--json"]).stdout)["journeys"][0]["key"] == "life"


def test_a_failed_audit_of_its_answers_marks_a_journey(house: House) -> None:
    client, since, until = house.client("admin"), datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    assert client.get("/api/v1/journeys/life/report").json()["marks"] == []
    audit = QualityAudit.objects.create(
        survey_key="service_check", since=since, until=until, ran_at=until, ran_by="p_a", state="failed"
    )
    (mark,) = client.get("/api/v1/journeys/life/report").json()["marks"]
    assert mark["audit"] == audit.key
    assert "failed an audit" in text(client.get("/journeys/life/"))
    assert audit.key in CliRunner().invoke(app, ["journeys", "report", "life"]).output
    QualityAudit.objects.update(survey_key="another")
    assert client.get("/api/v1/journeys/life/report").json()["marks"] == []


def test_what_cannot_be_asked_is_refused(house: House) -> None:
    with pytest.raises(NotFound, match="No journey lief"):
        reported("lief", COMMAND_LINE)
    for days in (Days("2026-05-01", "2026-05-01"), Days("9999-12-31"), Days("0001-01-01"), Days("soon")):
        with pytest.raises(Invalid):
            reported("life", COMMAND_LINE, days)
    with pytest.raises(Invalid, match="no departure"):
        departed_cases("life", COMMAND_LINE, None, "skiped", "resolve")
    with pytest.raises(Forbidden):
        reported("life", Scope("nobody"))


def test_days_and_reach_narrow_what_is_counted(house: House) -> None:
    whole = reported("life", COMMAND_LINE).report
    part = reported("life", COMMAND_LINE, Days("2026-01-01", "2026-04-01")).report
    north = reported("life", Scope("x", frozenset({"see_figures"}), regions=frozenset({"north"}))).report
    assert 0 < part.kept.cases < whole.kept.cases
    assert 0 < north.kept.cases < whole.kept.cases
    nothing = reported("life", COMMAND_LINE, Days("2019-01-01", "2019-02-01")).report
    assert (nothing.kept.cases, nothing.reason) == (0, "no_importance")

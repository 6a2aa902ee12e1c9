"""A failed audit of answers marks whatever rests on them: the figure, its versions, tensions, and the evidence for a choice."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from typer.testing import CliRunner

from heed.cli import app
from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.actions import approve, ensure, propose, put_in_force
from heed.facts.store.store import Store
from heed.feedback.quality.models import QualityAudit
from tests.core.conftest import House, build
from tests.feedback.quality.planting import planted
from tests.goals.kpis.test_weighted import HELPED, changed, store
from tests.metrics.facts import rows_of

# Answers of `helped` bear on it; `resolved` is read from contacts and rests on no answer.
OF_ANSWERS, NOT_OF_ANSWERS = {**changed(weighted=False), "aspect": "satisfaction"}, "fcr"
LAST = {
    "answer_id": "a_last",
    "response_id": "r_last",
    "answered_at": datetime(2026, 4, 21, 9, tzinfo=UTC),
    "survey_key": "helped",
    "question_key": "helped",
    "score": 1.0,
}
MARKED = "failed an audit"


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("facts")
    with store(folder, planted(1, "biased", 1200)):
        # One answer a fortnight later: those before lie in full weeks then.
        Store(folder).append("responses", rows_of("responses", [LAST]), app="test", number=2)
        yield


@pytest.fixture
def house(db: None, facts: None) -> House:
    cache.clear()
    ensure("kpi", "helped", OF_ANSWERS)
    again = propose(COMMAND_LINE, "kpi", "helped", {**OF_ANSWERS, "formula": HELPED["formula"] + " Anew."})
    approve(COMMAND_LINE, "kpi", "helped", again.number)
    put_in_force(COMMAND_LINE, "kpi", "helped", again.number)
    return build()


def failed_audit() -> QualityAudit:
    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    return QualityAudit.objects.create(
        survey_key="helped",
        since=since,
        until=until,
        ran_at=until,
        ran_by="p_a",
        state="failed",
        checks=[{"code": "bots", "state": "failed"}],
    )


REVISION = {"since": "2026-03-30", "until": "2026-06-29"}
DOORS = {
    "figure": ("/api/v1/kpis/helped/figure", "/kpis/helped/?weeks=all"),
    "revision": ("/api/v1/kpis/helped/revision", "/kpis/helped/versions/"),
    "tensions": ("/api/v1/kpi-tensions", "/kpis/tensions/?figures=1"),
    "selection": ("/api/v1/kpi-selection", "/kpis/selection/?figures=1"),
}


def told(client: Client, door: str) -> tuple[list[Any], bool]:
    api, page = DOORS[door]
    answered = client.get(api, REVISION if door == "revision" else {})
    assert answered.status_code == 200, answered.content
    shown = client.get(page)
    assert shown.status_code == 200
    return answered.json()["marks"], MARKED in shown.content.decode()


@pytest.mark.parametrize("door", DOORS)
def test_each_door_carries_the_mark_as_soon_as_an_audit_fails_and_loses_it_when_accepted(
    house: House, door: str
) -> None:
    client = house.client("admin")
    assert told(client, door) == ([], False)
    audit = failed_audit()
    marks, marked = told(client, door)
    assert [(mark["audit"], mark["survey"], mark["failed"]) for mark in marks] == [(audit.key, "helped", ["bots"])]
    assert marked
    QualityAudit.objects.update(accepted_at=datetime(2026, 7, 1, tzinfo=UTC))
    assert told(client, door) == ([], False)


def test_commands_carry_it_too(house: House) -> None:
    audit = failed_audit()
    run = CliRunner().invoke
    both = [f"--{name}={day}" for name, day in REVISION.items()]
    for command in (["show", "helped"], ["show", "helped", "--compare-versions", "1,2", *both], ["tensions"]):
        assert json.loads(run(app, ["kpi", *command, "--json"]).output)["marks"][0]["audit"] == audit.key, command
        assert audit.key in run(app, ["kpi", *command]).output, command


def test_what_rests_on_no_answers_carries_none(house: House) -> None:
    failed_audit()
    assert house.client("admin").get(f"/api/v1/kpis/{NOT_OF_ANSWERS}/figure").json()["marks"] == []

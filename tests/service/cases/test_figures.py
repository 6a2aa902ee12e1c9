"""What the KPIs read of cases that were worked by a clock, through the journal, the projector and `heed kpi show`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from heed.core.settings.rules import current
from heed.facts.projector.follow import project
from heed.goals.kpis import queries
from heed.goals.kpis.actions import ensure_catalogue
from heed.goals.kpis.cli import app
from heed.service.cases.actions import working
from heed.service.cases.actions.escalating import escalate_due
from tests.service.cases.conftest import Desk, Watch


@pytest.fixture
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HEED_FACTS_URL", str(tmp_path / "facts"))
    current.cache_clear()
    queries.engine.forget()
    yield
    monkeypatch.undo()
    current.cache_clear()
    queries.engine.forget()


def shown(key: str, *words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["show", key, "--min-n", "1", "--json", *words], catch_exceptions=False)
    return json.loads(done.stdout)


def work(desk: Desk, watch: Watch) -> None:
    """Three cases: closed after four hours; closed after one, opened again and closed after ten; never closed."""
    agent = desk.scope("agent")
    first, second, third = (desk.answer(number) for number in (1, 2, 3))
    watch.move(hours=1)
    working.contact(agent, first.key)
    working.contact(agent, second.key)
    working.close(agent, second.key, cause="other")
    watch.move(hours=2)
    working.contact(agent, third.key)
    working.contact(agent, third.key)
    working.reopen(agent, second.key, words="Not settled.")
    watch.move(hours=1)
    working.close(agent, first.key, cause="billing_error")
    watch.move(hours=6)
    working.contact(agent, second.key)
    working.transfer(agent, third.key, "south-phone")
    working.close(agent, second.key, cause="policy")
    watch.move(days=7)
    assert escalate_due() > 0


def test_resolution_first_response_and_reopening_are_those_of_the_cases(desk: Desk, watch: Watch, facts: None) -> None:
    ensure_catalogue()
    work(desk, watch)
    assert project() > 10
    hour = 3600.0
    (row,) = shown("resolution_time")["rows"]
    assert (row["value"], row["n"]) == (7 * hour, 2)
    (row,) = shown("first_response_time")["rows"]
    assert (row["value"], row["n"]) == (1 * hour, 3)
    (row,) = shown("reopen_rate")["rows"]
    assert (row["value"], row["n"]) == (0.5, 2)
    by_team = {each["group"]["team"]: each["value"] for each in shown("first_response_time", "--by", "team")["rows"]}
    assert by_team == {"north-phone": hour, "south-phone": 3 * hour}
    by_cause = shown("resolution_time", "--where", 'cause == "billing_error"')["rows"]
    assert [(each["value"], each["n"]) for each in by_cause] == [(4 * hour, 1)]


def test_projecting_again_changes_nothing(desk: Desk, watch: Watch, facts: None) -> None:
    ensure_catalogue()
    work(desk, watch)
    project()
    before = shown("resolution_time")["rows"]
    assert project() == 0
    assert shown("resolution_time")["rows"] == before

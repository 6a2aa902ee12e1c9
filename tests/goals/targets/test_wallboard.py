"""The wallboard: a unit's cases this moment, today's figures against targets, who may see what, and the same for Prometheus."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from heed.core.access.actions.tokens import make_token
from heed.core.access.rules import COMMAND_LINE
from heed.core.journal.queries import last_id
from heed.core.people.queries import unit_nodes
from heed.goals.escalation.models import Escalation
from heed.goals.kpis.actions import ensure_catalogue
from heed.goals.targets.actions import set_cascade
from heed.goals.targets.queries.live import live
from heed.goals.targets.queries.today import Today
from heed.goals.targets.queries.today import today as today_of
from heed.service.cases.models import Case
from tests.core.conftest import House, build
from tests.goals.kpis.operation import FIRST, WEEKS, facts_in
from tests.goals.targets.test_cascade import ABANDONED, DOWN, body

FRIDAY = FIRST + timedelta(weeks=WEEKS - 1, days=4, hours=3)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("facts")
    with pytest.MonkeyPatch.context() as patch, facts_in(folder, patch):
        yield folder


@pytest.fixture
def house(db: None, filled: Path) -> House:
    cache.clear()
    built = build()
    ensure_catalogue()
    now, hour = timezone.now(), timedelta(hours=1)
    for number, (team, region, owner, due, severity) in enumerate(
        (
            ("north-phone", "north", "", now + 5 * hour, "urgent"),
            ("north-phone", "north", built.agent.key, now - hour, "normal"),
            ("north-phone", "north", built.agent.key, now + hour / 2, "normal"),
            ("south-phone", "south", "", now - 2 * hour, "high"),
            ("", "south", "", None, "low"),
        )
    ):
        Case.objects.create(
            number=f"10{number}-1",
            title="A bill that was wrong",
            customer_key="crm:secret",
            team=team,
            region=region,
            owner=owner,
            due_at=due,
            severity=severity,
            fact_at=now,
            opened_at=now - 3 * hour,
            clock_started_at=now,
        )
    return built


def today(scope: Any, unit: str, nodes: Any) -> Today:
    found = today_of(scope, unit, nodes)
    assert found is not None
    return found


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_units_cases_are_counted_this_moment(house: House) -> None:
    found = live(COMMAND_LINE, "north", unit_nodes())
    queue = found.queue
    assert (queue.open, queue.unowned, queue.overdue, queue.soon) == (3, 1, 1, 1)
    assert [each.number for each in found.cases] == ["101-1", "102-1", "100-1"]
    assert [(each.name, each.open, each.overdue) for each in found.people] == [("Sam Agent", 2, 1)]
    whole = live(COMMAND_LINE, "organisation", unit_nodes()).queue
    assert (whole.open, whole.unowned, whole.overdue) == (5, 3, 2)
    assert whole.oldest_unowned_at is not None


def test_what_a_protocol_escalated_is_counted_and_what_nobody_has_needs_help(house: House) -> None:
    """A person asked for help with one, a protocol brought another to somebody and found nobody for a third."""
    now = timezone.now()
    keys = dict(Case.objects.values_list("number", "key"))
    Case.objects.filter(number="102-1").update(escalation_level=1)
    states = {"100-1": "given", "103-1": "joined", "104-1": "unattended", "101-1": "deferred", "102-1": "given"}
    for number, state in states.items():
        person = house.agent.key if state == "given" else ""
        Escalation.objects.create(case_key=keys[number], state=state, person=person, seen_at=now)
    found = live(COMMAND_LINE, "organisation", unit_nodes())
    assert found.queue.escalated == 4
    assert live(COMMAND_LINE, "north", unit_nodes()).queue.escalated == 2
    assert "104-1" in {each.number for each in found.cases}
    Escalation.objects.filter(case_key=keys["103-1"]).update(state="ended", ended_at=now)
    assert live(COMMAND_LINE, "organisation", unit_nodes()).queue.escalated == 3


def test_a_page_says_up_to_where_it_knows(house: House) -> None:
    """What happens between its making and its listening is fetched, and numbers are written without a separator."""
    client = house.client("admin")
    said = client.get("/wallboard/north/", headers={"accept-language": "de"}).content.decode()
    assert f'data-live-at="{last_id()}"' in said


def test_the_day_is_held_against_the_target_of_the_unit_or_the_nearest_above(house: House) -> None:
    set_cascade(COMMAND_LINE, "abandonment", body(*DOWN, **ABANDONED), follows=None)
    found = today(COMMAND_LINE, "north-phone", unit_nodes())
    figures = {each.kpi: each for each in found.figures}
    one = figures["abandonment"]
    assert one.aim is not None and one.aim.is_own
    assert one.lag_seconds is not None and one.lag_seconds > 0
    assert figures["csat"].row is None
    # Four calls of the day the facts end on: nobody may be told by them.
    assert one.row is not None and one.row.suppressed and one.standing == ""


def test_the_page_shows_all_of_it_and_a_wall_shows_no_names(house: House) -> None:
    client = house.client("admin")
    assert client.get("/wallboard/").headers["Location"] == "/wallboard/organisation/"
    said = text(client.get("/wallboard/north/"))
    assert "without an owner" in said and "Sam Agent" in said and "101-1" in said
    assert "crm:secret" not in said
    wall = client.get("/wallboard/north/?tv=1")
    assert "Sam Agent" not in text(wall)
    assert "101-1" in text(wall)
    assert 'href="/cases/case_' not in wall.content.decode()
    part = client.get("/wallboard/north/?part=live").content.decode()
    assert part.lstrip().startswith('<div id="board-live"')
    assert "data-live=" in part
    assert 'id="board-live"' not in client.get("/wallboard/north/?part=today").content.decode()


def test_who_does_not_reach_a_unit_does_not_know_of_it(house: House) -> None:
    north = house.client("north_admin")
    assert north.get("/wallboard/").headers["Location"] == "/wallboard/north/"
    assert north.get("/wallboard/south/").status_code == 404
    assert north.get("/wallboard/organisation/").status_code == 404
    assert north.get("/api/v1/wallboards/south").status_code == 404
    assert house.client("agent").get("/wallboard/north-phone/").status_code == 200
    assert "Colleagues with broken promises" not in text(house.client("agent").get("/wallboard/north-phone/"))


def test_over_the_api(house: House) -> None:
    told = house.client("admin").get("/api/v1/wallboards/north").json()
    assert told["live"]["queue"]["overdue"] == 1
    assert {each["kpi"] for each in told["today"]["figures"]} == {"csat", "service_level", "abandonment"}
    assert house.client("admin").get("/api/v1/wallboards/nowhere").status_code == 404


def test_a_day_with_calls_enough_is_judged_by_its_interval(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heed.goals.targets.queries.today.newest_fact", lambda _source: FRIDAY)
    set_cascade(COMMAND_LINE, "abandonment", body(*DOWN, **ABANDONED), follows=None)
    figures = {each.kpi: each for each in today(COMMAND_LINE, "south-phone", unit_nodes()).figures}
    one = figures["abandonment"]
    assert one.row is not None and one.row.n == 12
    assert one.standing == "uncertain", "twelve calls hold the target: too early to tell"
    assert not one.is_today
    client = house.client("admin")
    waiting = client.get("/wallboard/south-phone/").content.decode()
    assert 'hx-trigger="load, every 30s"' in waiting
    assert "too early to tell" in text(client.get("/wallboard/south-phone/?figures=1"))
    kept = client.get("/wallboard/south-phone/").content.decode()
    assert 'hx-trigger="every 30s"' in kept and "too early to tell" in kept


def test_prometheus_has_the_same_figures_for_who_has_a_token(
    house: House, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heed.goals.targets.queries.prometheus.newest_fact", lambda _source: FRIDAY)
    set_cascade(COMMAND_LINE, "abandonment", body(*DOWN, **ABANDONED), follows=None)
    bare = client.get("/metrics").content.decode()
    assert "heed_unit_cases" not in bare
    assert client.get("/metrics", headers={"authorization": "Bearer heed_nonsense"}).status_code == 401
    secret = token(house, "see_cases", "see_figures")
    said = client.get("/metrics", headers={"authorization": f"Bearer {secret}"}).content.decode()
    assert 'heed_unit_cases{unit="north",what="overdue"} 1' in said
    assert 'heed_unit_kpi_n{unit="organisation",kpi="abandonment"} 48' in said
    assert 'heed_unit_kpi_standing{unit="north-phone",kpi="abandonment"} 0' in said
    assert 'heed_unit_kpi_target{unit="north-phone",kpi="abandonment"} 0.06' in said
    few = client.get("/metrics", headers={"authorization": f"Bearer {token(house, 'see_figures')}"}).content.decode()
    assert "heed_unit_cases" not in few


def token(house: House, *scopes: str) -> str:
    return make_token(house.scope("admin"), name="grafana", scopes=scopes, expires_at=None)[1]

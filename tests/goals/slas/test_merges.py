"""From the desk to the figure: cases that wait, go into one another and are opened again, through journal and facts; the clock of
the case and that of the SLA name the same instant.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.actions import ensure
from heed.core.settings.rules import current
from heed.facts.projector.follow import project
from heed.goals.kpis import queries
from heed.goals.slas.queries.attainment import attained
from heed.service.cases.actions import opening, working
from heed.service.cases.actions.merging import merge
from heed.service.cases.actions.prioritising import prioritise
from heed.service.cases.models import Case
from tests.service.cases.conftest import HOUR, HOURS, Desk, Watch, desk, watch  # noqa: F401
from tests.service.cases.test_pages import client, text

SLA = {
    "name": "Put right",
    "within_seconds": 24 * HOUR,
    "target": 0.9,
    "hours": HOURS,
    "reopened": "restarts",
    "pauses": ["*"],
}


@pytest.fixture
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HEED_FACTS_URL", str(tmp_path / "facts"))
    current.cache_clear()
    queries.engine.forget()
    yield
    monkeypatch.undo()
    current.cache_clear()
    queries.engine.forget()


def test_the_desk_and_the_sla_name_the_same_instant(desk: Desk, watch: Watch, facts: None) -> None:  # noqa: F811
    ensure("sla", "put_right", SLA, note="")
    agent = desk.scope("agent")
    old = desk.answer()
    watch.move(hours=2, seconds=1, microseconds=7)
    working.wait(agent, old.key, "customer")
    watch.move(hours=3)
    working.resume(agent, old.key)
    young = opening.open_case(desk.scope("lead"), title="The same again", team="north-phone")
    again = opening.open_case(desk.scope("lead"), title="Another", team="north-phone")
    watch.move(hours=1, microseconds=3)
    merge(agent, old.key, young.key, words="One trouble.")
    working.close(agent, again.key, cause="other")
    watch.move(days=1)
    working.reopen(agent, again.key, words="It is back.")
    watch.move(days=5)
    project()
    told = {each.case: each.broken_at for each in attained("put_right", COMMAND_LINE).breaches}
    due = dict(Case.objects.exclude(state="closed").values_list("key", "resolution_due_at"))
    assert told == due
    assert set(told) == {young.key, again.key}
    # 24 hours of the desk from Monday nine on, and the three in which it waited: Thursday at noon.
    assert told[young.key] == datetime(2026, 5, 7, 10, tzinfo=UTC)
    page = text(client(desk, "admin").get("/slas/put_right/?figures=1"))
    assert young.key in page
    assert old.key not in page
    items = client(desk, "admin").get("/api/v1/slas/put_right/breaches").json()["items"]
    assert [each["case"] for each in items] == [again.key, young.key]
    shown = client(desk, "admin").get("/api/v1/slas/put_right/attainment").json()
    assert (shown["merged"], shown["broken"]) == (1, 2)


def test_another_severity_is_another_time_at_the_desk_and_for_the_sla(desk: Desk, watch: Watch, facts: None) -> None:  # noqa: F811
    """Sooner, by the time that is left; at once, where more was used; what waits goes on with what is left."""
    ensure("sla", "put_right", {**SLA, "priorities": {"high": 16 * HOUR}}, note="")
    agent = desk.scope("agent")
    first, late, back = (desk.answer(number) for number in (1, 2, 3))
    watch.move(hours=2, microseconds=7)
    working.wait(agent, first.key, "customer")
    watch.move(hours=1)
    prioritise(agent, first.key, "high", words="A child.")
    prioritise(agent, back.key, "high", words="Ill.")
    watch.move(hours=2)
    working.resume(agent, first.key)
    prioritise(agent, back.key, "normal", words="Not ill.")
    watch.now = datetime(2026, 5, 6, 9, 0, 0, 5, tzinfo=UTC)
    prioritise(agent, late.key, "high", words="They wait for days.")
    watch.move(days=5)
    project()
    told = {each.case: each.broken_at for each in attained("put_right", COMMAND_LINE).breaches}
    due = dict(Case.objects.exclude(state="closed").values_list("key", "resolution_due_at"))
    assert told == due
    assert set(told) == {first.key, late.key, back.key}
    assert told[first.key] == datetime(2026, 5, 6, 10, tzinfo=UTC)
    assert told[late.key] == datetime(2026, 5, 6, 9, 0, 0, 5, tzinfo=UTC)
    assert told[back.key] == datetime(2026, 5, 6, 15, tzinfo=UTC)

"""An ordinary week learned from calls, played; what it costs to promise more; weekdays with too few people; the back-test."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.definitions.actions import ensure
from heed.core.errors.rules import Forbidden, Invalid
from heed.feedback.quality.models import QualityAudit
from heed.goals.slas.jobs import Preparer
from heed.goals.slas.queries import planned
from heed.goals.slas.queries.backtests import backtest_of
from heed.goals.slas.queries.calls import Asked, frontier_of, learn, prices_of, told_frontier, weekdays_of
from heed.goals.slas.queries.planned import frontier_told, weekdays_told
from heed.goals.slas.rules.frontier import Prices, climb, frontier
from heed.goals.slas.rules.history import written
from heed.goals.slas.rules.simulating import as_it_was, predict
from heed.goals.slas.rules.staffing import demand
from heed.stats.queues.impatience import erlang_a
from tests.core.conftest import House, build
from tests.goals.slas.line import AGENTS, BODY, CALLS, HANDLE, PATIENCE, SLOTS, WEEKS, line_in

EUROS = Prices(Decimal("34.00"), "EUR", 0.3, 38.0)
ASKED = Asked(weeks=WEEKS)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("line")
    with pytest.MonkeyPatch.context() as patch, line_in(folder, patch):
        yield folder


@pytest.fixture
def house(db: None, filled: Path) -> House:
    built = build()
    ensure("sla", "line", BODY, note="")
    return built


def test_an_ordinary_week_is_learned(house: House) -> None:
    found = learn(COMMAND_LINE, ASKED)
    assert found.history.queues == ("north", "south")
    assert len(found.history.days) == 10
    assert all(len(day.slots) == SLOTS and day.dates == WEEKS for day in found.history.days)
    assert found.history.calls == pytest.approx(10 * SLOTS * CALLS, rel=0.05)
    assert found.patience.low is not None and found.patience.high is not None
    assert found.patience.low < PATIENCE < found.patience.high
    assert {slot.agents for day in found.history.days for slot in day.slots} == {2.0, 4.0}
    assert found.curve is not None
    assert found.curve.value[0] > 0.75
    assert found.curve.value[-1] < 0.6
    assert prices_of(found, None).cost_per_hour == Decimal("34.00")


def test_the_week_as_it_was_is_predicted_as_it_came(house: House) -> None:
    found = learn(COMMAND_LINE, ASKED)
    roster = as_it_was(found.history)
    assert roster is not None
    level = predict(found.history, roster, 20.0, runs=30, seed=2).service_level
    assert level.value == pytest.approx(found.in_time, abs=0.03)
    assert predict(found.history, roster, 20.0, runs=30, seed=2).service_level == level


def test_more_money_buys_more_service(house: House) -> None:
    found = frontier_of(COMMAND_LINE, ASKED, EUROS, runs=6)
    costs = [each.cost for each in found.points]
    levels = [each.predicted.service_level.value or 0 for each in found.points]
    assert costs == sorted(costs)
    assert levels[-1] > levels[0] + 0.2
    liked = [each.predicted.csat.value or 0 for each in found.points]
    assert liked[-1] > liked[0]
    assert found.now is not None
    told = told_frontier(found)
    assert told["points"][0]["cost"] == str(costs[0])
    # Of 34 an hour at a share of 0.3 away: 1 hour there costs 34 / 0.7.
    assert found.points[0].cost == (Decimal(34) * Decimal(str(round(found.points[0].hours / 0.7, 6)))).quantize(
        Decimal("0.01")
    )


def test_what_was_asked_before_is_told_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    first = frontier_told(COMMAND_LINE, ASKED, runs=2)
    assert weekdays_told(COMMAND_LINE, ASKED)["weekdays"][0]["is_short"] is True
    preparer = Preparer()
    monkeypatch.setattr(planned, "frontier_of", _no)
    monkeypatch.setattr(planned, "weekdays_of", _no)
    assert frontier_told(COMMAND_LINE, ASKED, runs=2) == first
    assert weekdays_told(COMMAND_LINE, ASKED)["target"] == 0.8
    # Another question, or somebody of another reach, is another answer.
    for asks in (
        lambda: frontier_told(COMMAND_LINE, ASKED, runs=3),
        lambda: weekdays_told(house.scope("north_admin"), ASKED),
    ):
        with pytest.raises(AssertionError):
            asks()
    with pytest.raises(Forbidden):
        frontier_told(Scope("nobody"), ASKED, runs=2)
    monkeypatch.undo()
    assert (preparer.prepare(), preparer.prepare()) == (1, 0)


def _no(*given: Any, **named: Any) -> Any:
    raise AssertionError("asked again")


def test_weeks_are_played_with_patience_as_seen(house: House) -> None:
    found = learn(COMMAND_LINE, replace(ASKED, law="seen"))
    assert found.history.endurance is not None
    roster = as_it_was(found.history)
    assert roster is not None
    told = predict(found.history, roster, 20.0, runs=15, seed=2)
    assert told.abandonment.value == pytest.approx(found.abandoned, abs=0.03)
    with pytest.raises(Invalid, match="law of patience"):
        learn(COMMAND_LINE, replace(ASKED, law="none"))


def test_the_first_weekday_of_the_south_is_short_of_people(house: House) -> None:
    _found, rows = weekdays_of(COMMAND_LINE, ASKED)
    assert [(each.queue, each.weekday) for each in rows if each.is_short] == [("south", 0)]
    assert rows[0].beside == pytest.approx(0.5, abs=0.06)


def test_past_weeks_lie_where_they_are_predicted(house: House) -> None:
    found = backtest_of(COMMAND_LINE, "line", 3)
    assert len(found.weeks) == 3
    assert found.inside >= 2
    assert found.mean_error is not None
    assert found.mean_error < 0.05


def test_what_cannot_be_learned_is_said(house: House) -> None:
    with pytest.raises(Invalid, match="Too few calls"):
        learn(COMMAND_LINE, Asked(where='channel == "chat"', weeks=1))
    with pytest.raises(Invalid, match="split by"):
        learn(COMMAND_LINE, Asked(by="agent_key"))
    with pytest.raises(Invalid):
        learn(COMMAND_LINE, Asked(where="chanel == 1"))
    with pytest.raises(Forbidden):
        learn(Scope("nobody"), Asked())
    # Who reaches one region sees its calls alone.
    assert learn(house.scope("north_admin"), ASKED).history.queues == ("north",)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_pages(house: House) -> None:
    shell = house.client("admin").get("/staffing/")
    assert "Playing an ordinary week" in text(shell)
    page = text(house.client("admin").get(f"/staffing/?figures=1&weeks={WEEKS}&cost=34"))
    assert "as staffed now" in page
    assert "Callers are ready to wait" in page
    days = text(house.client("admin").get(f"/staffing/weekdays/?figures=1&weeks={WEEKS}"))
    assert "Monday too few people" in days
    assert "Enter a number" in text(house.client("admin").get("/staffing/?within=soon"))
    assert "split by" not in page
    test = text(house.client("admin").get("/slas/line/backtest/?figures=1"))
    assert "Breaches, predicted and achieved" in test or "Not enough past weeks" in test


def test_the_api(house: House) -> None:
    client = house.client("admin")
    answer = client.get(f"/api/v1/staffing/frontier?weeks={WEEKS}&cost=34&shrinkage=0.3").json()
    assert answer["wait_curve"]["reason"] == ""
    assert answer["points"][-1]["service_level"]["value"] > 0.9
    assert client.get("/api/v1/staffing/frontier?by=agent_key").status_code == 422
    covers = client.get(f"/api/v1/staffing/weekdays?weeks={WEEKS}").json()["items"]
    assert covers[0]["is_short"]
    assert len(client.get("/api/v1/slas/line/backtest?weeks=2").json()["weeks"]) == 2


def test_a_failed_audit_of_answers_marks_what_is_predicted_by_them(house: House) -> None:
    client, last = house.client("admin"), learn(COMMAND_LINE, ASKED).cutoff
    asked, page = f"/api/v1/staffing/frontier?weeks={WEEKS}&cost=34", f"/staffing/?figures=1&weeks={WEEKS}&cost=34"
    assert client.get(asked).json()["marks"] == []
    audit = QualityAudit.objects.create(
        survey_key="after_call",
        since=last - timedelta(weeks=WEEKS),
        until=last,
        ran_at=last,
        ran_by="p_a",
        state="failed",
    )
    assert [mark["audit"] for mark in client.get(asked).json()["marks"]] == [audit.key]
    assert "failed an audit" in text(client.get(page))
    QualityAudit.objects.update(survey_key="another")
    assert "failed an audit" not in text(client.get(page))


def test_the_closed_form_behind_the_climb_is_erlang_a() -> None:
    day = written([demand(None, CALLS, HANDLE, 1800.0)], PATIENCE)
    path = climb(day, 20.0)
    for steps in range(len(path.order)):
        count = path.roster(steps)["", 0][0]
        expected = erlang_a(CALLS / 1800, 1 / HANDLE, 1 / PATIENCE, count, 20.0).served_within
        assert path.levels[steps] == pytest.approx(expected, rel=1e-4)
    assert path.affordable(path.least_hours - 0.1) is None
    assert path.affordable(path.least_hours) == 0
    assert path.affordable(AGENTS * 0.5) == AGENTS - path.base[0]


def test_one_long_interval_played_is_erlang_a() -> None:
    """A day long enough that its empty beginning does not count."""
    day = written([demand(None, 4000.0, HANDLE, 4000 / 40 * 3600.0)], PATIENCE)
    found = predict(day, {("", 0): (4,)}, 20.0, runs=20, seed=3)
    exact = erlang_a(40 / 3600, 1 / HANDLE, 1 / PATIENCE, 4, 20.0)
    for guess, value in (
        (found.service_level, exact.served_within),
        (found.abandonment, exact.abandoned),
        (found.asa_seconds, exact.mean_wait_of_served),
        (found.occupancy, exact.occupancy),
    ):
        assert guess.value is not None and guess.high is not None
        # Four limits at once: of 99 in 100 together those of a t of 19 degrees are 1.48 times as wide as of 95 each.
        assert abs(value - guess.value) <= 1.48 * (guess.high - guess.value)


def test_targets_that_are_none_are_refused() -> None:
    day = written([demand(None, CALLS, HANDLE, 1800.0)], PATIENCE)
    with pytest.raises(Invalid, match="no share"):
        frontier(day, 20.0, EUROS, targets=(80,))
    with pytest.raises(Invalid, match="differ in length"):
        written([demand(None, 1, 60, 1800.0), demand(None, 1, 60, 900.0)], None)


def test_weeks_before_the_first_fact_teach_nothing(house: House) -> None:
    cutoff = learn(COMMAND_LINE, ASKED).cutoff
    with pytest.raises(Invalid, match="Too few"):
        learn(COMMAND_LINE, Asked(weeks=2, until=cutoff - timedelta(weeks=60)))

"""Cases worked off by other head-counts: a desk whose truth is planted, and its twin in which nobody waits for people."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from heed.core.definitions.actions import ensure
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.goals.slas.actions import Party, make_offer, open_negotiation
from heed.goals.slas.queries.backlogs import traces_of
from heed.goals.slas.queries.negotiations import Grounds, base_sla
from heed.goals.slas.rules.backlog import WEEK, Traces, hours_of, learned_work
from heed.goals.slas.rules.bargaining import Terms
from heed.goals.slas.rules.frontier import Prices
from heed.goals.slas.rules.tracing import Tracing
from heed.goals.slas.rules.working_off import Shop, foretold, predict_cases, score_cases
from tests.core.conftest import House, build
from tests.goals.slas.desk_queue import FIRST, OFFICE, WORK, ZONE, DeskQueue, kept, promise
from tests.goals.slas.promises import table
from tests.goals.slas.sides import seated

LIMIT = 4 * 3600.0


def level(traces: Traces, people: float, runs: int = 8) -> float:
    hours = hours_of(OFFICE, traces)
    work = learned_work(traces, hours)
    assert work is not None
    found = predict_cases(Shop.of(traces, hours, hours, work, promise()), people * 40.0, runs=runs)
    assert found.value is not None
    return found.value


def test_the_work_of_a_case_is_found_and_more_people_keep_more() -> None:
    traces = DeskQueue().traces()
    hours = hours_of(OFFICE, traces)
    work = learned_work(traces, hours)
    assert work is not None
    assert work.low < WORK < work.high
    assert work.seconds == pytest.approx(WORK, rel=0.1)
    assert work.hours_a_week == pytest.approx(6 * 40)
    fewer, as_many, more = (level(traces, people) for people in (5, 6, 8))
    assert fewer < as_many < more
    assert more == pytest.approx(kept(DeskQueue(people=8).traces(), LIMIT), abs=0.03)


def test_where_nobody_waits_for_people_more_of_them_change_nothing() -> None:
    traces = DeskQueue(queues=False).traces()
    assert abs(level(traces, 8) - level(traces, 5)) < 0.02
    assert level(traces, 6) == pytest.approx(kept(traces, LIMIT), abs=0.03)


def test_the_past_is_foretold_by_what_was_known_before() -> None:
    found = foretold(DeskQueue(people=7).traces(), promise(), runs=15)
    assert len(found) == 6
    assert np.mean([abs((each.predicted.value or 0) - (each.achieved.value or 0)) for each in found]) < 0.06


def test_too_little_is_not_scored() -> None:
    traces = DeskQueue(weeks=3).traces()
    prices = Prices(Decimal(30), "EUR")
    assert score_cases(traces, promise(), promise(), 6, prices, seed=1, targets=[0.9]) is None
    nobody = replace(DeskQueue(weeks=6).traces(), people={})
    assert score_cases(nobody, promise(), promise(), 6, prices, seed=1, targets=[0.9]) is None
    assert foretold(traces, promise()) == []
    none = Tracing(promise(), FIRST, FIRST + timedelta(weeks=6), ZONE).traces()
    assert score_cases(none, promise(hours=None), promise(), 6, prices, seed=1, targets=[0.9]) is None
    assert foretold(none, promise()) == []


def test_hours_and_time_offered_move_what_is_kept() -> None:
    traces, prices = DeskQueue(weeks=5).traces(), Prices(Decimal(30), "EUR", hours_per_person=40)
    half = {
        "name": "Half",
        "time_zone": "UTC",
        "hours": dict.fromkeys(("monday", "wednesday", "friday"), ("09:00-17:00",)),
    }

    def value(**terms: Any) -> float:
        scored = score_cases(traces, promise(), promise(**terms), 7, prices, seed=1, targets=[0.8])
        assert scored is not None
        return float(scored["predicted"]["service_level"]["value"])

    usual = value()
    assert value(within_seconds=8 * 3600) > usual > value(within_seconds=2 * 3600)
    # The same people in three days instead of five: as many hours of the clock fewer, as many people more.
    assert value(hours=half) > 0.3


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("backlog")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEED_FACTS_URL", str(folder))
        current.cache_clear()
        rows = [{**row, "change_id": str(place)} for place, row in enumerate(DeskQueue(weeks=10).rows())]
        Store(current().facts_location).append("case_changes", table("case_changes", rows), app="test", number=1)
        yield folder
    current.cache_clear()


@pytest.fixture
def house(db: None, filled: Path) -> House:
    built = build()
    body = promise().model_dump(mode="json") | {"name": "Cases put right"}
    ensure("sla", "put_right", body, note="")
    return built


def test_two_sides_bargain_about_cases(house: House) -> None:
    people = seated(house)
    grounds = Grounds(weeks=9, cost_per_hour=Decimal(30), hours_per_person=40)
    talk = open_negotiation(people["seller"], "put_right", Party("", "north"), Party("", "south"), grounds)
    day = timezone.now().date() + timedelta(days=3)
    terms = Terms(0.85, LIMIT, Decimal(5), Decimal(6000), day)
    few = make_offer(people["seller"], talk.key, terms, seen=0).score
    many = make_offer(people["buyer"], talk.key, replace(terms, head_count=Decimal(8), target=0.95), seen=1).score
    assert (few["method"], few["was"]["head_count"]) == ("backlog", pytest.approx(6.0, abs=0.3))
    levels = [each["predicted"]["service_level"]["value"] for each in (few, many)]
    assert levels[0] < levels[1]
    assert few["cost"] == "6000.00"
    rungs = many["rungs"]
    assert [each["target"] for each in rungs] == sorted(each["target"] for each in rungs)
    assert 5 < rungs[0]["head_count"] < 9
    assert many["needed"]["head_count"] is None or many["needed"]["head_count"] > rungs[0]["head_count"]
    assert many["past"]
    assert many["work"]["low"] < WORK < many["work"]["high"]
    shown = house.client("seller").get("/slas/put_right/negotiation/").content.decode()
    assert "How well this foretold the past" in shown
    assert "As it was" in shown
    traces = traces_of(base_sla(talk), talk.history_until - timedelta(weeks=9), talk.history_until)
    assert traces.weeks == 9
    assert traces.since - int(FIRST.timestamp() * 1e6) < 2 * WEEK

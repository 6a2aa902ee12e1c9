"""What a rule would have opened: weeks, parts with small groups withheld, and promises that would break."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.test import Client

from heed.core.access.rules import COMMAND_LINE
from heed.core.calendar.definition import Calendar
from heed.core.definitions.queries import in_force
from heed.core.errors.rules import Forbidden, Invalid
from heed.core.settings.rules import current
from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store
from heed.rehearsal.replay.weeks import full_weeks
from heed.service.cases.actions.rehearsing import WEEKS, rehearse_opening
from heed.service.cases.rules.clocks import Clock
from heed.service.cases.rules.rehearsing import counts_between, elapsed, lateness
from tests.service.cases.conftest import HOUR, HOURS, MONDAY, RULE, Desk, Watch

WEEK = dt.timedelta(weeks=1)


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    origin = {"source": "test", "batch": "test", "recorded_at": MONDAY}
    schema = arrow_schema(TABLES[name])
    return pa.Table.from_pylist([{**dict.fromkeys(schema.names), **row, **origin} for row in rows], schema=schema)


def answers() -> list[dict[str, Any]]:
    """Two unhappy customers a week for thirteen weeks, three in the last; one of the east; one who answers twice."""
    rows = []
    for week in range(13):
        for place in range(3 if week == 12 else 2):
            at = MONDAY - (13 - week) * WEEK + dt.timedelta(days=place, hours=2)
            number = f"{week}-{place}"
            region = "east" if number == "5-1" else "north"
            rows.append({"answer_id": number, "answered_at": at, "score": 1.0 if place else 5.0, "region": region})
    for number, row in enumerate(rows):
        row |= {
            "response_id": row["answer_id"],
            "instrument": "nps",
            "customer_key": f"c_{number}",
            "team": "north-phone",
        }
    twice = {**rows[-1], "answer_id": "again", "answered_at": rows[-1]["answered_at"] + dt.timedelta(hours=1)}
    before = {**rows[0], "answer_id": "before", "answered_at": MONDAY - 13 * WEEK - dt.timedelta(days=1)}
    return [before, *rows, twice]


def changes() -> list[dict[str, Any]]:
    """Forty cases of the past: the first response took two business hours in thirty of them and ten in the others."""
    rows = []
    for number in range(40):
        opened = MONDAY - dt.timedelta(days=7 + 7 * (number % 20))
        took = dt.timedelta(hours=2) if number < 30 else dt.timedelta(hours=26)
        for change, at in (("opened", opened), ("first_responded", opened + took)):
            rows.append({"change_id": f"{number}-{change}", "at": at, "case_id": f"k{number}", "change": change})
    return rows


@pytest.fixture
def past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HEED_FACTS_URL", str(tmp_path))
    current.cache_clear()
    store = Store(str(tmp_path))
    store.append("responses", table("responses", answers()), app="test", number=1)
    store.append("case_changes", table("case_changes", changes()), app="test", number=1)
    yield
    monkeypatch.undo()
    current.cache_clear()


def body(**changed: Any) -> dict[str, Any]:
    held = in_force("case_opening", "call_back")
    assert held is not None
    return {**held.body.model_dump(mode="json"), **changed}


def test_a_rule_is_rehearsed_over_full_weeks_beside_the_one_in_force(desk: Desk, past: None) -> None:
    found = rehearse_opening(COMMAND_LINE, "call_back", body(when='instrument == "nps" && score <= 2.0'))
    assert (
        (found.since, found.until)
        == full_weeks(MONDAY, WEEKS)
        == (MONDAY.replace(hour=0) - 13 * WEEK, MONDAY.replace(hour=0))
    )
    assert found.now is not None
    # Who had a case the day before the first week joins it; who answers twice has one.
    assert (found.now.cases, found.now.joined) == (26, 2)
    assert found.tried.cases == 14
    assert list(found.tried.weeks.values()) == [1] * 12 + [2]
    assert dict(found.now.severities) == {"normal": 12, "high": 14}


def test_the_rule_in_force_is_rehearsed_once(desk: Desk, past: None) -> None:
    found = rehearse_opening(COMMAND_LINE, "call_back", body())
    assert found.tried is found.now


def test_small_groups_are_not_told(desk: Desk, past: None) -> None:
    regions = {part.value: part for part in rehearse_opening(COMMAND_LINE, "call_back", body()).tried.parts["region"]}
    # The one of the east could be told from the total: the north is withheld with it.
    assert {value: part.cases for value, part in regions.items()} == {"north": None, "east": None}


def test_promises_that_would_break_are_judged_by_the_past_in_business_hours(desk: Desk, past: None) -> None:
    found = rehearse_opening(COMMAND_LINE, "call_back", body()).tried
    contact = next(each for each in found.breaches if (each.promise, each.severity) == ("first_contact", "high"))
    assert (contact.seconds, contact.cases, contact.n) == (4 * HOUR, 14, 40)
    assert contact.share == pytest.approx(10 / 40)
    assert contact.expected == pytest.approx(3.5)
    assert contact.low < 3.5 < contact.high
    resolution = next(each for each in found.breaches if each.promise == "resolution")
    # None of the past was resolved: those open for longer than promised count as broken.
    assert resolution.share == 1.0


def test_too_little_past_is_said(desk: Desk, past: None, tmp_path: Path) -> None:
    Store(str(tmp_path)).delete("case_changes", "case_id != 'k1'")
    found = rehearse_opening(COMMAND_LINE, "call_back", body()).tried
    assert {each.expected for each in found.breaches} == {None}
    assert found.in_all is None


def test_an_operation_without_facts_has_an_empty_quarter(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEED_FACTS_URL", str(tmp_path / "nothing"))
    current.cache_clear()
    found = rehearse_opening(COMMAND_LINE, "call_back", body())
    assert (found.tried.cases, found.facts, found.past, found.tried.breaches) == (0, 0, 0, [])
    monkeypatch.undo()
    current.cache_clear()


def test_who_sees_a_part_does_not_rehearse_for_all(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        rehearse_opening(desk.scope("lead"), "call_back", body())
    with pytest.raises(Invalid):
        rehearse_opening(COMMAND_LINE, "call_back", body(when="scor <= 2.0"))


def test_time_between_is_that_of_the_calendar_for_many_at_once() -> None:
    clock = Clock(Calendar.model_validate(HOURS))
    drawn = np.random.default_rng(1)
    start = MONDAY.timestamp() + drawn.uniform(0, 40 * 86_400, 300)
    end = start + drawn.exponential(3 * 86_400, 300)
    one_by_one = [
        clock.between(dt.datetime.fromtimestamp(low, dt.UTC), dt.datetime.fromtimestamp(high, dt.UTC))
        for low, high in zip(start, end, strict=True)
    ]
    assert elapsed(clock, start, end) == pytest.approx(one_by_one, abs=1e-3)
    assert elapsed(Clock(), start, end) == pytest.approx(end - start)


def test_a_case_that_is_not_over_counts_once_it_is_late() -> None:
    past = {
        "opened_at": np.array([0.0, 0.0, 0.0]),
        "resolved_at": np.array([50.0, np.nan, np.nan]),
        "cutoff": np.array([1000.0, 1000.0, 1000.0]),
    }
    assert lateness(past, "resolved_at", 100, Clock()) == (2, 3)
    assert lateness(past, "resolved_at", 2000, Clock()) == (0, 1)


@pytest.mark.parametrize(("low", "high", "wanted"), [(0.0, 0.0, (0, 0)), (1.0, 1.0, (20, 20)), (0.5, 0.5, (6, 14))])
def test_chance_in_one_quarter_is_in_the_limits(low: float, high: float, wanted: tuple[int, int]) -> None:
    assert counts_between(20, low, high) == wanted


def test_the_page_tries_proposes_and_puts_in_force(desk: Desk, past: None, watch: Watch) -> None:
    browser = Client()
    browser.force_login(desk.people["admin"], backend="allauth.account.auth_backends.AuthenticationBackend")
    page = browser.get("/cases/rehearsal/")
    form = page.context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    same = browser.post("/cases/rehearsal/", {**typed, "try": "1"}).content.decode()
    assert "What the rule in force opened" in same
    assert "Put in force" not in same
    stricter = {
        **typed,
        "when": 'instrument == "nps" && score <= 2.0',
        "owner_when_0": 'region == "east"',
        "owner_0": "south-phone",
    }
    told = browser.post("/cases/rehearsal/", {**stricter, "try": "1"}).content.decode()
    assert ">14</td>" in told
    assert ">26</td>" in told
    assert "groups of fewer than 10 customers are not shown" in told
    fragment = browser.post(
        "/cases/rehearsal/", {**stricter, "try": "1"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in fragment
    assert ">14</td>" in fragment
    wrong = browser.post("/cases/rehearsal/", {**stricter, "severity_when_0": "scor < 1.0"})
    assert wrong.status_code == 422
    assert "Did you mean score" in wrong.content.decode()
    proposed = browser.post("/cases/rehearsal/", {**stricter, "propose": "1", "note": "Too many."})
    assert proposed.headers["Location"] == "/definitions/case_opening/call_back/2/"
    assert browser.post("/cases/rehearsal/", {**stricter, "enact": "1"}).status_code == 302
    held = in_force("case_opening", "call_back")
    assert held is not None
    assert held.version == 3
    assert held.body.when == stricter["when"]
    assert [owner.team for owner in held.body.owners] == ["south-phone"]
    assert len(held.body.escalations) == len(RULE.get("escalations", (1, 1)))

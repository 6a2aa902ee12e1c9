"""The clock of a case: the reference cases, and every change of its life held against counting second by second."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heed.core.calendar.definition import WEEKDAYS, Calendar
from heed.core.calendar.rules import Timeline, instant, micros, open_at
from heed.goals.slas.definition import Sla
from heed.goals.slas.rules.clock import (
    SECOND,
    Life,
    absorbed,
    changed,
    due_at,
    ended,
    handed_on,
    opened,
    prioritised,
    seen_at,
    used_at,
)
from tests.places import ROOT

REFERENCE = json.loads((ROOT / "tests/reference/sla_clock.json").read_text())["cases"]


def sla(**more: Any) -> Sla:
    return Sla.model_validate({"name": "x", "within_seconds": 3600, "target": 0.9, **more})


def calendar_of(given: dict[str, Any]) -> Calendar:
    weekly = given["weekly_hours_by_weekday_mon0"]
    hours = {WEEKDAYS[int(day)]: ["-".join(span) for span in spans] for day, spans in weekly.items()}
    return Calendar.model_validate(
        {"name": "x", "time_zone": given["tz"], "hours": hours, "closed_on": given["holidays"]}
    )


@pytest.mark.parametrize("case", REFERENCE, ids=lambda case: case["id"])
def test_the_reference_cases(case: dict[str, Any]) -> None:
    given, wanted = case["input"], case["expected"]
    zone, line = ZoneInfo(given["tz"]), Timeline(calendar_of(given))

    def at(local: str, fold: int = 0) -> int:
        return micros(datetime.fromisoformat(local).replace(tzinfo=zone, fold=fold).astimezone(UTC))

    start, end = at(given["start_local"], given["start_fold"]), at(given["end_local"], given["end_fold"])
    pauses = [(at(low), at(high)) for low, high in given["pauses_local"]]
    promise = sla(pauses=["customer"])
    life = lived(line, promise, start, pauses)
    assert used_at(line, life, end) == wanted["business_minutes"] * 60 * SECOND
    for minutes, due in wanted["due_at_for_target_minutes"].items():
        # The pause as it is known once it is over, or before it begins where the promise is due by then.
        limited = sla(pauses=["customer"], within_seconds=int(minutes) * 60)
        early = due_at(line, opened(limited, start, None))
        assert early is not None
        done = early if not pauses or early <= pauses[0][0] else due_at(line, lived(line, limited, start, pauses))
        assert done is not None
        assert instant(done) == datetime.fromisoformat(due["utc"])


def lived(line: Timeline, promise: Sla, start: int, pauses: list[tuple[int, int]]) -> Life:
    life = opened(promise, start, None)
    for low, high in pauses:
        life = changed(line, promise, life, "waiting", low, "customer")
        life = changed(line, promise, life, "resumed", high, None)
    return life


@dataclass
class Counted:
    """A case as somebody with a stopwatch would keep it: one second at a time."""

    limit: int
    used: int = 0
    running: bool = True
    over: bool = False
    broken_at: int | None = None
    reached_at: int = 0

    def tick(self, at: int, is_open: bool) -> None:
        if self.over or not self.running or not is_open:
            return
        if self.used == self.limit and self.broken_at is None:
            self.broken_at = self.reached_at
        self.used += 1
        if self.used == self.limit:
            self.reached_at = at + 1

    def touch(self, at: int) -> None:
        if self.used == self.limit:
            self.reached_at = at


Step = tuple[str, str | None]
STEPS = st.sampled_from(
    [
        ("waiting", "customer"),
        ("waiting", "supplier"),
        ("resumed", None),
        ("assigned", None),
        ("priority", "urgent"),
        ("priority", "low"),
        ("resolved", None),
        ("reopened", None),
    ]
)
STEPS_OF_TWO: list[Step] = [("waiting", "customer"), ("resumed", None), ("assigned", None)]
OFFICE = Calendar.model_validate(
    {
        "name": "x",
        "time_zone": "Europe/Berlin",
        "hours": {day: ["01:00-02:10", "02:20-02:40", "03:00-05:00"] for day in WEEKDAYS},
    }
)
# 00:00 UTC before the clocks go forward, and before they go back: 02:00-03:00 is skipped, or comes twice.
NIGHTS = (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))


@settings(max_examples=50, deadline=None)
@given(
    night=st.sampled_from(NIGHTS),
    around=st.booleans(),
    steps=st.lists(st.tuples(st.integers(1, 2500), STEPS), max_size=8),
    limit=st.integers(1, 5000),
    urgent=st.integers(1, 2000),
    reopening=st.sampled_from(["continues", "ignored"]),
    change=st.sampled_from(["carries", "restarts"]),
)
def test_second_by_second(
    night: datetime, around: bool, steps: list[tuple[int, Step]], limit: int, urgent: int, reopening: str, change: str
) -> None:
    hours = None if around else OFFICE
    promise = sla(
        within_seconds=limit, priorities={"urgent": urgent}, reopened=reopening, priority_change=change, hours=hours
    )
    line, base = Timeline(hours), micros(night)
    life, counted, at = opened(promise, base, "low"), Counted(limit), 0
    for gap, (verb, value) in [*steps, (2500, ("end", None))]:
        for second in range(at, at + gap):
            counted.tick(second, hours is None or open_at(hours, instant(base + second * SECOND)))
        at += gap
        life = seen_at(line, life, base + at * SECOND)
        _compare(line, life, counted, base, at)
        life = _apply(line, promise, life, counted, verb, value, base, at)
    _compare(line, life, counted, base, at)


def _compare(line: Timeline, life: Life, counted: Counted, base: int, at: int) -> None:
    assert used_at(line, life, base + at * SECOND) == counted.used * SECOND
    broken = None if counted.broken_at is None else base + counted.broken_at * SECOND
    assert life.broken_at == broken
    assert (life.ended_at is not None) == counted.over


def _apply(
    line: Timeline, promise: Sla, life: Life, counted: Counted, verb: str, value: str | None, base: int, at: int
) -> Life:
    now = base + at * SECOND
    if verb == "priority":
        if value != life.priority and not counted.over:
            counted.limit = round(promise.limit(value))
            counted.used = 0 if promise.priority_change == "restarts" else counted.used
            if counted.used > counted.limit and counted.broken_at is None:
                counted.broken_at = at
            counted.touch(at)
        return prioritised(line, promise, life, value, now)
    if verb == "resolved" and not counted.over:
        counted.over, counted.running = True, False
    elif verb == "reopened" and counted.over and promise.reopened == "continues":
        counted.over, counted.running = False, True
        counted.touch(at)
    elif not counted.over and verb in ("waiting", "resumed"):
        was = counted.running
        counted.running = (verb, value) != ("waiting", "customer")
        if counted.running and not was:
            counted.touch(at)
    return changed(line, promise, life, verb, now, value)


def at(seconds: float) -> int:
    return round(seconds * SECOND)


def test_fulfilled_in_the_last_instant_is_kept_and_a_microsecond_later_is_not() -> None:
    line, promise = Timeline(None), sla()
    start = opened(promise, 0, None)
    assert changed(line, promise, start, "resolved", at(3600), None).verdict == "kept"
    late = changed(line, promise, start, "resolved", at(3600) + 1, None)
    assert (late.verdict, late.broken_at, late.judged_at) == ("missed", at(3600), at(3600))


def test_a_reopened_case_goes_on_starts_anew_or_stays() -> None:
    line = Timeline(None)
    found = {}
    for way in ("continues", "restarts", "ignored"):
        promise = sla(reopened=way)
        life = changed(line, promise, opened(promise, 0, None), "resolved", at(3000), None)
        life = changed(line, promise, life, "reopened", at(10_000), None)
        found[way] = (life.round, life.verdict, due_at(line, life))
    assert found == {
        "continues": (1, "", at(10_600)),
        "restarts": (2, "", at(13_600)),
        "ignored": (1, "kept", None),
    }


def test_a_priority_that_leaves_no_time_breaks_the_promise_at_once_and_stays_broken() -> None:
    line, promise = Timeline(None), sla(priorities={"urgent": 600})
    life = prioritised(line, promise, opened(promise, 0, "normal"), "urgent", at(900))
    assert life.broken_at == at(900)
    back = prioritised(line, promise, life, "normal", at(901))
    assert changed(line, promise, back, "resolved", at(1000), None).verdict == "missed"


def test_a_case_that_took_in_another_follows_the_earlier_promise() -> None:
    line, promise = Timeline(None), sla(priorities={"urgent": 600})
    old, young = opened(promise, 0, None), opened(promise, at(2000), None)
    assert handed_on(line, old, at(3000)).verdict == "merged"
    survivor = absorbed(line, young, old, at(3000))
    assert (due_at(line, survivor), survivor.opened_at) == (at(3600), 0)
    # Of an urgent case that is younger, its own limit goes on.
    hurried = absorbed(line, old, opened(promise, at(2900), "urgent"), at(3000))
    assert (due_at(line, hurried), hurried.limit, hurried.opened_at) == (at(3500), at(600), 0)
    # Going into an older case takes nothing from it.
    assert absorbed(line, old, young, at(3000)) == old
    # A promise that broke is handed on broken, and judged once.
    assert handed_on(line, old, at(4000)).verdict == "merged"
    assert absorbed(line, young, old, at(4000)).broken_at == at(3600)
    assert ended(line, old, at(4000), merged=True).verdict == "missed"


MERGES = st.sampled_from([*STEPS_OF_TWO])


@settings(max_examples=40, deadline=None)
@given(
    night=st.sampled_from(NIGHTS),
    around=st.booleans(),
    steps=st.lists(st.tuples(st.integers(1, 1500), st.integers(0, 1), MERGES), max_size=6),
    limits=st.tuples(st.integers(1, 4000), st.integers(1, 4000)),
    later=st.integers(0, 1500),
)
def test_merges_second_by_second(
    night: datetime, around: bool, steps: list[tuple[int, int, Step]], limits: tuple[int, int], later: int
) -> None:
    """Two cases counted by two stopwatches; at the merge the survivor goes on with the one that has less left to run."""
    hours = None if around else OFFICE
    promises = [sla(within_seconds=limit, hours=hours) for limit in limits]
    line, base = Timeline(hours), micros(night)
    lives, counted, at = [opened(promises[0], base, None)], [Counted(limits[0])], 0

    def pass_by(seconds: int) -> None:
        nonlocal at
        for second in range(at, at + seconds):
            is_open = hours is None or open_at(hours, instant(base + second * SECOND))
            for each in counted:
                each.tick(second, is_open)
        at += seconds
        lives[:] = [seen_at(line, life, base + at * SECOND) for life in lives]
        for life, each in zip(lives, counted, strict=True):
            _compare(line, life, each, base, at)

    pass_by(later)
    lives.append(opened(promises[1], base + at * SECOND, None))
    counted.append(Counted(limits[1], reached_at=at))
    for gap, which, (verb, value) in steps:
        pass_by(gap)
        lives[which] = _apply(line, promises[which], lives[which], counted[which], verb, value, base, at)
    pass_by(700)
    gone, kept = counted
    survivor = absorbed(line, lives[1], lives[0], base + at * SECOND)
    assert handed_on(line, lives[0], base + at * SECOND).verdict == "merged"
    first = min((each.broken_at for each in counted if each.broken_at is not None), default=None)
    if gone.limit - gone.used < kept.limit - kept.used:
        kept.limit, kept.used = gone.limit, gone.used
        kept.touch(at)
    kept.broken_at = first
    lives[:], counted[:] = [survivor], [kept]
    pass_by(3000)


def test_a_duplicate_is_not_judged() -> None:
    line, promise = Timeline(None), sla()
    assert changed(line, promise, opened(promise, 0, None), "closed", at(60), "duplicate").verdict == "merged"


def test_a_first_response_ends_at_the_first_word_or_at_closing() -> None:
    line, promise = Timeline(None), sla(promise="first_response")
    life = changed(line, promise, opened(promise, 0, None), "first_responded", at(60), "phone")
    assert (life.verdict, life.used) == ("kept", at(60))
    assert changed(line, promise, life, "reopened", at(90), None) == life

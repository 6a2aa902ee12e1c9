"""Relationship programmes: the calendar, the panel, waves that begin once, and customers who are left to them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.utils import timezone

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.definitions import actions as definitions
from heed.core.definitions.actions import ensure
from heed.core.definitions.rules import InvalidDefinition, validate
from heed.core.errors.rules import Forbidden, NotFound
from heed.core.journal.models import JournalEntry
from heed.core.settings.rules import current
from heed.feedback.surveys.models import Invitation, Response
from heed.feedback.triggers.actions import lists
from heed.feedback.triggers.actions.carrying import fire_due, remind_due
from heed.feedback.triggers.actions.programmes import begin_due_waves
from heed.feedback.triggers.definition import ContactPolicy, Programme, Trigger
from heed.feedback.triggers.models import Ask, AskList, ProgrammeWave, Touch
from heed.feedback.triggers.queries.programmes import (
    as_contract,
    panel_of,
    panel_preview,
    programme_in_force,
    programme_line,
    programme_lines,
)
from heed.feedback.triggers.queries.state import POLICY
from heed.feedback.triggers.rules.bulk import decide_many
from heed.feedback.triggers.rules.ledger import Account, Ledger
from heed.feedback.triggers.rules.plain import decide_plainly
from heed.feedback.triggers.rules.programmes import calm_of, group_of, part_of, waves
from heed.feedback.triggers.rules.terms import DAY, micros, terms_of
from heed.service.customers.models import Customer
from tests.feedback.surveys.surveys import in_force as survey_in_force
from tests.feedback.triggers.saving import year
from tests.feedback.triggers.shop import call, customer, happen, open_shop

ZONE = ZoneInfo("UTC")
# A Monday ahead of whatever was put in force when the store was made.
AHEAD = datetime.now(UTC) + timedelta(days=60)
MONDAY = (AHEAD - timedelta(days=AHEAD.weekday())).replace(hour=12, minute=0, second=0, microsecond=0)
BODY: dict[str, Any] = {"name": "Twice a year", "survey": "relation", "first_on": "2026-01-31", "every": "month"}


def programme(**changes: Any) -> Programme:
    body = validate("programme", {**BODY, **changes})
    assert isinstance(body, Programme)
    return body


# The calendar and the panel


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({}, [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]),
        ({"every": "half_year"}, [date(2026, 1, 31)]),
        ({"every": "four_weeks", "skip": ["2026-02-28"]}, [date(2026, 1, 31), date(2026, 3, 28), date(2026, 4, 25)]),
        ({"last_on": "2026-03-01"}, [date(2026, 1, 31), date(2026, 2, 28)]),
    ],
)
def test_waves_come_as_the_calendar_says(changes: dict[str, Any], days: list[date]) -> None:
    assert [each.on for each in waves(programme(**changes), date(2026, 4, 30))] == days


def test_groups_take_turns_also_over_a_wave_that_is_skipped() -> None:
    told = programme(every="week", groups=3, skip=["2026-02-07"])
    assert [each.group for each in waves(told, date(2026, 2, 28))] == [0, 2, 0, 1]


def test_a_calendar_ends_where_days_end() -> None:
    told = programme(first_on="2200-12-31", every="year")
    assert len(list(waves(told, date(9999, 12, 31)))) == 600


def test_the_panel_is_a_share_always_the_same_and_dealt_evenly() -> None:
    people = [f"c{number}" for number in range(4_000)]
    half, more = programme(share=0.5, groups=4, spread_days=5), programme(share=0.8, groups=4, spread_days=5)
    group = {key: group_of("p", half, key) for key in people}
    panel = [key for key in people if group[key] >= 0]
    assert len(panel) == pytest.approx(2_000, abs=150)
    assert all(group_of("p", more, key) == group[key] for key in panel)
    for number in range(4):
        assert sum(each == number for each in group.values()) == pytest.approx(500, abs=90)
    assert {part_of("p", half, key) for key in panel} == set(range(5))
    assert [group_of("q", half, key) for key in people] != list(group.values())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"at": "9"}, "at: 9 is no time of day."),
        ({"first_on": "0001-01-01"}, "first_on: 0001-01-01 is too far off."),
        ({"last_on": "2025-01-01"}, "last_on: it lies before the first wave."),
        ({"reminder_days": [7, 3]}, "reminder_days: the days rise, each once."),
        (
            {"reminder_days": [7], "expires_days": 7},
            "reminder_days: a reminder comes after the invitation has expired.",
        ),
        ({"groups": 0}, ""),
        ({"share": 2}, ""),
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidDefinition) as found:
        programme(**changes)
    assert said in found.value.message


# Quiet


def test_before_a_wave_its_people_are_left_to_it_and_nobody_else_is() -> None:
    told = programme(every="quarter", first_on="2026-06-01", quiet_days=10, spread_days=2, groups=2, segments=["gold"])
    calm = calm_of("p", told, ZONE, date(2026, 12, 31))
    assert calm is not None
    mine = next(f"c{n}" for n in range(99) if group_of("p", told, f"c{n}") == 0)
    other = next(f"c{n}" for n in range(99) if group_of("p", told, f"c{n}") == 1)
    begins = micros(datetime(2026, 6, 1, 9, tzinfo=UTC))

    def kept(who: str, at: int, survey: str = "after_call", segment: str = "gold") -> bool:
        return calm.keeps(who, segment, "", survey, at)

    assert kept(mine, begins - 10 * DAY) and kept(mine, begins + 2 * DAY - 1)
    assert not kept(mine, begins - 10 * DAY - 1) and not kept(mine, begins + 2 * DAY)
    assert not kept(other, begins) and kept(other, begins + 91 * DAY)
    assert not kept(mine, begins, survey="relation") and not kept(mine, begins, segment="basic")
    assert calm_of("p", programme(), ZONE, date(2026, 12, 31)) is None


def test_waves_nearer_than_their_quiet_do_not_overlap() -> None:
    calm = calm_of("p", programme(every="week", quiet_days=30, groups=4), ZONE, date(2026, 12, 31))
    assert calm is not None
    assert all(one[1] <= other[0] for one, other in zip(calm.spans, calm.spans[1:], strict=False))


@pytest.mark.parametrize("seed", range(3))
def test_the_bulk_form_leaves_the_same_people_to_a_programme(seed: int) -> None:
    rows = year(seed, facts=3_000, customers=400).rows
    told = [
        programme(first_on="2000-02-01", every="week", quiet_days=5, groups=3, segments=["family"], survey="relation"),
        programme(first_on="2000-01-15", every="quarter", quiet_days=40, share=0.4),
    ]
    rows.at[:] += micros(datetime(2000, 1, 10, tzinfo=UTC))
    triggers = [
        Trigger.model_validate({"name": name, "when": "answered", "survey": name}) for name in ("call", "relation")
    ]
    rows = replace(rows, trigger=np.random.default_rng(seed).integers(0, 2, len(rows)))
    segments = {key: ("family", "business")[number % 2] for number, key in enumerate(rows.customers)}

    def ledger() -> Ledger:
        calms = [calm_of(f"p{number}", each, ZONE, date(2001, 3, 1)) for number, each in enumerate(told)]
        accounts = {key: Account(segment=segment) for key, segment in segments.items()}
        terms = terms_of(ContactPolicy.model_validate({"rest_days": 20}))
        return Ledger(terms, None, accounts, calms=tuple(each for each in calms if each))

    one, other = decide_plainly(ledger(), triggers, rows), decide_many(ledger(), triggers, rows)
    assert (one.reason == other.reason).all() and (one.due == other.due).all()
    assert len(set(one.reason.tolist())) >= 3


# Live


class Clock:
    """A clock the test puts forward."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = MONDAY
        monkeypatch.setattr(timezone, "now", lambda: self.at)

    def ahead(self, **time: float) -> datetime:
        self.at += timedelta(**time)
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def opened(clock: Clock, **changes: Any) -> list[str]:
    """A shop with a programme whose first wave begins in ten days at nine, and three customers."""
    open_shop()
    on = (clock.at + timedelta(days=10)).date().isoformat()
    ensure("programme", "whole", {"name": "Whole", "survey": "after_call", "first_on": on, **changes})
    return [customer(name, segment=segment) for name, segment in (("mia", "gold"), ("jon", "gold"), ("eva", "basic"))]


def carried() -> None:
    while lists.carry_lists_on():
        pass


@pytest.mark.django_db
def test_a_wave_begins_when_it_is_due_and_once(clock: Clock) -> None:
    mia, jon, _eva = opened(clock, segments=["gold"], reminder_days=[3], expires_days=20)
    assert begin_due_waves() == 0
    clock.ahead(days=10)
    assert begin_due_waves() == 1 and begin_due_waves() == 0
    carried()
    asks = list(Ask.objects.filter(asked=True))
    assert {each.customer_key for each in asks} == {mia, jon} and {each.reason for each in asks} == {"on_wave"}
    assert sorted(Touch.objects.filter(customer_key=mia).values_list("sort", flat=True)) == ["ask", "reminder"]
    invitation = Invitation.objects.get(customer_key=mia)
    assert invitation.expires_at - invitation.due_at == timedelta(days=20)
    line = programme_line(COMMAND_LINE, "whole")
    assert line.newest is not None and (line.newest.members, line.newest.asked, line.newest.left) == (2, 2, 0)
    assert line.coming is not None and line.coming.on > clock.at.date()
    assert JournalEntry.objects.filter(name="wave-began").count() == 1
    told = as_contract(line)
    assert told["panel"] == 2 and told["waves"][0]["asked"] == 2 and told["ahead"][0]["members"] == 2


@pytest.mark.django_db
def test_a_wave_takes_the_channel_that_leads_to_each_and_the_ledger_counts_it(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = replace(current(), sms_url="twilio://AC1:secret@api.example?from=+4930")
    monkeypatch.setattr("heed.feedback.triggers.queries.state.current", lambda: told)
    # Lists are decided in quiet hours too; what waits then takes the same way when its time comes.
    _mia, jon, _eva = opened(clock, channel="sms_or_email", reminder_days=[3])
    row = definitions.propose(COMMAND_LINE, *POLICY, {"quiet": {"start": "11:00", "end": "15:00"}})
    definitions.approve(COMMAND_LINE, *POLICY, row.number)
    definitions.put_in_force(COMMAND_LINE, *POLICY, row.number)
    Customer.objects.filter(key=jon).update(phone="+49 151 1234567")
    nobody = customer("nobody", email="")
    clock.ahead(days=10)
    begin_due_waves()
    carried()
    assert not Invitation.objects.exists() and Ask.objects.get(customer_key=nobody).reason == "no_number"
    assert set(Touch.objects.filter(customer_key=jon).values_list("channel", flat=True)) == {"sms"}
    clock.ahead(hours=4)
    fire_due()
    assert dict(Invitation.objects.values_list("channel", "address"))["sms"] == "+491511234567"
    newest = programme_line(COMMAND_LINE, "whole").newest
    assert newest is not None and newest.channels == (("email", 2), ("sms", 1))
    assert as_contract(programme_line(COMMAND_LINE, "whole"))["channel"] == "sms_or_email"
    # The reminder goes the way the invitation went.
    Invitation.objects.update(state="sent")
    clock.ahead(days=3)
    remind_due()
    assert Invitation.objects.get(channel="sms").address == "+491511234567"


@pytest.mark.django_db
def test_a_wave_by_text_message_asks_only_who_has_a_number(clock: Clock) -> None:
    opened(clock, channel="sms")
    clock.ahead(days=10)
    begin_due_waves()
    carried()
    newest = programme_line(COMMAND_LINE, "whole").newest
    assert newest is not None and (newest.asked, dict(newest.reasons)) == (0, {"no_number": 3})
    preview = panel_preview(COMMAND_LINE, "whole")
    assert preview is not None and preview.asked == 0


@pytest.mark.django_db
def test_who_was_asked_by_something_else_rests_also_from_a_wave(clock: Clock) -> None:
    mia, *_ = opened(clock)
    assert happen(call(mia)) == 1
    clock.ahead(days=10)
    assert begin_due_waves() == 1
    carried()
    (newest,) = programme_line(COMMAND_LINE, "whole").past
    assert (newest.asked, dict(newest.reasons)) == (2, {"rested": 1})


@pytest.mark.django_db
def test_in_the_quiet_before_a_wave_nothing_else_asks_its_people(clock: Clock) -> None:
    survey_in_force("other")
    mia, _jon, eva = opened(clock, segments=["gold"], quiet_days=7, survey="other")
    assert happen(call(mia, "1")) == 1
    clock.ahead(days=4)
    mia_again, eva_now = happen(call(mia, "2"), entry=2), happen(call(eva, "3"), entry=3)
    assert (mia_again, eva_now) == (0, 1)
    assert Ask.objects.get(fact_key="call-2").reason == "wave_near"
    preview = panel_preview(COMMAND_LINE, "whole")
    assert preview is not None and (preview.members, preview.asked, dict(preview.reasons)) == (2, 1, {"rested": 1})


@pytest.mark.django_db
def test_a_wave_is_spread_over_days_and_each_customer_has_one(clock: Clock) -> None:
    people = opened(clock, spread_days=3)
    clock.ahead(days=9)
    begun = []
    for _ in range(5):
        clock.ahead(days=1)
        begun.append(begin_due_waves())
    assert begun == [1, 1, 1, 0, 0]
    listed = [key for row in AskList.objects.all() for key in row.customers]
    assert sorted(listed) == sorted(people)


@pytest.mark.django_db
def test_a_wave_that_comes_days_too_late_asks_nobody_and_says_so(clock: Clock) -> None:
    opened(clock)
    clock.ahead(days=13, hours=1)
    assert begin_due_waves() == 1 and not AskList.objects.exists()
    (newest,) = programme_line(COMMAND_LINE, "whole").past
    assert newest.came_late and newest.members == 0


@pytest.mark.django_db
def test_who_never_answers_is_left_out_after_so_many_waves(clock: Clock) -> None:
    mia, jon, _eva = opened(clock, segments=["gold"], every="quarter", leave_after=2)
    days = waves(programme_in_force("whole").body, clock.at.date() + timedelta(days=500))
    asked = []
    for wave in [*days][:4]:
        clock.at = datetime(wave.on.year, wave.on.month, wave.on.day, 12, tzinfo=UTC)
        begin_due_waves()
        carried()
        newest = programme_line(COMMAND_LINE, "whole").newest
        assert newest is not None
        asked.append((newest.asked, newest.silent))
        invitation = Invitation.objects.filter(customer_key=mia).latest("id")
        Response.objects.create(
            key=f"r{invitation.pk}",
            invitation=invitation,
            survey_key="after_call",
            survey_version=1,
            started_at=clock.at,
            touched_at=clock.at,
        )
    assert asked == [(2, 0), (2, 0), (1, 1), (1, 1)]
    assert not ProgrammeWave.objects.filter(members__gt=2).exists()
    assert panel_of(programme_in_force("whole"), 0) == sorted([mia, jon])


@pytest.mark.django_db
def test_programmes_are_for_who_may_ask_everybody(clock: Clock) -> None:
    opened(clock)
    assert [each.found.key for each in programme_lines(COMMAND_LINE)] == ["whole"]
    with pytest.raises(Forbidden):
        programme_lines(Scope("p_1", frozenset({"ask"}), reaches={"ask": frozenset({"north"})}))
    with pytest.raises(NotFound) as found:
        programme_line(COMMAND_LINE, "whol")
    assert "whole" in found.value.hint

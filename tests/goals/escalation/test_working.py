"""A case is brought to somebody with authority, acknowledged or passed on, deferred and back, grouped, and over."""

import datetime as dt

import pytest
from django.utils import timezone

from heed.core.errors.rules import Invalid, NotFound, Refused
from heed.core.people.queries import Notification
from heed.goals.escalation.actions import working
from heed.goals.escalation.models import DutyDay, Escalation, MajorIncident
from heed.service.cases.actions import escalating
from heed.service.cases.actions.prioritising import prioritise
from heed.service.cases.actions.working import close
from tests.core.conftest import build
from tests.goals.escalation.duty import Duty
from tests.service.cases.conftest import Watch, watch

__all__ = ["watch"]
GROUP = {"by": ["topic"], "from_cases": 3}


@pytest.fixture
def duty(db: None, watch: Watch) -> Duty:
    return Duty(build(), watch)


def test_a_case_goes_to_the_lowest_level_with_authority_and_they_are_told(duty: Duty) -> None:
    row = duty.brought("high")
    assert (row.state, row.level_key, row.person) == ("given", "lead", duty.desk.key("lead"))
    assert Notification.objects.filter(person__key=row.person, kind="escalation-given").count() == 1
    urgent = duty.brought("urgent", 1)
    assert (urgent.severe, urgent.level_key, urgent.person) == (True, "senior", duty.desk.key("second"))
    assert [step.verb for step in urgent.steps.all()] == ["given"]


def test_a_case_that_asks_for_nothing_is_watched_until_its_promise_is_nearly_used_up(duty: Duty) -> None:
    row = duty.brought("normal")
    assert row.state == "watched"
    assert row.look_at is not None
    assert duty.watch is not None
    # Eight hours of the desk were promised; 09:00 to 15:24 is four fifths of them.
    duty.watch.move(hours=6.5)
    duty.carry()
    assert duty.of_key(row).state == "given"


def test_who_asks_for_help_gets_it(duty: Duty) -> None:
    case = duty.opened("low")
    duty.carry()
    assert duty.of(case).state == "watched"
    escalating.escalate(duty.desk.scope("agent"), case.key, words="Please look.")
    duty.carry()
    assert duty.of(case).state == "given"


def test_what_the_budget_defers_comes_back_with_the_next_day_and_severe_cases_never_wait(duty: Duty) -> None:
    rows = [duty.brought("high", number) for number in range(1, 6)]
    assert [row.state for row in rows] == ["given", "given", "deferred", "deferred", "deferred"]
    assert rows[2].deferred_until == dt.datetime(2026, 5, 4, 22, 0, tzinfo=dt.UTC)
    severe = [duty.brought("urgent", number) for number in range(6, 20)]
    assert not [row for row in severe if row.state in ("deferred", "unattended", "watched")]
    assert all(day.units <= 4 for day in DutyDay.objects.all())
    surge = MajorIncident.objects.get(kind="surge")
    assert surge.cases == Escalation.objects.filter(incident=surge).count() > 1
    assert duty.watch is not None
    duty.watch.move(hours=16)
    duty.carry()
    states = [duty.of_key(row).state for row in rows[2:]]
    assert states == ["given", "given", "deferred"]


def test_a_deferred_case_that_becomes_severe_is_given_at_once(duty: Duty) -> None:
    rows = [duty.brought("high", number) for number in range(1, 4)]
    assert rows[2].state == "deferred"
    prioritise(duty.desk.scope("agent"), rows[2].case_key, "urgent", words="Worse now.")
    duty.carry()
    assert (duty.of_key(rows[2]).state, duty.of_key(rows[2]).level_key) == ("given", "senior")


def test_nobody_acknowledges_a_severe_case_goes_on_and_up_a_routine_one_stays(duty: Duty) -> None:
    severe, routine = duty.brought("urgent", 1), duty.brought("high", 2)
    assert duty.watch is not None
    seen = [severe.person]
    for _turn in range(2):
        duty.watch.move(minutes=11)
        duty.carry()
        seen.append(duty.of_key(severe).person)
    assert seen[:2] == [duty.desk.key("second"), duty.desk.key("admin")]
    assert duty.of_key(severe).tried == seen[:2]
    assert "reminded" in [step.verb for step in severe.steps.all()] or len(set(seen)) == 3
    duty.watch.move(hours=1)
    duty.carry()
    again = duty.of_key(routine)
    assert (again.person, again.level_key) == (routine.person, "lead")
    assert Notification.objects.filter(person__key=routine.person, kind="escalation-reminded").exists()


def test_like_cases_become_one_incident_that_costs_one_unit(db: None, watch: Watch) -> None:
    duty = Duty(build(), watch, group=GROUP)
    rows = [duty.brought("high", 1, customer_key=f"c_{each}") for each in range(6)]
    incident = MajorIncident.objects.get()
    assert incident.cases == 6
    lead = Escalation.objects.get(leads=True)
    assert (lead.pk, lead.state) == (rows[0].pk, "given")
    assert sum(DutyDay.objects.values_list("units", flat=True)) == 2
    assert [duty.of_key(row).state for row in rows] == ["given", "given", "joined", "joined", "joined", "joined"]
    assert rows[5].impact == 6 * 4.0
    assert Notification.objects.filter(kind="escalation-incident").count() == 1
    working.stand_down(duty.desk.scope("lead"), rows[4].key, "Mended.")
    assert MajorIncident.objects.get().ended_at is not None
    assert {duty.of_key(row).state for row in rows} == {"ended"}


def test_when_the_case_that_leads_is_closed_the_next_one_leads(db: None, watch: Watch) -> None:
    duty = Duty(build(), watch, group=GROUP)
    rows = [duty.brought("high", 1, customer_key=f"c_{each}") for each in range(4)]
    working.acknowledge(duty.desk.scope("lead"), rows[3].key)
    close(duty.desk.scope("lead"), rows[0].case_key, cause="other")
    duty.carry()
    assert duty.of_key(rows[0]).state == "ended"
    heir = Escalation.objects.get(leads=True)
    assert (heir.state, heir.person) == ("acknowledged", duty.desk.key("lead"))
    assert MajorIncident.objects.get().ended_at is None


def test_it_is_acknowledged_handed_up_and_stood_down(duty: Duty) -> None:
    row = duty.brought("high")
    with pytest.raises(NotFound):
        working.acknowledge(duty.desk.scope("south_lead"), row.key)
    working.acknowledge(duty.desk.scope("lead"), row.key)
    assert duty.of_key(row).look_at is None
    with pytest.raises(Refused, match="Sam Lead acknowledged"):
        working.acknowledge(duty.desk.scope("admin"), row.key)
    with pytest.raises(Invalid):
        working.hand_up(duty.desk.scope("lead"), row.key, " ")
    working.hand_up(duty.desk.scope("lead"), row.key, "Needs money.")
    up = duty.of_key(row)
    assert (up.state, up.level_key, up.acknowledged_at) == ("given", "senior", None)
    working.stand_down(duty.desk.scope("admin"), row.key, "Put right.")
    with pytest.raises(Refused):
        working.stand_down(duty.desk.scope("admin"), row.key, "Again.")
    assert [step.verb for step in row.steps.order_by("id")] == [
        "given", "acknowledged", "handed_up", "given", "stood_down",
    ]  # fmt: skip


def test_a_case_that_is_closed_ends_its_escalation_and_one_opened_again_begins_another(duty: Duty) -> None:
    row = duty.brought("high")
    close(duty.desk.scope("lead"), row.case_key, cause="other")
    duty.carry()
    assert duty.of_key(row).ended_at is not None
    from heed.service.cases.actions.working import reopen

    reopen(duty.desk.scope("lead"), row.case_key, words="Not mended.")
    duty.carry()
    again = Escalation.objects.get(case_key=row.case_key, ended_at=None)
    assert again.state == "given"


def test_a_substitute_has_the_turn(duty: Duty) -> None:
    today = timezone.now().date()
    key, other = duty.desk.key("second"), duty.desk.key("agent")
    with pytest.raises(Invalid):
        working.swap_duty(duty.desk.scope("admin"), "service", "senior", other, key, today, today)
    row = working.swap_duty(duty.desk.scope("admin"), "service", "senior", key, other, today, today)
    assert duty.brought("urgent", 1).person == other
    working.withdraw_swap(duty.desk.scope("admin"), row.key)
    assert duty.brought("urgent", 2).person in (key, duty.desk.key("admin"))

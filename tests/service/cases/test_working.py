"""Working on a case: who has it, its promises in business hours, waiting, closing with a cause, opening again."""

import datetime as dt

import pytest

from heed.core.errors.rules import Forbidden, Invalid, NotFound, Refused
from heed.core.journal.queries import last_id
from heed.service.cases import queries
from heed.service.cases.actions import opening, working
from heed.service.cases.actions.escalating import escalate, escalate_due
from heed.service.cases.actions.prioritising import prioritise
from heed.service.cases.models import Case
from tests.service.cases.conftest import MONDAY, Desk, Watch


def at(days: int = 0, **more: float) -> dt.datetime:
    return MONDAY + dt.timedelta(days=days, **more)


def test_an_unhappy_answer_opens_a_case_with_promises_in_business_hours(desk: Desk) -> None:
    row = desk.answer(score=4.0)
    assert row is not None
    assert (row.team, row.region, row.owner, row.severity) == ("north-phone", "north", "", "normal")
    assert row.first_contact_due_at == at(hours=8)
    assert row.resolution_due_at == at(days=2, hours=8)
    assert row.due_at == row.first_contact_due_at
    assert row.next_escalation_at == at(hours=6.4)
    assert row.number and queries.search(row.number.replace("-", " "), desk.scope("lead"))[0].key == row.key


def test_the_same_fact_opens_one_case_and_the_next_answer_joins_it(desk: Desk, watch: Watch) -> None:
    row = desk.answer()
    assert desk.answer() == row
    watch.move(days=3)
    assert desk.answer(2, customer_key=row.customer_key) is None
    assert [step.verb for step in queries.steps(row)] == ["heard", "opened"]
    desk.answer(2, customer_key=row.customer_key)
    assert Case.objects.count() == 1
    assert row.steps.count() == 2


def test_what_was_said_stands_in_the_case(desk: Desk) -> None:
    row = desk.answer()
    words = {"verbatim_id": "v1", "response_id": "r1", "said_at": MONDAY, "text": "Two visits and still no heat"}
    for _again in range(2):
        opening.consider_facts(desk.entries()[0], [("verbatims", words)])
    assert [step.words for step in row.steps.filter(verb="said")] == ["Two visits and still no heat"]


def test_first_contact_keeps_its_promise_and_takes_the_case(desk: Desk, watch: Watch) -> None:
    row = desk.answer()
    watch.move(hours=2)
    row = working.contact(desk.scope("agent"), row.key, way="phone", words="She was glad.")
    assert row.owner == desk.key("agent")
    assert [each.standing for each in queries.promises_of(row, watch())] == ["kept", "running"]
    assert row.due_at == row.resolution_due_at
    assert [step.verb for step in queries.steps(row)] == ["contacted", "taken", "opened"]


def test_waiting_stops_the_clock_of_the_resolution_by_business_time(desk: Desk, watch: Watch) -> None:
    row = desk.answer()
    watch.move(hours=6)
    row = working.wait(desk.scope("agent"), row.key, "customer", words="Sends the bill.")
    before = queries.promises_of(row, watch())[1]
    assert before.standing == "paused"
    watch.move(days=3)
    assert queries.promises_of(row, watch())[1].left_seconds == before.left_seconds
    row = working.resume(desk.scope("agent"), row.key)
    assert row.waited_seconds == 24 * 3600
    assert queries.promises_of(row, watch())[1].left_seconds == before.left_seconds == 18 * 3600
    assert row.resolution_due_at == at(days=7, hours=8)
    with pytest.raises(Refused):
        working.resume(desk.scope("agent"), row.key)


def test_waiting_ends_by_itself_on_its_day(desk: Desk, watch: Watch) -> None:
    row = desk.answer()
    working.contact(desk.scope("agent"), row.key)
    working.wait(desk.scope("agent"), row.key, "customer", until=at(days=1))
    watch.move(hours=23)
    assert escalate_due() == 0
    watch.move(hours=1)
    assert escalate_due() == 1
    assert Case.objects.get().state == "open"
    with pytest.raises(Invalid):
        working.wait(desk.scope("agent"), row.key, "customer", until=at(days=-1))


def test_a_promise_about_to_break_and_broken_is_escalated_once_each(desk: Desk, watch: Watch) -> None:
    row = desk.answer()
    watch.move(hours=6)
    assert escalate_due() == 0
    watch.move(hours=1)
    assert (escalate_due(), escalate_due()) == (1, 0)
    watch.move(hours=1)
    assert (escalate_due(), escalate_due()) == (1, 0)
    row.refresh_from_db()
    assert (row.escalation_level, row.next_escalation_at) == (2, None)
    told = [entry.payload for entry in desk.entries() if entry.name == "case-escalated"]
    assert [(each["promise"], each["unit"], each["role"]) for each in told] == [
        ("first_contact", "north-phone", "supervisor")
    ] * 2


def test_closing_needs_a_cause_of_the_list_and_reopening_a_reason(desk: Desk, watch: Watch) -> None:
    row, agent = desk.answer(), desk.scope("agent")
    for cause in ("", "no_such_cause"):
        with pytest.raises(Invalid, match="cause"):
            working.close(agent, row.key, cause=cause)
    watch.move(hours=1)
    row = working.close(agent, row.key, cause="billing_error", words="Credited.")
    assert (row.state, row.cause, row.due_at, row.next_escalation_at) == ("closed", "billing_error", None, None)
    with pytest.raises(Refused, match="Sam Agent closed this case"):
        working.note(desk.scope("second"), row.key, "Too late.")
    with pytest.raises(Invalid):
        working.reopen(agent, row.key, words=" ")
    watch.move(days=1)
    row = working.reopen(agent, row.key, words="The credit never came.")
    assert (row.state, row.cause, row.first_contact_due_at) == ("open", "", at(days=2, hours=1))
    with pytest.raises(Refused):
        working.reopen(agent, row.key, words="Again.")


def test_who_comes_second_is_told_who_took_it(desk: Desk) -> None:
    row = desk.answer()
    working.take(desk.scope("agent"), row.key)
    assert working.take(desk.scope("agent"), row.key).owner == desk.key("agent")
    with pytest.raises(Refused, match="Sam Agent took this case at 07:00"):
        working.take(desk.scope("second"), row.key)
    with pytest.raises(Refused, match="Sam Agent"):
        working.assign(desk.scope("lead"), row.key, desk.key("second"), seen_owner="")
    assert working.assign(desk.scope("lead"), row.key, desk.key("second")).owner == desk.key("second")


def test_a_case_goes_to_another_team_and_nobody_there_owns_it_yet(desk: Desk) -> None:
    row = desk.answer()
    working.take(desk.scope("agent"), row.key)
    row = working.transfer(desk.scope("agent"), row.key, "south-phone", words="They sold it.")
    assert (row.team, row.owner, row.region) == ("south-phone", "", "south")
    with pytest.raises(NotFound):
        queries.case(desk.scope("agent"), row.key)
    assert queries.counts(desk.scope("south"), MONDAY)["unowned"] == 1
    with pytest.raises(Invalid):
        working.transfer(desk.scope("south"), row.key, "no-such-team")
    with pytest.raises(Refused):
        working.transfer(desk.scope("south"), row.key, "south-phone")


def test_people_see_and_work_the_cases_of_their_units(desk: Desk) -> None:
    north, south = desk.answer(1), desk.answer(2, team="south-phone")
    lost = desk.answer(3, team="robots", region="north")
    nowhere = desk.answer(4, team=None)

    def seen(who: str) -> set[str]:
        return {row.key for row in queries.cases(desk.scope(who))[0]}

    assert seen("agent") == {north.key}
    assert seen("south") == {south.key}
    assert seen("admin") == {north.key, south.key, lost.key, nowhere.key}
    assert {line.key for line in queries.waiting_for(desk.scope("lead"))} == {north.key}
    assert queries.counts(desk.scope("admin"), MONDAY)["unowned"] == 4
    with pytest.raises(NotFound):
        working.take(desk.scope("agent"), south.key)
    with pytest.raises(Invalid):
        working.assign(desk.scope("admin"), north.key, desk.key("south"))
    assert queries.of_customer(desk.scope("south"), north.customer_key) == []


def test_an_analyst_sees_and_does_not_work(desk: Desk) -> None:
    from heed.core.access.rules import narrowed

    row = desk.answer()
    with pytest.raises(Forbidden):
        working.take(narrowed(desk.scope("agent"), {"see_cases"}), row.key)
    with pytest.raises(Forbidden):
        queries.cases(narrowed(desk.scope("agent"), set()))


def test_a_case_is_opened_by_hand_with_the_promises_of_a_rule(desk: Desk) -> None:
    agent = desk.scope("agent")
    row = opening.open_case(
        agent, title="Lost parcel", team="north-phone", customer="crm:7", severity="high", take=True
    )
    assert (row.opening_key, row.first_contact_due_at, row.owner) == ("call_back", at(hours=4), desk.key("agent"))
    assert row.customer_key.startswith("c_")
    with pytest.raises(Forbidden):
        opening.open_case(agent, title="Lost parcel", team="south-phone")
    with pytest.raises(Invalid):
        opening.open_case(agent, title=" ", team="north-phone")
    with pytest.raises(Invalid):
        opening.open_case(agent, title="Lost parcel", team="north-phone", customer="nobody")


def test_each_verb_is_one_step_and_one_entry(desk: Desk, watch: Watch) -> None:
    row, agent = desk.answer(), desk.scope("agent")
    before = last_id()
    working.take(agent, row.key)
    working.contact(agent, row.key)
    working.note(agent, row.key, "Call after five.")
    working.wait(agent, row.key, "supplier")
    working.resume(agent, row.key)
    prioritise(agent, row.key, "high", words="They are ill.")
    escalate(agent, row.key, words="I may not credit so much.")
    working.close(agent, row.key, cause="policy")
    working.reopen(agent, row.key, words="Not settled.")
    names = [entry.name for entry in desk.entries(before)]
    assert names == [
        f"case-{verb}"
        for verb in (
            "taken", "contacted", "noted", "waiting", "resumed", "prioritised", "escalated", "closed", "reopened"
        )
    ]  # fmt: skip
    assert row.steps.count() == len(names) + 1
    assert not any("credit" in str(entry.payload) for entry in desk.entries(before))
    changes = [each["change"] for each in desk.rows(before)]
    assert changes == [
        "assigned", "first_responded", "waiting", "resumed", "prioritised", "escalated", "closed", "reopened"
    ]  # fmt: skip

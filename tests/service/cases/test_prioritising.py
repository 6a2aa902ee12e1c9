"""A case is more severe, or less, than it was taken for: what its promises become, what is told of it, and who is refused."""

import datetime as dt

import pytest

from heed.core.errors.rules import Forbidden, HeedError, NotFound, Refused
from heed.core.journal.queries import last_id
from heed.service.cases import queries
from heed.service.cases.actions import opening, working
from heed.service.cases.actions.escalating import escalate_due
from heed.service.cases.actions.merging import merge
from heed.service.cases.actions.prioritising import prioritise
from heed.service.cases.models import Case
from heed.service.cases.rules.clocks import Clock, Timed, prioritised
from tests.service.cases.conftest import HOUR, MONDAY, Desk, Watch
from tests.service.cases.test_pages import client, text

CLOCK = Clock()


def at(**by: float) -> dt.datetime:
    return MONDAY + dt.timedelta(**by)


def standing(row: Case, watch: Watch) -> list[str]:
    return [each.standing for each in queries.promises_of(row, watch())]


def test_a_case_that_is_more_severe_is_due_sooner_and_the_time_used_counts(desk: Desk, watch: Watch) -> None:
    row = desk.answer()
    watch.move(hours=3)
    before = last_id()
    done = prioritise(desk.scope("agent"), row.key, "high", words="There is a child in the house.")
    # Four hours and sixteen, from nine on: not from now on.
    assert (done.first_contact_due_at, done.resolution_due_at) == (at(hours=4), at(days=1, hours=8))
    assert (done.severity, done.due_at, standing(done, watch)) == ("high", at(hours=4), ["running", "running"])
    step = queries.steps(done)[0]
    assert (step.verb, step.from_value, step.to_value) == ("prioritised", "normal", "high")
    assert step.words == "There is a child in the house."
    assert [(fact["change"], fact["priority"], fact["from_value"]) for fact in desk.rows(before)] == [
        ("prioritised", "high", "normal")
    ]
    assert [entry.name for entry in desk.entries(before)] == ["case-prioritised"]
    assert "child" not in str(desk.entries(before)[0].payload)
    back = prioritise(desk.scope("agent"), row.key, "normal", words="They are with neighbours.")
    assert (back.first_contact_due_at, back.resolution_due_at) == (at(hours=8), at(days=2, hours=8))


def test_what_leaves_no_time_breaks_now_and_stays_broken(desk: Desk, watch: Watch) -> None:
    row = desk.answer()
    watch.move(hours=5)
    done = prioritise(desk.scope("agent"), row.key, "high", words="Worse than it looked.")
    assert (done.first_contact_due_at, standing(done, watch)[0]) == (watch(), "broken")
    before = last_id()
    assert escalate_due(watch()) == 1
    assert [entry.name for entry in desk.entries(before)] == ["case-escalated"]
    watch.move(minutes=1)
    back = prioritise(desk.scope("agent"), row.key, "normal", words="It was not.")
    assert (back.first_contact_due_at, standing(back, watch)) == (at(hours=5), ["broken", "running"])


def test_what_was_kept_is_kept_and_what_waits_goes_on_with_what_is_left(desk: Desk, watch: Watch) -> None:
    row, agent = desk.answer(), desk.scope("agent")
    watch.move(hours=2)
    working.contact(agent, row.key)
    working.wait(agent, row.key, "customer")
    watch.move(hours=3)
    done = prioritise(agent, row.key, "high", words="A second child fell ill.")
    assert (done.first_contact_due_at, standing(done, watch)) == (at(hours=8), ["kept", "paused"])
    assert queries.promises_of(done, watch())[1].left_seconds == 14 * HOUR
    assert working.resume(agent, row.key).resolution_due_at == at(days=2, hours=3)


def test_a_promise_that_was_given_is_not_taken_back(desk: Desk, watch: Watch) -> None:
    row = desk.answer()
    # The rule promises nothing to what is low.
    done = prioritise(desk.scope("agent"), row.key, "low", words="A mere question.")
    assert (done.severity, done.resolution_due_at) == ("low", at(days=2, hours=8))
    low = opening.open_case(desk.scope("lead"), title="Heating", team="north-phone", severity="low")
    assert low.due_at is None
    watch.move(hours=1)
    risen = prioritise(desk.scope("lead"), low.key, "high", words="It is more than a question.")
    assert risen.first_contact_due_at == at(hours=4)


def test_a_case_that_took_in_another_is_due_no_later_than_it_was(desk: Desk, watch: Watch) -> None:
    kept, lead = desk.answer(), desk.scope("lead")
    urgent = opening.open_case(lead, title="Heating", team="north-phone", severity="high")
    merge(lead, urgent.key, kept.key, words="The same.")
    done = prioritise(lead, kept.key, "low", words="Less than it seemed.")
    assert done.first_contact_due_at == at(hours=4)
    done = prioritise(lead, kept.key, "normal", words="More than that.")
    assert done.first_contact_due_at == at(hours=4)


def test_the_rule_alone() -> None:
    now, timed = at(hours=6), Timed(MONDAY, None, 10 * HOUR, waited_seconds=HOUR)
    found = prioritised(CLOCK, timed, 60, 4 * HOUR, now, took_in=False)
    assert (found.first_contact_seconds, found.resolution_seconds) == (6 * HOUR, 5 * HOUR)
    broken = Timed(MONDAY, 3 * HOUR, 3 * HOUR)
    assert prioritised(CLOCK, broken, 60 * HOUR, 60 * HOUR, now, took_in=False) == broken
    assert prioritised(CLOCK, timed, None, None, now, took_in=True) == timed


def test_what_is_refused(desk: Desk, watch: Watch) -> None:
    row, agent = desk.answer(), desk.scope("agent")
    for severity, words, told in (
        ("normal", "x", "same_severity"),
        ("high", " ", "no_words"),
        ("worst", "x", "unknown_severity"),
    ):
        with pytest.raises(HeedError) as refused:
            prioritise(agent, row.key, severity, words=words)
        assert refused.value.code == told
    with pytest.raises((Forbidden, NotFound)):
        prioritise(desk.scope("south"), row.key, "high", words="x")
    working.close(agent, row.key, cause="other")
    with pytest.raises(Refused, match="closed this case"):
        prioritise(agent, row.key, "high", words="x")
    row.refresh_from_db()
    assert row.severity == "normal"


def test_the_page_and_the_api(desk: Desk, watch: Watch) -> None:
    row, agent = desk.answer(), client(desk, "agent")
    page = text(agent.get(f"/cases/{row.key}/"))
    assert "Promises run by it; time that was used counts." in page
    refused = agent.post(f"/cases/{row.key}/severities/", {"severity": "high", "words": ""})
    assert refused.status_code == 422
    done = agent.post(f"/cases/{row.key}/severities/", {"severity": "high", "words": "A child."}, follow=True)
    assert "set the severity from normal to high" in text(done)
    address = f"/api/v1/cases/{row.key}/severities"
    answer = agent.post(address, {"severity": "urgent", "words": "Fire."}, content_type="application/json")
    assert (answer.status_code, answer.json()["severity"]) == (201, "urgent")
    again = agent.post(address, {"severity": "urgent", "words": "Fire."}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "same_severity")

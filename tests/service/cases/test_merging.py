"""Two cases that are one: which goes on, under which promise, what is told of it, and who is refused."""

import datetime as dt
from functools import partial

import pytest

from heed.core.errors.rules import Forbidden, HeedError, NotFound, Refused
from heed.core.journal.queries import last_id
from heed.service.cases import queries
from heed.service.cases.actions import opening, working
from heed.service.cases.actions.merging import merge
from heed.service.cases.models import Case
from heed.service.cases.rules.clocks import Clock, Timed, earliest
from tests.service.cases.conftest import HOUR, MONDAY, Desk, Watch
from tests.service.cases.test_pages import client, text


def by_hand(desk: Desk, severity: str = "normal", **more: str) -> Case:
    return opening.open_case(desk.scope("lead"), title="Heating", team="north-phone", severity=severity, **more)


def at(**by: float) -> dt.datetime:
    return MONDAY + dt.timedelta(**by)


def test_the_case_that_goes_on_follows_the_earlier_promise(desk: Desk, watch: Watch) -> None:
    old = desk.answer()
    watch.move(hours=3)
    young = by_hand(desk)
    before = last_id()
    merge(desk.scope("agent"), old.key, young.number, words="Called about the same.")
    young.refresh_from_db()
    old.refresh_from_db()
    assert (young.first_contact_due_at, young.resolution_due_at) == (at(hours=8), at(days=2, hours=8))
    assert (old.state, old.outcome, old.merged_into, old.due_at) == ("closed", "duplicate", young.key, None)
    assert young.customer_key == old.customer_key
    assert [step.verb for step in queries.steps(young)] == ["absorbed", "opened"]
    assert [(row["case_id"], row["change"], row["to_value"]) for row in desk.rows(before)] == [
        (old.key, "merged", young.key),
        (old.key, "closed", "duplicate"),
    ]
    assert [entry.name for entry in desk.entries(before)] == ["case-absorbed", "case-merged", "case-closed"]


def test_an_urgent_case_hands_on_its_own_time(desk: Desk, watch: Watch) -> None:
    old = desk.answer()
    watch.move(hours=2)
    urgent = by_hand(desk, "high")
    merge(desk.scope("agent"), urgent.key, old.key, words="The same.")
    old.refresh_from_db()
    assert (old.first_contact_due_at, old.severity) == (at(hours=6), "normal")
    assert old.resolution_due_at == at(days=2, hours=2)
    assert [each.standing for each in queries.promises_of(old, watch())] == ["running", "running"]


def test_what_was_fulfilled_is_not_handed_on_and_what_waited_waits(desk: Desk, watch: Watch) -> None:
    spoken, young = desk.answer(), by_hand(desk)
    watch.move(hours=1)
    working.contact(desk.scope("agent"), spoken.key)
    working.wait(desk.scope("agent"), young.key, "customer")
    watch.move(hours=2)
    merge(desk.scope("agent"), spoken.key, young.key, words="The same.")
    young.refresh_from_db()
    assert young.first_contact_due_at == at(hours=8)
    # The older had 21 hours left; they stand as long as the other waits.
    assert queries.promises_of(young, watch())[1].left_seconds == 21 * HOUR
    watch.move(hours=1)
    assert working.resume(desk.scope("agent"), young.key).resolution_due_at == at(days=3, hours=1)


def test_a_case_that_was_merged_comes_back_when_it_was_another_after_all(desk: Desk, watch: Watch) -> None:
    old, young = desk.answer(), by_hand(desk)
    merge(desk.scope("agent"), old.key, young.key, words="The same.")
    back = working.reopen(desk.scope("agent"), old.key, words="It was not.")
    assert (back.state, back.merged_into) == ("open", "")


def code(does: partial) -> str:
    with pytest.raises(HeedError) as refused:
        does()
    return refused.value.code


def test_what_is_refused(desk: Desk, watch: Watch) -> None:
    first, second, agent = desk.answer(), desk.answer(2), desk.scope("agent")
    south = desk.answer(3, team="south-phone")
    for into, words, told in (
        (first.key, "x", "same_case"),
        (second.key, "x", "other_customer"),
        (second.key, " ", "no_words"),
        ("99-999", "x", "unknown_case"),
        ("a\0b", "x", "unknown_case"),
        (south.key, "x", "unknown_case"),
    ):
        assert code(partial(merge, agent, first.key, into, words=words)) == told
    other = by_hand(desk)
    working.close(agent, other.key, cause="other")
    with pytest.raises(Refused, match="closed this case"):
        merge(agent, first.key, other.key, words="x")
    with pytest.raises((Forbidden, NotFound)):
        merge(desk.scope("south"), first.key, second.key, words="x")
    first.refresh_from_db()
    assert (first.state, first.steps.count()) == ("open", 1)


def test_a_broken_promise_is_handed_on_broken() -> None:
    clock = Clock()
    kept = Timed(at(hours=5), None, 10 * HOUR, waited_seconds=600.0)
    gone = Timed(at(hours=0), 7200, HOUR)
    found = earliest(clock, kept, clock, gone, at(hours=6))
    assert found.started_at == at(hours=0)
    assert (found.first_contact_seconds, found.resolution_seconds, found.waited_seconds) == (7200, HOUR - 600, 600.0)
    assert earliest(clock, Timed(at(hours=5), None, None), clock, gone, at(hours=6)).resolution_seconds == HOUR


def test_the_page_and_the_api(desk: Desk, watch: Watch) -> None:
    old = desk.answer()
    watch.move(hours=1)
    young = by_hand(desk, customer="")
    young.customer_key = old.customer_key
    young.save()
    agent = client(desk, "agent")
    page = text(agent.get(f"/cases/{old.key}/"))
    assert f"Open cases of this customer: {young.number}." in page
    refused = agent.post(f"/cases/{old.key}/merges/", {"into": "12", "words": "The same."})
    assert (refused.status_code, "There is no such case." in text(refused)) == (404, True)
    done = agent.post(f"/cases/{old.key}/merges/", {"into": young.number, "words": "The same."}, follow=True)
    assert "The two cases are one now." in text(done)
    assert "Goes on as" in text(done)
    assert "Went into this case" in text(agent.get(f"/cases/{young.key}/"))
    third = by_hand(desk)
    answer = agent.post(
        f"/api/v1/cases/{young.key}/merges", {"into": third.key, "words": "Again."}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["key"]) == (201, third.key)
    assert agent.get(f"/api/v1/cases/{young.key}").json()["merged_into"] == third.key

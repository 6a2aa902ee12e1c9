"""Facts and lists ask customers: what is kept, told and invited; and everything that stands against it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.definitions import actions as definitions
from heed.core.errors.rules import Forbidden, HeedError, NotFound
from heed.core.journal.models import JournalEntry
from heed.core.journal.queries import entries_after
from heed.facts.rows import facts_of
from heed.feedback.surveys.models import Invitation
from heed.feedback.triggers.actions import carrying, lists
from heed.feedback.triggers.models import Ask, Attention, Touch
from heed.feedback.triggers.queries import log
from heed.service.customers.actions import keep_customers, opt_out
from heed.service.customers.rules import CustomerRow
from tests.feedback.triggers.shop import call, customer, happen, open_shop

pytestmark = pytest.mark.django_db


def asked_row(key: str) -> Ask:
    return Ask.objects.get(customer_key=key, asked=True)


def test_a_call_asks_the_customer_once_and_keeps_why() -> None:
    open_shop(expires_days=9)
    ann = customer("ann", language="de")
    assert happen(call(ann, segment="gold", agent_key="e_1")) == 1
    row = asked_row(ann)
    assert (row.reason, row.trigger_key, row.version, row.probability) == ("condition_met", "after_call", 1, 1.0)
    assert row.context["team"] == "desk" and row.context["interaction_id"] == "call-1"
    invitation = Invitation.objects.get(key=row.invitation)
    assert (invitation.address, invitation.language, invitation.state) == ("ann@customer.example", "de", "due")
    assert invitation.expires_at - invitation.due_at == timedelta(days=9)
    assert Attention.objects.get(customer_key=ann).last_asked_at == row.due_at


def test_the_same_entry_again_and_the_same_fact_in_another_decide_nothing() -> None:
    open_shop()
    told = call(customer("ann"))
    assert [happen(told), happen(told), happen(told, entry=2)] == [1, 0, 0]
    assert (Ask.objects.count(), Invitation.objects.count()) == (1, 1)


def test_the_rest_period_is_one_over_triggers_lists_and_facts() -> None:
    open_shop()
    open_shop("after_any_call", name="After any call", never_when="")
    ann = customer("ann")
    assert happen(call(ann, "1"), call(ann, "2")) == 1
    assert Ask.objects.filter(asked=False, reason="rested").count() == 3
    row = Ask.objects.filter(reason="rested")[0]
    due = asked_row(ann).due_at
    assert due is not None and row.rested_until == due + timedelta(days=30)
    sent = lists.ask_customers(COMMAND_LINE, "after_call", [ann])
    assert Ask.objects.get(asked_list=sent.key).reason == "rested"


def test_after_the_rest_period_a_customer_is_asked_again() -> None:
    open_shop()
    ann = customer("ann")
    happen(call(ann, "1"))
    Touch.objects.update(at=timezone.now() - timedelta(days=30))
    assert happen(call(ann, "2")) == 1


@pytest.mark.parametrize(
    ("known", "said", "reason"),
    [
        ({"email": ""}, {}, "no_address"),
        ({"opted_out": True}, {}, "opted_out"),
        ({}, {"customer_key": "c_00000000000000000000"}, "unknown_customer"),
        ({}, {"customer_key": None}, "no_customer"),
        ({}, {"started_at": timezone.now() - timedelta(days=8)}, "too_late"),
    ],
)
def test_who_is_not_asked_is_kept_with_the_reason_and_told(
    known: dict[str, Any], said: dict[str, Any], reason: str
) -> None:
    open_shop()
    ann = customer("ann", **known)
    assert happen(call(ann, **said)) == 0
    row = Ask.objects.get()
    assert (row.asked, row.reason) == (False, reason)
    assert not Invitation.objects.exists()
    (entry,) = [entry for entry in entries_after(0) if entry.name == "customer-not-asked"]
    ((table, fact),) = facts_of(entry)
    assert table == "invitations"
    assert (fact["invitation_id"], fact["asked"], fact["reason"]) == (row.key, False, reason)
    assert (fact["team"], fact["survey_key"], fact["trigger_key"]) == ("desk", "after_call", "after_call")


def test_what_a_condition_rules_out_is_not_kept() -> None:
    open_shop()
    ann = customer("ann")
    assert happen(call(ann, channel="chat"), call(ann, "2", topic="complaint"), call(ann, "3", answered=None)) == 0
    assert not Ask.objects.exists()


def test_an_address_that_opted_out_is_silent_under_every_key() -> None:
    open_shop()
    ann = customer("ann")
    keep_customers([CustomerRow("a-2", email="ann@customer.example")], "test", system="shop")
    opt_out(customer("a-2", email="ann@customer.example"), "link")
    happen(call(ann))
    assert Ask.objects.get().reason == "opted_out"


def test_without_a_survey_in_force_nobody_is_asked() -> None:
    open_shop(survey="nowhere")
    happen(call(customer("ann")))
    assert Ask.objects.get().reason == "survey_not_in_force"


def test_a_later_ask_waits_and_is_invited_when_its_time_has_come() -> None:
    open_shop(delay_seconds=3600)
    ann = customer("ann")
    assert happen(call(ann)) == 1
    assert not Invitation.objects.exists() and carrying.fire_due() == 0
    Ask.objects.update(due_at=timezone.now())
    assert [carrying.fire_due(), carrying.fire_due()] == [1, 0]
    assert Invitation.objects.get().key == asked_row(ann).invitation


def test_who_opts_out_meanwhile_is_not_asked_and_no_longer_rests() -> None:
    open_shop(delay_seconds=3600)
    ann = customer("ann")
    happen(call(ann))
    opt_out(ann, "link")
    Ask.objects.update(due_at=timezone.now())
    assert carrying.fire_due() == 1
    row = Ask.objects.get()
    assert (row.asked, row.reason) == (False, "opted_out")
    assert Attention.objects.get(customer_key=ann).last_asked_at is None
    assert not Invitation.objects.exists()
    assert JournalEntry.objects.filter(name="customer-not-asked").count() == 1


def test_a_trigger_that_was_retired_asks_nobody() -> None:
    open_shop()
    definitions.retire(COMMAND_LINE, "trigger", "after_call")
    assert happen(call(customer("ann"))) == 0
    assert not Ask.objects.exists()


def test_a_list_is_previewed_confirmed_once_and_decided_through_the_rest_period() -> None:
    open_shop()
    keys = [customer("ann"), customer("bob", email=""), customer("cid", opted_out=True), customer("dan")]
    happen(call(keys[3]))
    draft = lists.prepare_list(COMMAND_LINE, "after_call", keys, unknown=2)
    seen = log.preview(draft)
    assert dict(seen.reasons) == {"asked": 1, "no_address": 1, "opted_out": 1, "rested": 1}
    assert not Ask.objects.filter(asked_list=draft.key).exists()
    done = lists.confirm_list(COMMAND_LINE, draft.key)
    assert done.finished_at is not None
    lists.confirm_list(COMMAND_LINE, draft.key)
    assert lists.carry_lists_on() == 0
    rows = {row.customer_key: row.reason for row in Ask.objects.filter(asked_list=draft.key)}
    assert rows == dict(zip(keys, ["on_list", "no_address", "opted_out", "rested"], strict=True))
    (entry,) = [entry for entry in entries_after(0) if entry.name == "list-decided"]
    assert {fact["reason"] for _, fact in facts_of(entry)} == {"no_address", "opted_out", "rested"}
    assert not any(key in str(entry.payload) for key in keys)


def test_a_long_list_is_carried_on_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PORTION", 2)
    open_shop()
    keys = [customer(f"c{number}") for number in range(5)]
    row = lists.ask_customers(COMMAND_LINE, "after_call", keys)
    assert (row.position, row.finished_at) == (2, None)
    assert [lists.carry_lists_on() for _ in range(3)] == [2, 1, 0]
    assert Invitation.objects.count() == 5


def limited(*regions: str) -> Scope:
    """A manager of some regions."""
    allowed = frozenset({"ask", "see_customers"})
    return Scope(
        "p_kim",
        allowed,
        units=frozenset(regions),
        regions=frozenset(regions),
        reaches={each: frozenset(regions) for each in allowed},
    )


def test_who_may_ask_in_a_region_asks_and_sees_that_region_alone(regions: None) -> None:
    open_shop()
    north, south = customer("ann", region="north"), customer("bob", region="south")
    kim = limited("north")
    row = lists.ask_customers(kim, "after_call", [north, south])
    assert (row.customers, row.unknown) == ([north], 1)
    lists.ask_customers(COMMAND_LINE, "after_call", [south])
    assert {each.customer_key for each in log.asks(kim)} == {north}
    with pytest.raises(NotFound):
        log.ask_list(Scope("p_other", frozenset({"ask"})), row.key)
    with pytest.raises(HeedError):
        lists.prepare_list(kim, "after_call", [south])


@pytest.fixture
def regions() -> None:
    from heed.core.people.models import Unit

    root = Unit.objects.create(key="organisation", name="All", kind="organisation")
    for key in ("north", "south"):
        Unit.objects.create(key=key, name=key.title(), kind="region", parent=root)


def test_asking_needs_the_permission() -> None:
    open_shop()
    nobody = Scope("p_nobody", frozenset({"see_customers"}), everywhere=frozenset({"see_customers"}))
    with pytest.raises(Forbidden):
        lists.prepare_list(nobody, "after_call", [customer("ann")])
    with pytest.raises(Forbidden):
        log.asks(nobody)


def test_what_cannot_be_a_list_is_refused_by_code() -> None:
    open_shop()
    for survey, keys, code in (
        ("after_cal", [customer("ann")], "survey_not_in_force"),
        ("after_call", [], "empty_list"),
    ):
        with pytest.raises(HeedError) as refused:
            lists.prepare_list(COMMAND_LINE, survey, keys)
        assert refused.value.code == code
    assert "after_call" in str(refused.value.hint) or refused.value.hint


def test_many_facts_take_few_statements(django_assert_max_num_queries: Any) -> None:
    open_shop()
    keys = [customer(f"c{number}") for number in range(20)]
    facts = [call(key, str(number), channel="chat") for number, key in enumerate(keys)]
    with django_assert_max_num_queries(1):
        happen(*facts)


def test_counts_by_reason_and_standings() -> None:
    open_shop()
    ann, bob = customer("ann"), customer("bob", email="")
    happen(call(ann, "1"), call(ann, "2"), call(bob, "3"))
    assert dict(log.counts_by_reason(log.asks(COMMAND_LINE))) == {"asked": 1, "rested": 1, "no_address": 1}
    assert log.asks(COMMAND_LINE, reason="asked").count() == 1
    assert log.asks(COMMAND_LINE, customer=bob).get().reason == "no_address"
    assert [each.reason for each in log.standings(ann)] == ["rested"]
    assert [each.reason for each in log.standings(bob)] == ["no_address"]

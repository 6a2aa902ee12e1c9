"""The ledger chooses the channel by which a customer can be reached, and counts it whichever it is."""

from dataclasses import replace
from typing import Any

import pytest

from heed.core.settings.rules import current
from heed.feedback.surveys.models import Invitation
from heed.feedback.triggers.models import Ask, Touch
from heed.feedback.triggers.queries.state import ledger_for, policy_in_force
from tests.feedback.triggers.shop import call, customer, happen, open_shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def carrier(monkeypatch: pytest.MonkeyPatch) -> None:
    told = replace(current(), sms_url="twilio://AC1:secret@api.example?from=+4930")
    monkeypatch.setattr("heed.feedback.triggers.queries.state.current", lambda: told)


@pytest.mark.parametrize(
    ("channel", "known", "taken", "reason"),
    [
        ("email", {"phone": "+49 151 1234567"}, "email", ""),
        ("sms", {"phone": "+49 151 1234567"}, "sms", ""),
        ("sms", {"phone": "0151 1234567"}, "", "no_number"),
        ("sms", {}, "", "no_number"),
        ("email", {"email": "", "phone": "+49 151 1234567"}, "", "no_address"),
        ("email_or_sms", {"email": "", "phone": "+49 151 1234567"}, "sms", ""),
        ("email_or_sms", {"email": ""}, "", "no_address"),
        ("sms_or_email", {"phone": "+49 151 1234567"}, "sms", ""),
        ("sms_or_email", {}, "email", ""),
    ],
)
def test_the_first_way_that_leads_to_a_customer_is_taken(
    channel: str, known: dict[str, Any], taken: str, reason: str
) -> None:
    open_shop(channel=channel)
    key = customer("ann", **known)
    happen(call(key))
    row = Ask.objects.get()
    assert (row.reason == "condition_met") is bool(taken), row.reason
    if not taken:
        assert row.reason == reason
        return
    invitation = Invitation.objects.get()
    assert (invitation.channel, Touch.objects.get().channel) == (taken, taken)
    assert invitation.address == ("+491511234567" if taken == "sms" else "ann@customer.example")
    # What a rehearsal would say of the same customer.
    assert ledger_for(policy_in_force()[0]).account(key).way(channel) == taken


def test_one_budget_counts_both_ways() -> None:
    open_shop(channel="sms")
    open_shop("after_chat", name="After a chat", when='channel == "chat"')
    key = customer("ann", phone="+49 151 1234567")
    assert happen(call(key)) == 1
    assert happen(call(key, "2", channel="chat"), entry=2) == 0
    assert Ask.objects.get(trigger_key="after_chat").reason == "rested"


def test_without_a_carrier_nobody_is_asked_by_text_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heed.feedback.triggers.queries.state.current", current)
    open_shop(channel="sms")
    assert happen(call(customer("ann", phone="+49 151 1234567"))) == 0
    assert Ask.objects.get().reason == "sms_not_set"

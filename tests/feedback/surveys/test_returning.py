"""What comes back: an address that does not exist is written to no more, a complaint or a click ends asking and its consent."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from heed.channels.returned import NoReport
from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions import actions as definitions
from heed.core.journal.models import JournalEntry
from heed.core.journal.queries import entries_after
from heed.feedback.surveys.actions.answers import take
from heed.feedback.surveys.actions.invitations import claim_due, note_sent
from heed.feedback.surveys.actions.returning import take_report
from heed.feedback.surveys.models import AddressTrouble, Invitation
from heed.feedback.surveys.queries.troubles import returned
from heed.feedback.surveys.rules.links import token_of
from heed.feedback.triggers.actions.returning import follow_opt_out, give_back
from heed.feedback.triggers.models import Attention, Touch
from heed.feedback.triggers.queries.state import present
from heed.service.customers.models import ConsentEntry, Customer
from heed.service.customers.queries import unsubscribe_url
from tests.channels.test_returned import bounce, complaint
from tests.feedback.surveys.test_take import posted
from tests.feedback.triggers.shop import call, customer, happen, open_shop

pytestmark = pytest.mark.django_db


def sent() -> tuple[Invitation, str]:
    """An invitation that a trigger made, with a reminder planned, and that went out."""
    open_shop(reminder_days=[3])
    key = customer("ann")
    happen(call(key))
    (row,) = claim_due(10)
    note_sent(row)
    row.refresh_from_db()
    return row, key


def rest_on_consent() -> None:
    """The policy in force looks at the consent for surveys."""
    row = definitions.propose(COMMAND_LINE, "contact_policy", "contact", {"consent_purpose": "surveys"})
    definitions.approve(COMMAND_LINE, "contact_policy", "contact", row.number)
    definitions.put_in_force(COMMAND_LINE, "contact_policy", "contact", row.number)


def follow() -> None:
    """What the flow does with what happened."""
    steps = {"invitation-returned": give_back, "customer-opted-out": follow_opt_out}
    for entry in entries_after(0, 1000):
        if step := steps.get(entry.name):
            step(entry)


def mail_id(row: Invitation) -> str:
    return f"<{row.key}.20260102@heed.example>"


def test_a_bounce_ends_the_invitation_gives_attention_back_and_keeps_mail_from_that_address() -> None:
    row, key = sent()
    assert Touch.objects.count() == 2
    for _ in range(2):
        assert take_report(COMMAND_LINE, bounce(original=mail_id(row))).sort == "bounced"
    follow()
    row.refresh_from_db()
    assert (row.state, AddressTrouble.objects.count()) == ("failed", 1)
    assert (Touch.objects.count(), Attention.objects.get().last_asked_at) == (0, None)
    assert happen(call(key, "2")) == 0
    assert present([key]).account(key).lacks["email"] == "address_bounced"
    Customer.objects.filter(key=key).update(email="ann.new@customer.example")
    assert happen(call(key, "3")) == 1
    assert JournalEntry.objects.filter(name="invitation-returned").count() == 1
    assert "ann@" not in str(list(AddressTrouble.objects.values()))
    found = returned(COMMAND_LINE)
    assert (found.sent, dict(found.sorts)) == (1, {"bounced": 1})


def test_a_full_mailbox_is_no_reason_to_write_no_more() -> None:
    row, key = sent()
    take_report(COMMAND_LINE, bounce(status="5.2.2", original=mail_id(row)))
    follow()
    assert "email" not in present([key]).account(key).lacks
    assert happen(call(key, "2")) == 1


def test_an_invitation_that_was_answered_did_arrive() -> None:
    row, _key = sent()
    take([posted(token_of(settings.SECRET_KEY, row.key), likely="3")])
    take_report(COMMAND_LINE, bounce(original=mail_id(row)))
    row.refresh_from_db()
    assert row.state == "sent"


def test_a_complaint_ends_asking_and_withdraws_the_consent() -> None:
    rest_on_consent()
    row, key = sent()
    ConsentEntry.objects.create(
        customer_key=key,
        purpose="surveys",
        said="given",
        shown="Yes",
        source="shop",
        said_at=timezone.now(),
        noted_by="x",
    )
    take_report(COMMAND_LINE, complaint(original=mail_id(row)))
    follow()
    follow()
    assert Customer.objects.get().opted_out_by == "complaint"
    assert list(ConsentEntry.objects.order_by("id").values_list("said", "source")) == [
        ("given", "shop"),
        ("withdrawn", "complaint"),
    ]
    assert happen(call(key, "2")) == 0


def test_one_click_of_the_mail_program_ends_asking_and_opening_the_link_does_not(client: Client) -> None:
    rest_on_consent()
    _row, key = sent()
    link = unsubscribe_url(key)
    path = link[link.index("/u/") :]
    client.get(path)
    client.head(path)
    assert Customer.objects.get().mail_opted_out_at is None
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    follow()
    assert Customer.objects.get().opted_out_by == "one_click"
    assert ConsentEntry.objects.get().said == "withdrawn"


def test_a_report_of_a_mail_that_is_not_ours_changes_nothing() -> None:
    sent()
    for original in ("<someone@else.example>", "<inv_zzzzzzzzzzzzzzzz@heed.example>", "inv_0123456789abcdef"):
        with pytest.raises(NoReport) as caught:
            take_report(COMMAND_LINE, bounce(original=original))
        assert caught.value.code == "unknown_mail"
    assert not AddressTrouble.objects.exists()

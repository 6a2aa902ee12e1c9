"""Invitations go out through a real mail server: once, in the customer's language, and no more than they want."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as store
from django.utils import timezone

from heed.core.journal.models import JournalEntry
from heed.feedback.surveys.actions.answers import take
from heed.feedback.surveys.actions.invitations import claim_due, invite, note_sent
from heed.feedback.surveys.jobs import close_partials, expire_invitations, send_due_invitations
from heed.feedback.surveys.models import Answer, Invitation, Response
from heed.feedback.surveys.queries.surveys import asked
from heed.feedback.surveys.rules.links import token_of
from heed.service.customers.models import Customer
from tests.channels.test_mail import Post, serving, smtp
from tests.feedback.surveys.surveys import in_force
from tests.feedback.surveys.test_take import posted

pytestmark = pytest.mark.django_db
__all__ = ["smtp"]  # a fixture that every test here uses


@pytest.fixture(autouse=True)
def survey() -> None:
    in_force(sender_name="Harbour Goods", subject={"en": "How was the call?"})


def invited(**more: Any) -> Invitation:
    key = invite(**{"survey_key": "after_call", "customer_key": "c_1", "address": "ann@example.org", **more})
    return Invitation.objects.get(key=key)


def told(name: str) -> list[dict[str, Any]]:
    return [entry.payload for entry in JournalEntry.objects.filter(name=name).order_by("id") if entry.payload]


def test_a_mail_has_words_and_a_link_that_works_and_the_address_is_forgotten(settings: Any) -> None:
    invited(language="de", reason="fact", context={"region": "north", "secret": "x"}, probability=0.5)
    with serving(settings, Post()) as post:
        assert send_due_invitations() == 1
        assert send_due_invitations() == 0
    (letter,) = post.taken
    text, page = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    link = next(word for word in text.split() if "/a/" in word)
    assert asked(link.rpartition("/")[2]).state == "open"
    assert letter["Subject"] == "How was the call?"
    assert str(letter["From"]).startswith("Harbour Goods")
    assert "/u/" in letter["List-Unsubscribe"]
    assert 'lang="de"' in page
    assert f"{link}?q_likely=10" in page
    row = Invitation.objects.get()
    assert (row.state, row.address, row.sent_at is not None) == ("sent", "", True)
    (sent,) = told("invitation-sent")
    assert (sent["context"], sent["probability"], sent["reason"]) == ({"region": "north"}, 0.5, "fact")
    assert "ann@" not in str(sent)


def test_a_mail_in_arabic_runs_right_to_left(settings: Any) -> None:
    invited(language="ar")
    with serving(settings, Post()) as post:
        send_due_invitations()
    page = post.taken[0].get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert '<html lang="ar" dir="rtl">' in page
    assert "أجب الآن" in page


def test_what_is_not_due_waits(settings: Any) -> None:
    invited(due_at=timezone.now() + timedelta(hours=1))
    with serving(settings, Post()):
        assert send_due_invitations() == 0
    assert Invitation.objects.get().state == "due"


def test_a_refusal_for_now_is_tried_again_later_and_given_up_in_the_end(settings: Any) -> None:
    row = invited()
    with serving(settings, Post(recipient="451 greylisted, ann@example.org")) as post:
        assert send_due_invitations() == 0
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("due", 1)
        assert "451" in row.last_error
        assert "ann@" not in row.last_error
        assert send_due_invitations() == 0
        row.refresh_from_db()
        assert row.attempts == 1
        for _ in range(7):
            Invitation.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
            send_due_invitations()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.address, post.taken) == ("failed", 8, "", [])
    assert [one["code"] for one in told("invitation-failed")] == ["mail_deferred"]


def test_a_refusal_for_good_is_given_up_at_once_and_the_others_go(settings: Any) -> None:
    invited(address="no address")
    other = invited(customer_key="c_2", address="bob@example.org")
    with serving(settings, Post()) as post:
        assert send_due_invitations() == 1
    assert [letter["To"] for letter in post.taken] == ["bob@example.org"]
    assert dict(Invitation.objects.values_list("customer_key", "state")) == {"c_1": "failed", "c_2": "sent"}
    other.refresh_from_db()
    assert other.last_error == ""


def test_whoever_opted_out_since_gets_no_mail(settings: Any) -> None:
    Customer.objects.create(
        key="c_1", system="shop", external_id="1", email="ann@example.org", mail_opted_out_at=timezone.now()
    )
    invited()
    with serving(settings, Post()) as post:
        assert send_due_invitations() == 0
    assert post.taken == []
    assert Invitation.objects.get().state == "failed"
    assert [one["code"] for one in told("invitation-failed")] == ["opted_out"]


def test_a_sender_that_died_gives_its_invitations_back(settings: Any) -> None:
    row = invited()
    assert [one.pk for one in claim_due(10)] == [row.pk]
    assert claim_due(10) == []
    Invitation.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    with serving(settings, Post()) as post:
        assert send_due_invitations() == 1
    note_sent(row)
    assert len(post.taken) == len(told("invitation-sent")) == 1


def test_after_a_change_of_the_secret_the_link_that_is_sent_works(settings: Any) -> None:
    row = invited()
    settings.SECRET_KEY = "another-secret-0123456789abcdefghijklmnop"
    with serving(settings, Post()) as post:
        send_due_invitations()
    text = post.taken[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    link = next(word for word in text.split() if "/a/" in word)
    assert link.endswith(token_of(store.SECRET_KEY, row.key))
    assert asked(link.rpartition("/")[2]).state == "open"


def test_the_same_once_key_invites_once() -> None:
    assert invited(once_key="trigger:fact").key == invited(once_key="trigger:fact").key
    assert Invitation.objects.count() == 1


def test_an_idle_questionnaire_is_ended_after_a_day_and_told_as_not_complete() -> None:
    token = token_of(store.SECRET_KEY, invited().key)
    take([posted(token, likely="3", more="Early words")])
    Response.objects.update(touched_at=timezone.now() - timedelta(hours=23))
    assert close_partials() == 0
    Response.objects.update(touched_at=timezone.now() - timedelta(hours=25))
    assert close_partials() == 1
    assert close_partials() == 0
    (entry,) = told("response-received")
    assert (entry["complete"], [one["question"] for one in entry["answers"]]) == (False, ["likely", "more"])
    assert asked(token).state == "answered"
    assert take([posted(token, 1, more="Late")])[0].state == "answered"
    assert Answer.objects.get(question_key="more").words == "Early words"


def test_an_invitation_nobody_answered_ends() -> None:
    token = token_of(store.SECRET_KEY, invited().key)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert asked(token).state == "expired"
    assert expire_invitations() == 1
    assert expire_invitations() == 0
    assert (Invitation.objects.get().state, Invitation.objects.get().address) == ("expired", "")
    assert take([posted(token, likely="3")])[0].state == "expired"
    assert len(told("invitation-lapsed")) == 1

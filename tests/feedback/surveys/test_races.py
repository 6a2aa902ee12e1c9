"""Several posts of one answer at the same moment: one is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from heed.core.journal.models import JournalEntry
from heed.core.journal.queries import verify_chain
from heed.feedback.surveys.actions.answers import take
from heed.feedback.surveys.actions.invitations import claim_due, invite
from heed.feedback.surveys.models import Answer, Invitation, Response
from heed.feedback.surveys.rules.links import token_of
from tests.core.races import at_once, file_store
from tests.feedback.surveys.surveys import in_force
from tests.feedback.surveys.test_take import posted


@pytest.fixture
def tokens(tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[str]]:
    with django_db_blocker.unblock(), file_store(tmp_path / "heed.db"):
        in_force()
        keys = [invite(survey_key="after_call", customer_key=f"c_{n}", address="a@example.com") for n in range(6)]
        yield [token_of(settings.SECRET_KEY, key) for key in keys]


def test_racing_posts_keep_one_answer(tokens: list[str]) -> None:
    last = [posted(tokens[0], 1, nonce=f"n{n}", likely="9", more=f"Words {n}") for n in range(6)]
    found = at_once(*[lambda one=one: take([one])[0].state for one in last])
    assert sorted(found) == ["answered"] * 5 + ["kept"]
    assert Response.objects.count() == 1
    assert Answer.objects.filter(question_key="more").count() == 1
    assert JournalEntry.objects.filter(name="response-received").count() == 1


def test_racing_batches_in_another_order_do_not_wait_for_each_other(tokens: list[str]) -> None:
    batch = [posted(token, 1, nonce="n", likely="9", more="Same") for token in tokens]
    found = at_once(lambda: take(batch), lambda: take(batch[::-1]), lambda: take(batch))
    assert all({taken.state for taken in one} == {"kept"} for one in found), found
    assert Response.objects.count() == len(tokens)
    assert JournalEntry.objects.filter(name="response-received").count() == len(tokens)
    assert verify_chain().broken_at is None


def test_racing_senders_take_each_invitation_once(tokens: list[str]) -> None:
    found = at_once(*[lambda: [row.pk for row in claim_due(3)]] * 4)
    taken = [number for one in found for number in one]
    assert sorted(taken) == sorted(Invitation.objects.values_list("pk", flat=True))


def test_racing_invitations_of_one_fact_are_one(tokens: list[str]) -> None:
    def once() -> str:
        return invite(survey_key="after_call", customer_key="c_9", address="a@example.com", once_key="t:f")

    assert len(set(at_once(once, once, once, once))) == 1
    assert Invitation.objects.filter(customer_key="c_9").count() == 1

"""Answers are taken: kept once, in steps, many at a time."""

from datetime import UTC, datetime

import pytest
from django.conf import settings

from heed.core.journal.models import JournalEntry
from heed.feedback.surveys.actions.answers import take
from heed.feedback.surveys.actions.invitations import invite
from heed.feedback.surveys.models import Answer, Invitation, Response
from heed.feedback.surveys.queries import asked
from heed.feedback.surveys.rules.answering import Submission
from heed.feedback.surveys.rules.links import token_of
from tests.feedback.surveys.surveys import in_force

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def invited(customer: str = "c_1", **more: str) -> str:
    """The token of a new invitation."""
    return token_of(
        settings.SECRET_KEY, invite(survey_key="after_call", customer_key=customer, address="a@example.com", **more)
    )


def posted(token: str, step: int = 0, nonce: str = "", move: str = "next", **given: str | list[str]) -> Submission:
    typed = {key: tuple([value] if isinstance(value, str) else value) for key, value in given.items()}
    return Submission(token, "en", typed, step, NOW, move, 12.0, nonce)


@pytest.fixture(autouse=True)
def survey() -> None:
    in_force()


def test_a_questionnaire_is_kept_step_by_step_and_told_without_words() -> None:
    token = invited()
    (first,) = take([posted(token, likely="3")])
    assert (first.state, first.step) == ("partial", 1)
    assert asked(token).given == {"likely": ["3"]}
    (second,) = take([posted(token, 1, reasons=["wait", "price"], more="Ann waited long.")])
    assert second.state == "kept"
    assert asked(token).state == "answered"
    entry = JournalEntry.objects.get(name="response-received")
    assert [(one["question"], one["score"], one["choice"]) for one in entry.payload["answers"]] == [
        ("likely", 3.0, ""),
        ("reasons", None, "wait"),
        ("reasons", None, "price"),
        ("more", None, ""),
    ]
    assert "Ann" not in str(entry.payload)
    assert Answer.objects.get(question_key="more").words == "Ann waited long."
    assert Invitation.objects.get().address == ""


def test_a_promoter_is_not_asked_what_went_wrong() -> None:
    token = invited()
    take([posted(token, likely="3"), posted(token, 1, move="back", reasons=["wait"])])
    (first,) = take([posted(token, likely="10")])
    (second,) = take([posted(token, 1, more="")])
    assert (first.state, second.state) == ("partial", "kept")
    assert list(Answer.objects.values_list("question_key", "score")) == [("likely", 10.0)]
    assert Response.objects.get().state == "complete"


def test_the_same_post_twice_is_kept_once_and_another_one_changes_nothing() -> None:
    token = invited()
    take([posted(token, likely="9")])
    last = posted(token, 1, nonce="n1", more="Good.")
    assert [taken.state for taken in take([last, last])] == ["kept", "kept"]
    assert take([last])[0].state == "kept"
    assert take([posted(token, 1, nonce="n2", more="Bad.")])[0].state == "answered"
    assert list(Answer.objects.filter(question_key="more").values_list("words", flat=True)) == ["Good."]
    assert JournalEntry.objects.filter(name="response-received").count() == 1

"""Answers are taken: kept once, in steps, many at a time."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings

from heed.core.journal.models import JournalEntry
from heed.feedback.surveys.actions.answers import take
from heed.feedback.surveys.actions.invitations import invite
from heed.feedback.surveys.models import Answer, Invitation, Response
from heed.feedback.surveys.queries.surveys import asked
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


def test_a_poisoned_submission_never_takes_the_others_down(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad, other = invited("c_1"), invited("c_2"), invited("c_3")
    Invitation.objects.filter(customer_key="c_2").update(survey_version=99)
    batch = [posted(good, 1, likely="9"), posted(bad, 1, likely="9"), posted(other, 1, likely="9")]
    assert [taken.state for taken in take(batch)] == ["kept", "invalid", "kept"]
    assert Response.objects.count() == 2
    assert JournalEntry.objects.filter(name="response-received").count() == 2


def test_a_batch_is_one_transaction_with_few_questions(django_assert_max_num_queries: Any) -> None:
    tokens = [invited(f"c_{number}") for number in range(40)]
    batch = [posted(token, 1, likely="9", more="Words") for token in tokens]
    with django_assert_max_num_queries(16):
        assert {taken.state for taken in take(batch)} == {"kept"}


def test_steps_of_one_questionnaire_in_one_batch_are_taken_in_order() -> None:
    token = invited()
    batch = [
        posted(token, likely="2"),
        posted(token, 1, reasons=["wait"], more="x"),
        posted(token, 1, more="y", nonce="n"),
    ]
    assert [taken.state for taken in take(batch)] == ["partial", "kept", "answered"]
    assert Answer.objects.get(question_key="more").words == "x"


def test_what_no_database_keeps_is_left_out_of_the_words() -> None:
    token = invited()
    assert take([posted(token, 1, likely="9", more="a\0b\ud800c\r\nd")])[0].state == "kept"
    assert Answer.objects.get(question_key="more").words == "abc\nd"


def test_a_step_with_a_fault_keeps_what_can_be_kept() -> None:
    token = invited()
    (taken,) = take([posted(token, 1, more="Early", reasons=["nonsense"])])
    assert (taken.state, taken.step, list(taken.errors)) == ("invalid", 0, ["likely"])
    assert asked(token).given == {"more": ["Early"]}


def test_nothing_is_believed_of_an_unknown_link() -> None:
    assert take([posted("nonsense", likely="9")])[0].state == "unknown"
    assert not Response.objects.exists()

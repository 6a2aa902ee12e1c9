"""One click in the mail: what scanners open keeps nothing, one press keeps the answer, and the rest may follow."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from heed.core.definitions.rules import InvalidDefinition, validate
from heed.feedback.surveys.actions.invitations import invite
from heed.feedback.surveys.definition import Survey
from heed.feedback.surveys.models import Answer, Invitation, Response
from heed.feedback.surveys.queries.messages import invitation_sms
from heed.feedback.surveys.queries.surveys import invitation_mail
from heed.feedback.surveys.rules.answering import plan_of
from heed.feedback.surveys.rules.letters import letter
from heed.feedback.surveys.rules.links import token_of
from tests.feedback.surveys.surveys import RELATION, in_force

SATISFIED = {"key": "ok", "type": "csat", "required": True, "text": {"en": "How satisfied are you?"}}


@pytest.fixture
def link(db: None) -> str:
    in_force(questions=[RELATION["questions"][0], SATISFIED, *RELATION["questions"][1:]])
    key = invite(survey_key="after_call", customer_key="c_1", address="ann@example.org")
    return f"/a/{token_of(settings.SECRET_KEY, key)}"


def form_of(page: str) -> dict[str, str]:
    return {
        str(re.search(r'name="([^"]+)"', tag)[1]): str(re.search(r'value="([^"]*)"', tag)[1])  # type: ignore[index]
        for tag in re.findall(r"<(?:input|button)[^>]*>", page)
        if "hidden" in tag or " checked" in tag or 'class="go"' in tag
    }


def test_opening_the_answer_in_the_mail_keeps_nothing_and_one_press_keeps_it(client: Client, link: str) -> None:
    for method in (client.head, client.get, client.options):
        method(f"{link}?q_likely=9")
    page = client.get(f"{link}?q_likely=9").content.decode()
    assert not Response.objects.exists()
    assert "How likely are you to recommend us?" in page
    assert "How satisfied are you?" not in page
    form = form_of(page)
    assert (form["q_likely"], form["move"]) == ("9", "keep")

    onward = client.post(link, form)
    assert (onward.status_code, Answer.objects.get().score) == (303, 9.0)
    assert Response.objects.get().state == "partial"
    rest = client.get(onward["Location"]).content.decode()
    assert "Your answer has been kept" in rest
    assert "How satisfied are you?" in rest
    assert client.post(link, form).status_code == 303
    assert Answer.objects.count() == 1


def test_another_score_chosen_later_takes_the_place_of_the_first_and_leaves_the_rest(client: Client, link: str) -> None:
    client.post(link, {"step": "0", "move": "keep", "q_likely": "9", "q_ok": "4"})
    form = form_of(client.get(f"{link}?q_likely=2").content.decode())
    client.post(link, form)
    assert dict(Answer.objects.values_list("question_key", "score")) == {"likely": 2.0, "ok": 4.0}


def test_an_answer_that_is_none_of_the_mails_shows_the_whole_page(client: Client, link: str) -> None:
    for query in ("q_likely=77", "q_likely=", "q_ok=3", "q_likely=3&step=0", "q_likely=3&q_ok=2"):
        assert "How satisfied are you?" in client.get(f"{link}?{query}").content.decode(), query


def test_a_survey_of_one_question_is_over_with_the_press(client: Client, db: None) -> None:
    in_force("one", questions=[RELATION["questions"][0]])
    key = invite(survey_key="one", customer_key="c_1", address="ann@example.org")
    link = f"/a/{token_of(settings.SECRET_KEY, key)}"
    onward = client.post(link, form_of(client.get(f"{link}?q_likely=9").content.decode()))
    assert "Thank you" in client.get(onward["Location"]).content.decode()
    assert Response.objects.get().state == "complete"


def test_a_choice_stands_in_the_mail_as_links_and_words_do_not() -> None:
    def scores(**question: Any) -> tuple[tuple[str, str], ...]:
        body = Survey.model_validate({**RELATION, "questions": [{"key": "first", "text": {"en": "?"}, **question}]})
        at = datetime(2026, 1, 1, tzinfo=UTC)
        return letter(plan_of(body), "en", organisation="H", link="https://h/a/x", expires_at=at).scores

    options = [{"key": key, "text": {"en": key.title()}} for key in ("yes", "no")]
    assert scores(type="choice", options=options) == (
        ("Yes", "https://h/a/x?q_first=yes"),
        ("No", "https://h/a/x?q_first=no"),
    )
    assert scores(type="text") == ()
    assert len(scores(type="csat")) == 5


PIPED: dict[str, Any] = {
    "title": {"en": "About {{ about_product | your order }}"},
    "subject": {"en": "How was {{ about_topic | it }}?"},
    "invitation": {"en": "You were with us by {{ about_channel | some way }}."},
    "questions": [
        {"key": "likely", "type": "nps", "text": {"en": "Would you recommend us for {{ about_topic | what we do }}?"}},
    ],
}


def invited(**context: str) -> tuple[Invitation, str]:
    key = invite(survey_key="piped", customer_key="c_1", address="ann@example.org", context=context)
    return Invitation.objects.get(key=key), token_of(settings.SECRET_KEY, key)


def test_the_mail_and_its_page_say_what_it_is_about_and_nothing_of_that_is_markup(client: Client, db: None) -> None:
    in_force("piped", **PIPED)
    row, token = invited(topic="<b>tea</b> &\r\ncake", channel="phone", product="the blue lamp")
    mail = invitation_mail(row, token)
    assert mail.subject == "How was <b>tea</b> & cake?"
    assert "You were with us by phone." in mail.text and "recommend us for <b>tea</b> &" in mail.text
    assert "recommend us for &lt;b&gt;tea&lt;/b&gt; &amp;" in mail.html
    assert "<b>tea" not in mail.html and "{{" not in mail.html + mail.text
    page = client.get(f"/a/{token}?q_likely=9").content.decode()
    assert "recommend us for &lt;b&gt;tea&lt;/b&gt; &amp;" in page and "<b>tea" not in page
    assert "About the blue lamp" in invitation_sms(row, token).text


def test_where_nothing_is_known_the_mail_says_the_other_words(client: Client, db: None) -> None:
    in_force("piped", **PIPED)
    row, token = invited()
    mail = invitation_mail(row, token)
    assert (mail.subject, "by some way." in mail.text) == ("How was it?", True)
    assert "recommend us for what we do?" in mail.html
    assert "recommend us for what we do?" in client.get(f"/a/{token}?q_likely=9").content.decode()
    assert "About your order" in invitation_sms(row, token).text


def test_what_a_mail_is_about_may_be_long_and_its_subject_stays_a_line(db: None) -> None:
    in_force("piped", **PIPED)
    row, token = invited(topic="x" * 5_000)
    assert len(invitation_mail(row, token).subject) <= 200


@pytest.mark.parametrize("field", ["subject", "invitation"])
def test_braces_of_the_mail_that_name_nothing_are_refused(db: None, field: str) -> None:
    for written in ("{{ likely }}", "{{ about_nothing | x }}"):
        with pytest.raises(InvalidDefinition):
            validate("survey", {**RELATION, field: {"en": f"How was {written}?"}})

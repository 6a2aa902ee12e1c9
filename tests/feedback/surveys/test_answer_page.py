"""The answer page: what it shows, what it keeps, and that it gives its address to nobody."""

import logging

import pytest
from django.conf import settings
from django.test import Client

from heed.feedback.surveys.actions.invitations import invite
from heed.feedback.surveys.models import Answer, Invitation, Response
from heed.feedback.surveys.rules.links import answer_path, token_of
from tests.feedback.surveys.surveys import in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> str:
    in_force()
    key = invite(survey_key="after_call", customer_key="c_1", address="a@example.com", language="de")
    return answer_path(token_of(settings.SECRET_KEY, key))


def sent(client: Client, link: str, **form: str) -> str:
    """Post a step and follow to the next page."""
    answer = client.post(link, {"language": "en", "step": "0", "move": "next", **form})
    assert answer.status_code == 303, answer.content.decode()
    return client.get(answer["Location"]).content.decode()


def test_a_customer_answers_without_a_session_or_a_form_token(link: str) -> None:
    client = Client(enforce_csrf_checks=True)
    first = client.get(link)
    assert first.status_code == 200
    assert 'lang="de"' in first.content.decode()
    assert "Wie wahrscheinlich" in first.content.decode()
    assert not first.cookies
    second = sent(client, link, q_likely="2")
    assert "What went wrong?" in second
    assert "Thank you" in sent(client, link, step="1", q_reasons="wait", q_more="Ann <b>waited</b>")
    assert "Thank you" in client.get(link, {"language": "en", "thanks": "1"}).content.decode()
    assert Response.objects.get().state == "complete"


def test_nothing_typed_is_lost_by_an_error_or_by_another_language(link: str) -> None:
    client = Client()
    sent(client, link, q_likely="9")
    other = sent(client, link, step="1", q_more="Ann & <Bob>", move="language:ar")
    assert 'dir="rtl"' in other
    assert "Ann &amp; &lt;Bob&gt;" in other
    wrong = client.post(link, {"language": "en", "step": "0", "q_more": "kept"})
    assert wrong.status_code == 422
    assert "Please answer this question" in wrong.content.decode()
    assert 'name="q_more" value="kept"' in wrong.content.decode()


def test_the_address_is_not_passed_on_cached_or_logged(
    link: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client, token = Client(raise_request_exception=False), link.rpartition("/")[2]
    told = client.get(link)
    assert (told["Referrer-Policy"], told["Cache-Control"]) == ("no-referrer", "no-store")

    def fail(batch: object) -> None:
        raise ValueError("boom")

    monkeypatch.setattr("heed.feedback.surveys.pages.answering.take", fail)
    with caplog.at_level(logging.DEBUG):
        failed = client.post(link, {"language": "de", "step": "1", "q_more": "bleibt", "nonce": "n1"})
    assert failed.status_code == 503
    assert 'name="q_more" value="bleibt"' in failed.content.decode()
    assert 'name="nonce" value="n1"' in failed.content.decode()
    assert "Noch einmal versuchen" in failed.content.decode()
    assert caplog.records
    assert token not in caplog.text


def test_a_link_that_is_over_or_unknown_says_so_in_the_readers_language(link: str) -> None:
    client = Client()
    unknown = client.get("/a/nonsense", headers={"Accept-Language": "de-AT,en;q=0.5"})
    assert unknown.status_code == 404
    assert "nicht bekannt" in unknown.content.decode()
    Invitation.objects.update(state="expired")
    over = client.get(link)
    assert over.status_code == 410
    assert "beendet" in over.content.decode()
    assert client.post(link, {"q_likely": "9"}).status_code == 303
    assert not Answer.objects.exists()


def test_a_page_is_light(link: str) -> None:
    css = (settings.BASE / "static" / "heed" / "answer.css").stat().st_size
    assert len(Client().get(link).content) + css < 50_000

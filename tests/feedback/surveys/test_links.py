"""Links that many use: opening one keeps nothing, each first step begins a questionnaire of its own, and no more than it takes."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from heed.core.access.rules import COMMAND_LINE
from heed.core.errors.rules import HeedError
from heed.core.journal.models import JournalEntry
from heed.feedback.surveys.actions.linking import LinkWish, close_link, issue_links, make_link
from heed.feedback.surveys.models import Answer, Invitation, Response, SurveyLink
from heed.feedback.surveys.queries.links import links, token_of_link
from heed.feedback.surveys.queries.surveys import funnels
from heed.feedback.surveys.rules.spreading import code_svg
from tests.feedback.surveys.surveys import in_force
from tests.feedback.surveys.test_oneclick import form_of

pytestmark = pytest.mark.django_db
SITE = "https://shop.example"


@pytest.fixture
def client() -> Client:
    """Somebody who passes by, with the checks a browser would meet."""
    return Client(enforce_csrf_checks=True)


def linked(**wish: Any) -> tuple[SurveyLink, str]:
    in_force()
    row = make_link(COMMAND_LINE, "after_call", LinkWish(**{"name": "North gate", **wish}))
    return row, f"/o/{token_of_link(row)}"


def test_many_answer_at_one_link_and_looking_keeps_nothing(client: Client) -> None:
    _row, there = linked(context={"region": "north", "touchpoint": "gate"})
    for method in (client.get, client.head):
        answer = method(there)
        assert (answer.status_code, answer.cookies.output()) == (200, "")
    assert not Invitation.objects.exists()
    for score in ("9", "10"):
        form = form_of(client.get(there).content.decode())
        onward = client.post(there, {**form, "q_likely": score, "q_more": "Fine."})
        assert onward.status_code == 303
        assert onward["Location"].startswith(f"{there}/")
        rest = form_of(client.get(onward["Location"]).content.decode())
        if "move" in rest:
            onward = client.post(onward["Location"].partition("?")[0], {**rest, "q_more": "Fine."})
        assert "Thank you" in client.get(onward["Location"]).content.decode()
    kept = Response.objects.get(invitation__isnull=False, answers__score=10.0)
    assert (kept.customer_key, kept.region, kept.context["touchpoint"]) == ("", "north", "gate")
    (found,) = links(COMMAND_LINE)
    assert (found.begun, found.answered) == (2, 2)  # type: ignore[attr-defined]
    # Nobody was asked, so there is no response rate.
    assert funnels(COMMAND_LINE)["after_call"].sent == 0
    (told, _) = [entry.payload for entry in JournalEntry.objects.filter(name="response-received")]
    assert told and told["customer"] == ""


def test_a_double_click_is_one_questionnaire_and_a_wrong_step_is_none(client: Client) -> None:
    _row, there = linked()
    form = form_of(client.get(there).content.decode())
    wrong = client.post(there, {**form, "q_more": "Half."})
    assert (wrong.status_code, Invitation.objects.count()) == (422, 0)
    assert "Half." in wrong.content.decode()
    places = {client.post(there, {**form, "q_likely": "3"})["Location"] for _ in range(2)}
    assert (len(places), Invitation.objects.count()) == (1, 1)


def test_more_than_a_link_takes_in_a_minute_wait_and_lose_nothing(client: Client) -> None:
    _row, there = linked(most_a_minute=2)
    for _ in range(2):
        assert client.post(there, {"q_likely": "9", "nonce": ""}).status_code == 303
    crowded = client.post(there, {"q_likely": "4", "q_more": "I wait."})
    assert (crowded.status_code, crowded["Retry-After"], Invitation.objects.count()) == (429, "60", 2)
    assert "I wait." in crowded.content.decode()
    assert "too many answers" in crowded.content.decode()
    Invitation.objects.update(decided_at=timezone.now() - timedelta(minutes=2))
    assert client.post(there, {"q_likely": "4"}).status_code == 303


def test_the_language_is_the_links_or_what_the_browser_wants_and_can_be_changed(client: Client) -> None:
    _row, there = linked()
    assert "Wie wahrscheinlich" in client.get(there, headers={"Accept-Language": "de-AT,de;q=0.9"}).content.decode()
    page = client.post(there, {"move": "language:de", "q_likely": "3"})
    assert (page.status_code, Invitation.objects.exists()) == (200, False)
    assert form_of(page.content.decode())["q_likely"] == "3"
    _row, there = linked(language="ar")
    assert 'dir="rtl"' in client.get(there).content.decode()


def test_a_closed_a_past_and_an_unknown_link_say_so_and_who_began_may_finish(client: Client) -> None:
    row, there = linked()
    onward = client.post(there, {"q_likely": "3"})["Location"]
    close_link(COMMAND_LINE, row.key)
    close_link(COMMAND_LINE, row.key)
    assert client.get(there).status_code == 410
    assert client.post(there, {"q_likely": "3"}).status_code == 410
    assert "What went wrong?" in client.get(onward).content.decode()
    other, place = linked()
    SurveyLink.objects.filter(pk=other.pk).update(until=timezone.now() - timedelta(seconds=1))
    assert client.get(place).status_code == 410
    assert client.get("/o/nothing").status_code == 404
    assert client.post("/o/nothing", {"q_likely": "3"}).status_code == 404
    assert Invitation.objects.count() == 1


def test_a_kiosk_begins_again_and_shows_nothing_of_the_last_person(client: Client) -> None:
    _row, there = linked(sort="kiosk", reset_seconds=45)
    first = client.get(there).content.decode()
    assert 'data-seconds="45" data-warn="20" data-fresh>' in first
    step = client.post(there, {"q_likely": "2"})["Location"].partition("?")[0]
    middle = client.get(step).content.decode()
    onward = client.post(step, {"step": "1", "q_likely": "9", "q_more": "Secret words"})
    assert f'<a class="back" href="{there}">Start again</a>' in middle and "data-fresh" not in middle
    page = client.get(onward["Location"]).content.decode()
    assert f'<a class="go" href="{there}">' in page and "The next person can begin." in page
    # Nothing is taken from anybody without a word before it, so nothing happens by itself where no script can say it.
    assert "http-equiv" not in first + middle + page
    again = client.get(onward["Location"].partition("?")[0]).content.decode() + client.get(there).content.decode()
    assert "Secret words" not in again
    assert Invitation.objects.get().channel == "kiosk"


def test_the_colour_of_the_house_is_let_through_at_a_link(client: Client) -> None:
    in_force("coloured", brand={"colour": "#e8a33d"})
    row = make_link(COMMAND_LINE, "coloured", LinkWish("Gate"))
    page = client.get(f"/o/{token_of_link(row)}")
    assert "<style>" in page.content.decode()
    assert "'sha256-" in page["Content-Security-Policy"] and "unsafe" not in page["Content-Security-Policy"]


def test_a_link_says_what_its_place_is(client: Client) -> None:
    in_force("placed", title={"en": "How was {{ about_touchpoint | your visit }}?"})
    for context, said in (({"touchpoint": "the gate"}, "How was the gate?"), ({}, "How was your visit?")):
        row = make_link(COMMAND_LINE, "placed", LinkWish("Gate", context=context))
        assert said in client.get(f"/o/{token_of_link(row)}").content.decode()


def test_a_widget_is_shown_in_its_sites_alone_and_its_script_holds_no_cookie(client: Client) -> None:
    row, there = linked(sort="widget", sites=[f"{SITE}/", SITE])
    assert row.sites == [SITE]
    page = client.get(there)
    assert f"frame-ancestors {SITE}" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    script = client.get(there.replace("/o/", "/w/") + ".js")
    assert script["Content-Type"].startswith("text/javascript")
    body = script.content.decode()
    assert re.search(rf'"address": "http[^"]+{there}"', body)
    assert not re.search("cookie|Storage|indexedDB|fetch|XMLHttp", body)
    assert script.cookies.output() == ""
    _open, plain = linked()
    assert "frame-ancestors 'none'" in client.get(plain)["Content-Security-Policy"]
    assert "ended" in client.get(plain.replace("/o/", "/w/") + ".js").content.decode()


def test_words_of_a_survey_cannot_leave_the_strings_of_the_script(client: Client) -> None:
    in_force(title={"en": '</script>"; alert(1) //'})
    row = make_link(COMMAND_LINE, "after_call", LinkWish("Shop", "widget", sites=[SITE]))
    body = client.get(f"/w/{token_of_link(row)}.js").content.decode()
    assert "</script>" not in body
    assert '\\"; alert(1)' in body


def test_addresses_for_one_answer_take_one(client: Client) -> None:
    row, _there = linked(context={"region": "north"})
    tokens = issue_links(COMMAND_LINE, row.key, 3)
    assert len(set(tokens)) == 3
    for nonce, score in (("x", "9"), ("x", "9"), ("y", "1")):
        client.post(f"/a/{tokens[0]}", {"step": "1", "q_likely": score, "nonce": nonce})
    assert list(Answer.objects.values_list("score", flat=True)) == [9.0]
    assert Response.objects.get().region == "north"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"name": " "}, "invalid_name"),
        ({"sort": "fax"}, "unknown_sort"),
        ({"sort": "widget"}, "no_site"),
        ({"sort": "widget", "sites": ["https://a.example/path"]}, "invalid_site"),
        ({"sort": "widget", "sites": ["https://a.example; script-src *"]}, "invalid_site"),
        ({"most_a_minute": 0}, "invalid_limit"),
        ({"reset_seconds": 1}, "invalid_reset"),
        ({"context": {"agent_key": "e_1"}}, "unknown_place"),
        ({"until": timezone.now() - timedelta(days=1)}, "past_end"),
    ],
)
def test_a_link_that_cannot_be_meant_is_refused(wish: dict[str, Any], code: str) -> None:
    with pytest.raises(HeedError) as caught:
        linked(**wish)
    assert caught.value.code == code
    assert not SurveyLink.objects.exists()


def test_a_code_is_one_drawing_with_its_quiet_zone() -> None:
    drawn = code_svg(f"https://heed.example/o/{'0' * 24}")
    size = int(re.search(r'viewBox="0 0 (\d+)', drawn)[1])  # type: ignore[index]
    assert (size - 8 - 17) % 4 == 0
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1", drawn)}
    assert (4, 4) in dark
    assert all(4 <= x < size - 4 and 4 <= y < size - 4 for x, y in dark)


def test_the_secret_of_a_link_is_not_kept() -> None:
    row, there = linked()
    token = there.removeprefix("/o/")
    assert token not in str(SurveyLink.objects.values_list())
    assert settings.SECRET_KEY not in token
    assert row.token_digest != token

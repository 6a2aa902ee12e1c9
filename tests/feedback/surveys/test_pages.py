"""The house's pages of surveys: the list, one survey, its invitations, the preview and the builder."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from heed.core.access.models import Membership
from heed.core.definitions.actions import ensure
from heed.core.definitions.models import DefinitionVersion
from heed.core.people.models import Person, Unit
from heed.feedback.quality.models import QualityAudit
from heed.feedback.surveys.actions.answers import take
from heed.feedback.surveys.actions.invitations import invite, note_sent
from heed.feedback.surveys.models import Answer, Invitation, Response
from heed.feedback.surveys.rules.links import token_of
from tests.feedback.quality.suspects import facts_in
from tests.feedback.surveys.surveys import INSTRUMENT, in_force
from tests.feedback.surveys.test_take import posted

pytestmark = pytest.mark.django_db


def signed_in(role: str, unit: str = "organisation", kind: str = "organisation") -> Client:
    person = Person.objects.create_user(f"{role}.{unit}@example.org", "correct horse battery", name=role)
    place, _ = Unit.objects.get_or_create(
        key=unit,
        defaults={
            "name": unit,
            "kind": kind,
            "parent": None if kind == "organisation" else Unit.objects.get(key="organisation"),
        },
    )
    Membership.objects.create(person=person, unit=place, role=role)
    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@pytest.fixture
def manager() -> Client:
    return signed_in("manager")


def answered(many: int, **more: object) -> None:
    """So many invitations, sent and answered."""
    for number in range(many):
        key = invite(survey_key="after_call", customer_key=f"c_{number}", address="a@example.com", context=more)
        note_sent(Invitation.objects.get(key=key))
        token = token_of(settings.SECRET_KEY, key)
        take([posted(token, likely="9" if number % 4 else "3"), posted(token, 1, more=f"Words of {number}")])


def test_the_list_says_what_to_do_when_there_is_none(manager: Client) -> None:
    assert "No survey yet" in manager.get("/surveys/").content.decode()


def test_a_survey_shows_its_figures_and_keeps_few_back(manager: Client) -> None:
    in_force()
    answered(4)
    page = manager.get("/surveys/after_call/").content.decode()
    assert "Too few to show" in page
    answered(12)
    page = manager.get("/surveys/after_call/").content.decode()
    assert "NPS" in page
    assert "Words of 11" in page
    assert "n 16" in page
    assert "100" in manager.get("/surveys/").content.decode()


def test_what_is_set_aside_is_left_out_and_can_be_counted(
    manager: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_force()
    answered(16)
    sad = Response.objects.filter(answers__score=3.0).values_list("key", flat=True)
    at = datetime(2026, 3, 1, tzinfo=UTC)
    same = {"at": at, "survey_key": "after_call", "sign": "bot"}
    rows = [
        {**same, "exclusion_id": f"x{turn}{key}", "response_id": key, "set_aside": turn != 2, "turn": turn}
        for place, key in enumerate(sad)
        for turn in range(1, 2 + place % 2)
    ]
    assert [row["set_aside"] for row in rows].count(False) == 2, "two of the four are put back"
    with facts_in(tmp_path, monkeypatch, exclusions=rows):
        page = manager.get("/surveys/after_call/").content.decode()
        assert "2 questionnaires that were set aside are left out" in page and "n 14" in page
        whole = manager.get("/surveys/after_call/?with_set_aside=1").content.decode()
        assert "What was set aside is counted" in whole and "n 16" in whole
        assert "failed an audit" not in page
        QualityAudit.objects.create(survey_key="after_call", since=at, until=at, ran_at=at, state="failed")
        assert "answers of After a call that failed an audit" in manager.get("/surveys/after_call/").content.decode()
        assert "set aside" not in signed_in("auditor").get("/surveys/after_call/").content.decode(), (
            "too few to be told"
        )


def test_somebody_of_one_region_sees_the_answers_of_that_region(manager: Client) -> None:
    in_force()
    answered(3, region="north")
    answered(2, region="south")
    north = signed_in("supervisor", "north", "region")
    assert north.get("/surveys/after_call/").content.decode().count("Words of") == 3
    assert north.get("/surveys/after_call/invitations/").content.decode().count("<code>inv_") == 3
    assert signed_in("auditor").get("/surveys/after_call/").content.decode().count("Words of") == 0


def test_a_preview_goes_all_the_way_and_keeps_nothing(manager: Client) -> None:
    in_force()
    first = manager.get("/surveys/after_call/preview?language=ar")
    assert 'dir="rtl"' in first.content.decode()
    assert "frame-ancestors 'self'" in first["Content-Security-Policy"]
    second = manager.post("/surveys/after_call/preview", {"language": "en", "step": "0", "q_likely": "4"})
    assert "What went wrong?" in second.content.decode()
    wrong = manager.post("/surveys/after_call/preview", {"language": "en", "step": "0"})
    assert (wrong.status_code, "Please answer this question" in wrong.content.decode()) == (422, True)
    last = manager.post("/surveys/after_call/preview", {"language": "en", "step": "1", "q_likely": "4", "q_more": "x"})
    assert "would be kept" in last.content.decode()
    assert not Response.objects.exists()
    assert not Answer.objects.exists()


def test_a_trial_mail_goes_to_oneself_and_leads_to_the_preview(manager: Client) -> None:
    in_force()
    manager.post("/surveys/after_call/trial/", {"language": "de"})
    (sent,) = mail.outbox
    assert sent.to == ["manager.organisation@example.org"]
    assert sent.subject == "Wie war es für Sie?"
    assert "/surveys/after_call/preview?language=de" in sent.body
    assert not Invitation.objects.exists()


def test_an_invitation_is_withdrawn_once(manager: Client) -> None:
    in_force()
    key = invite(survey_key="after_call", customer_key="c_1", address="a@example.com")
    there = f"/surveys/after_call/invitations/{key}/withdrawal/"
    assert manager.post(there).status_code == 302
    assert (Invitation.objects.get().state, Invitation.objects.get().address) == ("withdrawn", "")
    assert manager.post(there).status_code == 409
    assert signed_in("analyst").post(there).status_code == 403


def form_of(page: str) -> dict[str, str]:
    """The fields of the builder as a browser would send them."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: dict[str, str] = {}
            self.area = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = {name: value or "" for name, value in attrs}
            if tag == "input" and given.get("name"):
                if given.get("type") == "checkbox" and "checked" not in given:
                    return
                self.found[given["name"]] = given.get("value", "on")
            elif tag == "textarea":
                self.area = given["name"]
                self.found[self.area] = ""

        def handle_endtag(self, tag: str) -> None:
            if tag == "textarea":
                self.area = ""

        def handle_data(self, words: str) -> None:
            if self.area:
                self.found[self.area] += words

    reader = Reader()
    reader.feed(page.partition('id="build"')[2].partition("</form>")[0])
    reader.found.pop("csrfmiddlewaretoken", None)
    return reader.found


def pressed(client: Client, address: str, form: dict[str, str], do: str) -> dict[str, str]:
    answer = client.post(address, {**form, "do": do})
    assert answer.status_code == 200, answer.content.decode()
    return form_of(answer.content.decode())


def test_a_survey_is_built_with_buttons_and_proposed(manager: Client) -> None:
    there = "/surveys/new/"
    form = form_of(manager.get(there).content.decode())
    form |= {"name": "Short", "key": "short", "languages": "en, de"}
    form = pressed(manager, there, form, "languages")
    form |= {"q-0-text:en": "Would you recommend us?", "q-0-text:de": "Empfehlen Sie uns?"}
    form = pressed(manager, there, form, "add:choice")
    form |= {"q-1-text:en": "What was it?", "q-1-o-0-text:en": "Price", "q-1-o-1-text:en": "Time"}
    form = pressed(manager, there, form, "option:1")
    form |= {"q-1-o-2-text:en": "Other", "q-1-show_when": "woud_you_recommend_us <= 6.0"}
    form = pressed(manager, there, form, "add:text")
    form |= {"q-2-text:en": "Tell us"}
    form = pressed(manager, there, form, "down:0")
    form = pressed(manager, there, form, "up:1")
    wrong = manager.post(there, {**form, "do": "propose"})
    assert wrong.status_code == 422
    assert "Did you mean would_you_recommend_us?" in wrong.content.decode()
    assert form_of(wrong.content.decode())["q-1-o-2-text:en"] == "Other"
    form |= {"q-1-show_when": "would_you_recommend_us <= 6.0"}
    preview = manager.post("/surveys/new/preview/", form)
    assert "Would you recommend us?" in preview.content.decode()
    assert manager.post(there, {**form, "do": "propose"}).status_code == 302
    body = DefinitionVersion.objects.get(kind="survey", key="short").body
    assert [question["key"] for question in body["questions"]] == ["would_you_recommend_us", "what_was_it", "tell_us"]
    assert [option["key"] for option in body["questions"][1]["options"]] == ["price", "time", "other"]
    assert body["questions"][0]["text"]["de"] == "Empfehlen Sie uns?"


def test_a_new_survey_begins_in_the_languages_of_the_organisation(manager: Client) -> None:
    ensure("organisation", "organisation", {"name": "Harbour", "languages": ["de", "en"]})
    form = form_of(manager.get("/surveys/new/").content.decode())
    assert form["languages"] == "de, en"
    form |= {"name": "Kurz", "key": "kurz", "q-0-text:de": "Würden Sie uns größere Fehler melden?"}
    assert manager.post("/surveys/new/", {**form, "do": "propose"}).status_code == 302
    body = DefinitionVersion.objects.get(kind="survey", key="kurz").body
    assert body["questions"][0]["key"] == "wurden_sie_uns_grossere"


def test_a_survey_opened_and_proposed_again_is_the_same(manager: Client) -> None:
    in_force()
    form = form_of(manager.get("/surveys/after_call/build").content.decode())
    assert manager.post("/surveys/after_call/build", {**form, "do": "propose"}).status_code == 302
    one, two = DefinitionVersion.objects.filter(kind="survey", key="after_call").order_by("number")
    assert one.body == two.body


def test_all_that_a_survey_can_ask_goes_through_the_builder(manager: Client) -> None:
    in_force("shop", **INSTRUMENT, anonymous=True, paging="each", progress=False)
    form = form_of(manager.get("/surveys/shop/build").content.decode())
    assert (form["anonymous"], form["progress"]) == ("on", "no")
    form["paging"] = "each"
    assert manager.post("/surveys/shop/build", {**form, "do": "propose"}).status_code == 302
    one, two = DefinitionVersion.objects.filter(kind="survey", key="shop").order_by("number")
    assert one.body == two.body


def test_a_matrix_and_an_order_are_built_with_buttons_and_a_logo_is_sent_along(manager: Client) -> None:
    there = "/surveys/new/"
    form = form_of(manager.get(there).content.decode()) | {"name": "M", "key": "m", "languages": "en"}
    form = pressed(manager, there, form, "add:matrix")
    form = pressed(manager, there, form, "row:1") | {"q-0-text:en": "Likely?"}
    form |= {"q-1-text:en": "How?", "q-1-r-0-text:en": "Speed", "q-1-r-1-text:en": "Care", "q-1-r-2-text:en": "Gone"}
    form |= {"q-1-o-0-text:en": "Bad", "q-1-o-0-score": "1", "q-1-o-1-text:en": "Good", "q-1-o-1-score": "2"}
    form = pressed(manager, there, form, "unrow:1:2")
    form = pressed(manager, there, form, "add:ranking")
    form |= {"q-2-text:en": "Order?", "q-2-o-0-text:en": "One", "q-2-o-1-text:en": "Two"}
    wrong = SimpleUploadedFile("a.png", b"no picture")
    assert "The logo is no picture" in manager.post(there, {**form, "do": "propose", "logo": wrong}).content.decode()
    logo = SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n1234")
    told = manager.post("/surveys/new/preview/", {**form, "look": "2", "logo": logo})
    assert "Order?" in told.content.decode()
    assert "data:image/png" in told.content.decode()
    logo.seek(0)
    assert manager.post(there, {**form, "do": "propose", "logo": logo}).status_code == 302
    body = DefinitionVersion.objects.get(kind="survey", key="m").body
    assert [row["key"] for row in body["questions"][1]["rows"]] == ["speed", "care"]
    assert [option["score"] for option in body["questions"][1]["options"]] == [1, 2]
    assert body["brand"]["logo"].startswith("data:image/png")


def test_lines_and_places_have_their_figures(manager: Client) -> None:
    in_force("shop", **INSTRUMENT)
    for number in range(12):
        key = invite(survey_key="shop", customer_key=f"c_{number}", address="a@example.com")
        token = token_of(settings.SECRET_KEY, key)
        first = {"clean": "7", "parts": ["speed:good", "manner:bad"], "order": ["care:1", "price:2"]}
        assert take([posted(token, **first), posted(token, 2, again="no")])[-1].state == "kept"
    page = manager.get("/surveys/shop/").content.decode()
    assert "Mean place" in page
    assert "How friendly we were" in page
    assert "Somebody who cares" in page


def test_the_api_tells_surveys_invitations_and_responses(manager: Client) -> None:
    in_force()
    answered(2)
    (line,) = manager.get("/api/v1/surveys").json()["items"]
    assert (line["key"], line["invitations"]["answered"], line["response_rate"]["suppressed"]) == (
        "after_call",
        2,
        True,
    )
    assert manager.get("/api/v1/surveys/after_call").json()["in_force"] is True
    assert manager.get("/api/v1/surveys/none").status_code == 404
    one = manager.get("/api/v1/survey-invitations?limit=1").json()
    assert len(one["items"]) == 1
    assert "address" not in one["items"][0]
    two = manager.get(f"/api/v1/survey-invitations?limit=1&cursor={one['next']}").json()
    assert two["next"] is None
    (first, _) = manager.get("/api/v1/responses?survey=after_call").json()["items"]
    assert [answer["words"] for answer in first["answers"]][-1] == "Words of 1"
    assert manager.get(f"/api/v1/responses/{first['key']}").json() == first
    auditor = signed_in("auditor")
    assert auditor.get("/api/v1/responses").status_code == 403


def test_a_draft_that_cannot_be_shown_says_why(manager: Client) -> None:
    told = manager.post("/surveys/new/preview/", {"name": "Short", "languages": "en", "q-0-key": "", "q-0-type": "nps"})
    assert told.status_code == 422
    assert "the words in en are missing" in told.content.decode()
    assert manager.post("/surveys/new/preview/", {"draft": "no json"}).status_code == 422
    assert manager.post("/surveys/new/preview/", {"draft": "[1]"}).status_code == 422


def test_an_odd_address_is_not_found_rather_than_failed(manager: Client) -> None:
    in_force()
    for there in ("/surveys/none/", "/surveys/none/preview", "/surveys/none/build", "/surveys/none/invitations/"):
        assert manager.get(there).status_code == 404, there
    assert manager.get("/surveys/after_call/preview?version=99").status_code == 404
    assert manager.get("/surveys/after_call/preview?version=x&step=zz&language=%00").status_code == 200
    assert manager.get("/surveys/after_call/invitations/?before=99999999999999999999999").status_code == 200
    assert manager.get("/surveys/after_call/invitations/?state=%00").status_code == 200

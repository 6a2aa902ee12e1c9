"""The whole instrument: scales of one's own, matrices, orders and days; answers said again; ends; who goes on later; who stays unknown."""

import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from heed.core.definitions.actions import ensure
from heed.core.definitions.rules import InvalidDefinition, validate
from heed.core.journal.models import JournalEntry
from heed.feedback.surveys.actions.answers import close_idle, take
from heed.feedback.surveys.actions.invitations import invite, note_sent
from heed.feedback.surveys.definition import Survey
from heed.feedback.surveys.models import Answer, Invitation, Response
from heed.feedback.surveys.queries.surveys import asked, funnels
from heed.feedback.surveys.rules.answering import plan_of, standing, submission_of
from heed.feedback.surveys.rules.branding import DARK, LIGHT, contrast, logo_of, policy_with, style_of
from heed.feedback.surveys.rules.links import answer_path, token_of
from heed.feedback.surveys.rules.projections import answers_given
from heed.feedback.surveys.rules.replies import Fault, folded, read_answer
from heed.feedback.surveys.rules.showing import page_of
from tests.feedback.surveys.surveys import INSTRUMENT
from tests.feedback.surveys.test_take import posted

TODAY = date(2026, 11, 22)
FIRST = {
    "clean": "4",
    "day": "2026-05-03",
    "parts": ["speed:good", "manner:bad"],
    "order": ["care:1", "price:2"],
    "liked": ["light", "goods"],
}


def survey(**changes: Any) -> Survey:
    body = validate("survey", {**copy.deepcopy(INSTRUMENT), **changes})
    assert isinstance(body, Survey)
    return body


def with_question(key: str, /, **changes: Any) -> dict[str, Any]:
    body = copy.deepcopy(INSTRUMENT)
    next(question for question in body["questions"] if question["key"] == key).update(changes)
    return body


REFUSED: list[tuple[dict[str, Any], str]] = [
    (with_question("clean", least=3, most=3), "from 2 to 11 points"),
    (with_question("clean", most=40), "from 2 to 11 points"),
    (with_question("clean", most=5.5), "whole number"),
    (with_question("clean", instrument="nps"), "nps goes from 0 to 10"),
    (with_question("parts", rows=[]), "a matrix needs a row"),
    (with_question("parts", rows=[{"key": "a", "text": {"en": "A"}}] * 2), "a is there twice"),
    (with_question("order", rows=[{"key": "a", "text": {"en": "A"}}]), "only a matrix has rows"),
    (with_question("order", most=4), "there are 3 options"),
    (with_question("liked", least=3, most=2), "2 is less than 3"),
    (with_question("day", earliest="2026-02-30"), "2026-02-30 is no day"),
    (with_question("day", latest="2019-12-31"), "is before 2020-01-01"),
    (with_question("why", earliest="today"), "only a date has"),
    (with_question("why", text={"en": "You gave {{ clen }}."}), "unknown name clen"),
    (with_question("clean", text={"en": "{{ why }}"}), "unknown name why"),
    (with_question("why", show_when='parts["sped"] == "bad"'), "sped is no option of parts"),
    (with_question("why", show_when='parts["speed"] == "worse"'), "worse is no option of parts"),
    (with_question("why", show_when='order["price"] == "3"'), "3 is no option of order"),
    (with_question("again", end_when='what_for == "x"'), "what_for"),
    (with_question("again", end_when='again == "nope"'), "nope is no option of again"),
    ({**INSTRUMENT, "brand": {"colour": "red"}}, "colour"),
    ({**INSTRUMENT, "brand": {"logo": "https://elsewhere.example/pixel.gif"}}, "logo"),
    ({**INSTRUMENT, "brand": {"privacy": "javascript:alert(1)"}}, "privacy"),
    (with_question("clean", key="about_topic"), "something else in conditions"),
]


@pytest.mark.parametrize(("body", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_cannot_be_meant_is_refused(body: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        validate("survey", body)
    assert said in refused.value.message


ANSWERS: list[tuple[str, list[str], Any]] = [
    ("clean", ["7"], [("clean", 7.0, "")]),
    ("clean", ["0"], "choose"),
    ("clean", ["8"], "choose"),
    ("day", ["2026-05-03"], [("day", None, "2026-05-03")]),
    ("day", ["3.5.2026"], [("day", None, "2026-05-03")]),
    ("day", ["2026-11-23"], [("day", None, "2026-11-23")]),
    ("day", ["2026-11-24"], "too_late"),
    ("day", ["2019-12-31"], "too_early"),
    ("day", ["2026-02-30"], "not_a_day"),
    ("day", ["soon"], "not_a_day"),
    ("parts", ["speed:good", "manner:bad"], [("parts.speed", 3.0, "good"), ("parts.manner", 1.0, "bad")]),
    ("parts", ["speed:good"], "each_row"),
    ("parts", ["speed:good", "manner:none"], "choose"),
    ("order", ["price:2", "care:1"], [("order", 1.0, "care"), ("order", 2.0, "price")]),
    ("order", ["price:1", "care:1"], "each_place"),
    ("order", ["price:2", "care:3"], "each_place"),
    ("order", ["price:1"], "more_places"),
    ("order", ["price:1", "care:2", "speed:3"], "fewer_places"),
    ("order", ["price:one"], "choose"),
    ("order", [""], []),
    ("liked", ["light", "staff", "goods"], "too_many"),
]


@pytest.mark.parametrize(("key", "typed", "found"), ANSWERS)
def test_answers_are_read_as_what_they_are(key: str, typed: list[str], found: Any) -> None:
    told = read_answer(survey().question(key), typed, TODAY)
    if isinstance(told, Fault):
        assert told.code == found
    else:
        assert [(reply.question, reply.score, reply.choice) for reply in told] == found


def test_fields_of_a_matrix_are_answers_to_one_question() -> None:
    form = {"q_parts.speed": ["good"], "q_parts.manner": ["bad"], "q_clean": ["4"], "step": ["0"]}
    assert submission_of("t", form, datetime.now(UTC)).given == {"parts": ("speed:good", "manner:bad"), "clean": ("4",)}
    assert folded({"parts": ["speed:good"]}) == {"parts": ("speed:good",)}


def test_pages_break_where_words_say_an_answer_again_where_it_may_end_and_where_the_survey_says_so() -> None:
    # why hangs on clean, day and liked; what_for on the end behind again.
    assert plan_of(survey()).steps == ((0, 1, 2, 3, 4), (5, 6), (7,))
    assert [len(step) for step in plan_of(survey(paging="each")).steps] == [1] * 8
    apart = survey(questions=with_question("parts", new_page=True)["questions"])
    assert plan_of(apart).steps[0] == (0, 1)


def test_an_end_asks_nothing_more() -> None:
    plan = plan_of(survey())
    assert standing(plan, {"clean": ["7"], "again": ["no"], "what_for": ["x"]}).shown[-1] == "again"
    assert standing(plan, {"clean": ["7"], "again": ["yes"]}).shown[-1] == "what_for"


def test_conditions_hear_rows_places_days_and_what_it_is_about() -> None:
    when = 'parts["speed"] == "bad" && order["care"] == "1" && day < timestamp("2026-06-01T00:00:00Z") && about_topic == "x"'
    plan = plan_of(survey(questions=with_question("why", show_when=when)["questions"]))
    given = {"day": ["2026-05-03"], "parts": ["speed:bad", "manner:bad"], "order": ["care:1", "price:2"]}
    assert "why" in standing(plan, given, {"topic": "x"}).shown
    assert "why" not in standing(plan, given, {"topic": "y"}).shown
    assert "why" not in standing(plan, given).shown


# With the store


@pytest.fixture
def token(db: None) -> str:
    return invited()


def invited(**changes: Any) -> str:
    ensure("survey", "shop", {**INSTRUMENT, **changes})
    context = {"topic": "a return", "team": "north", "agent_key": "e_1", "interaction_id": "i_1"}
    key = invite(survey_key="shop", customer_key="c_1", address="a@example.com", context=context)
    note_sent(Invitation.objects.get(key=key))
    return token_of(settings.SECRET_KEY, key)


def test_what_was_answered_is_said_again_and_escaped(token: str) -> None:
    assert take([posted(token, **FIRST)])[0].state == "partial"
    page = page_of(asked(token), asked(token).given, "en", 1)
    assert page.questions[0].text == "You gave 4 for May 3, 2026 and liked The light and The goods. Why?"
    assert page.title == "How was a return?"
    other = page_of(asked(token), {**asked(token).given, "day": [], "liked": []}, "en", 1)
    assert other.questions[0].text == "You gave 4 for that day and liked nothing. Why?"
    arabic = page_of(asked(token), asked(token).given, "ar", 1)
    assert arabic.questions[0].text.startswith("أعطيت 4")


def test_words_of_a_customer_said_again_are_never_read_as_braces() -> None:
    questions = with_question("what_for", text={"en": "You wrote: {{ why }}. And?"})["questions"]
    plan = plan_of(survey(questions=questions))
    given = {"clean": ["4"], "why": ["{{ clean }} <b>"], "again": ["yes"]}
    found = page_of(asked_now(plan), given, "en", 2).questions[0].text
    assert found == "You wrote: {{ clean }} <b>. And?"


def asked_now(plan: Any) -> Any:
    from heed.feedback.surveys.rules.answering import Asked

    return Asked("open", plan=plan)


def test_facts_of_every_kind_of_question(token: str) -> None:
    take([posted(token, **FIRST), posted(token, 1, why="So.", again="no", nonce="n1")])
    payload = JournalEntry.objects.get(name="response-received").payload
    rows = {row["answer_id"].partition(":")[2]: row for row in answers_given(payload, None)}
    assert {name: (row["instrument"], row["score"], row["choice"]) for name, row in rows.items()} == {
        "clean": ("rating", 4.0, None),
        "day": ("date", None, "2026-05-03"),
        "parts.speed": ("rating", 3.0, "good"),
        "parts.manner": ("rating", 1.0, "bad"),
        "order:care": ("ranking", 1.0, "care"),
        "order:price": ("ranking", 2.0, "price"),
        "liked:light": ("choice", None, "light"),
        "liked:goods": ("choice", None, "goods"),
        "why": ("text", None, None),
        "again": ("choice", None, "no"),
    }
    assert (rows["clean"]["scale_min"], rows["clean"]["scale_max"]) == (1, 7)
    assert (rows["parts.speed"]["scale_min"], rows["parts.speed"]["scale_max"]) == (1.0, 3.0)
    assert (rows["order:care"]["scale_min"], rows["order:care"]["scale_max"]) == (1, 2)


def test_half_a_matrix_and_half_an_order_are_not_lost(token: str) -> None:
    (taken,) = take([posted(token, move="save", parts=["speed:good"], order=["price:2"], liked=["light"])])
    assert taken.state == "saved"
    assert asked(token).given == {"parts": ["speed:good"], "order": ["price:2"], "liked": ["light"]}


def test_who_saved_goes_on_where_they_stopped_even_after_days(token: str) -> None:
    client = Client()
    take([posted(token, **FIRST)])
    form = {"language": "en", "step": "1", "move": "save", "q_why": "Half a thought"}
    saved = client.post(answer_path(token), form, follow=True)
    assert "Your answers are kept" in saved.content.decode()
    assert Response.objects.get().saved_at is not None
    Response.objects.update(touched_at=timezone.now() - timedelta(days=3))
    assert close_idle() == 0
    back = client.get(answer_path(token)).content.decode()
    assert "Half a thought" in back
    assert 'name="step" value="1"' in back
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert close_idle() == 1
    assert Response.objects.get().state == "partial"


def test_an_anonymous_answer_is_told_by_nothing(db: None) -> None:
    token = invited(anonymous=True)
    assert "Your answers are anonymous" in Client().get(answer_path(token)).content.decode()
    take([posted(token, **FIRST)])
    last = posted(token, 1, why="So.", again="no", nonce="n1")
    assert take([last])[0].state == "kept"
    assert take([last])[0].state == "kept"
    assert take([posted(token, 1, again="no", nonce="n2")])[0].state == "answered"
    row = Response.objects.get()
    assert (row.invitation_id, row.customer_key, row.nonce) == (None, "", "")
    assert row.context == {"topic": "a return", "team": "north"}
    payload = JournalEntry.objects.get(name="response-received").payload
    assert (payload["customer"], payload["invitation"], payload["invited_at"]) == ("", "", "")
    assert "c_1" not in str(payload)
    assert "e_1" not in str(payload)
    assert Invitation.objects.get().state == "answered"
    assert Answer.objects.filter(response=row).count() == 10


class Everywhere:
    """Whoever may see all figures."""

    def demand(self, permission: str) -> None: ...

    def holds_everywhere(self, permission: str) -> bool:
        return True


def test_anonymous_answers_count_among_those_sent(db: None) -> None:
    token = invited(anonymous=True)
    take([posted(token, **FIRST), posted(token, 1, again="no")])
    half = invited(anonymous=True)
    take([posted(half, **FIRST)])
    Response.objects.filter(answered_at=None).update(touched_at=timezone.now() - timedelta(days=3))
    assert close_idle() == 1
    found = funnels(Everywhere())["shop"]  # type: ignore[arg-type]
    assert (found.sent, found.started, found.answered) == (2, 2, 1)
    assert not Response.objects.exclude(invitation=None).exists()


# Brand


def test_every_colour_can_be_read_on_light_and_on_dark() -> None:
    for number in range(0, 1 << 24, 40_009):
        style = style_of(f"#{number:06x}")
        shades = dict(part.split(":") for part in style.removeprefix(":root{").removesuffix(";}").split(";"))
        light, dark = shades["--accent"].removeprefix("light-dark(").removesuffix(")").split(",")
        inks = shades["--accent-ink"].removeprefix("light-dark(").removesuffix(")").split(",")
        for shade, papers, ink in ((light, LIGHT, inks[0]), (dark, DARK, inks[1])):
            assert min(contrast(read(shade), paper) for paper in papers) >= 4.5, number
            assert contrast(read(shade), read(ink)) >= 4.5, number


def read(shade: str) -> tuple[float, float, float]:
    return int(shade[1:3], 16), int(shade[3:5], 16), int(shade[5:], 16)


def test_a_page_with_a_brand_lets_its_own_style_in_and_no_other(token: str) -> None:
    told = Client().get(answer_path(token))
    assert "'sha256-" in told["Content-Security-Policy"]
    assert "script-src" not in told["Content-Security-Policy"]
    assert "<style>:root{--accent:" in told.content.decode()
    assert policy_with("style-src 'self'", "") == "style-src 'self'"


def test_a_logo_is_a_picture_of_a_size_that_mails_and_phones_take() -> None:
    from heed.core.errors.rules import Invalid

    assert logo_of(b"\x89PNG\r\n\x1a\n" + b"0" * 9).startswith("data:image/png;base64,")
    assert logo_of(b'<?xml version="1.0"?><svg/>').startswith("data:image/svg+xml;base64,")
    for wrong in (b"<html>", b"", b"\x89PNG\r\n\x1a\n" + b"0" * 60_000):
        with pytest.raises(Invalid):
            logo_of(wrong)

"""A survey is checked when it is proposed: what cannot be meant is refused, with what was probably meant."""

import copy
from typing import Any

import pytest

from heed.core.definitions.rules import InvalidDefinition, validate
from heed.feedback.surveys.definition import Survey
from heed.feedback.surveys.language import _read, chosen, direction, own_languages, told, words
from heed.feedback.surveys.rules.answering import plan_of, standing
from heed.feedback.surveys.rules.replies import read_answer
from tests.feedback.surveys.surveys import RELATION


def changed(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(RELATION), **changes}


def with_question(place: int, **changes: Any) -> dict[str, Any]:
    body = changed()
    body["questions"][place] |= changes
    return body


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("a misspelt question", with_question(1, show_when="likley <= 6.0"), "likley", "Did you mean likely?"),
    ("a later question", with_question(1, show_when='more == "x"'), "more", "move it up"),
    ("itself", with_question(1, show_when="has_reasons"), "has_reasons", "move it up"),
    ("a misspelt option", with_question(2, show_when='"prise" in reasons'), "prise", "Did you mean price?"),
    ("a text for a score", with_question(1, show_when='likely == "6"'), "number and text", "numbers do not"),
    ("no words in the first language", with_question(0, text={"de": "Wie?"}), "en", "first"),
    ("words in a language that is none of it", with_question(0, text={"en": "How?", "fr": "?"}), "fr", ""),
    ("the same key twice", with_question(2, key="likely"), "likely", "key of its own"),
    ("a word of conditions", with_question(2, key="in"), "in", "in_asked"),
    ("options of a score", with_question(0, options=[{"key": "a", "text": {"en": "A"}}] * 2), "options", "choice"),
    ("one option alone", with_question(1, options=[{"key": "a", "text": {"en": "A"}}]), "two options", ""),
    ("an instrument of another type", with_question(0, instrument="csat"), "csat", "nps"),
    ("a least of a text", with_question(2, least=3), "no least and no most", ""),
    ("a language twice", changed(languages=["en", "en", "de", "ar"]), "en is there twice", ""),
]


@pytest.mark.parametrize(("body", "said", "hint"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_be_meant_is_refused(body: dict[str, Any], said: str, hint: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        validate("survey", body)
    assert said in refused.value.message
    assert hint in refused.value.hint
    assert refused.value.at


def test_a_step_ends_where_a_question_hangs_on_it() -> None:
    body = validate("survey", RELATION)
    assert isinstance(body, Survey)
    assert plan_of(body).steps == ((0,), (1, 2))
    chain = with_question(2, show_when='"price" in reasons')
    deeper = validate("survey", chain)
    assert isinstance(deeper, Survey)
    assert plan_of(deeper).steps == ((0,), (1,), (2,))


@pytest.mark.parametrize(
    ("likely", "shown"), [("6", ["likely", "reasons", "more"]), ("7", ["likely", "more"]), ("", ["likely", "more"])]
)
def test_what_is_not_asked_is_not_answered(likely: str, shown: list[str]) -> None:
    body = validate("survey", RELATION)
    assert isinstance(body, Survey)
    found = standing(plan_of(body), {"likely": [likely], "reasons": ["wait"], "more": ["x"]})
    assert list(found.shown) == shown
    assert ("reasons" in found.replies) == ("reasons" in shown)


@pytest.mark.parametrize(
    ("typed", "score"), [("2", 2.0), ("1,5", 1.5), ("1.5", 1.5), (" 3 ", 3.0), ("٣", 3.0), ("1\u00a0000", 1000.0)]
)
def test_numbers_are_read_as_people_write_them(typed: str, score: float) -> None:
    question = validate("survey", with_question(2, type="number")).questions[2]  # type: ignore[attr-defined]
    (reply,) = read_answer(question, [typed])  # type: ignore[misc]
    assert reply.score == score


@pytest.mark.parametrize(
    ("place", "typed", "code"),
    [
        (0, "11", "choose"),
        (0, "-1", "choose"),
        (0, "5.5", "choose"),
        (1, "none", "choose"),
        (2, "x" * 10_001, "too_long"),
    ],
)
def test_what_cannot_be_an_answer_has_its_fault(place: int, typed: str, code: str) -> None:
    body = validate("survey", RELATION)
    assert isinstance(body, Survey)
    assert read_answer(body.questions[place], [typed]).code == code  # type: ignore[union-attr]


@pytest.mark.parametrize("typed", ["nan", "inf", "ten", "1.2.3"])
def test_what_is_no_number_has_its_fault(typed: str) -> None:
    question = validate("survey", with_question(2, type="number", most=9)).questions[2]  # type: ignore[attr-defined]
    assert read_answer(question, [typed]).code in ("not_a_number", "too_large")  # type: ignore[union-attr]


def test_languages_fall_back_to_their_family_and_then_to_the_first() -> None:
    assert chosen(("en", "de", "pt-BR"), "de-AT") == "de"
    assert chosen(("en", "de", "pt-BR"), "pt") == "pt-BR"
    assert chosen(("en", "de"), "xx") == "en"
    assert told({"en": "Yes"}, ("en", "de"), "de") == "Yes"
    assert words("de-CH")["next"] == "Weiter"
    assert (direction("ar"), direction("he"), direction("de"), direction("xx")) == ("rtl", "rtl", "ltr", "ltr")


def test_heeds_own_words_are_complete_in_each_language() -> None:
    whole = _read("en")
    for language in own_languages():
        assert list(_read(language)) == list(whole), language
        assert all(_read(language).values()), language

"""Surveys of other systems read and written: what carries over does so whole, and what does not is told."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heed.core.errors.rules import Invalid
from heed.feedback.surveys.definition import Question, Survey, shown_when
from heed.feedback.surveys.rules.exchanging.fitting import said
from heed.feedback.surveys.rules.exchanging.forms import form_of, read_file, write_as
from heed.feedback.surveys.rules.exchanging.logic import NotCarried, written
from heed.feedback.surveys.rules.exchanging.report import FORMATS, Carried

FILES = Path(__file__).parent / "files"
EVERY: dict[str, Any] = {
    "name": "After a visit",
    "languages": ["en", "de"],
    "title": {"en": "After a visit", "de": "Nach einem Besuch"},
    "introduction": {"en": "Three minutes.", "de": "Drei Minuten."},
    "thanks": {"en": "Thank you.", "de": "Danke."},
    "questions": [
        {
            "key": "likely",
            "type": "nps",
            "required": True,
            "text": {"en": "Would you recommend us?", "de": "Empfehlen Sie uns?"},
        },
        {"key": "stars", "type": "rating", "text": {"en": "How many stars?"}, "least": 1, "most": 7},
        {
            "key": "why",
            "type": "choices",
            "text": {"en": "You said {{ likely }}. What went wrong?", "de": "Was lief schief?"},
            "show_when": "likely <= 6.0 || stars == 1.0",
            "options": [
                {"key": "wait", "text": {"en": "The wait", "de": "Die Wartezeit"}},
                {"key": "price", "text": {"en": "The price", "de": "Der Preis"}},
            ],
        },
        {
            "key": "solved",
            "type": "choice",
            "text": {"en": "Was it solved?"},
            "show_when": '"price" in why && likely != 10.0',
            "options": [{"key": "yes", "text": {"en": "Yes"}}, {"key": "no", "text": {"en": "No"}}],
        },
        {
            "key": "service",
            "type": "matrix",
            "new_page": True,
            "text": {"en": "How was…"},
            "rows": [{"key": "speed", "text": {"en": "the speed"}}, {"key": "staff", "text": {"en": "the staff"}}],
            "options": [{"key": "bad", "text": {"en": "bad"}}, {"key": "good", "text": {"en": "good"}}],
        },
        {
            "key": "order",
            "type": "ranking",
            "text": {"en": "What counts?"},
            "show_when": 'service["speed"] == "bad"',
            "options": [{"key": "p", "text": {"en": "Price"}}, {"key": "s", "text": {"en": "Speed"}}],
        },
        {"key": "visits", "type": "number", "text": {"en": "Visits"}, "least": 0, "most": 99},
        {"key": "day", "type": "date", "text": {"en": "Which day?"}},
        {
            "key": "more",
            "type": "text",
            "text": {"en": "Anything else?"},
            "show_when": '(!has_solved || solved != "yes")',
        },
    ],
}


def survey_of(**changes: Any) -> Survey:
    body = Survey.model_validate({**EVERY, **changes})
    body.check()
    return body


def carried(name: str) -> tuple[Survey, Carried]:
    found = read_file((FILES / name).read_bytes())
    survey = Survey.model_validate(found.body)
    survey.check()
    return survey, found


def told(found: Carried) -> set[tuple[str, str]]:
    return {(loss.at, loss.what) for loss in found.losses}


def test_a_qualtrics_file_is_read_with_its_logic_and_what_is_lost_is_told() -> None:
    survey, found = carried("visit.qsf")
    types = {question.key: question.type for question in survey.questions}
    assert types == {
        "nps": "nps",
        "reasons": "choices",
        "reasons_4_text": "text",
        "solved": "choice",
        "q5": "text",
        "more": "text",
        "service": "matrix",
        "rank": "ranking",
        "visits": "number",
        "satisfied": "rating",
        "day": "date",
        "hall": "text",
    }
    assert survey.languages == ("en", "de")
    assert survey.question("reasons").options[1].text["de"] == "Der Preis"
    assert survey.question("reasons").show_when == "nps <= 6.0 || nps == 7.0"
    # Skipped from `solved` to `more` on no, so what lies between is shown where it is not no.
    assert survey.question("q5").show_when == '(!has_solved || solved != "no")'
    # The branch behind the block that leads to the end of the survey ends it after its last question.
    assert survey.question("more").end_when == 'solved == "none"'
    assert survey.question("more").text["en"] == "You said {{ solved }}, . Tell us more."
    assert [option.score for option in survey.question("solved").options] == [1, 0, -9]
    assert survey.question("service").new_page and survey.question("solved").new_page
    assert {
        ("FL_4", "embedded data"),
        ("Heat", "a question of type HeatMap/Image"),
        ("Hall", "a condition (logic by EmbeddedField)"),
        ("Old", "a question that is not asked"),
        ("Solved", "a script"),
        ("More", "${m://FirstName} in the words"),
        ("Reasons", "an answer with a field to type in"),
        ("Service", "an order by chance"),
        ("", "a header or a footer"),
        ("intro", "markup (strong)"),
    } == told(found)


def test_a_limesurvey_file_is_read_with_its_relevance_and_what_is_lost_is_told() -> None:
    survey, found = carried("visit.lss")
    assert survey.question("reasons").show_when == "nps <= 6.0"
    assert survey.question("more").show_when == 'has_nps && ("price" in reasons || nps > 8.0)'
    assert survey.question("rank").show_when == '(!has_nps || nps != 10.0) && service["speed"] == "a1"'
    assert [option.score for option in survey.question("service").options] == [1, 2, 3]
    assert survey.question("day").earliest == "2024-01-01"
    assert survey.question("sat").points == (1, 5)
    assert survey.thanks["de"] == "Danke!"
    assert {
        ("NOTE", "a text to read"),
        ("FILE", "files to hand in"),
        ("NAMES", "several fields in one question"),
    } < told(found)
    assert ("ROOM", "the condition count(that.REASONS.NAOK) > 1 (count())") in told(found)
    assert ("MORE", "{TOKEN:FIRSTNAME} in the words") in told(found)


def test_a_surveyjs_file_is_read_with_its_panels_and_what_is_lost_is_told() -> None:
    survey, found = carried("visit.json")
    assert survey.question("nps_score").type == "nps"
    assert survey.question("again").show_when == (
        'nps_score >= 9.0 && has_praise && (!has_disappointed || !("price" in disappointed))'
    )
    assert survey.question("order").show_when == 'service["speed"] == "1"'
    assert survey.question("last").latest == "today"
    assert {
        ("", "triggers"),
        ("signed", "a question of type signaturepad"),
        ("age", "the setting choicesByUrl"),
    } < told(found)
    assert ("end", "the condition countInArray({service}) > 1 (countInArray())") in told(found)


def shown_to(survey: Survey, question: Question) -> list[bool]:
    """Who is shown a question, over people who answered in every way or not at all."""
    if not question.show_when:
        return []
    condition = shown_when(question, survey.questions[: survey.questions.index(question)])
    answers = product(
        *([None, 0.0, 6.0, 10.0], [None, 1.0, 5.0], [None, {"wait": "1"}, {"price": "1"}], [None, "yes", "no"]),
        [None, {"speed": "bad"}, {"speed": "good", "staff": "bad"}],
    )
    names = ("likely", "stars", "why", "solved", "service")
    return [condition.holds(dict(zip(names, given, strict=True))) for given in answers]


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_written_comes_back_and_the_rest_was_told(form: str) -> None:
    """Each difference after the way there and back was told when it was written."""
    survey = survey_of()
    there = write_as(survey, form)
    assert form_of(there.text.encode()) == form
    back = read_file(there.text.encode())
    again = Survey.model_validate(back.body)
    again.check()
    assert not back.losses
    expected = {
        "surveyjs": set(),
        "lss": set(),
        "qsf": {"the heading in other languages", "the words after the last answer in other languages"},
    }
    assert {loss.what for loss in there.losses} == expected[form]
    for question in survey.questions:
        other = again.question(question.key)
        assert other.model_copy(update={"show_when": ""}) == question.model_copy(update={"show_when": ""})
        assert shown_to(again, other) == shown_to(survey, question), question.key
    assert again.introduction == survey.introduction
    assert again.languages == survey.languages


@pytest.mark.parametrize("form", FORMATS)
def test_what_only_heed_has_is_told(form: str) -> None:
    questions = [
        {**EVERY["questions"][0], "type": "csat"},
        {"key": "long_key", "type": "text", "text": {"en": "?"}, "show_when": "likely > 2.0 && size(about_region) > 2"},
    ]
    losses = write_as(survey_of(questions=questions, purpose="To learn.", subject={"en": "How was it?"}), form).losses
    what = {loss.what for loss in losses}
    assert {"the purpose", "the mail that invites", "that it counts as csat"} < what
    assert any("size(about_region)" in each for each in what)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unknown_format"),
        (b"\xff\xfe\x00", "unknown_format"),
        (b"{", "unreadable_file"),
        (b'{"pages": []}', "nothing_to_import"),
        (b'{"SurveyElements": 3}', "unreadable_file"),
        (b"<document/>", "unreadable_file"),
        (b'<!DOCTYPE d [<!ENTITY a "b">]><document>&a;</document>', "unreadable_file"),
        (b"<document><LimeSurveyDocType>Survey</LimeSurveyDocType></document>", "nothing_to_import"),
        (b"[" * 100_000, "unknown_format"),
        (b'{"pages":' * 60_000, "unreadable_file"),
    ],
)
def test_what_is_no_survey_is_refused_with_what_to_do(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_file(content)
    assert refused.value.code == code
    assert refused.value.hint


KINDS = [
    "rating",
    "radiogroup",
    "checkbox",
    "matrix",
    "ranking",
    "text",
    "boolean",
    "panel",
    "multipletext",
    "slider",
    "x",
    None,
    3,
]
NAMES = ["a", "A b", "1", "", "if", "{", "\x00", "ü" * 90, None, 7]
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 99), st.sampled_from(["a", "{a} > 2", "<b>x</b>{{a}}", "2"]), st.floats()
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "text", "de", "default"]), inner, max_size=3)
    ),
    max_leaves=6,
)
ELEMENT = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS), "name": st.sampled_from(NAMES)},
    optional=dict.fromkeys(
        ("title", "choices", "columns", "rows", "rateMin", "rateMax", "rateValues", "visibleIf", "items", "elements"),
        VALUES,
    ),
)


@settings(max_examples=25, deadline=None)
@given(
    st.fixed_dictionaries(
        {"pages": st.lists(st.fixed_dictionaries({"elements": st.lists(ELEMENT, max_size=5)}), max_size=3)}
    )
)
def test_any_json_is_a_survey_or_refused(body: dict[str, Any]) -> None:
    try:
        found = read_file(json.dumps(body).encode())
    except Invalid:
        return
    Survey.model_validate(found.body).check()


PARTS = ["SQ", "BL", "FL", "SO"]
TREE = st.recursive(
    st.one_of(
        st.none(),
        st.integers(-1, 12),
        st.sampled_from(
            ["QID1", "q://QID1/SelectableChoice/1", "MC", "TE", "SAVR", "NPS", "Matrix", "Likert", "Selected", "BL_1"]
        ),
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "0",
                    "1",
                    "Type",
                    "ID",
                    "BlockElements",
                    "QuestionID",
                    "QuestionType",
                    "Selector",
                    "Choices",
                    "Answers",
                    "Display",
                    "DisplayLogic",
                    "Language",
                    "Flow",
                    "Validation",
                    "Settings",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=14,
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"Element": st.sampled_from(PARTS), "PrimaryAttribute": st.just("QID1"), "Payload": TREE}
        ),
        max_size=6,
    )
)
def test_any_qsf_is_a_survey_or_refused(elements: list[Any]) -> None:
    try:
        found = read_file(json.dumps({"SurveyElements": elements}).encode(), "qsf")
    except Invalid:
        return
    Survey.model_validate(found.body).check()


@pytest.mark.parametrize(
    "condition",
    [
        "likely <= 6.0 || stars == 1.0",
        '"price" in why && likely != 10.0',
        '(!has_solved || solved != "yes")',
        'service["speed"] == "bad" && !has_why',
        "has_likely && (stars > 2.0 || likely > 8.0)",
    ],
)
def test_a_condition_that_was_read_says_the_same(condition: str) -> None:
    rows = [question.model_dump(mode="json") for question in survey_of().questions]
    assert written(said(condition, rows)) == condition


def test_a_condition_that_says_more_is_refused_in_words() -> None:
    rows = [question.model_dump(mode="json") for question in survey_of().questions]
    with pytest.raises(NotCarried, match="about_region"):
        said('about_region == "north"', rows)

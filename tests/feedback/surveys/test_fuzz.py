"""Whatever is sent as an answer or as a survey: nothing fails, nothing is stored half, and what is stored can be read again.

By hand from a seed rather than by hypothesis, so that 10,000 take a minute.
"""

import copy
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from heed.core.definitions.rules import validate
from heed.core.errors.rules import HeedError
from heed.core.journal.models import JournalEntry
from heed.feedback.surveys.actions.answers import take
from heed.feedback.surveys.actions.invitations import invite
from heed.feedback.surveys.definition import Survey, question_of
from heed.feedback.surveys.models import Answer, Invitation, Response
from heed.feedback.surveys.queries.surveys import answer_html, plan_of_version
from heed.feedback.surveys.rules.answering import Asked, judge, plan_of, standing, submission_of
from heed.feedback.surveys.rules.links import answer_path, token_of
from heed.feedback.surveys.rules.replies import Fault, read_answer, typed_as
from heed.feedback.surveys.rules.showing import page_of
from tests.feedback.surveys.surveys import INSTRUMENT, RELATION, in_force

FORM = "application/x-www-form-urlencoded"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOSTILE = [
    *("", " ", "\0", "\ud800", "0", "-1", "11", "1e309", "-1e999", "nan", "inf", "٣", "1_0", "9" * 400, "0x1", "１"),
    *("2026-02-30", "0001-01-01", "9999-12-31", "99999-01-01", "31.12.9999", "today", "2026-13-01"),
    *(":", "a:b:c", "speed:", ":good", "speed:good:good", "price:-1", "price:0", "price:99999", "price:1.5"),
    *(
        "<script>alert(1)</script>",
        "{{ clean }}",
        "{{",
        "' OR 1=1 --",
        "\u202e\u2066",
        "🙂" * 50,
        "x" * 20_000,
        "\r\n" * 9,
    ),
]
FIELDS = [
    "step",
    "started",
    "language",
    "move",
    "nonce",
    "q_",
    "q_none",
    "q_parts.",
    "q_parts.none",
    "q_.",
    "q_parts.speed.x",
]
MOVES = ["next", "next", "next", "back", "save", "keep", "language:ar", "language:xx", "language:", "submit", "\0", ""]
GOOD = {
    "clean": ["4", "7"],
    "day": ["2026-05-03", "3.5.2026"],
    "parts": ["speed:good", "manner:bad"],
    "order": ["price:1", "care:2"],
    "liked": ["light", "goods"],
    "why": ["So."],
    "again": ["no", "yes"],
    "what_for": ["That."],
    "likely": ["3", "10"],
    "reasons": ["wait", "price"],
    "more": ["Words."],
}


def forms(seed: int) -> Iterator[dict[str, list[str]]]:
    """Posts of odd senders, without end: right answers, wrong ones and nonsense side by side."""
    draw = random.Random(seed)
    while True:
        form = {"step": [str(draw.randrange(4))], "move": [draw.choice(MOVES)], "nonce": [f"n{draw.randrange(9)}"]}
        for key in draw.sample(list(GOOD), draw.randrange(len(GOOD) + 1)):
            good = GOOD[key] if key in ("parts", "order", "liked") else [draw.choice(GOOD[key])]
            odd = [draw.choice(HOSTILE) for _ in range(draw.randrange(1, 4))]
            form[f"q_{key}"] = good if draw.random() < 0.7 else draw.choice([odd, good + odd, good[:1]])
        for name in draw.sample(FIELDS, draw.randrange(3)):
            form[name] = [draw.choice(HOSTILE)]
        yield form


def check_store() -> None:
    """Ended is ended in every table, told once, and made of answers that can be given; the rest can be gone on with."""
    ended = list(Response.objects.exclude(answered_at=None).prefetch_related("answers"))
    assert JournalEntry.objects.filter(name="response-received").count() == len(ended)
    assert Invitation.objects.filter(state="answered").count() == len(ended)
    for row in ended:
        assert row.state == "complete"
        plan = plan_of_version(row.survey_key, row.survey_version)
        given: dict[str, list[str]] = {}
        for answer in row.answers.all():
            question = plan.survey.question(question_of(answer.question_key))
            given.setdefault(question.key, []).append(typed_as(question, answer))
        found = standing(plan, given, row.context)
        assert not found.faults
        assert set(given) <= set(found.shown)
    assert not any("\0" in words for words in Answer.objects.values_list("words", flat=True))


def sent(many: int, by_http: int, seed: int) -> None:
    in_force("shop", **INSTRUMENT)
    in_force("anonymous", **INSTRUMENT, anonymous=True, paging="each")
    in_force()
    keys = [
        invite(survey_key=survey, customer_key=f"c_{number}", address="a@example.com")
        for survey in ("shop", "anonymous", "after_call")
        for number in range(max(many // 12, 4))
    ]
    tokens = [token_of(settings.SECRET_KEY, key) for key in keys] + ["none", "\0", "x" * 500]
    draw, posts = random.Random(seed), forms(seed)
    done = 0
    while done < many:
        batch = [submission_of(draw.choice(tokens), next(posts), NOW) for _ in range(draw.randrange(1, 80))]
        states = {taken.state for taken in take(batch)}
        assert states <= {"kept", "partial", "saved", "invalid", "answered", "unknown"}
        done += len(batch)
    check_store()
    client = Client()
    for _ in range(by_http):
        body = urlencode(next(posts), doseq=True, errors="surrogatepass")
        told = client.post(answer_path(draw.choice(tokens[:-2])), body, content_type=FORM, follow=True)
        assert told.status_code in (200, 404, 422)
    check_store()


@pytest.mark.django_db
def test_odd_posts_fail_nothing_and_store_nothing_half(caplog: pytest.LogCaptureFixture) -> None:
    sent(240, 40, seed=1)
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.prove
@pytest.mark.django_db
def test_ten_thousand_odd_posts_fail_nothing_and_store_nothing_half(caplog: pytest.LogCaptureFixture) -> None:
    sent(9_500, 500, seed=2)
    assert not [record for record in caplog.records if record.exc_info]


ODD: list[Any] = [
    *(
        None,
        True,
        -1,
        0,
        1e308,
        float("nan"),
        float("inf"),
        10**30,
        "",
        " ",
        "\0",
        "x" * 5000,
        [],
        {},
        [[]],
        {"en": None},
    ),
    *(
        "{{ clean }}",
        "{{ }}",
        "{{ 1 / 0 }}",
        "{{",
        'likely == "x"',
        "clean <",
        "today",
        "today-9999",
        "9999-12-31",
        "#12345g",
    ),
    *(
        "matrix",
        "ranking",
        "rating",
        "date",
        "text",
        {"en": "{{ parts }} {{ order | none }}", "ar": ""},
        ["en", "en"],
        2.5,
    ),
]


def mutated(draw: random.Random) -> Any:
    """A survey with one or two of its parts replaced, left out or doubled."""
    body = copy.deepcopy(draw.choice([INSTRUMENT, RELATION]))
    for _ in range(draw.randrange(1, 3)):
        part: Any = body
        while True:
            names = list(part) if isinstance(part, dict) else list(range(len(part)))
            if not names:
                break
            name = draw.choice(names)
            if isinstance(part[name], dict | list) and draw.random() < 0.8:
                part = part[name]
                continue
            match draw.randrange(4):
                case 0:
                    del part[name]
                case 1 if isinstance(part, list):
                    part.append(copy.deepcopy(part[name]))
                case 2 if isinstance(part, dict):
                    part[draw.choice(["least", "most", "earliest", "rows", "options", "end_when", "type", "odd"])] = (
                        draw.choice(ODD)
                    )
                case _:
                    part[name] = draw.choice(ODD)
            break
    return body


def read(many: int, seed: int) -> int:
    """Check so many surveys, and draw and judge whatever is taken; how many were."""
    draw, posts, taken = random.Random(seed), forms(seed), 0
    for _ in range(many):
        try:
            survey = validate("survey", mutated(draw))
        except HeedError as refusal:
            assert refusal.message
            continue
        assert isinstance(survey, Survey)
        taken += 1
        plan = plan_of(survey)
        asked = Asked("open", plan=plan, about={"topic": "x"})
        judged = judge(plan, {}, submission_of("t", next(posts), NOW), {"topic": "x"})
        for step in range(len(plan.steps)):
            page = page_of(asked, judged.given, draw.choice(survey.languages), step, errors=judged.standing.faults)
        answer_html("t", page)
        for question in survey.questions:
            assert isinstance(read_answer(question, [draw.choice(HOSTILE)], NOW.date()), Fault | tuple)
    return taken


def test_odd_surveys_are_refused_with_words_or_can_be_asked() -> None:
    assert read(80, seed=3) > 5


@pytest.mark.prove
def test_thousands_of_odd_surveys_are_refused_with_words_or_can_be_asked() -> None:
    assert read(2_000, seed=4) > 200

"""Whatever is sent as a survey through the API or the builder's form: never a fault of the server, nothing kept that was refused,
and what was kept reads back as it was sent and can be answered.
"""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from heed.core.definitions.actions import ensure
from heed.core.definitions.models import DefinitionVersion
from heed.core.definitions.rules import canonical, validate
from heed.core.journal.models import JournalEntry
from heed.feedback.surveys.actions.invitations import invite
from heed.feedback.surveys.definition import Survey
from heed.feedback.surveys.queries.surveys import answer_html
from heed.feedback.surveys.rules.answering import Asked, plan_of
from heed.feedback.surveys.rules.links import answer_path, token_of
from heed.feedback.surveys.rules.showing import page_of
from tests.feedback.surveys.surveys import INSTRUMENT, RELATION
from tests.feedback.surveys.test_exchanging import EVERY
from tests.feedback.surveys.test_pages import signed_in

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
BODIES: list[dict[str, Any]] = [RELATION, INSTRUMENT, EVERY]
CONDITIONS = [
    *("likely <= ", "likely == 'x'", "1 / 0 == 1", "likely / 0.0 > 1.0", "likely % 0 == 1", "9" * 400 + " > likely"),
    *("more.matches('(a+)+$')", "more.matches('[')", "more.contains(more.contains('x'))", "likely in [1, 'a', null]"),
    *("!" * 2000 + "true", "(" * 3000 + ")" * 3000, " && ".join(["likely > 1.0"] * 900), "[" * 900 + "]" * 900),
    *("likely ? likely : likely", "size(reasons) > 1", "reasons.exists(x, x == 'wait')", "has(reasons.wait)"),
    *(
        "__import__('os')",
        "timestamp('x') > day",
        "duration('99999999999999h') > 1",
        "why == why.why",
        "likely == likely",
    ),
    *(
        '"wait" in reasons',
        "has_more && more != ''",
        "about_topic == 'x'",
        "more > 'a'",
        "nobody == 1.0",
        "9223372036854775808 > 1",
    ),
]
PIPES = [
    *(
        "{{",
        "}}",
        "{{ }}",
        "{{ likely }}",
        "{{ likely | }}",
        "{{ likely | {{ more }} }}",
        "{{ nobody | x }}",
        "{{{{ likely }}}}",
    ),
    *(
        "{{ likely | <script>alert(1)</script> }}",
        "{{ more | '\"><img src=x onerror=alert(1)> }}",
        "{% debug %}",
        "{{ likely|safe }}",
    ),
    *(
        "{{ " * 500,
        "{{ likely }}" * 300,
        "{{ __class__ }}",
        "{{ about_topic }}",
        "{{ 1 + 1 }}",
        "{{ reasons }} {{ service | none }}",
    ),
]
WORDS = [
    *(
        "",
        " ",
        "\0",
        "a\0b",
        "\ud800",
        "\udfff x",
        "\ud83d",
        "\u202e\u2066\u200f",
        "\ufeff",
        "\ufffe\uffff",
        "\x1b[31m",
        "\r\n" * 50,
    ),
    *(
        "x" * 4000,
        "x" * 4001,
        "ü" * 2500,
        "🙂" * 3000,
        "<b>" * 500,
        "a\u0301" * 900,
        "'; DROP TABLE x; --",
        "%s %(a)s {0} {a}",
    ),
    *(
        "nan",
        "inf",
        "-0",
        "1e400",
        "0x10",
        "٣",
        "1_000",
        "today",
        "today-99999",
        "0000-00-00",
        "9999-12-31",
        "2026-02-30",
    ),
    *(
        "en",
        "xx",
        "EN",
        "en-GB",
        "e" * 30,
        "de-x" * 9,
        "#12345g",
        "#0d5f7d",
        "javascript:alert(1)",
        'https://a.example/"onload',
    ),
    *(
        "nps",
        "matrix",
        "ranking",
        "choices",
        "text",
        "date",
        "number",
        "rating",
        "csat",
        "resolved",
        "likely",
        "true",
        "map",
        "has_x",
    ),
]
VALUES: list[Any] = [
    *CONDITIONS,
    *PIPES,
    *WORDS,
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        2.5,
        11,
        101,
        10**30,
        -(10**400),
        1e308,
        5e-324,
        float("nan"),
        float("inf"),
        float("-inf"),
    ),
    *(
        [],
        {},
        [[]],
        [None],
        {"": ""},
        {"en": None},
        {"en": {}},
        {"xx": "x"},
        {"en": "x", "xx": "y"},
        ["en", "en"],
        ["en", "zz"],
    ),
    [{"key": f"o{n}", "text": {"en": f"O {n}"}} for n in range(500)],
    [{"key": "same", "text": {"en": "Same"}}] * 3,
    {"en": "x" * 100_000},
    "y" * 1_000_000,
]
MATRIX = {
    "key": "wide",
    "type": "matrix",
    "text": {"en": "All of it"},
    "options": [{"key": f"o{n}", "text": {"en": f"O{n}"}} for n in range(500)],
    "rows": [{"key": f"r{n}", "text": {"en": f"R{n}"}} for n in range(500)],
}
FIELDS = [
    "show_when",
    "end_when",
    "least",
    "most",
    "earliest",
    "latest",
    "instrument",
    "options",
    "rows",
    "type",
    "help",
    "odd",
]
CHANGES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 9), st.integers(0, 10**6)), min_size=1, max_size=3)
CASE = st.tuples(st.integers(0, len(BODIES) - 1), CHANGES)


def places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a body, outermost first."""
    for name in list(body) if isinstance(body, dict) else range(len(body)):
        yield (*path, name)
        if isinstance(body[name], dict | list):
            yield from places(body[name], (*path, name))


def changed(base: int, changes: list[tuple[int, int, int]]) -> dict[str, Any]:
    """A survey with some of its parts replaced, left out, doubled, moved or added to."""
    body = copy.deepcopy(BODIES[base])
    for where, how, what in changes:
        found = list(places(body))
        path = found[where % len(found)] if found else ("name",)
        part: Any = body
        for step in path[:-1]:
            part = part[step]
        last, value = path[-1], copy.deepcopy(VALUES[what % len(VALUES)])
        questions = (
            [one for one in body.get("questions", []) if isinstance(one, dict)]
            if isinstance(body.get("questions"), list)
            else []
        )
        if how == 0:
            del part[last]
        elif how == 1 and isinstance(part, list):
            part.append(copy.deepcopy(part[last]))
        elif how == 2 and isinstance(part, list):
            part.insert(0, part.pop(last))
        elif how == 3 and isinstance(part, dict):
            part[FIELDS[what % len(FIELDS)]] = copy.deepcopy(VALUES[where % len(VALUES)])
        elif how == 4 and questions:
            # Each waits for the other, or for itself.
            one, other = questions[where % len(questions)], questions[what % len(questions)]
            one["show_when"], other["show_when"] = f"has_{other.get('key')}", f"has_{one.get('key')}"
        elif how == 5 and questions:
            questions[where % len(questions)]["text"] = {"en": PIPES[what % len(PIPES)]}
        elif how == 6 and questions:
            questions[where % len(questions)]["show_when"] = CONDITIONS[what % len(CONDITIONS)]
        elif how == 7 and questions and what % 40 == 0:
            body["questions"].append(copy.deepcopy(MATRIX))
        else:
            part[last] = value
    return body


def sent(body: dict[str, Any], twist: int) -> str:
    """The body as JSON; some of it with keys that are there twice, nested without end, or cut short."""
    text = json.dumps({"body": body, "note": ""})
    if twist % 50 == 1:
        return text.replace('"body": {', '"body": {"name": "First", "questions": [], ', 1)
    if twist % 50 == 2:
        return '{"body": ' + '{"a": ' * 3000 + "1" + "}" * 3001
    if twist % 50 == 3:
        return text[: twist % len(text)]
    if twist % 50 == 4:
        return text.replace('"languages"', '"langu\\u0061ges"')
    return text


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is looked at and taken back, so that ten thousand do not wade through each other."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def check_kept(many: int, entries: int) -> Survey:
    """One version more, told once, that reads back as it was checked, and whose pages can be drawn in all of its languages."""
    row = DefinitionVersion.objects.latest("id")
    assert DefinitionVersion.objects.count() == many + 1
    assert JournalEntry.objects.count() == entries + 1
    survey = validate("survey", row.body)
    assert isinstance(survey, Survey)
    assert canonical(survey) == row.body
    plan = plan_of(survey)
    asked = Asked("open", plan=plan, about={"topic": "x"})
    page = ""
    for language in survey.languages:
        for step in range(len(plan.steps)):
            page = answer_html("t", page_of(asked, {}, language, step, errors={}))
    assert "<script>alert(1)" not in page
    return survey


def answered_for_real(client: Client, key: str) -> None:
    """Put in force, asked, and opened by the customer."""
    row = DefinitionVersion.objects.latest("id")
    ensure("survey", key, row.body)
    invitation = invite(survey_key=key, customer_key="c_1", address="a@example.com")
    from django.conf import settings as site

    opened = client.get(answer_path(token_of(site.SECRET_KEY, invitation)))
    assert opened.status_code == 200


def fuzzed(many: int, chance: int, send: Callable[[int, int, list[tuple[int, int, int]]], Any]) -> dict[int, int]:
    """Sends so many, checks each, and counts what came back."""
    told: dict[int, int] = {}
    numbers = iter(range(10 * many))
    customer = Client()

    @seed(chance)
    @settings(max_examples=many, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(CASE)
    def run(case: tuple[int, list[tuple[int, int, int]]]) -> None:
        number = next(numbers)
        with undone():
            before, entries = DefinitionVersion.objects.count(), JournalEntry.objects.count()
            answer = send(number, *case)
            told[answer.status_code] = told.get(answer.status_code, 0) + 1
            assert answer.status_code in (201, 302, 400, 413, 422), answer.content[:500]
            if answer.status_code in (201, 302):
                check_kept(before, entries)
                if number % 25 == 0:
                    answered_for_real(customer, "real")
            else:
                assert DefinitionVersion.objects.count() == before
                assert JournalEntry.objects.count() == entries

    run()
    return told


def over_the_api(many: int, chance: int) -> dict[int, int]:
    person = signed_in("administrator")

    def send(number: int, base: int, changes: list[tuple[int, int, int]]) -> Any:
        text = sent(changed(base, changes), number)
        content = text.encode("utf-8", "surrogatepass")
        return person.post(
            f"/api/v1/definitions/survey/s{number}/versions", data=content, content_type="application/json"
        )

    return fuzzed(many, chance, send)


# The builder's form


def fields_of(body: dict[str, Any]) -> dict[str, str]:
    """A survey as the builder's form sends it."""
    form = {"do": "propose", "key": "", "note": "", "languages": ", ".join(body["languages"]), "name": body["name"]}
    for name in ("title", "introduction", "thanks"):
        form |= {f"{name}:{tag}": words for tag, words in body.get(name, {}).items()}
    for place, question in enumerate(body["questions"]):
        start = f"q-{place}-"
        for name, value in question.items():
            if name in ("text", "help", "low", "high"):
                form |= {f"{start}{name}:{tag}": words for tag, words in value.items()}
            elif name in ("options", "rows"):
                for at, part in enumerate(value):
                    form[f"{start}{name[0]}-{at}-key"] = part["key"]
                    form |= {f"{start}{name[0]}-{at}-text:{tag}": words for tag, words in part["text"].items()}
            elif value not in (False, None):
                form[f"{start}{name}"] = str(value)
    return form


FORMS = [fields_of(body) for body in BODIES]
ODD_FIELDS = [
    *(
        "q-0-key",
        "q-99-key",
        "q-100-key",
        "q-0-o-0-key",
        "q-0-o-59-key",
        "q-0-o-99-key",
        "q-1-r-0-key",
        "q-0-text:",
        "q-0-text:zz",
    ),
    *(
        "brand-colour",
        "brand-logo",
        "brand-privacy",
        "brand-footer:en",
        "expires_days",
        "paging",
        "do",
        "key",
        "\0",
        "q-0-least",
    ),
    *(
        "q-0-o-0-score",
        "subject:en",
        "invitation:en",
        "purpose",
        "sender_name",
        "note",
        "languages",
        "q--1-key",
        "q-٣-key",
    ),
]
TYPED = [value for value in VALUES if isinstance(value, str) and len(value) < 100_000]


def typed(base: int, changes: list[tuple[int, int, int]], key: str) -> dict[str, str]:
    form = {**FORMS[base], "key": key}
    for where, how, what in changes:
        names, value = list(form), TYPED[what % len(TYPED)]
        name = names[where % len(names)]
        if how == 0:
            del form[name]
        elif how in (1, 2):
            form[ODD_FIELDS[where % len(ODD_FIELDS)]] = value
        elif how == 3:
            form[names[what % len(names)]], form[name] = form[name], form[names[what % len(names)]]
        elif how == 4 and what % 20 == 0:
            form |= {f"q-0-{letter}-{n}-key": f"{letter}{n}" for letter in "or" for n in range(100)}
            form["q-0-type"] = "matrix"
        else:
            form[name] = value
    return form


def over_the_form(many: int, chance: int) -> dict[int, int]:
    person = signed_in("administrator")

    def send(number: int, base: int, changes: list[tuple[int, int, int]]) -> Any:
        form = typed(base, changes, f"s{number}")
        if form.get("do") != "propose":
            form["do"] = "propose"
        body = urlencode(form, errors="surrogatepass")
        return person.post("/surveys/new/", body, content_type=FORM)

    return fuzzed(many, chance, send)


def test_odd_surveys_over_the_api_are_kept_whole_or_not_at_all() -> None:
    told = over_the_api(110, chance=1)
    assert told[201] > 5
    assert told[422] > 20


def test_odd_surveys_in_the_builder_are_kept_whole_or_not_at_all() -> None:
    told = over_the_form(60, chance=2)
    assert told[302] > 5
    assert told[422] > 10


@pytest.mark.prove
@pytest.mark.parametrize("chance", [3, 4])
def test_thousands_of_odd_surveys_over_the_api(chance: int) -> None:
    assert sum(over_the_api(4_200, chance).values()) >= 4_200


@pytest.mark.prove
def test_thousands_of_odd_surveys_in_the_builder() -> None:
    assert sum(over_the_form(1_600, chance=5).values()) >= 1_600

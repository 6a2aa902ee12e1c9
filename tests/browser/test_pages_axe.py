"""Every page of the menu, and what hangs on it, on a screen and on a phone: no fault for assistive technology, nothing sticks out."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from heed.core.definitions.actions import ensure
from heed.core.people.models import Person
from heed.feedback.surveys.actions.invitations import invite
from heed.service.cases.actions.opening import ensure_causes
from heed.service.customers.models import Customer
from heed.service.customers.queries import unsubscribe_url
from heed.site.templatetags.heed import MENU
from tests.places import ROOT

Open = Callable[..., Any]
PICTURES = os.environ.get("HEED_PICTURES", "")
PLACES = [place.name for _key, _title, places in MENU for place in places]
ONWARD = [
    "case-new", "cases-rehearsal", "ask", "ask-why", "ask-policy", "ask-coverage", "ask-rehearsal",
    "instruments", "behaviour", "programmes", "customer-import", "sending-domain", "import-new", "notifications", "search",
    "survey-new", "survey-import", "routes", "privacy-erasures", "privacy-breaches", "privacy-record",
    "quality-answers", "quality-audits",
]  # fmt: skip


@pytest.fixture
def filled(ada: Person) -> None:
    """The example's model in force, somebody to ask, and an invitation."""
    for file in sorted(Path(ROOT, "examples", "model").glob("*/*.yaml")):
        ensure(file.parent.name, file.stem, yaml.safe_load(file.read_text(encoding="utf-8")))
    ensure_causes()
    Customer.objects.create(key="customer_1", system="crm", external_id="7", name="Kim", email="kim@b.example")
    invite(survey_key="effort", customer_key="customer_1", address="kim@b.example")


def sticks_out(page: Any) -> list[str]:
    """What reaches over the edge of the page; what scrolls alone may."""
    return page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
        .map(e => e.outerHTML.slice(0, 120)).slice(0, 5).concat(['the page'])"""
    )


def check(page: Any, name: str) -> None:
    """On a screen and on a phone, by day; with HEED_PICTURES, pictures of it by day and by night."""
    page.wait_for_load_state("networkidle")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        found = Axe().run(page)
        assert not found.response["violations"], found.generate_report()
        assert not sticks_out(page), width
        for scheme in ("dark", "light") if PICTURES else ():
            page.emulate_media(color_scheme=scheme)
            page.screenshot(
                path=str(Path(PICTURES) / f"{name.strip('/').replace('/', '-')}-{width}-{scheme}.png"), full_page=True
            )


@pytest.mark.parametrize(
    "name",
    [
        *PLACES,
        *ONWARD,
        "/surveys/effort/",
        "/surveys/effort/export/",
        "/surveys/effort/answers/import/",
        "/asks/?survey=effort",
        "/footprints/calls_of_europe/",
    ],
)
def test_a_page_is_without_fault(open_page: Open, filled: None, name: str) -> None:
    check(open_page(name if name.startswith("/") else reverse(name)), name)


def test_the_page_of_who_wants_no_more_mail(open_page: Open, filled: None) -> None:
    link = unsubscribe_url("customer_1")
    page = open_page(link[link.index("/u/") :])
    check(page, "leave")
    page.click("button")
    check(page, "left")


def test_the_columns_of_a_file_of_ones_own(open_page: Open, filled: None) -> None:
    page = open_page(reverse("import-new"))
    lines = [
        f"{number},2026-05-0{1 + number % 9} 09:00,{30 + number},Team {number % 3},Ann {number}" for number in range(40)
    ]
    content = "\n".join(["Call No,Begin,Wait (s),Group,Agent", *lines]).encode()
    page.set_input_files("input[type=file]", {"name": "calls.csv", "mimeType": "text/csv", "buffer": content})
    page.click("main button[type=submit]")
    page.wait_for_load_state("networkidle")
    check(page, "columns")


def test_a_survey_of_another_system_as_it_is_read(open_page: Open, filled: None) -> None:
    page = open_page(reverse("survey-import"))
    page.set_input_files("input[type=file]", str(ROOT / "tests" / "feedback" / "surveys" / "files" / "visit.qsf"))
    with page.expect_navigation():
        page.click("main button[type=submit]")
    check(page, "survey-read")


def test_answers_of_another_system_as_they_are_tried(open_page: Open, filled: None) -> None:
    page = open_page("/surveys/effort/answers/import/")
    lines = [f"{number},2026-05-0{1 + number % 9} 09:00:00,2,en,{number % 9},tok" for number in range(40)]
    content = "\n".join(["id,submitdate,lastpage,startlanguage,easy,token", *lines]).encode()
    page.set_input_files("input[type=file]", {"name": "answers.csv", "mimeType": "text/csv", "buffer": content})
    with page.expect_navigation():
        page.click("main button[type=submit]")
    check(page, "answers-tried")

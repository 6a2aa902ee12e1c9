"""Cases in a real browser: one key a verb, the keys told, pages without a fault for assistive technology, and without a script."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.actions import ensure
from heed.core.journal.rules import Entry
from heed.core.people.actions import add_unit
from heed.core.people.models import Person
from heed.service.cases.actions.opening import consider_facts, ensure_causes
from heed.service.cases.models import Case
from tests.service.cases.conftest import HOURS, RULE

Open = Callable[..., Any]


@pytest.fixture
def row(ada: Person) -> Case:
    with transaction.atomic():
        add_unit(COMMAND_LINE, name="North phone", kind="team", parent="organisation", key="north-phone")
        ensure("calendar", "desk", HOURS)
        ensure("case_opening", "call_back", RULE)
        ensure_causes()
    now = timezone.now()
    answer = {
        "answer_id": "a1", "answered_at": now, "instrument": "nps", "score": 3.0, "scale_max": 10.0, "response_id": "r1",
        "customer_key": "c_" + "1" * 20, "team": "north-phone", "channel": "phone",
    }  # fmt: skip
    words = {"verbatim_id": "v1", "response_id": "r1", "said_at": now, "text": "Two visits and still no heat"}
    consider_facts(Entry(1, now, "event-received", "system", "", "", {}), [("responses", answer), ("verbatims", words)])
    return Case.objects.get()


def test_a_case_is_worked_by_keys_alone(open_page: Open, row: Case) -> None:
    page = open_page("/cases/?tab=open")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{row.key}/")
    page.keyboard.press("?")
    assert page.locator("#keys dt", has_text="x").first.is_visible()
    assert page.locator("#keys dd", has_text="Take").count() == 1
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.get_by_text("The case is yours.").wait_for()
    page.keyboard.press("n")
    page.keyboard.type("Call after five.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Noted.").wait_for()
    assert page.locator("#case-history").get_by_text("Call after five.").is_visible()
    page.keyboard.press("x")
    assert page.evaluate("document.activeElement.name") == "cause"
    page.keyboard.type("Bill")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("The case is closed.").wait_for()
    row.refresh_from_db()
    assert row.cause == "billing_error"


@pytest.mark.parametrize("path", ["/cases/?tab=open", "/cases/new/", "/cases/rehearsal/", "case"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_pages_are_without_fault_and_nothing_sticks_out(
    open_page: Open, row: Case, path: str, width: int, scheme: str
) -> None:
    page = open_page(f"/cases/{row.key}/" if path == "case" else path, width=width, scheme=scheme)
    page.wait_for_load_state("networkidle")
    if path == "/cases/rehearsal/":
        page.wait_for_selector("#quarter")
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_changed_rule_is_tried_in_place(open_page: Open, row: Case) -> None:
    page = open_page("/cases/rehearsal/")
    page.get_by_text("What the rule in force opened").wait_for()
    page.fill("#id_when", 'instrument == "nps" && score <= 2.0')
    page.click("button[name=try]")
    page.get_by_text("What it would have been").wait_for()
    page.fill("#id_when", "scor <= 2.0")
    page.click("button[name=try]")
    page.get_by_text("Did you mean score").wait_for()
    page.fill("#id_when", 'instrument == "nps" && score <= 2.0')
    page.click("button[name=try]")
    page.click("button[name=enact]")
    page.get_by_text("The rule is in force.").wait_for()


def test_a_case_is_worked_without_a_script(open_page: Open, row: Case) -> None:
    page = open_page(f"/cases/{row.key}/", script=False)
    page.click("text=Close >> nth=0")
    page.select_option("#closures-cause", "defect")
    page.click(f'form[action="/cases/{row.key}/closures/"] button')
    page.locator("#case-standing", has_text="Product or service at fault").wait_for()

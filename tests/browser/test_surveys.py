"""The house's pages of surveys in a real browser: a survey is built beside its preview, and looked at."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from heed.feedback.surveys.actions.answers import take
from heed.feedback.surveys.actions.invitations import invite, note_refused, note_sent
from heed.feedback.surveys.models import Invitation
from heed.feedback.surveys.rules.links import token_of
from tests.feedback.surveys.surveys import in_force
from tests.feedback.surveys.test_take import posted

Open = Callable[..., Any]
PICTURES = os.environ.get("HEED_PICTURES", "")


def fits(page: Any, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    found = Axe().run(page, options={"iframes": False})
    assert found.violations_count == 0, found.generate_report()


@pytest.fixture
def asked(session: str) -> None:
    """A survey that was asked and answered."""
    in_force()
    for number in range(24):
        row = Invitation.objects.get(
            key=invite(survey_key="after_call", customer_key=f"c_{number}", address="a@example.com", language="en")
        )
        if number % 8 == 7:
            note_refused(row, "The mail server answered: 550 no such mailbox", "no_such_mailbox", None)
            continue
        note_sent(row)
        token = token_of(settings.SECRET_KEY, row.key)
        if number % 4:
            why = [] if number % 3 else ["wait", "price"][: 1 + number % 2]
            take([posted(token, likely="3" if not number % 3 else "9")])
            take([posted(token, 1, reasons=why, more="I waited for twenty minutes, and then the line was cut.")])


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light")])
def test_pages_of_a_survey(open_page: Open, asked: None, width: int, scheme: str) -> None:
    page = open_page("/surveys/", width=width, scheme=scheme)
    fits(page, f"list-{width}-{scheme}")
    with page.expect_navigation():
        page.click("a.name")
    fits(page, f"survey-{width}-{scheme}")
    page.goto(page.url + "invitations/")
    fits(page, f"invitations-{width}-{scheme}")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light")])
def test_the_builder(open_page: Open, asked: None, width: int, scheme: str) -> None:
    page = open_page("/surveys/after_call/build", width=width, scheme=scheme)
    frame = page.frame_locator("iframe[name=preview]")
    frame.get_by_text("How likely are you to recommend us?").wait_for()
    fits(page, f"build-{width}-{scheme}")
    page.fill("#q0-text-en", "Would you tell a friend about us?")
    page.click(".look button")
    frame.get_by_text("Would you tell a friend about us?").wait_for()
    frame.locator("label:has(#q_likely-3)").click()
    frame.locator(".go").click()
    frame.get_by_text("What went wrong?").wait_for()
    with page.expect_navigation():
        page.click("button[value='add:choice']")
    assert page.input_value("#q0-text-en") == "Would you tell a friend about us?"
    page.click("#question-4 summary")
    page.fill("#q3-when", "likly > 3.0")
    page.click("button[value=propose]")
    page.get_by_text("needs another look").wait_for()
    fits(page, f"build-wrong-{width}-{scheme}")


def test_the_builder_without_a_script(open_page: Open, asked: None) -> None:
    page = open_page("/surveys/after_call/build", script=False)
    page.click("button[value='down:0']")
    page.locator("#question-1", has_text="Some of several").wait_for()
    page.click("button[value='up:1']")
    page.locator("#question-1", has_text="Recommendation").wait_for()
    page.fill("#q0-text-de", "Würden Sie uns empfehlen?")
    page.click("button[value=propose]")
    page.wait_for_url("**/definitions/survey/after_call/2/")

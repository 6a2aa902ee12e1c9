"""A feedback item in a real browser: seen, accepted and ended by keys, sent back without a script, without a fault."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction

from heed.core.access.rules import COMMAND_LINE
from heed.core.people.actions import add_unit
from heed.core.people.models import Person
from heed.feedback.routing.models import RoutedItem
from tests.feedback.routing.operation import carry_on, in_force, say

Open = Callable[..., Any]


@pytest.fixture
def item(ada: Person) -> RoutedItem:
    with transaction.atomic():
        for key in ("north-phone", "south-phone"):
            add_unit(COMMAND_LINE, name=key.title(), kind="team", parent="organisation", key=key)
    in_force()
    for number in range(3):
        say(f"v-{number}", urgency="high")
    carry_on()
    return RoutedItem.objects.get()


def test_an_item_is_worked_by_keys_alone(open_page: Open, item: RoutedItem) -> None:
    page = open_page("/routed/")
    page.get_by_role("link", name="Wrong bills").click()
    page.wait_for_url(f"**/routed/{item.key}/")
    page.keyboard.press("a")
    page.get_by_text("Noted that it was seen.").wait_for()
    page.keyboard.press("t")
    page.get_by_text("It is yours.").wait_for()
    page.keyboard.press("d")
    page.get_by_label("What came of it").select_option("changed")
    page.get_by_role("button", name="Done", exact=True).click()
    page.get_by_text("It is done with.").wait_for()


def test_an_item_is_sent_back_without_a_script(open_page: Open, item: RoutedItem) -> None:
    page = open_page(f"/routed/{item.key}/", script=False)
    page.click("text=Send back >> nth=0")
    page.select_option("#back-to", "south-phone")
    page.fill("#back-words", "The south made these bills.")
    page.click('form[action$="/return/"] button')
    page.locator("#routed-history", has_text="The south made these bills.").wait_for()
    assert RoutedItem.objects.get().receiver == "south-phone"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_pages_are_without_fault(open_page: Open, item: RoutedItem, width: int, scheme: str) -> None:
    for path in ("/routed/", f"/routed/{item.key}/", "/routed/routes/"):
        page = open_page(path, width=width, scheme=scheme)
        found = Axe().run(page)
        assert not found.response["violations"], found.generate_report()
        assert page.locator("html").evaluate("html => html.scrollWidth") <= width

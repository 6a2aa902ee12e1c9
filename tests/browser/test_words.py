"""Pages in German in a real browser: the words, the numbers, nothing wider than the window; and the search while one types."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from heed.core.people.models import Person

PAGES = ("/", "/kpis/", "/kpis/abandonment/?by=team", "/definitions/kpi/csat/propose/", "/people/", "/search/?q=kunden")
ENGLISH = re.compile(r"\b(?:the|and|with|which|your|what changed|settings)\b", re.IGNORECASE)


@pytest.fixture
def german(ada: Person) -> Person:
    ada.language = "de"
    ada.save(update_fields=["language"])
    return ada


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [1440, 390])
def test_pages_speak_german_and_fit(german: Person, open_page: Callable[..., Any], path: str, width: int) -> None:
    page = open_page(path, width=width)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.lang") == "de"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # What happened in the operation is told in the words of whoever noted it.
    said = page.locator("body").inner_text().replace("Six new colleagues in the south", "")
    left = [line for line in said.splitlines() if ENGLISH.search(line)]
    assert not left


def test_numbers_and_days_are_written_as_germans_do(german: Person, open_page: Callable[..., Any]) -> None:
    page = open_page("/kpis/abandonment/")
    figure = page.locator(".figure .value").first.inner_text()
    assert re.fullmatch(r"\d+,\d\s*%", figure.replace("\u00a0", " "))
    assert re.search(r"\d{1,2}\. \w+ 2026", page.locator(".figure .label").first.inner_text())
    # What a script reads stays plain.
    listed = open_page("/kpis/")
    listed.wait_for_load_state("networkidle")
    values = [
        value for value in listed.eval_on_selector_all("td[data-value]", "e => e.map(c => c.dataset.value)") if value
    ]
    assert values
    assert all(re.fullmatch(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", value) for value in values)


def test_the_palette_searches_while_one_types(ada: Person, open_page: Callable[..., Any]) -> None:
    page = open_page("/")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("/")
    page.keyboard.type("promoter")
    page.locator("#palette li", has_text="Net Promoter Score").first.wait_for()
    last = page.locator("#palette li").last
    assert "Search for “promoter”" in last.inner_text()
    last.click()
    page.wait_for_url("**/search/?q=promoter")
    page.locator("#group-kpis").wait_for()
    page.locator("mark", has_text="Promoter").first.wait_for()


def test_the_search_works_without_a_script(ada: Person, open_page: Callable[..., Any]) -> None:
    page = open_page("/search/", script=False)
    page.fill("#q", "promoter")
    page.locator(".search-form button").click()
    page.locator("noscript a, a.button", has_text="Show").nth(3).click()
    assert page.locator("a.title", has_text="Net Promoter Score (NPS)").count() == 1

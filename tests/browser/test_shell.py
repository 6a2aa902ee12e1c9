"""The shell in a real browser: keys, palette, theme, menu on a phone, and nothing that sticks out."""

from collections.abc import Callable
from typing import Any

import pytest

Open = Callable[..., Any]


def test_keys_lead_to_places_and_rows(open_page: Open) -> None:
    page = open_page("/")
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    assert page.locator("dialog#keys [data-key-list] dd", has_text="KPIs").count() == 1
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("k")
    page.wait_for_url("**/kpis/")
    page.locator("table").first.wait_for()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.className") == "name"


def test_the_palette_finds_a_place_by_name(open_page: Open) -> None:
    page = open_page("/")
    page.keyboard.press("/")
    page.keyboard.type("defin")
    found = page.locator("#palette li").all_inner_texts()
    assert (found[0], found[-1]) == ("Definitions", "Search for “defin”")
    page.keyboard.press("Enter")
    page.wait_for_url("**/definitions/")
    page.keyboard.press("Control+k")
    page.keyboard.type("no such place")
    assert page.locator("#palette li").all_inner_texts() == ["Search for “no such place”"]


def test_the_theme_is_kept_and_needs_no_second_drawing(open_page: Open) -> None:
    page = open_page("/", scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.click("[data-theme-choice=dark]")
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.click("[data-theme-choice=auto]")
    page.reload()
    assert page.evaluate(ground) == light


def test_the_menu_opens_on_a_phone_without_a_script(open_page: Open) -> None:
    page = open_page("/", width=390, height=844, script=False)
    menu = page.locator("#nav")
    assert not menu.is_visible()
    page.click("[popovertarget=nav]")
    assert menu.is_visible()
    menu.get_by_role("link", name="KPIs").click()
    page.wait_for_url("**/kpis/")


def test_the_first_tab_leads_to_the_content(open_page: Open) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("width", [320, 390, 1024, 1440, 2560])
@pytest.mark.parametrize(
    "path", ["/", "/kpis/", "/kpis/abandonment/?by=team", "/definitions/", "/people/", "/journal/"]
)
def test_nothing_sticks_out(open_page: Open, path: str, width: int) -> None:
    page = open_page(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize("path", ["/", "/kpis/abandonment/?by=team"])
def test_right_to_left_mirrors_the_page(open_page: Open, path: str) -> None:
    page = open_page(path)
    page.evaluate("document.documentElement.dir = 'rtl'")
    menu, main = (page.locator(selector).bounding_box() for selector in ("#nav", "#main"))
    assert menu["x"] > main["x"]
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_the_palette_finds_a_kpi_from_anywhere(open_page: Open) -> None:
    page = open_page("/journal/")
    page.keyboard.press("/")
    page.keyboard.type("abandon")
    page.locator("#palette li", has_text="Abandonment").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/kpis/abandonment/")

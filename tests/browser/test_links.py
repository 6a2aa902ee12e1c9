"""Links that many use in a real browser: the house's pages, a kiosk, and a widget in a site that is not heed's."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from pytest_django.live_server_helper import LiveServer

from heed.core.access.rules import COMMAND_LINE
from heed.core.settings.rules import current
from heed.feedback.surveys.actions.linking import LinkWish, make_link
from heed.feedback.surveys.models import Answer, SurveyLink
from heed.feedback.surveys.queries import links
from heed.feedback.surveys.queries.links import token_of_link
from tests.channels.far import answer, far
from tests.feedback.surveys.surveys import RELATION, in_force

Open = Callable[..., Any]
PICTURES = os.environ.get("HEED_PICTURES", "")
SITE = "http://shop.example"


def fits(page: Any, name: str) -> None:
    for width in (1440, 390, 320) if PICTURES else (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for scheme in ("dark", "light") if PICTURES else ():
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}-{scheme}.png"), full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), width
        found = Axe().run(page, options={"iframes": False})
        assert found.violations_count == 0, found.generate_report()


@pytest.fixture
def survey(session: str) -> None:
    in_force(questions=RELATION["questions"][:1])


def linked(sort: str, **wish: Any) -> tuple[SurveyLink, str]:
    row = make_link(COMMAND_LINE, "after_call", LinkWish("North gate", sort, **wish))
    return row, f"/o/{token_of_link(row)}"


def test_a_link_is_made_on_the_pages_of_a_survey(open_page: Open, survey: None) -> None:
    page = open_page("/surveys/after_call/links/")
    page.fill("#id_name", "Wall at the north gate")
    page.fill("#id_touchpoint", "gate")
    fits(page, "links")
    with page.expect_navigation():
        page.click("main button.primary")
    fits(page, "link")
    page.goto(page.url + "poster")
    fits(page, "poster")
    widget, _ = linked("widget", sites=[SITE])
    page.goto(page.url.partition("/survey-links/")[0] + f"/survey-links/{widget.key}/")
    fits(page, "link-widget")


def test_the_next_person_at_a_kiosk_begins_anew(open_page: Open, survey: None) -> None:
    _row, there = linked("kiosk", reset_seconds=10)
    page = open_page(there)
    fits(page, "kiosk")
    for score in ("9", "2"):
        page.clock.install()
        page.locator(f"label:has(#q_likely-{score})").click()
        with page.expect_navigation():
            page.click(".go")
        page.get_by_text("The next person can begin.").wait_for()
        page.get_by_text("This begins again for the next person").wait_for()
        fits(page, "kiosk-thanks")
        # Who reads on asks for more time, and it counts from the beginning.
        page.clock.run_for(12_000)
        assert int(page.locator(".left").text_content()) <= 8
        page.get_by_role("button", name="I need more time").press("Enter")
        page.clock.run_for(10_000)
        assert page.url != f"{page.url.partition('/o/')[0]}{there}"
        with page.expect_navigation():
            page.clock.fast_forward(21_000)
        assert page.url.endswith(there)
        assert page.locator("input:checked").count() == 0
    assert sorted(Answer.objects.values_list("score", flat=True)) == [2.0, 9.0]


def stopped(page: Any) -> None:
    """Load the page anew with a clock that moves only when it is told to, however slow the machine is."""
    page.clock.install(time=datetime(2026, 1, 1, tzinfo=UTC))
    page.reload()
    page.clock.pause_at(datetime(2026, 1, 1, 1, tzinfo=UTC))


def test_a_kiosk_warns_before_it_begins_anew_and_waits_for_who_asks(open_page: Open, session: str) -> None:
    """WCAG 2.2.1: who is about to lose time is told, has twenty seconds, and asks for more by one key."""
    in_force(questions=[RELATION["questions"][0], RELATION["questions"][2]])
    _row, there = linked("kiosk", reset_seconds=10)
    page = open_page(there)
    page.emulate_media(reduced_motion="reduce")
    stopped(page)
    dialog = page.get_by_role("dialog", name="Are you still there?")
    page.clock.run_for(60_000)
    # Nobody has begun: there is nothing to warn of.
    assert not dialog.is_visible()
    page.fill("#q_more", "Slow words")
    for ends in ("Enter", "Escape", "Space"):
        page.clock.run_for(9_000)
        assert not dialog.is_visible()
        page.clock.run_for(1_500)
        assert dialog.is_visible()
        more = dialog.get_by_role("button", name="I need more time")
        assert more.evaluate("each => each === document.activeElement")
        page.clock.run_for(15_000)
        assert 0 < int(dialog.locator(".left").text_content()) <= 5
        page.keyboard.press(ends)
        assert not dialog.is_visible()
        assert page.input_value("#q_more") == "Slow words"
        assert page.locator("#q_more").evaluate("each => each === document.activeElement")
    with page.expect_navigation():
        page.clock.run_for(31_000)
    assert page.url.endswith(there)
    assert page.input_value("#q_more") == ""


def test_a_kiosk_from_right_to_left_and_without_a_script(open_page: Open, session: str) -> None:
    in_force()
    _row, there = linked("kiosk", language="ar", reset_seconds=3_600)
    page = open_page(there)
    page.evaluate("document.getElementById('idle').showModal()")
    fits(page, "kiosk-warning-ar")
    page.keyboard.press("Escape")
    page.locator("label:has(#q_likely-3)").click()
    with page.expect_navigation():
        page.click(".moves .go")
    fits(page, "kiosk-second-ar")
    onward = page.url
    context = page.context.browser.new_context(java_script_enabled=False)
    try:
        plain = context.new_page()
        plain.goto(onward)
        assert plain.locator("meta[http-equiv=refresh]").count() == 0
        with plain.expect_navigation():
            plain.get_by_role("link", name="البدء من جديد").click()
        assert plain.url.endswith(there)
    finally:
        context.close()


def test_a_widget_in_another_site(
    open_page: Open, survey: None, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "current", lambda: replace(current(), base_url=live_server.url))
    shop = b""
    with far(lambda line, _asked: line.sendall(answer(body=shop, Content_Type="text/html"))) as site:
        _row, there = linked("widget", sites=[site.address])
        script = f'<script async src="{live_server.url}{there.replace("/o/", "/w/")}.js"></script>'
        whole = f'<!doctype html><html lang="de"><title>Shop</title><main><h1>Shop</h1></main>{script}'
        shop = whole.encode()
        # A browser that never was at heed's: what it holds afterwards came by the widget.
        page = open_page(f"{there}").context.browser.new_context().new_page()
        page.goto(f"{site.address}/basket")
        button = page.get_by_role("button", name="Wie war es für Sie?")
        button.wait_for()
        assert page.locator("iframe").count() == 0
        button.click()
        frame = page.frame_locator("iframe")
        frame.locator("label:has(#q_likely-9)").click()
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / "widget.png"))
        frame.locator(".go").click()
        frame.get_by_text("Vielen Dank").first.wait_for()
        button.click()
        assert button.get_attribute("aria-expanded") == "false"
        assert page.context.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
        page.context.close()
    assert Answer.objects.get().score == 9.0

"""The answer page in a real browser: without a script, on a small phone, right to left, and without a fault of access."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import OperationalError
from pytest_django.live_server_helper import LiveServer

from heed.feedback.surveys.actions.invitations import invite
from heed.feedback.surveys.models import Answer, Invitation, Response
from heed.feedback.surveys.rules.links import answer_path, token_of
from tests.browser.conftest import InFlight
from tests.feedback.surveys.surveys import INSTRUMENT, in_force

Show = Callable[..., Any]
MOST_BYTES = 50_000
# A folder to keep pictures in, for people to look at.
PICTURES = os.environ.get("HEED_PICTURES", "")
EVERYTHING: list[dict[str, Any]] = [
    {
        "key": "likely",
        "type": "nps",
        "required": True,
        "text": {"en": "How likely are you to recommend us to a friend or colleague?"},
    },
    {
        "key": "reasons",
        "type": "choices",
        "required": True,
        "show_when": "likely <= 6.0",
        "text": {"en": "What went wrong?"},
        "options": [
            {"key": "wait", "text": {"en": "I waited too long"}},
            {"key": "price", "text": {"en": "The price, which was not the one I was told on the telephone"}},
            {"key": "words", "text": {"en": "How I was spoken to"}},
        ],
    },
    {"key": "happy", "type": "csat", "text": {"en": "How satisfied are you with the visit?"}},
    {
        "key": "easy",
        "type": "ces",
        "help": {"en": "Think of all you had to do."},
        "text": {"en": "It was easy to get this done."},
    },
    {
        "key": "done",
        "type": "choice",
        "text": {"en": "Is it settled?"},
        "options": [{"key": "yes", "text": {"en": "Yes"}}, {"key": "no", "text": {"en": "No"}}],
    },
    {"key": "visits", "type": "number", "least": 0, "text": {"en": "How many visits did it take?"}},
    {"key": "more", "type": "text", "text": {"en": "What should we do better?"}},
]


@pytest.fixture
def link(transactional_db: None) -> str:
    in_force("everything", languages=["en", "ar"], questions=EVERYTHING, introduction={"en": "A minute or two."})
    return asked("everything")


def asked(survey: str, language: str = "en") -> str:
    key = invite(survey_key=survey, customer_key="c_1", address="a@example.com", language=language)
    return answer_path(token_of(settings.SECRET_KEY, key))


@pytest.fixture
def show(chromium: Any, live_server: LiveServer) -> Iterator[Show]:
    """show(path) -> a page of somebody who is not signed in."""
    contexts, flight = [], InFlight()

    def shown(path: str, *, width: int = 390, height: int = 844, scheme: str = "light", script: bool = True) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=script, has_touch=True
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    yield shown
    for context in contexts:
        context.close()
    flight.wait()


def press(page: Any, button: str) -> None:
    """Press a button that sends the form, and wait for the page that comes."""
    with page.expect_navigation():
        page.tap(button)


def fits(page: Any, name: str = "") -> None:
    """Nothing sticks out, and axe finds nothing (WCAG 2.2 A and AA, and good practice)."""
    if PICTURES and name:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_whole_way_without_a_script(show: Show, link: str) -> None:
    page = show(link, script=False)
    page.tap("label:has(#q_likely-9)")
    press(page, ".go")
    page.fill("#q_more", "Quick.")
    press(page, ".go")
    assert page.locator("h1").inner_text() == "Thank you"
    assert Answer.objects.get(question_key="more").words == "Quick."


def test_a_small_phone(show: Show, link: str) -> None:
    page = show(link, width=320, height=640)
    fits(page, "step1-320")
    small = page.eval_on_selector_all(
        ".answers label, .go, .tongue",
        "all => all.filter(e => { const r = e.getBoundingClientRect(); return r.width < 40 || r.height < 44 }).length",
    )
    assert small == 0
    page.tap("label:has(#q_likely-3)")
    press(page, ".go")
    fits(page, "step2-320")
    page.tap("label:has(#q_reasons-wait)")
    page.tap("label:has(#q_happy-2)")
    page.tap("label:has(#q_easy-5)")
    page.fill("#q_visits", "two")
    page.fill("#q_more", "Ann waited.")
    press(page, ".go")
    assert page.locator(".alert a").inner_text() == "How many visits did it take?"
    fits(page, "error-320")
    page.tap(".alert a")
    assert page.url.endswith("#q_visits")
    page.fill("#q_visits", "2")
    assert page.input_value("#q_more") == "Ann waited."
    press(page, ".go")
    fits(page, "thanks-320")
    assert page.locator("h1").inner_text() == "Thank you"
    page.reload()
    assert page.locator("h1").inner_text() == "Thank you"
    assert Response.objects.get().state == "complete"
    assert Answer.objects.get(question_key="more").words == "Ann waited."


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "light")])
def test_each_step_is_free_of_faults(show: Show, link: str, width: int, scheme: str) -> None:
    page = show(link, width=width, scheme=scheme)
    fits(page, f"step1-{width}-{scheme}")
    press(page, ".go")
    fits(page, f"missing-{width}-{scheme}")
    page.tap("label:has(#q_likely-6)")
    press(page, ".go")
    page.tap("label:has(#q_reasons-price)")
    page.tap("label:has(#q_happy-4)")
    page.tap("label:has(#q_done-yes)")
    fits(page, f"step2-{width}-{scheme}")
    press(page, ".back")
    assert page.is_checked("#q_likely-6")
    page.tap("label:has(#q_likely-10)")
    press(page, ".go")
    assert not page.locator("#q_reasons-price").count()
    assert page.is_checked("#q_happy-4")


def test_right_to_left_and_another_language_in_the_middle(show: Show, transactional_db: None) -> None:
    in_force()
    page = show(asked("after_call", "ar"))
    fits(page, "rtl-step1")
    low, high = (page.locator(f"#q_likely-{score}").bounding_box() for score in (0, 5))
    assert low["x"] > high["x"]
    page.tap("label:has(#q_likely-2)")
    press(page, ".go")
    page.tap("label:has(#q_reasons-wait)")
    page.fill("#q_more", "انتظرت طويلًا")
    fits(page, "rtl-step2")
    press(page, "button[lang=de]")
    assert page.locator("html").get_attribute("dir") == "ltr"
    assert page.input_value("#q_more") == "انتظرت طويلًا"
    assert page.is_checked("#q_reasons-wait")
    press(page, "button[lang=ar]")
    press(page, ".go")
    fits(page, "rtl-thanks")


def test_states_in_which_nothing_is_asked(show: Show, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = show(link)
    page.tap("label:has(#q_likely-9)")
    press(page, ".go")
    page.fill("#q_more", "Well done.")

    def full(batch: object) -> None:
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("heed.feedback.surveys.pages.answering.take", full)
        press(page, ".go")
        fits(page, "again")
    other = show(link)
    press(page, ".go")
    assert page.locator("h1").inner_text() == "Thank you"
    assert Answer.objects.get(question_key="more").words == "Well done."
    other.goto(other.url)
    fits(other, "answered")
    Invitation.objects.update(state="expired")
    Response.objects.all().delete()
    other.goto(other.url)
    fits(other, "expired")
    with monkeypatch.context() as patch:
        patch.setattr("heed.feedback.surveys.pages.answering.asked", full)
        other.goto(other.url)
        fits(other, "again-plain")
    other.goto(other.url.partition("/a/")[0] + "/a/nonsense")
    fits(other, "unknown")


def test_enter_in_a_field_goes_on(show: Show, link: str) -> None:
    page = show(link)
    page.tap("label:has(#q_likely-9)")
    press(page, ".go")
    page.fill("#q_visits", "1")
    with page.expect_navigation():
        page.press("#q_visits", "Enter")
    assert page.locator("h1").inner_text() == "Thank you"


def test_all_of_it_is_light(show: Show, link: str) -> None:
    page = show("/healthz")
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto(page.url.partition("/healthz")[0] + link)
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < MOST_BYTES
    print("bytes of the first page with its style:", sum(sizes), sizes)


# What is read, in the order of the page: the same that ears hear and the Tab key follows.
ORDER = """() => {
  const parts = 'header, h1, .note, legend, .title, .more, .mark, select, textarea, .question > input, .moves, footer'
  const read = [...document.querySelectorAll(parts)]
  const top = e => e.getBoundingClientRect().top
  return read.every((e, at) => at === 0 || top(e) >= top(read[at - 1]) - 60)
}"""
FOCUS = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button:not(.first), a')]
  .every(e => e.tabIndex === 0 && getComputedStyle(e).visibility === 'visible' && (e.labels?.length || e.textContent.trim()))"""


def answer_first(page: Any) -> None:
    page.tap("label:has(#q_clean-4)")
    page.fill("#q_day", "2026-05-03")
    for row in ("speed", "manner"):
        page.tap(f"label:has([id='q_parts.{row}-good'])")
    page.select_option("#q_order-price", "price:1")
    page.select_option("#q_order-care", "care:2")
    page.tap("label:has(#q_liked-light)")


def test_every_kind_of_question_on_a_small_phone_and_from_right_to_left(show: Show, transactional_db: None) -> None:
    in_force("shop", **INSTRUMENT)
    page = show(asked("shop"), width=320, height=640)
    fits(page, "shop-1-320")
    assert page.evaluate(ORDER)
    assert page.evaluate(FOCUS)
    press(page, ".go")
    assert page.locator(".alert a").count() == 2
    fits(page, "shop-wrong-320")
    answer_first(page)
    press(page, "button[lang=ar]")
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.is_checked("[id='q_parts.speed-good']")
    assert page.input_value("#q_order-care") == "care:2"
    assert page.input_value("#q_day") == "2026-05-03"
    low, high = (page.locator(f"#q_clean-{score}").bounding_box() for score in (1, 4))
    assert low["x"] > high["x"]
    fits(page, "shop-1-rtl")
    assert page.evaluate(ORDER)
    press(page, ".go")
    press(page, "button[lang=en]")
    assert (
        page.locator(".question.text .title").inner_text().startswith("You gave 4 for May 3, 2026 and liked The light.")
    )
    assert page.locator("progress").get_attribute("value") == "62"
    fits(page, "shop-2-320")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_who_stops_goes_on_without_a_script_in_the_colour_of_the_house(
    show: Show, transactional_db: None, scheme: str
) -> None:
    in_force("shop", **INSTRUMENT, anonymous=True)
    link = asked("shop")
    page = show(link, scheme=scheme, script=False)
    answer_first(page)
    press(page, ".go")
    page.fill("#q_why", "So.")
    press(page, "button[value=save]")
    assert page.locator("h1").inner_text() == "Your answers are kept"
    page = show(link, scheme=scheme)
    assert page.input_value("#q_why") == "So."
    fits(page, f"shop-back-{scheme}")
    page.tap("label:has(#q_again-no)")
    press(page, ".go")
    assert page.locator("h1").inner_text() == "Thank you"
    fits(page, f"shop-thanks-{scheme}")
    assert Response.objects.get().customer_key == ""


def test_the_longest_survey_is_light_too(show: Show, transactional_db: None) -> None:
    in_force("shop", **INSTRUMENT)
    page = show("/healthz")
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto(page.url.partition("/healthz")[0] + asked("shop"))
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < MOST_BYTES
    print("bytes of the page of all kinds with its style:", sum(sizes), sizes)

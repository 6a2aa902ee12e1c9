"""The first hour of somebody new, in a real browser: settling in, signing in, a figure and its parts, a file with faults."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from heed.core.people.models import Person

Open = Callable[..., Any]

ANSWERS = """CUSTOMER_RESPONSE_DATE,SURVEY_SUB_TYPE,NPS_RATING,NPS_SCORE,text,Qtr
21/02/2018 19:39,Order,Passive,7,fine,Q1
22/02/2018 10:00,Order,Passive,seven,fine too,Q1
"""


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that this test may write to."""
    monkeypatch.setenv("HEED_HOME", str(tmp_path))
    monkeypatch.setenv("HEED_FACTS_URL", str(tmp_path / "facts"))
    return tmp_path


def test_a_password_opens_the_first_page(chromium: Any, live_server: LiveServer, ada: Person, facts: None) -> None:
    page = chromium.new_context().new_page()
    page.goto(live_server.url + "/kpis/")
    assert "/account/login/" in page.url
    page.get_by_label("Email").fill(ada.email)
    page.get_by_label("Password").fill("wrong horse battery")
    page.get_by_role("button", name="Sign in").click()
    page.locator(".errorlist, .notice.act").first.wait_for(timeout=30_000)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(live_server.url + "/kpis/", timeout=30_000)
    page.get_by_role("link", name="Home").click()
    page.locator("h1").wait_for()
    assert settings.SESSION_COOKIE_NAME in {cookie["name"] for cookie in page.context.cookies()}
    page.locator("tr", has_text="Abandonment").first.wait_for(timeout=60_000)
    page.context.close()


def test_a_figure_is_split_and_a_part_opened(open_page: Open) -> None:
    page = open_page("/kpis/abandonment/")
    page.locator("section[aria-labelledby=split]").get_by_role("link", name="Region").click()
    rows = page.locator("section[aria-labelledby=split] tbody tr")
    assert rows.count() > 1
    assert rows.first.locator("svg.mark").is_visible()
    whole = page.locator(".figure .value").first.inner_text()
    with page.expect_navigation():
        rows.locator("a.name").first.click()
    assert "region" in page.locator(".filters summary").inner_text()
    assert page.locator(".figure .value").first.inner_text() != whole


def test_a_file_with_a_fault_is_brought_in_and_repaired(own_home: Path, open_page: Open, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(ANSWERS)
    page = open_page("/imports/new/")
    page.get_by_label("File").set_input_files(file)
    page.get_by_label("Mapping").select_option("nps_verbatims")
    page.get_by_role("button", name="Try it").click()
    page.locator("main", has_text="seven").wait_for()
    page.get_by_role("button", name="Bring it in").click()
    page.get_by_role("heading", name="Still in quarantine").wait_for(timeout=60_000)
    assert "1 accepted, 1 quarantined" in page.locator("main").inner_text()
    page.get_by_role("link", name="not a number").click()
    page.get_by_role("link", name="Line 3").click()
    field = page.get_by_label("NPS_SCORE")
    assert field.input_value() == "seven"
    field.fill("7")
    with page.expect_navigation():
        page.get_by_role("button", name="Repair and bring in").click()
    page.goto(page.url.split("/imports/")[0] + "/imports/quarantine/")
    assert page.get_by_role("heading", name="No row waits").is_visible()


def test_a_definition_is_proposed_by_its_form(open_page: Open) -> None:
    page = open_page("/definitions/privacy_policy/default/propose/")
    field = page.get_by_label("Least customers in a figure")
    assert field.input_value() == "10"
    field.fill("12")
    page.get_by_role("button", name="Check and show the difference").click()
    page.locator("#preview", has_text="min_n_customers: 12").wait_for(timeout=30_000)
    page.get_by_label("Why this change").fill("Our works council asked for it.")
    page.get_by_role("button", name="Propose", exact=True).click()
    page.get_by_role("heading", name="version 2").wait_for(timeout=30_000)
    assert "min_n_customers: 12" in page.locator(".diff").inner_text()

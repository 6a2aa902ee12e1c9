"""KPIs in a real browser: figures that follow, a table that sorts, a chart that moves under the strict policy."""

from collections.abc import Callable
from typing import Any

Open = Callable[..., Any]


def test_figures_follow_into_the_list(open_page: Open) -> None:
    page = open_page("/kpis/")
    row = page.locator("tr", has_text="Abandonment")
    row.locator("svg.spark").wait_for(timeout=60_000)
    assert "pp" in row.inner_text()


def test_a_table_sorts_by_its_numbers_and_back(open_page: Open) -> None:
    page = open_page("/kpis/abandonment/?by=team&weeks=4")
    table = page.locator("section[aria-labelledby=split] table")
    names = table.locator("tbody th")
    before = names.all_inner_texts()
    heading = table.locator("thead th", has_text="Abandonment")
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    values = [cell.get_attribute("data-value") for cell in table.locator("tbody td:first-of-type").all()]
    known = [float(value) for value in values if value]
    assert known == sorted(known)
    assert values[-1] == ""
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    heading.locator("button").click()
    assert names.all_inner_texts() == before


def test_a_chart_moves_on_demand_under_the_policy(open_page: Open) -> None:
    page = open_page("/kpis/abandonment/?weeks=13")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    picture = page.locator("[data-picture]")
    assert picture.locator("svg[role=img]").count() == 3
    assert not any("/charts/" in address for address in asked)
    page.get_by_role("button", name="Explore").click()
    picture.locator("svg.marks").first.wait_for(timeout=60_000)
    assert any("/charts/vega-" in address for address in asked)
    assert picture.locator("[aria-roledescription='line mark container'], .mark-line").count() >= 1


def test_a_wrong_condition_is_shown_at_its_field(open_page: Open) -> None:
    page = open_page("/kpis/abandonment/")
    page.keyboard.press("f")
    field = page.get_by_label("Only where")
    field.fill('region == "north')
    with page.expect_navigation() as gone:
        field.press("Enter")
    assert gone.value.status == 422
    assert page.get_by_label("Only where").get_attribute("aria-invalid") == "true"
    described = page.get_by_label("Only where").get_attribute("aria-describedby") or ""
    assert page.locator(f"#{described.split()[-1]}").is_visible()


def test_figures_can_be_read_without_a_script(open_page: Open) -> None:
    page = open_page("/kpis/", script=False)
    page.get_by_role("link", name="Show the figures").click()
    assert page.locator("tr", has_text="Abandonment").locator("svg.spark").count() == 1
    page.get_by_role("link", name="Abandonment").click()
    assert page.locator(".figure .value").first.is_visible()
    page.locator("details", has_text="The numbers").locator("summary").click()
    assert page.locator("figure.chart table tbody tr").count() == 13


def test_a_page_weighs_less_than_it_may(open_page: Open) -> None:
    page = open_page("/")
    page.wait_for_load_state("networkidle")
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    page.reload(wait_until="networkidle")
    weights = {answer.url: len(answer.body()) for answer in answers if not answer.url.endswith("/live")}
    assert weights
    assert sum(weights.values()) < 150_000

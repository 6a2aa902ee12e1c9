"""Pages of KPIs: a figure never without its interval, what changed, where, on which records, and how it was computed."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.core.cache import cache

from heed.goals.kpis.actions import ensure_catalogue
from tests.core.conftest import House, build
from tests.goals.kpis.operation import facts_in


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Facts are written once for the whole file: nothing here changes them."""
    folder = tmp_path_factory.mktemp("facts")
    with pytest.MonkeyPatch.context() as patch, facts_in(folder, patch):
        yield folder


@pytest.fixture
def house(db: None) -> House:
    cache.clear()
    built = build()
    ensure_catalogue()
    return built


@pytest.fixture
def looked(house: House, filled: Path) -> House:
    """The house with facts to look at."""
    return house


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def get(house: House, address: str, who: str = "admin", **headers: str) -> Any:
    return house.client(who).get(address, headers=headers)


def test_a_figure_stands_with_its_interval_its_n_and_its_method(looked: House) -> None:
    answer = get(looked, "/kpis/abandonment/?weeks=4")
    said = text(answer)
    assert answer.status_code == 200
    shown, whole = answer.context["shown"], answer.context["whole"]
    assert shown.rows == (whole,)
    assert whole.low < whole.value < whole.high
    assert f"n {whole.n:,}" in said
    assert "Wilson, 95%" in said
    assert "version 1" in said
    assert "lower" in said
    assert 'class="mark" role="img" aria-label="' in answer.content.decode()


def test_a_change_is_compared_on_the_same_days_of_the_week(looked: House) -> None:
    answer = get(looked, "/kpis/abandonment/?since=2026-07-13&until=2026-07-20")
    assert "Against 6 July 2026 – 12 July 2026" in text(answer)
    change = answer.context["change"]
    assert change.difference == pytest.approx(0.125, abs=0.01)
    assert change.is_worse
    assert not change.is_noise
    within = get(looked, "/kpis/abandonment/?since=2026-06-29&until=2026-07-06").context["change"]
    assert within.is_noise
    assert not within.is_worse


def test_without_facts_before_there_is_nothing_to_compare_with(looked: House) -> None:
    answer = get(looked, "/kpis/abandonment/?weeks=all")
    assert answer.context["change"] is None
    assert "Against" not in text(answer)


def test_the_line_has_every_period_and_what_happened(looked: House) -> None:
    chart = get(looked, "/kpis/abandonment/?weeks=13").context["chart"]
    values = chart.spec["data"]["values"]
    assert [row["at"][:10] for row in values][-2:] == ["2026-07-13", "2026-07-20"]
    assert [row["partial"] for row in values][-2:] == [False, True]
    assert [title for _letter, _day, title in chart.legend] == ["New phone menu", "Six new colleagues in the south"]
    assert len(chart.numbers) == 13


def test_a_split_has_bars_leads_on_and_keeps_small_groups_back(looked: House) -> None:
    answer = get(looked, "/kpis/abandonment/?by=team&weeks=4")
    parts = {part.label: part for part in answer.context["split"]}
    assert set(parts) == {"north-phone", "north-mail", "south-phone", "south-mail", "press"}
    assert parts["press"].row.suppressed
    assert parts["press"].row.value is None
    assert answer.context["kept_back"] >= 1
    assert "Too few to show" in text(answer)
    narrowed = get(looked, parts["south-phone"].href)
    assert narrowed.context["whole"].n == parts["south-phone"].row.n
    assert "south-phone" in text(narrowed)


def test_a_column_kept_beside_can_be_split_by_where_it_says_something(looked: House) -> None:
    offered = {chip.title: chip.href for chip in get(looked, "/kpis/abandonment/").context["splits"]}
    assert "File" not in offered, "one value splits nothing"
    answer = get(looked, offered["Filiale"])
    assert {part.label for part in answer.context["split"]} == {"Kiel", "Ulm"}


def test_a_wrong_condition_is_refused_at_its_field(looked: House) -> None:
    answer = get(looked, "/kpis/abandonment/?where=regio+==+%22north%22")
    assert answer.status_code == 422
    assert "region" in str(answer.context["form"].errors["where"])
    assert "whole" not in answer.context
    assert 'aria-invalid="true"' in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=2026-07-20&until=2026-07-13", "until"),
        ("since=yesterday", "since"),
        ("set_threshold_seconds=-4", "set_threshold_seconds"),
        ("set_abandons=sometimes", "set_abandons"),
        ("period=year", "period"),
    ],
)
def test_a_wrong_filter_is_refused_at_its_field(looked: House, query: str, field: str) -> None:
    answer = get(looked, f"/kpis/service_level/?{query}")
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_parameters_change_the_figure_and_its_formula(looked: House) -> None:
    strict = get(looked, "/kpis/service_level/?weeks=4&set_threshold_seconds=10")
    loose = get(looked, "/kpis/service_level/?weeks=4&set_threshold_seconds=60")
    assert strict.context["whole"].value < loose.context["whole"].value
    assert "60 seconds" in text(loose)
    assert "threshold seconds = 60" in text(loose)


def test_how_it_was_computed_can_be_followed(looked: House) -> None:
    answer = get(looked, "/kpis/abandonment/")
    computed = dict(answer.context["computed"])
    assert computed["Of these, measured"] == "offered"
    assert computed["What counts"] == "abandoned"
    assert "SELECT" in answer.context["shown"].sql
    assert "/definitions/kpi/abandonment/" in answer.content.decode()


def test_a_region_sees_its_own_rows_only(looked: House) -> None:
    whole = get(looked, "/kpis/abandonment/?weeks=13").context["whole"]
    north = get(looked, "/kpis/abandonment/?weeks=13", "north_admin")
    assert 0 < north.context["whole"].n < whole.n
    assert "Six new colleagues in the south" not in text(north)
    assert "New phone menu" in text(north)


def test_records_are_paged_and_not_for_everybody(looked: House) -> None:
    assert get(looked, "/kpis/abandonment/records/", "agent").status_code == 403
    first = get(looked, "/kpis/abandonment/records/?weeks=4")
    keys = [record.key for record in first.context["records"]]
    assert len(keys) == 50
    second = get(looked, first.context["next"])
    assert not set(keys) & {record.key for record in second.context["records"]}
    assert second.context["first"]


def test_records_of_few_are_kept_back(looked: House) -> None:
    answer = get(looked, '/kpis/abandonment/records/?weeks=all&where=team+==+"press"')
    assert not answer.context["records"]
    assert "Too few to show" in text(answer)


def test_exports_hold_what_the_page_shows(looked: House) -> None:
    address = "/kpis/abandonment/export.{}?by=team&weeks=4"
    answer = get(looked, address.format("csv"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert answer["Content-Disposition"] == 'attachment; filename="abandonment-team.csv"'
    assert {row["team"] for row in rows} == {"north-phone", "north-mail", "south-phone", "south-mail", "press"}
    (press,) = [row for row in rows if row["team"] == "press"]
    assert (press["suppressed"], press["value"], press["n"]) == ("True", "", "")
    table = pq.read_table(io.BytesIO(get(looked, address.format("parquet")).content))
    assert table.num_rows == len(rows)
    cut = get(looked, "/kpis/abandonment/export.csv?cut=week&weeks=4")
    assert len(list(csv.DictReader(io.StringIO(cut.content.decode())))) == 4
    assert get(looked, "/kpis/abandonment/export.xml").status_code == 404


def test_the_list_names_kpis_at_once_and_figures_follow(looked: House) -> None:
    shell = get(looked, "/kpis/")
    assert "Reading the figures" in text(shell)
    assert "Abandonment" in text(shell)
    table = get(looked, "/kpis/", **{"HX-Request": "true"})
    assert b"<html" not in table.content
    assert "Too few" not in text(table)
    kept = get(looked, "/kpis/")
    assert "Reading the figures" not in text(kept)
    glances = {item.kpi.key: item for item in kept.context["kpis"]}
    assert glances["abandonment"].change.is_worse
    assert len(glances["abandonment"].points) == 13
    assert "nps" not in glances
    assert "nps" in {item.kpi.key for item in kept.context["empty"]}


def test_what_changed_most_comes_first(looked: House) -> None:
    answer = get(looked, "/kpis/changed/")
    ranked = [item.kpi.key for item in answer.context["kpis"]]
    assert ranked[0] == "abandonment"
    assert "Abandonment" in text(answer)
    fragment = get(looked, "/kpis/changed/", **{"HX-Request": "true"})
    assert b"<html" not in fragment.content
    assert "Find where Abandonment got worse" in text(fragment)


def test_figures_kept_are_of_this_reach_and_these_facts(looked: House) -> None:
    own = get(looked, "/kpis/abandonment/?weeks=4", "north_admin").context["whole"]
    all_rows = get(looked, "/kpis/abandonment/?weeks=4").context["whole"]
    again = get(looked, "/kpis/abandonment/?weeks=4", "north_admin").context["whole"]
    assert own == again != all_rows


def test_without_facts_a_kpi_says_what_to_do(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with facts_in(tmp_path, monkeypatch, filled=False):
        answer = get(house, "/kpis/csat/")
        assert answer.status_code == 200
        assert "No facts for this KPI yet" in text(answer)
        assert "No facts in the last full week" in text(get(house, "/kpis/?figures=1"))
        assert get(house, "/kpis/csat/records/").status_code == 200
        assert get(house, "/kpis/csat/export.csv").status_code == 404


def test_an_unknown_kpi_names_the_nearest(looked: House) -> None:
    answer = get(looked, "/kpis/abandonmnt/")
    assert answer.status_code == 404
    assert "abandonment" in text(answer)


def test_a_page_weighs_little_before_charts(looked: House) -> None:
    page = get(looked, "/kpis/abandonment/?by=team").content.decode()
    bare = re.sub(r"<figure class=\"chart\".*?</figure>", "", page, flags=re.DOTALL)
    assert len(bare.encode()) < 60_000


def test_the_chart_can_be_explored_from_what_is_in_the_page(looked: House) -> None:
    page = get(looked, "/kpis/abandonment/").content.decode()
    found = re.search(r'<script type="application/json" id="trend-spec">(.*?)</script>', page, re.DOTALL)
    assert found
    assert json.loads(found[1])["layer"]
    bundle = re.search(r'data-bundle="([^"]+)"', page)
    assert bundle
    script = looked.client("admin").get(bundle[1], headers={"accept-encoding": "gzip"})
    assert script["Content-Type"].startswith("text/javascript")
    assert script["Content-Encoding"] == "gzip"
    assert "immutable" in script["Cache-Control"]
    assert looked.client("admin").get("/charts/vega-other.js").status_code == 404


def test_figures_of_colleagues_are_for_who_may_see_records_and_in_order_of_name(looked: House) -> None:
    address = "/kpis/abandonment/?weeks=4&by=agent_key"
    assert get(looked, address, "agent").status_code == 403
    assert get(looked, "/kpis/abandonment/export.csv?by=agent_key", "agent").status_code == 403
    answer = get(looked, address)
    assert answer.status_code == 200
    labels = [part.label for part in answer.context["split"]]
    assert len(labels) > 2
    assert labels == sorted(labels)
    values = [part.row.value for part in answer.context["split"] if part.row.value is not None]
    assert values != sorted(values, reverse=True)

"""A series as published: what an older version published is never read otherwise, and the break is marked."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.actions import approve, propose, put_in_force
from heed.core.definitions.models import DefinitionVersion
from heed.core.errors.rules import Invalid
from heed.goals.kpis.actions import ensure_catalogue
from heed.goals.kpis.published import as_contract, show_published
from heed.goals.kpis.queries import Question, show_kpi
from heed.goals.kpis.rules import catalogue_body
from tests.core.conftest import House, build
from tests.goals.kpis.operation import facts_in

WIDER = {"success": "abandoned || wait_seconds >= 30.0"}
# A Wednesday: the week of it ends under the new version.
CHANGED, FIRST_WEEK = datetime(2026, 5, 6, 15, tzinfo=UTC), date(2026, 5, 4)
SPAN = Question(date(2026, 4, 6), date(2026, 6, 1))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("facts")
    with pytest.MonkeyPatch.context() as patch, facts_in(folder, patch):
        yield folder


@pytest.fixture
def house(db: None, filled: Path) -> House:
    cache.clear()
    built = build()
    ensure_catalogue()
    return built


def redefine(at: datetime, **changes: Any) -> int:
    """A version in force since a moment of the past, as if it had been put in force then."""
    body = catalogue_body("abandonment")
    body["measure"] |= changes.pop("measure", {})
    with transaction.atomic():
        row = propose(COMMAND_LINE, "kpi", "abandonment", body | changes)
        approve(COMMAND_LINE, "kpi", "abandonment", row.number)
        put_in_force(COMMAND_LINE, "kpi", "abandonment", row.number)
    rows = DefinitionVersion.objects.filter(kind="kpi", key="abandonment")
    rows.filter(number=row.number).update(effective_from=at)
    rows.filter(number=row.number - 1).update(effective_until=at)
    return row.number


def by_week(question: Question) -> dict[date | None, float | None]:
    return {row.period: row.value for row in show_kpi("abandonment", COMMAND_LINE, question, period="week").rows}


def test_each_week_is_read_by_the_version_in_force_when_it_ended(house: House) -> None:
    older = by_week(SPAN)
    redefine(CHANGED, measure=WIDER)
    newer = by_week(SPAN)
    assert all(newer[week] != older[week] for week in older)
    told = show_published("abandonment", COMMAND_LINE, SPAN, period="week")
    assert len(told.rows) == 8
    for row in told.rows:
        assert row.period is not None
        assert row.value == (newer if row.period >= FIRST_WEEK else older)[row.period]
        assert told.version_of(row) == (2 if row.period >= FIRST_WEEK else 1)
    assert told.breaks == ((FIRST_WEEK, 2),)
    assert as_contract(told)["breaks"] == [{"period": FIRST_WEEK, "version": 2}]
    # One that is asked for reads all.
    alone = show_published("abandonment", COMMAND_LINE, Question(SPAN.since, SPAN.until, version=2), period="week")
    assert {row.period: row.value for row in alone.rows} == newer
    assert alone.breaks == ()


def test_by_team_the_rows_stand_in_order_and_what_is_left_out_is_added_up(house: House) -> None:
    whole = show_kpi("abandonment", COMMAND_LINE, SPAN, by=("team",), period="week")
    redefine(CHANGED, measure=WIDER)
    told = show_published("abandonment", COMMAND_LINE, SPAN, by=("team",), period="week")
    assert [(row.group, row.period) for row in told.rows] == [(row.group, row.period) for row in whole.rows]
    assert told.excluded == whole.excluded


def test_new_words_are_no_break_and_another_unit_is_not_drawn_as_the_same(house: House) -> None:
    redefine(CHANGED, name="Given up")
    told = show_published("abandonment", COMMAND_LINE, SPAN, period="week")
    assert told.breaks == ()
    assert {told.version_of(row) for row in told.rows} == {1, 2}
    waits = {"kind": "mean", "success": None, "value": "wait_seconds"}
    redefine(datetime(2026, 5, 20, tzinfo=UTC), measure=waits, unit="seconds")
    told = show_published("abandonment", COMMAND_LINE, SPAN, period="week")
    assert told.breaks == ((date(2026, 5, 18), 3),)
    assert {row.reason for row in told.rows if told.version_of(row) < 3} == {"another_unit"}
    assert all(row.value is None for row in told.rows if told.version_of(row) < 3)


def test_of_two_versions_in_one_week_the_later_one_defined_it(house: House) -> None:
    redefine(CHANGED, measure={"success": "abandoned || wait_seconds >= 33.0"})
    redefine(datetime(2026, 5, 8, tzinfo=UTC), measure=WIDER)
    told = show_published("abandonment", COMMAND_LINE, SPAN, period="week")
    assert {told.version_of(row) for row in told.rows} == {1, 3}
    by_day = show_published("abandonment", COMMAND_LINE, SPAN, period="day")
    assert [number for _day, number in by_day.breaks] == [2, 3]


def test_a_setting_nobody_knows_is_refused_whatever_the_versions(house: House) -> None:
    redefine(CHANGED, measure=WIDER)
    with pytest.raises(Invalid, match="no parameter days"):
        show_published("abandonment", COMMAND_LINE, Question(settings={"days": 3}), period="week")


def test_over_the_api_as_a_file_and_on_the_page(house: House) -> None:
    redefine(CHANGED, measure=WIDER)
    client = house.client("admin")
    told = client.get("/api/v1/kpis/abandonment/trend?since=2026-04-06&until=2026-06-01").json()
    assert told["breaks"] == [{"period": "2026-05-04", "version": 2}]
    assert [row["definition_version"] for row in told["rows"]] == [1] * 4 + [2] * 4
    alone = client.get("/api/v1/kpis/abandonment/trend?since=2026-04-06&until=2026-06-01&version=1").json()
    assert {row["definition_version"] for row in alone["rows"]} == {1}
    span = "since=2026-04-06&until=2026-05-31"
    written = client.get(f"/kpis/abandonment/export.csv?{span}&cut=week").content.decode()
    rows = list(csv.DictReader(written.splitlines()))
    assert [row["definition_version"] for row in rows] == ["1"] * 4 + ["2"] * 4
    page = client.get(f"/kpis/abandonment/?{span}&period=week").content.decode()
    assert "Break in series: measured by version 2 of the definition from here on" in page

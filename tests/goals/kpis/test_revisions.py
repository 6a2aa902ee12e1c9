"""Versions of a KPI beside one another: what the definition did and what is real, and they add up."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.actions import approve, propose, put_in_force
from heed.core.errors.rules import Invalid, NotFound
from heed.goals.kpis.actions import ensure_catalogue
from heed.goals.kpis.queries import Question, show_kpi
from heed.goals.kpis.revisions import compare
from heed.goals.kpis.rules import catalogue_body, versions_of
from tests.core.conftest import House, build
from tests.goals.kpis.operation import facts_in


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


def redefine(key: str, *, enact: bool = True, **measure: Any) -> int:
    """A version that measures otherwise."""
    body = catalogue_body(key)
    body["measure"] = body["measure"] | measure
    with transaction.atomic():
        row = propose(COMMAND_LINE, "kpi", key, body)
        if enact:
            approve(COMMAND_LINE, "kpi", key, row.number)
            put_in_force(COMMAND_LINE, "kpi", key, row.number)
    return row.number


WEEK = Question(since=date(2026, 7, 13), until=date(2026, 7, 20))
SHORT: dict[str, Any] = {"success": "abandoned && wait_seconds > 20.0 && topic == 'billing'"}


def test_what_the_definition_did_and_what_is_real_add_up(house: House) -> None:
    published = show_kpi("abandonment", COMMAND_LINE, WEEK).whole
    redefine("abandonment", **SHORT)
    found = compare("abandonment", COMMAND_LINE, WEEK)
    assert (found.older.number, found.newer.number) == (1, 2)
    assert found.published.value == pytest.approx((found.definition.value or 0) + (found.real.value or 0))
    # Billing is every other contact; of the twentieth that gives up in a usual week the even numbers are about the contract.
    assert found.definition.value is not None and found.definition.value < 0
    assert found.definition.high is not None and found.definition.high < 0
    assert found.real.low is not None and found.real.low > 0
    # Nothing that was published reads otherwise.
    assert found.figures["older_now"] == published
    assert show_kpi("abandonment", COMMAND_LINE, Question(WEEK.since, WEEK.until, version=1)).whole == published


def test_the_definitions_part_is_paired(house: House) -> None:
    """Rows that both versions count say nothing of the difference: a few more rows move the figure by little, surely."""
    redefine("abandonment", success="abandoned || wait_seconds >= 34.0")
    found = compare("abandonment", COMMAND_LINE, WEEK)
    part = found.definition
    assert part.method == "delete_a_group_jackknife"
    assert part.low is not None and part.high is not None and part.value is not None
    older, newer = found.figures["older_before"], found.figures["newer_before"]
    assert older.low is not None and older.value is not None and newer.high is not None and newer.value is not None
    assert part.low < part.value < part.high
    assert part.high - part.value < newer.high - newer.value


def test_a_version_that_is_only_proposed_runs_beside_the_one_in_force(house: House) -> None:
    number = redefine("abandonment", enact=False, **SHORT)
    found = compare("abandonment", COMMAND_LINE, WEEK)
    assert (found.newer.number, found.newer.state) == (number, "proposed")
    assert not found.newer.is_published
    assert show_kpi("abandonment", COMMAND_LINE, WEEK).definition_version == 1
    assert len(found.weeks) >= 12


def test_a_new_name_moves_nothing(house: House) -> None:
    with transaction.atomic():
        row = propose(COMMAND_LINE, "kpi", "abandonment", catalogue_body("abandonment") | {"name": "Given up"})
    found = compare("abandonment", COMMAND_LINE, WEEK, newer=row.number)
    assert (found.definition.value, found.definition.low, found.definition.high) == (0.0, 0.0, 0.0)
    assert found.real.value == found.published.value


def test_what_cannot_be_compared_is_refused_or_said(house: House) -> None:
    with pytest.raises(Invalid, match="one version only"):
        compare("abandonment", COMMAND_LINE)
    with pytest.raises(NotFound):
        compare("abandonment", COMMAND_LINE, older=7)
    with pytest.raises(Invalid, match="no two versions"):
        versions_of("1")
    assert versions_of("1,2") == (1, 2)
    redefine("asa", kind="quantile", quantile=0.5)
    found = compare("asa", COMMAND_LINE, WEEK)
    assert found.definition.method == "mover"


def test_on_the_page_and_over_the_api(house: House) -> None:
    client = house.client("admin")
    assert "one version only" in client.get("/kpis/abandonment/versions/").content.decode()
    assert 'versions/"' not in client.get("/kpis/abandonment/").content.decode()
    redefine("abandonment", **SHORT)
    said = re.sub(r"\s+", " ", client.get("/kpis/abandonment/versions/").content.decode())
    assert "By the definition" in said
    assert 'versions/"' in client.get("/kpis/abandonment/").content.decode()
    told = client.get("/api/v1/kpis/abandonment/revision?since=2026-07-13&until=2026-07-20").json()
    assert told["published_change"]["value"] == pytest.approx(told["definition"]["value"] + told["real"]["value"])
    assert client.get("/api/v1/kpis/abandonment/revision?since=0001-01-02").status_code == 422
    assert client.get("/api/v1/kpis/abandonment/figure?version=1").json()["definition_version"] == 1
    assert client.get("/api/v1/kpis/abandonment/figure?version=9").status_code == 404
    assert client.get("/api/v1/kpis/nobody/revision").status_code == 404

"""Targets: judged by the interval, for the figure as defined, shown where somebody must look."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from heed.core.definitions.actions import approve, plan_model, propose, put_in_force
from heed.core.definitions.queries import in_force
from heed.core.definitions.rules import COMMAND_LINE, InvalidDefinition, Wanted, canonical, digest, validate
from heed.goals.kpis.actions import ensure_catalogue
from heed.goals.kpis.rules import catalogue_body, standing
from tests.core.conftest import House, build
from tests.goals.kpis.operation import facts_in


@pytest.mark.parametrize(
    ("low", "high", "target", "direction", "stands"),
    [
        (0.81, 0.85, 0.8, "higher_is_better", "met"),
        (0.80, 0.85, 0.8, "higher_is_better", "met"),
        (0.76, 0.82, 0.8, "higher_is_better", "uncertain"),
        (0.76, 0.80, 0.8, "higher_is_better", "uncertain"),
        (0.74, 0.78, 0.8, "higher_is_better", "missed"),
        (10.0, 14.0, 15.0, "lower_is_better", "met"),
        (16.0, 20.0, 15.0, "lower_is_better", "missed"),
        (14.0, 20.0, 15.0, "lower_is_better", "uncertain"),
        (0.1, 0.2, 0.3, "neither", ""),
        (None, 0.2, 0.3, "higher_is_better", ""),
        (0.1, 0.2, None, "higher_is_better", ""),
    ],
)
def test_a_figure_stands_to_its_target_by_its_interval(
    low: float | None, high: float | None, target: float | None, direction: str, stands: str
) -> None:
    assert standing(low, high, target, direction) == stands


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"target": 80}, "a target in share lies between 0 and 1"),
        ({"target": -0.1}, "a target in share lies between 0 and 1"),
        ({"target": 0.8, "direction": "neither"}, "a target needs a direction"),
        ({"target": "high"}, "valid number"),
        ({"target": float("nan")}, "finite number"),
    ],
)
def test_a_target_the_figure_cannot_have_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidDefinition, match=said):
        validate("kpi", catalogue_body("csat") | changes)


def test_a_time_below_zero_is_no_target() -> None:
    with pytest.raises(InvalidDefinition, match="at least 0"):
        validate("kpi", catalogue_body("asa") | {"target": -1})


def test_a_definition_without_a_target_is_stored_as_ever() -> None:
    """A store from before there were targets has the same bodies, so that applying them changes nothing."""
    body = canonical(validate("kpi", catalogue_body("csat")))
    assert "target" not in body
    with_one = canonical(validate("kpi", catalogue_body("csat") | {"target": 0.8}))
    assert with_one["target"] == 0.8
    assert digest(with_one) != digest(body)


def aim(key: str, target: float) -> None:
    with transaction.atomic():
        row = propose(COMMAND_LINE, "kpi", key, catalogue_body(key) | {"target": target})
        approve(COMMAND_LINE, "kpi", key, row.number)
        put_in_force(COMMAND_LINE, "kpi", key, row.number)


@pytest.fixture
def house(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """In the last full week three tenths of the south gave up and a twentieth of the north: 17.5 % of 240."""
    cache.clear()
    built = build()
    ensure_catalogue()
    for key, target in (("abandonment", 0.05), ("asa", 3600.0), ("service_level", 0.7), ("csat", 0.9)):
        aim(key, target)
    with facts_in(tmp_path, monkeypatch):
        yield built


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_what_is_off_target_is_told_with_its_interval(house: House) -> None:
    client = house.client("admin")
    answer = client.get("/kpis/targets/", HTTP_HX_REQUEST="true")
    assert next((item.kpi.key, item.standing) for item in answer.context["off"]) == ("abandonment", "missed")
    assert answer.context["met"] == 1
    said = words(answer)
    assert "off target" in said
    assert "5.0%" in said
    page = client.get("/kpis/targets/").content.decode()
    assert page.count("<h1") == 1


def test_the_page_of_a_kpi_shows_its_target_for_the_figure_as_defined(house: House) -> None:
    client = house.client("admin")
    said = words(client.get("/kpis/abandonment/"))
    assert "target 5.0%" in said
    assert "off target" in said
    as_defined = client.get("/kpis/service_level/").content.decode()
    assert '"target": 0.7' in as_defined or '"target":0.7' in as_defined
    other = client.get("/kpis/service_level/?set_threshold_seconds=5").content.decode()
    assert '"target"' not in other
    assert "target 70" not in words(client.get("/kpis/service_level/?set_threshold_seconds=5"))


def test_the_api_tells_the_target(house: House) -> None:
    client = house.client("admin")
    assert client.get("/api/v1/kpis/abandonment/figure").json()["target"] == 0.05
    assert client.get("/api/v1/kpis/service_level/figure?set=threshold_seconds%3D5").json()["target"] is None
    known = {item["key"]: item["target"] for item in client.get("/api/v1/kpis").json()["items"]}
    assert (known["csat"], known["transfer_rate"]) == (0.9, None)


def test_a_target_is_a_change_of_the_definition_like_any_other(house: House) -> None:
    held = in_force("kpi", "abandonment")
    assert held is not None
    assert (held.version, held.body.target) == (2, 0.05)  # type: ignore[attr-defined]
    same = [Wanted("kpi", key, canonical(validate("kpi", catalogue_body(key))), key) for key in ("asa", "aht")]
    assert [(change.key, change.diff) for change in plan_model(same)] == [("asa", "target: 3600.0 → nothing")]

"""The kind `kpi`: the catalogue holds, parameters do what they say, and unknown names are refused when proposed."""

from typing import Any

import pytest

from heed.core.definitions.rules import canonical, validate
from heed.core.errors.rules import Invalid
from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.rules import CATALOGUE, catalogue_body, least_group, reached_rows
from heed.metrics.measures import Mean, Proportion, Quantile


def kpi(key: str, **changed: Any) -> Kpi:
    found = validate("kpi", catalogue_body(key) | changed)
    assert isinstance(found, Kpi)
    return found


@pytest.mark.parametrize("key", CATALOGUE)
def test_the_catalogue_is_valid_says_its_formula_and_its_source(key: str) -> None:
    found = kpi(key)
    resolved = found.resolve()
    assert "{" not in resolved.formula
    assert found.source
    assert found.target_hints
    assert validate("kpi", canonical(found)) == found


def test_service_level_has_its_three_treatments_and_its_threshold() -> None:
    found = kpi("service_level")
    failed = found.resolve().measure
    assert isinstance(failed, Proportion)
    assert (failed.among, failed.success) == ("offered", "answered && wait_seconds <= 20.0")
    ignored = found.resolve({"abandons": "ignored", "threshold_seconds": "30"})
    assert isinstance(ignored.measure, Proportion)
    assert (ignored.measure.among, ignored.measure.success) == ("answered", "wait_seconds <= 30.0")
    assert ignored.formula == "Contacts answered within 30 seconds, over contacts answered."
    short = found.resolve({"abandons": "short_excluded"}).measure
    assert short.among == "offered && !(abandoned && wait_seconds <= 20.0)"


def test_choices_may_change_kind_and_unit() -> None:
    found = kpi("ces")
    assert isinstance(found.resolve().measure, Mean)
    top = found.resolve({"figure": "top_box"})
    assert isinstance(top.measure, Proportion)
    assert (top.unit, top.measure.weight) == ("share", "weight")
    by_customer = kpi("fcr").resolve({"resolved": "customer"}).measure
    assert by_customer.source == "responses"
    assert dict(by_customer.exclusions) == {"unscored": "!has_score && !has_choice"}


def test_a_quantile_is_set() -> None:
    measure = kpi("resolution_time").resolve({"quantile": "0.9"}).measure
    assert isinstance(measure, Quantile)
    assert measure.quantile == 0.9


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"threshold": 20}, "threshold_seconds"),
        ({"abandons": "ignore"}, "ignored"),
        ({"threshold_seconds": "soon"}, "20"),
        ({"threshold_seconds": -1}, "0"),
        ({"threshold_seconds": "nan"}, "0"),
        ({"threshold_seconds": "inf"}, "0"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, Any], hint: str) -> None:
    with pytest.raises(Invalid) as refused:
        kpi("service_level").resolve(settings)
    assert hint in refused.value.hint


def changed_measure(key: str, **fields: Any) -> dict[str, Any]:
    return {"measure": catalogue_body(key)["measure"] | fields}


@pytest.mark.parametrize(
    ("key", "changed", "hint"),
    [
        ("asa", changed_measure("asa", value="wait_second"), "wait_seconds"),
        ("asa", changed_measure("asa", source="interaction"), "interactions"),
        ("asa", changed_measure("asa", among="answred"), "answered"),
        ("csat", changed_measure("csat", weight="weigth"), "weight"),
        ("csat", changed_measure("csat", exclusions={"unscored": "!has_scor"}), "has_score"),
        ("csat", {"segment_keys": ["regoin"]}, "region"),
        ("csat", {"segment_keys": ["attributes"]}, ""),
        ("asa", changed_measure("asa", succes="answered"), "success"),
        ("asa", changed_measure("asa", success="answered"), ""),
        ("asa", {"measure": {"kind": "mean", "source": "interactions"}}, ""),
        ("asa", changed_measure("asa", value="region"), ""),
        ("asa", {"directon": "neither"}, "direction"),
        (
            "service_level",
            {"parameters": {"abandons": {"meaning": "x", "default": "y", "choices": {"z": {"meaning": "z"}}}}},
            "",
        ),
    ],
)
def test_unknown_names_are_refused_when_proposed_naming_the_nearest(
    key: str, changed: dict[str, Any], hint: str
) -> None:
    with pytest.raises(Invalid) as refused:
        kpi(key, **changed)
    assert hint in refused.value.hint


def test_a_choice_nobody_takes_by_default_is_checked_too() -> None:
    body = catalogue_body("service_level")
    body["parameters"]["abandons"]["choices"]["ignored"]["measure"]["among"] = "answerd"
    with pytest.raises(Invalid) as refused:
        validate("kpi", body)
    assert "answered" in refused.value.hint


class Policy:
    min_n_customers = 20
    min_n_employees = 7


def test_the_least_group_is_the_policys() -> None:
    assert least_group(None, ["region"]) == 10
    assert least_group(None, ["region", "agent_key"]) == 5
    assert least_group(Policy(), []) == 20
    assert least_group(Policy(), ["agent_key"]) == 7


class Reach:
    def __init__(self, everything: bool) -> None:
        self.everything = everything
        self.teams, self.regions = frozenset({"blue"}), frozenset({"north"})


def test_rows_are_reached_by_team_or_region() -> None:
    assert reached_rows(Reach(True)) is None
    assert reached_rows(Reach(False)) == {"team": {"blue"}, "region": {"north"}}

"""The catalogue heed brings along, and what decides how a KPI is read: the least group shown, and the rows a person
reaches.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.resources import files
from typing import Any, Literal, Protocol

import yaml

from heed.core.errors.rules import Invalid, phrase
from heed.goals.kpis.definition import Kpi, Resolved, Setting

CATALOGUE = (
    "csat",
    "nps",
    "ces",
    "fcr",
    "aht",
    "asa",
    "service_level",
    "abandonment",
    "first_response_time",
    "resolution_time",
    "reopen_rate",
    "transfer_rate",
)
Standing = Literal["", "met", "missed", "uncertain"]
EMPLOYEE_COLUMNS = frozenset({"agent_key"})
PEOPLE_COLUMNS = EMPLOYEE_COLUMNS | {"customer_key"}
POLICY_KIND = "privacy_policy"


class LeastGroups(Protocol):
    """What is read of the privacy policy in force: how many rows a group must have to be shown."""

    @property
    def min_n_customers(self) -> int: ...

    @property
    def min_n_employees(self) -> int: ...


class Reach(Protocol):
    """What is read of a scope: whether every row is reached, and else those of which teams and regions."""

    @property
    def everything(self) -> bool: ...

    @property
    def teams(self) -> frozenset[str]: ...

    @property
    def regions(self) -> frozenset[str]: ...


def catalogue_body(key: str) -> dict[str, Any]:
    """The definition heed brings along under this key, as it stands in its file."""
    body: dict[str, Any] = yaml.safe_load(
        files("heed.goals.kpis").joinpath(f"catalogue/{key}.yaml").read_text(encoding="utf-8")
    )
    return body


def measure_of(kpi: Kpi, settings: Mapping[str, Setting] | None = None) -> Resolved:
    """The measure of a KPI under settings. Raises Invalid naming the nearest parameter or choice."""
    return kpi.resolve(settings)


def least_group(policy: LeastGroups | None, by: Sequence[str]) -> int:
    """How many rows a group must have: about employees (split by who served) the policy's lower bound, else that for
    customers; 5 and 10 without a policy.
    """
    if EMPLOYEE_COLUMNS & set(by):
        return policy.min_n_employees if policy else 5
    return policy.min_n_customers if policy else 10


def reached_rows(reach: Reach) -> dict[str, frozenset[str]] | None:
    """Column -> values of the rows a person reaches; None = every row. A row is reached by its team or by its region."""
    if reach.everything:
        return None
    return {"team": reach.teams, "region": reach.regions}


def standing(low: float | None, high: float | None, target: float | None, direction: str) -> Standing:
    """How a figure stands to its target by its interval: met or missed when all of it lies on that side, uncertain when
    it holds the target. Empty where there is no target, no interval or no better side.
    """
    if low is None or high is None or target is None or direction not in ("higher_is_better", "lower_is_better"):
        return ""
    if direction == "lower_is_better":
        low, high, target = -high, -low, -target
    if low >= target:
        return "met"
    return "missed" if high < target else "uncertain"


def moment_of(text: str) -> date | datetime | None:
    """A day (2024-03-01) or a time as somebody writes it; None when nothing is written. Raises Invalid."""
    if not text:
        return None
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(
            phrase("{text} is no day and no time.", text=text),
            code="invalid_time",
            hint="Such as 2024-03-01 or 2024-03-01T09:00Z.",
        ) from error


def settings_of(pairs: Sequence[str]) -> dict[str, Setting]:
    """NAME=VALUE pairs as settings. Raises Invalid for what is no such pair."""
    settings: dict[str, Setting] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise Invalid(
                phrase("{pair} sets nothing.", pair=pair),
                code="invalid_setting",
                hint="Write NAME=VALUE, such as threshold_seconds=20.",
            )
        settings[name.strip()] = value.strip()
    return settings

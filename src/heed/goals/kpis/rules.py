"""The catalogue heed brings along, and what decides how a KPI is read: the least group shown, and the rows a person
reaches.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.resources import files
from typing import Any, Literal, Protocol

import yaml

from heed.core.errors.rules import Invalid, phrase
from heed.goals.kpis.definition import Kpi, Reason, Resolved, Setting

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
    "contacts_per_resolution",
    "backlog_age",
    "contact_rate",
    "cost_per_contact",
    "occupancy",
    "utilisation",
    "sla_attainment",
    "escalation_rate",
    "containment",
    "bot_handoff_rate",
    "repeat_usage",
    "recontact",
    "complaint_rate",
    "downgrade",
    "churn",
    "qa_score",
    "enps",
    "response_rate",
    "time_to_close_loop",
)
Standing = Literal["", "met", "missed", "uncertain"]
# Why a KPI is in a set or out of it, by code; `{other}` is another KPI by its short name.
REASONS: dict[str, str] = {
    "no_facts": phrase("There are no facts for it at this grain."),
    "no_such_split": phrase("Its facts cannot be told apart at this grain."),
    "unknown_to_condition": phrase("Its facts do not know what the condition asks for."),
    "too_short": phrase("There are fewer than twelve weeks of facts."),
    "too_blunt": phrase("Too blunt: at this volume only a very large change would show in a month."),
    "chance": phrase("What units differ by is chance: none of them can move it."),
    "redundant": phrase("It repeats {other} (correlation {correlation})."),
    "side_is_full": phrase("Three sharper ones speak for the same side."),
    "leads": phrase("It tells of satisfaction {weeks} weeks ahead."),
    "tension": phrase("It keeps {other} honest: there is a tension between them."),
    "sharp": phrase("It shows small changes and tells what the others do not."),
    "sharp_satisfaction": phrase("It shows small changes and speaks for customers."),
    "sharp_efficiency": phrase("It shows small changes and speaks for efficiency."),
}
AGAINST = phrase("Chosen against the evidence: {reason}")
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


def reason_said(code: str, values: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    """A reason in words that can be said in another language. names: short names of KPIs by key. A code of another version
    of heed says itself.
    """
    template = REASONS.get(f"{code}_{values['side']}" if values.get("side") else code)
    if template is None:
        return code
    told = {name: value for name, value in values.items() if name != "side"}
    if "other" in told:
        other = str(told["other"])
        told["other"] = phrase((names or {}).get(other, other))
    try:
        return phrase(str(template), **told) if told else template
    except (LookupError, ValueError):
        return code


def stored_reason_said(reason: Reason | str, names: Mapping[str, str] | None = None) -> str:
    """A reason as a set keeps it, in words; what somebody wrote themselves stays as they wrote it."""
    if isinstance(reason, str):
        return reason
    said = reason_said(reason.code, reason.values, names)
    return phrase(str(AGAINST), reason=said) if reason.against else said


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


def versions_of(text: str) -> tuple[int | None, int | None]:
    """Two versions as somebody writes them: `1,2`; `last` is the newest beside the one before it. Raises Invalid."""
    if text == "last":
        return None, None
    first, comma, second = text.partition(",")
    if not (comma and first.strip().isdigit() and second.strip().isdigit()) or len(text) > 12:
        raise Invalid(
            phrase("{text} names no two versions.", text=text),
            code="invalid_versions",
            hint="Write OLD,NEW, such as 1,2; or last.",
        )
    return int(first), int(second)

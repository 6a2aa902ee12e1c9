"""Which KPIs are weighed against one another, over which full weeks, and their panels within what a person reaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, cast

from heed.core.access.rules import Scope
from heed.core.conditions.rules import compile_condition
from heed.core.definitions.queries import all_in_force
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.feedback.quality.queries.audits import AuditMark, marks_in
from heed.goals.kpis.definition import Direction, Kpi, Resolved
from heed.goals.kpis.queries import KIND, engine, organisation_zone, privacy_policy, weighed
from heed.goals.kpis.rules import PEOPLE_COLUMNS, least_group, reached_rows
from heed.metrics.panels import Panel, can_be_panelled, panel
from heed.metrics.periods import start_of
from heed.metrics.selection import Slice
from heed.metrics.sources.opening import open_source, span
from heed.metrics.sources.shapes import shape_of

Aspect = Literal["", "efficiency", "satisfaction"]
WEEK = timedelta(days=7)
GRAINS = {"team": "team", "agent": "agent_key", "week": ""}
# What the KPIs that heed brings along speak for. A time to resolve is efficiency here: it can be bought by closing early.
ASPECTS: dict[str, Aspect] = {
    **dict.fromkeys(
        (
            "aht",
            "bot_handoff_rate",
            "contact_rate",
            "containment",
            "cost_per_contact",
            "escalation_rate",
            "first_response_time",
            "occupancy",
            "resolution_time",
            "transfer_rate",
            "utilisation",
        ),
        "efficiency",
    ),
    **dict.fromkeys(
        ("ces", "churn", "contacts_per_resolution", "csat", "fcr", "nps", "qa_score", "reopen_rate", "repeat_usage"),
        "satisfaction",
    ),
}
# Neither way is better for its own sake; in these directions it costs less.
CHEAPER: dict[str, int] = {"aht": -1, "occupancy": 1, "utilisation": 1, "contact_rate": -1, "transfer_rate": -1}


@dataclass(frozen=True)
class Asked:
    """grain: team, agent, week (all together), or a column that facts have. weeks: full weeks up to the newest facts."""

    grain: str = "team"
    weeks: int = 78
    where: str = ""


@dataclass(frozen=True)
class Weighed:
    """A KPI that takes part: its definition's version, what it speaks for, and which way is better (1, -1, 0 neither)."""

    key: str
    name: str
    short: str
    unit: str
    direction: Direction
    version: int
    aspect: Aspect
    better: int
    resolved: Resolved


@dataclass(frozen=True)
class Weighing:
    """KPIs with their panels; `left_out` says why others have none. min_n: rows a unit must have to be shown. marks: failed
    audits that any of the panels rests on.
    """

    asked: Asked
    kpis: tuple[Weighed, ...]
    panels: Mapping[str, Panel]
    left_out: Mapping[str, str]
    since: date | None
    until: date | None
    min_n: int
    marks: tuple[AuditMark, ...] = ()

    def kpi(self, key: str) -> Weighed:
        return next(each for each in self.kpis if each.key == key)


def column_of(grain: str) -> str:
    """The column of a grain. Raises Invalid for what cannot be one."""
    if grain in GRAINS:
        return GRAINS[grain]
    if not grain or grain == "customer_key":
        raise Invalid(
            phrase("{grain} is no grain.", grain=grain or "–"), code="unknown_grain", hint=nearest(grain, GRAINS)
        )
    return grain


def candidates(keys: Sequence[str] = ()) -> tuple[Weighed, ...]:
    """KPIs in force, those of these keys where any are given. Raises Invalid naming the nearest."""
    held = {found.key: found for found in all_in_force(KIND)}
    for key in keys:
        if key not in held:
            raise Invalid(phrase("No KPI {key} is in force.", key=key), code="unknown_kpi", hint=nearest(key, held))
    chosen = []
    for key in sorted(set(keys)) or sorted(held):
        kpi = cast(Kpi, held[key].body)
        aspect = kpi.aspect or ASPECTS.get(key, "")
        better = {"higher_is_better": 1, "lower_is_better": -1, "neither": CHEAPER.get(key, 0)}[kpi.direction]
        if not better and aspect == "efficiency":
            better = -1 if kpi.unit in ("seconds", "money") else 1
        short = kpi.short or kpi.name
        resolved = kpi.resolve()
        version = held[key].version
        chosen.append(Weighed(key, kpi.name, short, resolved.unit, kpi.direction, version, aspect, better, resolved))
    return tuple(chosen)


def demand(scope: Scope, asked: Asked, kpis: Sequence[Weighed]) -> str:
    """Raise Forbidden where somebody may not see this; the column of the grain otherwise."""
    scope.demand("see_figures")
    column = column_of(asked.grain)
    if PEOPLE_COLUMNS & (_named(asked.where, kpis) | {column}):
        scope.demand("see_records")
    return column


def _named(where: str, kpis: Sequence[Weighed]) -> frozenset[str]:
    """The names a condition uses. Raises Invalid where no KPI's facts know all of them."""
    refusal: Invalid | None = None
    for source in dict.fromkeys(kpi.resolved.measure.source for kpi in kpis if where):
        try:
            return frozenset(compile_condition(where, shape_of(source).fields).field_names)
        except Invalid as error:
            refusal = refusal or error
    if refusal is not None:
        raise refusal
    return frozenset()


def _knows(source: str, where: str) -> bool:
    try:
        compile_condition(where, shape_of(source).fields)
    except Invalid:
        return False
    return True


def weigh(scope: Scope, asked: Asked, kpis: Sequence[Weighed]) -> Weighing:
    """The panels of KPIs. Raises Forbidden, and Invalid where no KPI's facts know the condition or the grain."""
    if not 12 <= asked.weeks <= 520:
        raise Invalid(
            phrase("{weeks} weeks cannot be looked at.", weeks=asked.weeks),
            code="invalid_weeks",
            hint="Ask for 12 to 520.",
        )
    column = demand(scope, asked, kpis)
    panels: dict[str, Panel] = {}
    left_out: dict[str, str] = {}
    marks: dict[str, AuditMark] = {}
    for kpi in kpis:
        found = _panel(kpi, column, asked, scope)
        if isinstance(found, str):
            left_out[kpi.key] = found
        else:
            panels[kpi.key], on = found
            marks |= {mark.audit: mark for mark in on}
    if not panels and not any(column in shape_of(kpi.resolved.measure.source).fields for kpi in kpis if column):
        known = {name for kpi in kpis for name in shape_of(kpi.resolved.measure.source).fields}
        if column and kpis:
            raise Invalid(
                phrase("No facts have {column}.", column=column), code="unknown_column", hint=nearest(column, known)
            )
    weeks = [week for each in panels.values() for week in each.weeks]
    since, until = (min(weeks), max(weeks) + WEEK) if weeks else (None, None)
    least = least_group(privacy_policy(), (column,) if column else ())
    return Weighing(asked, tuple(kpis), panels, left_out, since, until, least, tuple(marks.values()))


def _panel(kpi: Weighed, column: str, asked: Asked, scope: Scope) -> tuple[Panel, tuple[AuditMark, ...]] | str:
    """The panel of a KPI with the failed audits that it rests on, or why there is none."""
    measure = kpi.resolved.measure
    if not can_be_panelled(measure, column):
        return "no_such_split"
    if asked.where and not _knows(measure.source, asked.where):
        return "unknown_to_condition"
    part = _full_weeks(measure.source, asked, scope)
    if part is None:
        return "no_facts"
    part = weighed(measure, part)
    found = panel(engine(), measure, unit=column, part=part, zone=organisation_zone())
    return "no_facts" if found.is_empty else (found, marks_in(measure, part))


def _full_weeks(source: str, asked: Asked, scope: Scope) -> Slice | None:
    opened = open_source(engine(), source)
    _, last = span(engine(), opened)
    if last is None:
        return None
    zone = organisation_zone()
    day = last.astimezone(zone).date()
    until = day - timedelta(days=day.weekday())
    since = start_of(until - WEEK * asked.weeks, zone)
    return Slice(since, start_of(until, zone), asked.where, reached_rows(scope))

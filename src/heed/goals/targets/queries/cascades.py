"""Cascades of targets: which there are, how each unit stands to its own, and what a new one may start from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.definitions.queries import InForce, all_in_force, in_force
from heed.core.errors.rules import Invalid, NotFound, nearest, phrase
from heed.core.people.queries import unit_nodes, units
from heed.core.people.rules import Node, in_order
from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.queries import Question, engine, kpi_in_force, organisation_zone, show_kpi
from heed.goals.kpis.rules import Standing
from heed.goals.targets.definition import Sum, Target, UnitTarget, sum_of
from heed.goals.targets.rules import KIND, Aim, aim_of, judged, members, mismatch_of, within_unit
from heed.metrics.sources.shapes import shape_of

if TYPE_CHECKING:
    from heed.metrics.readings import Row

WEEKS, MOST_WEEKS = 4, 104
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class UnitStanding:
    """A unit of a cascade: what it aims at, what it reached, and what those below it come to."""

    unit: str
    name: str
    depth: int
    parent: str
    target: float
    volume: float
    row: "Row | None"
    standing: Standing
    sum: Sum | None


@dataclass(frozen=True)
class Stand:
    """How a cascade stands over full weeks, within somebody's reach. `mismatch`: the KPI is not what the cascade says of it."""

    held: InForce
    target: Target
    kpi_name: str
    kpi_version: int | None
    rows: tuple[UnitStanding, ...]
    since: date | None
    until: date | None
    cutoff: datetime | None
    method: str
    min_n: int
    mismatch: str


def cascades() -> list[InForce]:
    """The cascades in force, in order of key."""
    return all_in_force(KIND)


def cascade(key: str) -> InForce:
    """The cascade in force. Raises NotFound naming the nearest."""
    found = in_force(KIND, key)
    if found is None:
        known = [each.key for each in cascades()]
        raise NotFound(phrase("No target {key} is in force.", key=key), code="unknown_target", hint=nearest(key, known))
    return found


def aims_at(unit: str, nodes: Mapping[str, Node]) -> dict[str, tuple[str, Aim]]:
    """KPI -> (key of the cascade, the target that holds for a unit), over every cascade in force."""
    found: dict[str, tuple[str, Aim]] = {}
    for held in cascades():
        body = cast(Target, held.body)
        aim = aim_of(body, unit, nodes)
        if aim is not None and body.kpi not in found:
            found[body.kpi] = (held.key, aim)
    return found


def unit_of(scope: Scope, unit: str, permission: str = "see_figures") -> dict[str, Node]:
    """The tree, where a unit is in it and somebody reaches it. Raises NotFound also for one they do not reach."""
    nodes = unit_nodes()
    if unit not in nodes or not scope.holds_in(permission, unit):
        scope.demand(permission)
        known = [key for key in nodes if scope.holds_in(permission, key)]
        raise NotFound(phrase("There is no unit {unit}.", unit=unit), code="unknown_unit", hint=nearest(unit, known))
    return nodes


def stand(key: str, scope: Scope, weeks: int = WEEKS) -> Stand:
    """How each unit somebody reaches stands to its target over the last full weeks. Raises NotFound, Forbidden, Invalid."""
    scope.demand("see_figures")
    if not 1 <= weeks <= MOST_WEEKS:
        raise Invalid(
            phrase("{weeks} weeks cannot be shown.", weeks=weeks),
            code="invalid_weeks",
            hint=phrase("Ask for 1 to {most}.", most=MOST_WEEKS),
        )
    held = cascade(key)
    body = cast(Target, held.body)
    nodes = unit_nodes()
    reached = [each for each in body.units if each.unit not in nodes or scope.holds_in("see_figures", each.unit)]
    kpi = kpi_in_force(body.kpi)
    mismatch = mismatch_of(body, cast(Kpi, kpi.body))
    newest = newest_fact(cast(Kpi, kpi.body).measure.source)
    span = full_weeks(newest, weeks)
    read = (
        figures_of(body.kpi, scope, [each.unit for each in reached if each.unit in nodes], nodes, span)
        if span
        else None
    )
    return Stand(
        held=held,
        target=body,
        kpi_name=cast(Kpi, kpi.body).name,
        kpi_version=kpi.version,
        rows=_rows(body, reached, read.rows if read else {}, mismatch),
        since=span[0] if span else None,
        until=span[1] if span else None,
        cutoff=newest,
        method=read.method if read else "",
        min_n=read.min_n if read else 0,
        mismatch=mismatch,
    )


def _rows(
    body: Target, reached: list[UnitTarget], read: "Mapping[str, Row]", mismatch: str
) -> tuple[UnitStanding, ...]:
    names = {unit.key: unit.name for unit in units()}
    by_key = {each.unit: each for each in reached}
    found = []
    for key, depth in in_order((each.unit, names.get(each.unit, each.unit), each.parent or None) for each in reached):
        each, row, below = by_key[key], read.get(key), body.children(key)
        stands: Standing = ""
        if row is not None and not mismatch:
            stands = judged(row.low, row.high, Aim(each.target, key, True), body.direction)
        added = sum_of(each, below) if below else None
        name = names.get(key, key)
        found.append(UnitStanding(key, name, depth, each.parent, each.target, each.volume, row, stands, added))
    return tuple(found)


@dataclass(frozen=True)
class Read:
    """A KPI by unit."""

    rows: "dict[str, Row]"
    method: str
    min_n: int
    cutoff: datetime | None


def figures_of(
    kpi: str, scope: Scope, wanted: list[str], nodes: Mapping[str, Node], span: tuple[date | datetime, date | datetime]
) -> Read:
    """A KPI of many units over [since, until): one reading each for all teams and all regions, one for each other unit.

    Small groups are withheld in each reading, so that no team can be worked out from the others.
    """
    question = Question(since=span[0], until=span[1])
    rows: dict[str, Row] = {}
    method, least, cutoff = "", 0, None
    for column in ("team", "region"):
        mine = [unit for unit in wanted if nodes[unit].kind == column]
        if not mine:
            continue
        shown = show_kpi(kpi, scope, question, by=(column,))
        known = {str(row.group[column]): row for row in shown.rows}
        rows |= {unit: known[unit] for unit in mine if unit in known}
        method, least, cutoff = shown.method, shown.min_n, shown.cutoff
    for unit in wanted:
        if nodes[unit].kind in ("team", "region"):
            continue
        teams, regions = members(unit, nodes)
        if nodes[unit].kind != "organisation" and not teams | regions:
            continue
        shown = show_kpi(kpi, within_unit(scope, unit, nodes), question)
        if shown.whole is not None:
            rows[unit] = shown.whole
            if nodes[unit].kind != "organisation" and gives_away(
                shown.whole, [rows[team] for team in teams if team in rows], shown.min_n
            ):
                rows[unit] = replace(shown.whole, value=None, low=None, high=None, n=None, suppressed=True)
        method, least, cutoff = shown.method, shown.min_n, shown.cutoff
    return Read(rows, method, least, cutoff)


def gives_away(whole: "Row", parts: "Sequence[Row]", least: int) -> bool:
    """Whether a unit's figure, less those of its teams that are shown, would tell that of a team that is withheld."""
    withheld = sum(row.suppressed for row in parts)
    rest = (whole.n or 0) - sum(row.n or 0 for row in parts)
    return bool(withheld) and (withheld < 2 or rest < least)


def volumes_of(kpi: str, scope: Scope, weeks: int = 13) -> dict[str, int]:
    """unit -> rows behind its figure over the last full weeks: what a cascade may weigh it by. Withheld where small."""
    nodes = unit_nodes()
    held = kpi_in_force(kpi)
    span = full_weeks(newest_fact(cast(Kpi, held.body).measure.source), weeks)
    if span is None:
        return {}
    read = figures_of(kpi, scope, [unit for unit in nodes if scope.holds_in("see_figures", unit)], nodes, span)
    return {unit: row.n for unit, row in read.rows.items() if row.n}


def full_weeks(newest: datetime | None, weeks: int) -> tuple[date, date] | None:
    """[since, until) of the last so many weeks that are over by the newest facts."""
    if newest is None:
        return None
    day = newest.astimezone(organisation_zone()).date() + timedelta(days=1)
    until = day - timedelta(days=day.weekday())
    return until - WEEK * weeks, until


def newest_fact(source: str) -> datetime | None:
    """The time of the newest fact of a source, none in the future; None where there are none."""
    base = shape_of(source).base
    found = _newest(source, engine().store.version(base), engine().store.url)
    return min(found, timezone.now()) if found else None


@lru_cache(maxsize=64)
def _newest(source: str, version: int | None, place: str) -> datetime | None:
    """Kept until the table has a new version."""
    from heed.metrics.sources.opening import open_source, span

    return None if version is None else span(engine(), open_source(engine(), source))[1]


def as_contract(found: Stand) -> dict[str, Any]:
    """A cascade as scripts read it; on the command line and over the API."""
    return {
        "target": found.held.key,
        "name": found.target.name,
        "kpi": found.target.kpi,
        "definition_version": found.held.version,
        "kpi_version": found.kpi_version,
        "unit": found.target.measured_in,
        "direction": found.target.direction,
        "since": found.since,
        "until": found.until,
        "cutoff": found.cutoff,
        "method": found.method,
        "min_n": found.min_n,
        "mismatch": str(found.mismatch),
        "rows": [_told(each) for each in found.rows],
    }


def _told(each: UnitStanding) -> dict[str, Any]:
    row = each.row
    told: dict[str, Any] = {
        "unit": each.unit,
        "parent": each.parent,
        "target": each.target,
        "volume": each.volume,
        "standing": each.standing,
        "children": None
        if each.sum is None
        else {"reached": each.sum.reached, "volume": each.sum.volume, "rest": each.sum.rest, "needed": each.sum.needed},
    }
    for name in ("value", "low", "high", "n", "suppressed"):
        told[name] = getattr(row, name) if row is not None else (False if name == "suppressed" else None)
    told["marks"] = list(row.doubts) if row is not None else []
    return told


def summary(held: InForce) -> dict[str, Any]:
    """A cascade in a list."""
    body = cast(Target, held.body)
    return {
        "key": held.key,
        "name": body.name,
        "kpi": body.kpi,
        "definition_version": held.version,
        "unit": body.measured_in,
        "direction": body.direction,
        "units": len(body.units),
    }

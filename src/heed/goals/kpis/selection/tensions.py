"""Tensions as people ask for them: pairs of KPIs in force, at a grain, within what they reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heed.core.access.rules import Scope
from heed.goals.kpis.queries import engine
from heed.goals.kpis.selection.weighing import Asked, Weighed, Weighing, candidates, weigh
from heed.metrics.measures import Nps
from heed.metrics.panels import belonging
from heed.metrics.tensions import FALSE_SHARE, Candidate, Tension, UnitTension, tensions

METHOD = "within_units_and_weeks"
OVER_TIME = "over_time"
NPS_POINTS = 100.0  # an NPS may be near zero: its harm is measured by its points


@dataclass(frozen=True)
class ToldUnit:
    """A unit of a tension; figures are None where fewer rows than the policy's least group lie behind one."""

    found: UnitTension
    is_kept_back: bool


@dataclass(frozen=True)
class ToldTension:
    """A pair with its KPIs; `units` are those in which it stands out."""

    efficiency: Weighed
    satisfaction: Weighed
    found: Tension
    units: tuple[ToldUnit, ...]


@dataclass(frozen=True)
class Tensions:
    """Every pair that was looked at, those found first."""

    weighing: Weighing
    pairs: tuple[ToldTension, ...]

    @property
    def found(self) -> tuple[ToldTension, ...]:
        return tuple(pair for pair in self.pairs if pair.found.found)

    @property
    def method(self) -> str:
        return METHOD if self.weighing.asked.grain != "week" else OVER_TIME


def find_tensions(scope: Scope, asked: Asked | None = None) -> Tensions:
    """Pairs of which the efficiency improves while the satisfaction gets worse. Raises Forbidden (people are for who may
    see records) and Invalid naming the nearest name.
    """
    asked = asked or Asked()
    kpis = tuple(kpi for kpi in candidates() if kpi.aspect and kpi.better)
    return tensions_in(weigh(scope, asked, kpis))


def tensions_in(weighing: Weighing) -> Tensions:
    """The tensions among KPIs whose panels were read."""
    sides: dict[str, list[Candidate]] = {"efficiency": [], "satisfaction": []}
    for kpi in weighing.kpis:
        if kpi.aspect and kpi.better:
            points = NPS_POINTS if isinstance(kpi.resolved.measure, Nps) else 0.0
            sides[kpi.aspect].append(Candidate(kpi.key, kpi.better, points))
    groups = _groups(weighing.asked)
    found = tensions(sides["efficiency"], sides["satisfaction"], weighing.panels, groups=groups)
    return Tensions(weighing, tuple(_told(weighing, each) for each in found))


def _groups(asked: Asked) -> Mapping[str, str]:
    """Agents of a team move together, so they are not taken for independent of one another."""
    if asked.grain != "agent":
        return {}
    return belonging(engine(), "interactions", "agent_key", "team")


def _told(weighing: Weighing, found: Tension) -> ToldTension:
    units = tuple(ToldUnit(unit, min(unit.n) < weighing.min_n) for unit in found.standing_out)
    return ToldTension(weighing.kpi(found.efficiency), weighing.kpi(found.satisfaction), found, units)


def as_contract(told: Tensions) -> dict[str, Any]:
    """Tensions as scripts read them; on the command line and over the API."""
    weighing = told.weighing
    return {
        "grain": weighing.asked.grain,
        "since": weighing.since,
        "until": weighing.until,
        "method": told.method,
        "false_share": FALSE_SHARE,
        "min_n": weighing.min_n,
        "looked_at": len(told.pairs),
        "left_out": dict(weighing.left_out),
        "marks": [mark.told() for mark in weighing.marks],
        "pairs": [_pair(pair) for pair in told.pairs],
    }


def _pair(pair: ToldTension) -> dict[str, Any]:
    slope = pair.found.slope
    return {
        "efficiency": pair.efficiency.key,
        "satisfaction": pair.satisfaction.key,
        "found": pair.found.found,
        "adjusted_for": list(pair.found.mix),
        "per_tenth": {"value": slope.value, "low": slope.low, "high": slope.high, "n": slope.n, "reason": slope.reason},
        "adjusted_p": pair.found.adjusted_p,
        "judged_by": "steps" if pair.found.by_steps else "slope",
        "weeks": pair.found.weeks,
        "smallest_seen": pair.found.smallest,
        "matters_from": pair.found.matters,
        "too_short": pair.found.is_too_short,
        "weeks_needed": pair.found.weeks_needed if pair.found.is_too_short else None,
        "definition_versions": {
            pair.efficiency.key: pair.efficiency.version,
            pair.satisfaction.key: pair.satisfaction.version,
        },
        "units": [_unit(unit) for unit in pair.units],
    }


def _unit(told: ToldUnit) -> dict[str, Any]:
    unit = told.found
    if told.is_kept_back:
        return {"unit": unit.unit, "suppressed": True}
    return {
        "unit": unit.unit,
        "suppressed": False,
        "since": unit.since,
        "efficiency": {"before": unit.efficiency[0], "after": unit.efficiency[1]},
        "satisfaction": {"before": unit.satisfaction[0], "after": unit.satisfaction[1]},
        "difference": {"value": unit.difference, "low": unit.low, "high": unit.high},
        "n": {"before": unit.n[0], "after": unit.n[1]},
        "adjusted_p": unit.adjusted_p,
    }

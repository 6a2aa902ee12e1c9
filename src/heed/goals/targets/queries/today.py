"""What facts say of a unit today: satisfaction and service against their targets, and the promises likely to break.

Facts come later than work: each figure says how old its newest fact is. Where today has none, the last day that has is told.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.core.cache import cache
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.definitions.queries import all_in_force
from heed.core.errors.rules import HeedError
from heed.core.people.rules import Node
from heed.feedback.quality.queries.audits import standing_doubts
from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.queries import Question, engine, kpi_in_force, organisation_zone, privacy_policy, show_kpi
from heed.goals.kpis.rules import Standing
from heed.goals.slas.definition import Sla
from heed.goals.slas.queries.attainment import attained, list_slas
from heed.goals.targets.queries.cascades import aims_at, newest_fact
from heed.goals.targets.rules import Aim, judged, within_unit

if TYPE_CHECKING:
    from heed.metrics.readings import Row

# Satisfaction first; then what a unit aims at beside it, service and who gave up.
ALWAYS = ("csat", "service_level", "abandonment")
MOST = 6
HELD_SECONDS = 120
# How far back the last day with facts is looked for.
BACK = timedelta(days=14)
BASES = ("interactions", "responses", "case_changes", "exclusions", "invitations")


@dataclass(frozen=True)
class Figure:
    """A KPI of one day. `aim` None: nobody set a target."""

    kpi: str
    name: str
    unit: str
    direction: str
    version: int
    row: "Row | None"
    aim: Aim | None
    target_key: str
    standing: Standing
    day: date | None
    is_today: bool
    newest: datetime | None
    min_n: int
    method: str

    @property
    def lag_seconds(self) -> float | None:
        """How old the newest fact is now."""
        return (timezone.now() - self.newest).total_seconds() if self.newest else None


@dataclass(frozen=True)
class AtRisk:
    """An SLA: how many cases are likely to break it, and how many broke it and are open, as facts say."""

    key: str
    name: str
    at_risk: int
    overdue: int
    as_of: datetime


@dataclass(frozen=True)
class Today:
    """All of it, for one unit."""

    figures: tuple[Figure, ...]
    slas: tuple[AtRisk, ...]
    read_at: datetime


def today(scope: Scope, unit: str, nodes: Mapping[str, Node], *, read: bool = True) -> Today | None:
    """A unit's day as facts have it, kept while the facts stay the same: many look at one board. None where it is not at hand
    and must not be read.
    """
    scope.demand("see_figures")
    name = _name(scope, unit)
    found: Today | None = cache.get(name)
    if found is None and read:
        mine = within_unit(scope, unit, nodes)
        found = Today(_figures(mine, unit, nodes), _slas(mine), timezone.now())
        cache.set(name, found, HELD_SECONDS)
    return found


def _name(scope: Scope, unit: str) -> str:
    store = engine().store
    rests_on = (
        (unit, scope.everything, sorted(scope.teams), sorted(scope.regions)),
        [
            (held.kind, held.key, held.digest)
            for kind in ("target", "kpi", "sla", "quality")
            for held in all_in_force(kind)
        ],
        (store.url, [store.version(base) for base in BASES], privacy_policy(), standing_doubts()),
        timezone.now().astimezone(organisation_zone()).date(),
    )
    return f"wallboard:{hashlib.blake2s(repr(rests_on).encode()).hexdigest()}"


def _figures(scope: Scope, unit: str, nodes: Mapping[str, Node]) -> tuple[Figure, ...]:
    aims = aims_at(unit, nodes)
    wanted = list(dict.fromkeys(("csat", *aims, *ALWAYS)))[:MOST]
    return tuple(told for key in wanted if (told := _figure(key, scope, nodes[unit].kind, aims.get(key))) is not None)


def _figure(key: str, scope: Scope, kind: str, aim: tuple[str, Aim] | None) -> Figure | None:
    try:
        held = kpi_in_force(key)
    except HeedError:
        return None
    kpi, zone, now = cast(Kpi, held.body), organisation_zone(), timezone.now()
    newest = newest_fact(kpi.measure.source)
    day = _last_day(key, scope, newest.astimezone(zone).date()) if newest else None
    shown = show_kpi(key, scope, Question(since=day, until=day + timedelta(days=1))) if day else None
    row = shown.whole if shown else None
    holds = aim[1] if aim else None
    if holds is None and kind == "organisation" and kpi.target is not None:
        holds = Aim(kpi.target, "organisation", True)
    return Figure(
        kpi=key,
        name=kpi.short or kpi.name,
        unit=f"{kpi.unit} {shown.currency if shown else ''}".rstrip(),
        direction=kpi.direction,
        version=held.version,
        row=row,
        aim=holds,
        target_key=aim[0] if aim else "",
        standing=judged(row.low, row.high, holds, kpi.direction) if row else "",
        day=day,
        is_today=day == now.astimezone(zone).date(),
        newest=newest,
        min_n=shown.min_n if shown else 0,
        method=shown.method if shown else "",
    )


def _last_day(key: str, scope: Scope, newest: date) -> date | None:
    """The last day with something to measure: calls may end on a Saturday, and other facts go on."""
    rows = show_kpi(key, scope, Question(since=newest - BACK, until=newest + timedelta(days=1)), period="day").rows
    return max((row.period for row in rows if row.period is not None), default=None)


def _slas(scope: Scope) -> tuple[AtRisk, ...]:
    """The SLAs of cases; of calls nothing is running."""
    found = []
    for held in list_slas():
        sla = cast(Sla, held.body)
        if sla.promise == "answer":
            continue
        told = attained(held.key, scope, 1)
        found.append(AtRisk(held.key, sla.name, len(told.at_risk), len(told.overdue), told.as_of))
    return tuple(found)


def as_contract(found: Today) -> dict[str, Any]:
    """The day as scripts read it; over the API."""
    return {
        "read_at": found.read_at,
        "figures": [_told(each) for each in found.figures],
        "slas": [
            {"sla": each.key, "at_risk": each.at_risk, "overdue": each.overdue, "as_of": each.as_of}
            for each in found.slas
        ],
    }


def _told(each: Figure) -> dict[str, Any]:
    row = each.row
    kind, _space, currency = each.unit.partition(" ")
    told: dict[str, Any] = {
        "kpi": each.kpi,
        "definition_version": each.version,
        "unit": kind,
        **({"currency": currency} if kind == "money" else {}),
        "target": each.aim.target if each.aim else None,
        "target_of": each.aim.unit if each.aim else "",
        "standing": each.standing,
        "day": each.day,
        "is_today": each.is_today,
        "newest_fact_at": each.newest,
        "lag_seconds": each.lag_seconds,
        "method": each.method,
    }
    for name in ("value", "low", "high", "n", "suppressed"):
        told[name] = getattr(row, name) if row is not None else (False if name == "suppressed" else None)
    told["marks"] = list(row.doubts) if row is not None else []
    return told

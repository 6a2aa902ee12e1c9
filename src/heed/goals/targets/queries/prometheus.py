"""The wallboards' figures as families of Prometheus, by unit, so that an existing Grafana shows them."""

from datetime import timedelta
from typing import Any, cast

from django.core.cache import cache
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import HeedError
from heed.core.people.queries import unit_nodes
from heed.core.people.rules import Node
from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.queries import kpi_in_force, organisation_zone
from heed.goals.targets.queries.cascades import aims_at, cascades, figures_of, newest_fact
from heed.goals.targets.queries.live import queues
from heed.goals.targets.queries.today import ALWAYS
from heed.goals.targets.rules import judged

Sample = tuple[dict[str, str], float]
Family = tuple[str, str, str, list[Sample]]
MOST_UNITS, HELD_SECONDS = 300, 30
STANDS = {"missed": -1.0, "uncertain": 0.0, "met": 1.0}
COUNTS = ("open", "unowned", "waiting", "overdue", "soon", "escalated", "opened_today", "closed_today")
FIGURES = (
    ("heed_unit_kpi", "A KPI of the day of its newest facts; small groups are left out."),
    ("heed_unit_kpi_low", "Its interval begins."),
    ("heed_unit_kpi_high", "Its interval ends."),
    ("heed_unit_kpi_n", "Rows behind it."),
    ("heed_unit_kpi_target", "The target that holds for the unit."),
    ("heed_unit_kpi_standing", "1 met, -1 missed, 0 too early to tell."),
    ("heed_unit_kpi_failed_audit", "1 where it rests on answers that failed an audit."),
    ("heed_unit_kpi_lag_seconds", "How old the newest fact is."),
)


def wallboard_families(scope: Scope) -> list[Family]:
    """What the boards of the units somebody reaches show: cases from the work database, KPIs from facts."""
    nodes = unit_nodes()
    families: list[Family] = []
    if scope.may("see_cases"):
        seen = sorted(unit for unit in nodes if scope.holds_in("see_cases", unit))[:MOST_UNITS]
        counted = queues(scope, seen, nodes)
        samples: list[Sample] = [
            ({"unit": unit, "what": what}, float(getattr(queue, what)))
            for unit, queue in counted.items()
            for what in COUNTS
        ]
        families.append(("heed_unit_cases", "gauge", "Cases of a unit this moment.", samples))
    if scope.may("see_figures"):
        families += _figures(scope, nodes)
    return families


def _figures(scope: Scope, nodes: dict[str, Node]) -> list[Family]:
    name = f"wallboards:{scope.person}:{hash((scope.everything, scope.teams, scope.regions, scope.units))}"
    found: dict[str, list[Sample]] | None = cache.get(name)
    if found is None:
        found = {family: [] for family, _words in FIGURES}
        for key in ALWAYS:
            _add(found, key, scope, nodes)
        cache.set(name, found, HELD_SECONDS)
    return [(family, "gauge", words, found[family]) for family, words in FIGURES]


def _add(found: dict[str, list[Sample]], key: str, scope: Scope, nodes: dict[str, Node]) -> None:
    try:
        kpi = cast(Kpi, kpi_in_force(key).body)
    except HeedError:
        return
    newest = newest_fact(kpi.measure.source)
    if newest is None:
        return
    day = newest.astimezone(organisation_zone()).date()
    wanted = sorted(unit for unit in nodes if scope.holds_in("see_figures", unit))[:MOST_UNITS]
    read = figures_of(key, scope, wanted, nodes, (day, day + timedelta(days=1)))
    aims = {unit: aims_at(unit, nodes) for unit in read.rows} if cascades() else {}
    lag = (timezone.now() - newest).total_seconds()
    for unit, row in read.rows.items():
        if row.value is None:
            continue
        labels = {"unit": unit, "kpi": key}
        held = aims.get(unit, {}).get(key)
        aim = held[1] if held else None
        stands = judged(row.low, row.high, aim, kpi.direction)
        told: dict[str, Any] = {
            "heed_unit_kpi": row.value,
            "heed_unit_kpi_low": row.low,
            "heed_unit_kpi_high": row.high,
            "heed_unit_kpi_n": row.n,
            "heed_unit_kpi_target": aim.target if aim else None,
            "heed_unit_kpi_standing": STANDS.get(stands),
            "heed_unit_kpi_failed_audit": float(bool(row.doubts)),
            "heed_unit_kpi_lag_seconds": lag,
        }
        for family, value in told.items():
            if value is not None:
                found[family].append((labels, float(value)))

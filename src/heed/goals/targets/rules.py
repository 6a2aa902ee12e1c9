"""What a target means for a unit: who is looked at, whose target holds, how its cascade is written down. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from heed.core.access.rules import Scope
from heed.core.definitions.rules import agreement
from heed.core.errors.rules import Invalid, phrase
from heed.core.people.rules import Node, below
from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.rules import Standing, standing
from heed.goals.targets.definition import Target, UnitTarget

# What of a promise's time has to be used up for a case to need somebody soon.
SOON_SECONDS = 3600.0
KIND = "target"
# Kinds of measure whose figure over units is the mean of theirs by volume.
ADDING = ("proportion", "mean", "nps", "ratio", "rate")


@dataclass(frozen=True)
class Aim:
    """The target that holds for a unit, and whose it is: its own, or the nearest above it."""

    target: float
    unit: str
    is_own: bool


def within_unit(scope: Scope, unit: str, nodes: Mapping[str, Node]) -> Scope:
    """The same person, with the rows of one unit: of its teams and its regions. The organisation's are all they reach."""
    if nodes[unit].kind == "organisation":
        return scope
    teams, regions = members(unit, nodes)
    if not scope.everything:
        teams, regions = teams & scope.teams, regions & scope.regions
    return Scope(
        person=scope.person,
        permissions=scope.permissions,
        units=scope.units,
        regions=regions,
        teams=teams,
        roles=scope.roles,
        reaches=scope.reaches,
        everywhere=scope.everywhere,
    )


def members(unit: str, nodes: Mapping[str, Node]) -> tuple[frozenset[str], frozenset[str]]:
    """The teams and the regions in a unit, itself among them."""
    under = below(unit, nodes)
    return (
        frozenset(key for key in under if nodes[key].kind == "team"),
        frozenset(key for key in under if nodes[key].kind == "region"),
    )


def aim_of(target: Target, unit: str, nodes: Mapping[str, Node]) -> Aim | None:
    """The target that holds for a unit; None where neither it nor a unit above it has one."""
    here: str | None = unit
    while here is not None:
        found = target.of(here)
        if found is not None:
            return Aim(found.target, here, here == unit)
        here = nodes[here].parent if here in nodes else None
    return None


def judged(low: float | None, high: float | None, aim: Aim | None, direction: str) -> Standing:
    """met, missed or uncertain by the interval: too early to tell while it holds the target."""
    return standing(low, high, aim.target if aim else None, direction)


def mismatch_of(body: Target, kpi: Kpi) -> str:
    """Why a KPI cannot be judged by a cascade; empty where it can."""
    if kpi.measure.kind not in ADDING:
        return phrase("A {kind} of units does not add up to that of all.", kind=phrase(kpi.measure.kind))
    if kpi.direction != body.direction or kpi.unit != body.measured_in:
        return phrase("The KPI has another direction or another unit than the targets.")
    return ""


@agreement(KIND, "kpi")
def targets_agree(changed: frozenset[tuple[str, str]], holding: Mapping[tuple[str, str], Any]) -> None:
    """A KPI has one cascade, of its direction and unit, and aims at nothing else itself. Raises Invalid."""
    every = {key: cast(Target, body) for (kind, key), body in holding.items() if kind == KIND}
    for key, body in every.items():
        kpi = holding.get(("kpi", body.kpi))
        if kpi is not None and not changed.isdisjoint({(KIND, key), ("kpi", body.kpi)}):
            _agree(key, body, kpi, every)


def _agree(key: str, body: Target, kpi: Kpi, every: Mapping[str, Target]) -> None:
    mismatch = mismatch_of(body, kpi)
    if mismatch:
        raise Invalid(mismatch, code="another_measure", hint="Write direction and measured_in as the KPI has them.")
    other = next((name for name, each in every.items() if name != key and each.kpi == body.kpi), None)
    if other is not None:
        raise Invalid(
            phrase("{kpi} has targets already: {other}.", kpi=body.kpi, other=other),
            code="second_cascade",
            hint="Change those.",
        )
    top = body.of("organisation")
    if top is not None and kpi.target is not None and abs(kpi.target - top.target) > 1e-9:
        raise Invalid(
            phrase(
                "The KPI {kpi} aims at {target:g} over the whole organisation, its targets {key} at {other:g}.",
                kpi=body.kpi,
                key=key,
                target=kpi.target,
                other=top.target,
            ),
            code="two_targets",
            hint="Give both the same, or take the target out of the KPI.",
        )


def cascaded(rows: Iterable[tuple[str, float, float]], nodes: Mapping[str, Node]) -> tuple[UnitTarget, ...]:
    """(unit, target, volume) as a cascade: each unit adds up to the nearest one above it that has a target.

    Raises Invalid for a unit that is not there.
    """
    wanted = {unit: (target, volume) for unit, target, volume in rows}
    made = []
    for unit, (target, volume) in wanted.items():
        if unit not in nodes:
            raise Invalid(
                phrase("There is no unit {unit}.", unit=unit),
                code="unknown_unit",
                hint="Look at the units under People.",
            )
        above = nodes[unit].parent
        while above is not None and above not in wanted:
            above = nodes[above].parent if above in nodes else None
        made.append(UnitTarget(unit=unit, parent=above or "", target=target, volume=volume))
    return tuple(made)

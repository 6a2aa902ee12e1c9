"""Footprints in force, what facts say of what they leave open, and the comparison of their options."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np

from heed.core.access.rules import Scope
from heed.core.definitions.queries import InForce, all_in_force, in_force
from heed.core.errors.rules import Invalid, NotFound, nearest, phrase
from heed.goals.footprint.definition import Footprint, FootprintRegion
from heed.goals.footprint.models import FootprintDecision
from heed.goals.footprint.rules.comparing import Compared, compare
from heed.goals.footprint.rules.doubting import Doubted, doubt
from heed.goals.footprint.rules.files import needs_facts
from heed.goals.footprint.rules.replaying import PastWeek, Replayed, replay
from heed.goals.footprint.rules.weeks import SLOTS, Curve, Grounds, Known, Setting, laid_out, monday_of, slot_of
from heed.goals.kpis.queries import engine
from heed.goals.slas.queries.calls import MOST_WEEKS, Asked, Learned, learn

KIND = "footprint"


def footprints() -> list[InForce]:
    """Every footprint in force, in order of key."""
    return all_in_force(KIND)


def footprint_in_force(key: str) -> InForce:
    """Raises NotFound naming the nearest key."""
    found = in_force(KIND, key)
    if found is None:
        known = [each.key for each in footprints()]
        hint = nearest(key, known) if known else "Propose one under Definitions."
        raise NotFound(phrase("There is no footprint {key}.", key=key[:80]), code="unknown_footprint", hint=hint)
    return found


def body_of(held: InForce) -> Footprint:
    return cast(Footprint, held.body)


def grounds(scope: Scope, footprint: Footprint) -> Grounds:
    """What facts say of what the definition leaves open; nothing where they tell too little and calls are written down.

    Raises Forbidden where calls are to be learned and not every region is within reach, and Invalid naming the nearest.
    """
    wanted = needs_facts(footprint)
    complete = not wanted and footprint.patience_seconds is not None and bool(footprint.curve)
    if complete:
        return Grounds()
    if wanted:
        scope.demand_everywhere("see_figures")
    try:
        found = learned(scope, footprint)
    except Invalid as error:
        if wanted or error.code != "not_enough_calls":
            raise
        return Grounds()
    regions = {region.key: _known(footprint, region, found) for region in footprint.regions if _is_open(region)}
    curve = Curve(found.curve.starts, found.curve.value, found.curve.draws) if found.curve else None
    return Grounds(regions, found.history.patience_seconds, curve, found.asked.weeks, found.cutoff)


def learned(scope: Scope, footprint: Footprint) -> Learned:
    return learn(scope, Asked(weeks=footprint.learned_weeks, by="region", within_seconds=footprint.within_seconds))


def _is_open(region: FootprintRegion) -> bool:
    return region.volumes.is_empty or region.aht_seconds is None


def _known(footprint: Footprint, region: FootprintRegion, found: Learned) -> Known:
    """The ordinary week of one region on the week's slots."""
    name = region.learned_from or region.key
    if name not in found.history.queues:
        said = phrase("Facts know no region {region}.", region=name)
        raise Invalid(said, code="unknown_region", hint=nearest(name, found.history.queues))
    calls, week_of = np.zeros(SLOTS), monday_of(footprint)
    days = [day for day in found.history.days if day.queue == name]
    for day in days:
        for slot in day.slots:
            calls[slot_of(week_of, found.zone, day.weekday, slot.start // 60)] += slot.calls
    whole = sum(day.calls for day in days)
    if not whole:
        return Known()
    aht = sum(day.calls * day.aht_seconds for day in days) / whole
    return Known(calls, aht, min(max((day.swing for day in days), default=0.0), 0.5) or None)


def summary(held: InForce) -> dict[str, Any]:
    """One footprint of the list."""
    body = body_of(held)
    return {
        "key": held.key,
        "name": body.name,
        "regions": [region.key for region in body.regions],
        "sites": [site.key for site in body.sites],
        "definition_version": held.version,
    }


@dataclass(frozen=True)
class Shown:
    """A footprint in force with its comparison, and what is not certain about it."""

    held: InForce
    grounds: Grounds
    compared: Compared
    doubted: Doubted


_KEPT: dict[Any, Shown] = {}
MOST_KEPT = 24


def shown(scope: Scope, key: str, *, draws: int | None = None, seed: int = 0) -> Shown:
    """The comparison of a footprint in force; kept while its definition and what was learned stay the same. Raises Forbidden,
    NotFound, Invalid.
    """
    scope.demand("see_figures")
    held = footprint_in_force(key)
    body = body_of(held)
    learnt = grounds(scope, body)
    name = (
        held.digest,
        held.version,
        key,
        learnt.until,
        _versions(learnt),
        scope.person if learnt.until else "",
        draws,
        seed,
    )
    found = _KEPT.get(name)
    if found is None:
        compared = compare(laid_out(body, learnt))
        found = Shown(held, learnt, compared, doubt(compared, draws=draws, seed=seed))
        while len(_KEPT) >= MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
        _KEPT[name] = found
    return found


def laid(scope: Scope, key: str) -> tuple[InForce, Setting]:
    """A footprint in force, laid out on its week. Raises Forbidden, NotFound, Invalid."""
    held = footprint_in_force(key)
    return held, laid_out(body_of(held), grounds(scope, body_of(held)))


def _versions(learnt: Grounds) -> tuple[Any, ...]:
    """What names the facts that something was learned from; nothing where none was."""
    if learnt.until is None:
        return ()
    store = engine().store
    return (store.url, *(store.version(table) for table in ("interactions", "responses", "exclusions")))


def rehearsed(scope: Scope, footprint: Footprint, compared: Compared, weeks: int) -> tuple[Replayed, ...]:
    """The full weeks up to the newest call through every option. Raises Forbidden, and Invalid where facts tell too little."""
    scope.demand_everywhere("see_figures")
    if not 1 <= weeks <= MOST_WEEKS:
        said = phrase("{weeks} weeks cannot be shown.", weeks=weeks)
        raise Invalid(said, code="invalid_weeks", hint=phrase("Ask for 1 to {most}.", most=MOST_WEEKS))
    asked = Asked(weeks=min(weeks + 1, MOST_WEEKS), by="region", within_seconds=footprint.within_seconds)
    return replay(compared, past_weeks(learn(scope, asked), footprint)[-weeks:])


def past_weeks(found: Learned, footprint: Footprint) -> list[PastWeek]:
    """Full weeks (Monday to Sunday, local) of a history, their half-hours on the slots of the definition's week."""
    names = {region.learned_from or region.key: region.key for region in footprint.regions}
    for name in names:
        if name not in found.history.queues:
            said = phrase("Facts know no region {region}.", region=name)
            raise Invalid(said, code="unknown_region", hint=nearest(name, found.history.queues))
    traffic, week_of = found.traffic, monday_of(footprint)
    calls: dict[date, dict[str, Any]] = {}
    in_time: dict[date, float] = {}
    rows = zip(traffic.unit, traffic.start.tolist(), traffic.offered.tolist(), traffic.in_time.tolist(), strict=True)
    for unit, start, offered, answered in rows:
        if str(unit) not in names:
            continue
        local = datetime.fromtimestamp(start, found.zone)
        monday = local.date() - timedelta(days=local.weekday())
        held = calls.setdefault(monday, {key: np.zeros(SLOTS) for key in names.values()})
        slot = slot_of(week_of, found.zone, local.weekday(), local.hour * 60 + local.minute)
        held[names[str(unit)]][slot] += offered
        in_time[monday] = in_time.get(monday, 0.0) + answered
    weeks = [PastWeek(day, held, in_time[day] / max(_whole(held), 1e-12)) for day, held in sorted(calls.items())]
    since = found.cutoff - timedelta(weeks=found.asked.weeks)
    return [each for each in weeks if _is_full(each.monday, since, found.cutoff, found.zone)]


def _whole(held: Mapping[str, Any]) -> float:
    return float(sum(each.sum() for each in held.values()))


def _is_full(monday: date, since: datetime, until: datetime, zone: ZoneInfo) -> bool:
    """Whether all days of a week lie in a span; of the last the Friday does."""
    start = datetime.combine(monday, time(), zone)
    return start >= since - timedelta(minutes=30) and start + timedelta(days=4) < until


def decisions(key: str, cursor: int | None = None, limit: int = 50) -> tuple[list[FootprintDecision], int | None]:
    """Decisions about a footprint, newest first, and the cursor of the following page."""
    rows = (
        FootprintDecision.objects.filter(footprint_key=key).order_by("-id")
        if "\0" not in key
        else FootprintDecision.objects.none()
    )
    if cursor is not None:
        rows = rows.filter(id__lt=cursor)
    found = list(rows[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def told_decision(row: FootprintDecision, *, whole: bool = True) -> dict[str, Any]:
    """A decision as scripts read it."""
    names = (
        "key",
        "definition_version",
        "digest",
        "option",
        "owner",
        "reason",
        "decided_by",
        "decided_at",
        "draws",
        "seed",
    )
    told = {"footprint": row.footprint_key} | {name: getattr(row, name) for name in names}
    return told | ({"figures": row.figures} if whole else {})

"""Calls as they came, learned from facts: the ordinary week, patience, satisfaction by wait, what people cost; and what
follows from them: the frontier, weekdays with too few people.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from heed.core.access.rules import Scope
from heed.core.definitions.queries import in_force
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.goals.kpis.queries import engine, organisation_zone
from heed.goals.kpis.rules import reached_rows
from heed.goals.slas.rules.frontier import Option, Prices, checked_prices, frontier, option
from heed.goals.slas.rules.history import HALF_HOUR, History, learned
from heed.goals.slas.rules.simulating import as_it_was
from heed.goals.slas.rules.staffing import Promise
from heed.goals.slas.rules.telling import told_option, told_prices
from heed.goals.slas.rules.weekdays import Cover, covers

if TYPE_CHECKING:
    from heed.metrics.traffic import Paid, Presence, Traffic
    from heed.stats.falling import Falling
    from heed.stats.queues.patience import Patience

QUEUES = ("region", "team", "channel", "")
LAWS = ("exponential", "seen")
PHONE = 'channel == "phone"'
WEEKS, MOST_WEEKS = 13, 104
CHANNEL = re.compile(r'channel\s*==\s*"([^"]+)"')


@dataclass(frozen=True)
class Asked:
    """Which calls, how long back, split into which queues (a column; empty: one queue for all), answered within how long.
    `until`: the end of what is learned from, None = the newest call. `law`: how long callers are ready to wait when weeks are played,
    exponential or as seen (Kaplan and Meier's curve with an exponential tail).
    """

    where: str = PHONE
    weeks: int = WEEKS
    by: str = "region"
    within_seconds: float = 20.0
    until: datetime | None = None
    law: str = "exponential"


@dataclass(frozen=True)
class Learned:
    """What facts say of calls. `in_time` and `abandoned`: as they were, of all callers."""

    asked: Asked
    history: History
    patience: "Patience"
    curve: "Falling | None"
    paid: "tuple[Paid, ...]"
    traffic: "Traffic"
    zone: ZoneInfo
    cutoff: datetime

    @property
    def in_time(self) -> float:
        return float(self.traffic.in_time.sum() / self.traffic.offered.sum())

    @property
    def abandoned(self) -> float:
        return float(self.traffic.abandoned.sum() / self.traffic.offered.sum())


def learn(scope: Scope, asked: Asked) -> Learned:
    """Learn from the calls within a person's reach. Raises Forbidden, and Invalid where a name is unknown or too few called."""
    from heed.metrics.traffic import call_span

    scope.demand("see_figures")
    if not 1 <= asked.weeks <= MOST_WEEKS:
        raise Invalid(
            phrase("{weeks} weeks cannot be shown.", weeks=asked.weeks),
            code="invalid_weeks",
            hint=phrase("Ask for 1 to {most}.", most=MOST_WEEKS),
        )
    if asked.by not in QUEUES:
        raise Invalid(
            phrase("Queues cannot be split by {name}.", name=asked.by),
            code="unknown_column",
            hint=nearest(asked.by, QUEUES[:-1]),
        )
    if asked.law not in LAWS:
        raise Invalid(
            phrase("There is no law of patience {law}.", law=asked.law),
            code="unknown_law",
            hint=nearest(asked.law, LAWS),
        )
    if not 0 <= asked.within_seconds <= 86_400:
        raise Invalid("A call is answered within a day.", code="invalid_time", hint="Give seconds, such as 20.")
    store, versions = engine().store, versions_of_calls()
    newest = asked.until or (call_span(engine())[1] if versions[0] is not None else None)
    if newest is None:
        raise Invalid(
            "No calls have come in yet.", code="not_enough_calls", hint="Import interactions, or write intervals down."
        )
    return _learned(replace(asked, until=newest), reach_of(scope), versions, store.url)


def versions_of_calls() -> tuple[int | None, ...]:
    """The versions of the tables that all of this is learned from."""
    return tuple(engine().store.version(table) for table in ("interactions", "workforce", "responses", "exclusions"))


def reach_of(scope: Scope) -> Any:
    """What somebody reaches, as a value that can stand for it; None = all."""
    reach = reached_rows(scope)
    return None if reach is None else tuple((name, tuple(sorted(values))) for name, values in sorted(reach.items()))


@lru_cache(maxsize=12)
def _learned(asked: Asked, within: Any, versions: Any, place: str) -> Learned:
    """Kept until one of the tables has a new version."""
    from heed.metrics.selection import Slice
    from heed.metrics.traffic import liking, paid, presence, traffic, waits
    from heed.stats.queues.patience import endurance, patience

    assert asked.until is not None
    zone = organisation_zone()
    part = Slice(
        asked.until - timedelta(weeks=asked.weeks), asked.until, asked.where, None if within is None else dict(within)
    )
    shift = _shift(asked.until, zone)
    found = traffic(engine(), part, unit=asked.by, within=asked.within_seconds, shift=shift)
    waited = waits(engine(), part)
    seen = waited.seconds.repeat(waited.many), waited.abandoned.repeat(waited.many)
    endured = patience(*seen)
    there = replace(part, where=_of_workforce(asked.where))
    assert part.since is not None
    history = learned(
        found, presence(engine(), there, unit=asked.by, shift=shift), zone, part.since, asked.until, endured.mean
    )
    if asked.law == "seen":
        history = replace(history, endurance=endurance(*seen))
    curve = _curve(liking(engine(), replace(part, since=asked.until - timedelta(weeks=max(asked.weeks, 52)))))
    return Learned(asked, history, endured, curve, paid(engine(), there), found, zone, asked.until)


def _curve(found: Any) -> "Falling | None":
    from heed.stats.falling import falling

    return falling(found.seconds, found.satisfied, found.asked)


def _shift(at: datetime, zone: ZoneInfo) -> int:
    """Seconds by which half-hours of the zone lie off those of UTC."""
    return int((at.astimezone(zone).utcoffset() or timedelta()).total_seconds()) % HALF_HOUR


def _of_workforce(where: str) -> str:
    """Of a condition on calls what holds for people too: their channel, where a row says one."""
    channel = CHANNEL.fullmatch(where.strip())
    return f'!has_channel || channel == "{channel[1]}"' if channel else ""


@dataclass(frozen=True)
class Frontier:
    """The points, the week as it is staffed now (None where no roster is known), and what they rest on."""

    learned: Learned
    prices: Prices
    points: tuple[Option, ...]
    now: Option | None
    runs: int
    seed: int


def organisation_currency() -> str:
    """The currency reports are in."""
    found = in_force("organisation", "organisation")
    return str(getattr(found.body, "currency", "EUR")) if found else "EUR"


def prices_of(
    found: Learned | None,
    cost_per_hour: Decimal | None,
    currency: str = "",
    shrinkage: float = 0.0,
    hours_per_person: float = 38.0,
) -> Prices:
    """What an hour costs: as given, or what people cost by the facts. Raises Invalid where neither is known."""
    if cost_per_hour is not None:
        return checked_prices(cost_per_hour, currency or organisation_currency(), shrinkage, hours_per_person)
    if found is None or not found.paid:
        raise Invalid(
            "What an hour of an agent costs is not known.",
            code="unknown_cost",
            hint="Give it, or import workforce with cost and worked_seconds.",
        )
    spent = found.paid[0]
    hourly = (spent.amount / spent.hours).quantize(Decimal("0.01"))
    return checked_prices(hourly, spent.currency, shrinkage, hours_per_person)


def frontier_of(scope: Scope, asked: Asked, prices: Prices | None = None, *, runs: int = 20, seed: int = 1) -> Frontier:
    """The frontier of an ordinary week, learned from facts. Raises Forbidden or Invalid."""
    found = learn(scope, asked)
    return _frontier(found, prices or prices_of(found, None), runs, seed)


def _frontier(found: Learned, prices: Prices, runs: int, seed: int) -> Frontier:
    within = found.asked.within_seconds
    points = frontier(found.history, within, prices, runs=runs, seed=seed, curve=found.curve)
    roster = as_it_was(found.history)
    now = (
        option(found.history, roster, within, prices, target=None, runs=runs, seed=seed, curve=found.curve)
        if roster
        else None
    )
    return Frontier(found, prices, tuple(points), now, runs, seed)


def weekdays_of(scope: Scope, asked: Asked, target: float = 0.8) -> tuple[Learned, list[Cover]]:
    """Scheduled against needed agents, by queue and weekday. Raises Forbidden or Invalid."""
    found = learn(scope, asked)
    if not 0 < target < 1:
        raise Invalid("A target lies between 0 and 1.", code="invalid_share", hint="Such as 0.8 for eight of ten.")
    promise = Promise(target, asked.within_seconds, found.history.patience_seconds)
    return found, covers(found.traffic, presence_of(scope, found), found.history, promise, found.zone)


def presence_of(scope: Scope, found: Learned) -> "Presence":
    """Who was there in the half-hours learned from."""
    from heed.metrics.selection import Slice
    from heed.metrics.traffic import presence

    since = found.cutoff - timedelta(weeks=found.asked.weeks)
    part = Slice(since, found.cutoff, _of_workforce(found.asked.where), reached_rows(scope))
    return presence(engine(), part, unit=found.asked.by, shift=_shift(found.cutoff, found.zone))


def told_weekdays(found: Learned, rows: list[Cover], target: float) -> dict[str, Any]:
    """Weekdays as scripts read them, the shortest of people first."""
    return {
        "where": found.asked.where,
        "by": found.asked.by,
        "since": found.history.since,
        "cutoff": found.cutoff,
        "target": target,
        "within_seconds": found.asked.within_seconds,
        "weekdays": [{**vars(each), "is_short": each.is_short} for each in rows],
    }


def told_frontier(found: Frontier) -> dict[str, Any]:
    """A learned frontier as scripts read it; on the command line and over the API."""
    learned_ = found.learned
    return {
        "learned": True,
        "where": learned_.asked.where,
        "by": learned_.asked.by,
        "law": learned_.asked.law,
        "since": learned_.history.since,
        "cutoff": learned_.cutoff,
        "calls": learned_.history.learned_from,
        "span": "week",
        "within_seconds": learned_.asked.within_seconds,
        "observed": {"service_level": learned_.in_time, "abandonment": learned_.abandoned},
        "patience": told_patience(learned_.patience),
        "wait_curve": told_curve(learned_.curve),
        **told_prices(found.prices),
        "points": [told_option(each) for each in found.points],
        "now": told_option(found.now) if found.now else None,
        "runs": found.runs,
        "seed": found.seed,
    }


def told_patience(found: "Patience") -> dict[str, Any]:
    names = ("mean", "low", "high", "median", "given_up", "waits", "reason")
    told = {name: getattr(found, name) for name in names}
    marks = (10, 20, 30, 60, 120, 180, 300, 600)
    longest = float(found.survival.durations[-1]) if found.waits else 0.0
    told["still_waiting"] = [
        {"seconds": mark, "share": found.survival.beyond(mark)} for mark in marks if mark <= longest
    ]
    return told


def told_curve(found: "Falling | None") -> dict[str, Any]:
    if found is None:
        return {"reason": "not_enough_data", "steps": []}
    rows = zip(*(each.tolist() for each in (found.starts, found.value, found.low, found.high, found.many)), strict=True)
    names = ("from_seconds", "value", "low", "high", "n")
    return {"reason": "", "steps": [dict(zip(names, row, strict=True)) for row in rows]}

"""What people promise on cases, played: the arrivals of history worked off by other head-counts and in other hours; and how well
that foretells the past. Pure, seeded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from heed.core.calendar.rules import instant
from heed.goals.slas.definition import Sla
from heed.goals.slas.rules.backlog import LEAST_CASES, WEEK, Hours, Traces, Work, hours_of, learned_work
from heed.goals.slas.rules.bargaining import rung_targets
from heed.goals.slas.rules.frontier import Prices
from heed.goals.slas.rules.simulating import Guess
from heed.goals.slas.rules.tallying import Share, share_of
from heed.stats.arrays import Floats
from heed.stats.queues.simulation.arrivals import Listed
from heed.stats.queues.simulation.contact_centre import Centre, Group, Kind, Staffing, play

RUNS = 30
# The first week begins empty and is not counted.
WARM_UP = 1
# Of a priority with fewer cases, own times of all are drawn.
LEAST_OWN = 30
MOST_CASES = 15_000
CASES = "cases"
# Head-counts tried for the range, as parts of those there were.
TRIED = (0.4, 0.55, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 3.0)


@dataclass(frozen=True)
class Shop:
    """Who works cases off: what was learned, the clock that would hold, and the limit of each priority in seconds."""

    traces: Traces
    hours: Hours
    work: Work
    limits: Floats
    pools: Mapping[str | None, Floats]

    @classmethod
    def of(cls, traces: Traces, base: Hours, hours: Hours, work: Work, sla: Sla) -> "Shop":
        limits = np.array([sla.limit(each) for each in traces.priority])
        return cls(traces, hours, work, limits, _pools(traces, base, work, float(limits.max())))

    @property
    def weeks(self) -> int:
        """So many weeks are played at a time."""
        return min(self.traces.weeks, max(MOST_CASES * self.traces.weeks // max(self.traces.opened.size, 1), 2))


def _pools(traces: Traces, base: Hours, work: Work, most: float) -> dict[str | None, Floats]:
    """Own times by priority, and of all under None, of cases so old that each was decided whichever time it took."""
    age = base.clock(np.array([float(traces.until)]))[0] - base.clock(traces.opened)
    known = np.isfinite(work.own) & (age >= most) & (traces.ended | (traces.took >= most))
    pools: dict[str | None, Floats] = {None: work.own[known]}
    for name in set(traces.priority) - {None}:
        own = work.own[known & np.array([each == name for each in traces.priority])]
        if own.size >= LEAST_OWN:
            pools[name] = own
    return pools


def _played(shop: Shop, opened: Floats, which: np.ndarray, there: Floats, generator: np.random.Generator) -> np.ndarray:
    """Whether each of the cases opened then (like those at `which` in the traces) would be kept, with so many people there in each
    span of work.
    """
    work = max(generator.normal(shop.work.seconds, shop.work.error), 0.0)
    at = shop.hours.clock(opened)
    staffing = _staffing(shop.hours, there)
    until = float(max(at[-1], staffing.starts[-1])) + 1.0
    centre = Centre((Kind(CASES, Listed(tuple(at.tolist())), work),), (Group(CASES, frozenset({CASES}), staffing),))
    done = play(centre, until, generator)
    own = np.empty(at.size)
    names = np.array([str(shop.traces.priority[each]) for each in which])
    for name in set(names):
        pool = shop.pools.get(None if name == "None" else name, shop.pools[None])
        rows = names == name
        own[rows] = generator.choice(pool, int(rows.sum()))
    return np.asarray(done.served[0] & (done.waits[0] + own <= shop.limits[which]))


def _staffing(hours: Hours, there: Floats) -> Staffing:
    """So many people in each span; a part of one is there for that part of it."""
    low, high = hours.clock(hours.opens), hours.clock(hours.closes)
    steps: dict[float, int] = {0.0: 0}
    for begins, ends, people in zip(low.tolist(), high.tolist(), there.tolist(), strict=True):
        whole = int(people)
        steps[begins] = whole + 1 if people > whole else whole
        if people > whole:
            steps[begins + (people - whole) * (ends - begins)] = whole
        steps.setdefault(ends, 0)
    starts = sorted(steps)
    return Staffing(tuple(starts), tuple(steps[each] for each in starts))


def predict_cases(shop: Shop, hours_a_week: float, *, runs: int = RUNS, seed: int = 1) -> Guess:
    """The share kept by people who are there for so many hours a week, on weeks like those of history drawn anew."""
    traces, weeks = shop.traces, shop.weeks
    there = _spread(shop, hours_a_week)
    week = ((traces.opened - traces.since) // WEEK).astype(np.int64)
    rows = [np.flatnonzero(week == each) for each in range(traces.weeks)]
    means, single = [], []
    for each in np.random.SeedSequence(seed).spawn(runs):
        generator = np.random.default_rng(each)
        drawn = generator.integers(0, traces.weeks, weeks)
        which = np.concatenate([rows[source] for source in drawn])
        moved = np.concatenate(
            [np.full(rows[source].size, (place - source) * WEEK) for place, source in enumerate(drawn)]
        )
        if not which.size:
            continue
        opened = traces.opened[which] + moved
        kept, place = _played(shop, opened, which, there, generator), ((opened - traces.since) // WEEK)
        shares = [float(kept[place == at].mean()) for at in range(WARM_UP, weeks) if (place == at).any()]
        if shares:
            means.append(float(kept[place >= WARM_UP].mean()))
            single += shares
    if not means:
        return Guess(None, None, None)
    low, high, week_low, week_high = (*np.quantile(means, (0.025, 0.975)), *np.quantile(single, (0.025, 0.975)))
    return Guess(float(np.mean(means)), float(low), float(high), float(week_low), float(week_high))


def _spread(shop: Shop, hours_a_week: float) -> Floats:
    """People there in each span of work: the hours, laid on weekdays as people were there."""
    weights = shop.work.weights
    weights = np.where(weights > 0, weights, weights[weights > 0].mean() if (weights > 0).any() else 1.0)
    lengths = shop.hours.by_weekday(shop.traces.weeks)
    one = hours_a_week / max(float((weights * lengths).sum()), 1e-9)
    return np.asarray((weights * one)[shop.hours.weekday])


@dataclass(frozen=True)
class Foretold:
    """One week of the past: the share predicted, with the limits in which such a week should lie, and the one achieved, of cases
    opened in it.
    """

    week: date
    predicted: Guess
    achieved: Share

    @property
    def inside(self) -> bool:
        low, high, value = self.predicted.week_low, self.predicted.week_high, self.achieved.value
        return low is not None and high is not None and value is not None and low <= value <= high


def foretold(traces: Traces, sla: Sla, *, runs: int = RUNS, seed: int = 1) -> list[Foretold]:
    """Each week of the later half, as the work learned in the earlier half, who waited when the week began, its arrivals and its
    people foretell it; empty where too little is known. Weeks with cases too young to be decided are not shown.
    """
    if traces.opened.size < LEAST_CASES or not traces.people:
        return []
    base = hours_of(sla.hours, traces)
    early = _until(traces, traces.since + (traces.weeks // 2) * WEEK)
    work = learned_work(early, hours_of(sla.hours, early), seed=seed)
    if work is None:
        return []
    pools = Shop.of(early, base, base, work, sla).pools
    if pools[None].size < LEAST_OWN:
        return []
    limits = np.array([sla.limit(each) for each in traces.priority])
    shop = Shop(traces, base, work, limits, pools)
    decided = base.clock(np.array([float(traces.until)]))[0] - base.clock(traces.opened) >= limits
    week = ((traces.opened - traces.since) // WEEK).astype(np.int64)
    return [
        _foretold_week(shop, at, week, runs, seed)
        for at in range(traces.weeks // 2, traces.weeks)
        if (week == at).sum() >= LEAST_OWN and decided[week == at].all()
    ]


def _foretold_week(shop: Shop, at: int, week: np.ndarray, runs: int, seed: int) -> Foretold:
    traces, begins = shop.traces, shop.traces.since + at * WEEK
    there = np.where(shop.hours.opens < begins, 0.0, _as_there(traces, shop.hours))
    which = np.flatnonzero((week == at) | ((week < at) & ~(traces.begun < begins)))
    own = week[which] == at
    seeds = np.random.SeedSequence([seed, at]).spawn(runs)
    shares = np.array(
        [_played(shop, traces.opened[which], which, there, np.random.default_rng(each))[own].mean() for each in seeds]
    )
    kept = (traces.ended & (traces.took <= shop.limits))[week == at]
    low, high = np.quantile(shares, (0.025, 0.975))
    first = instant(int(begins)).astimezone(traces.zone).date()
    return Foretold(first, Guess(float(shares.mean()), None, None, float(low), float(high)), share_of(kept.tolist()))


def _until(traces: Traces, until: int) -> Traces:
    """What was known at a moment: cases opened by then; who had not begun or ended was still waiting."""
    held = traces.opened < until
    begun = np.where(traces.begun < until, traces.begun, np.nan)[held]
    return replace(
        traces,
        opened=traces.opened[held],
        day=traces.day[held],
        priority=tuple(each for each, is_held in zip(traces.priority, held, strict=True) if is_held),
        begun=begun,
        turn=np.where(np.isfinite(begun), traces.turn[held], np.nan),
        took=traces.took[held],
        ended=traces.ended[held],
        people={day: many for day, many in traces.people.items() if day <= int(traces.day[held].max(initial=0))},
        until=until,
    )


def _as_there(traces: Traces, hours: Hours) -> Floats:
    """People there in each span of work, as they were on that very day."""
    days = [instant(int(each)).astimezone(traces.zone).date().toordinal() for each in hours.opens]
    return np.array([float(traces.people.get(day, 0)) for day in days])


def score_cases(
    traces: Traces, base: Sla, offered: Sla, head_count: float, prices: Prices, *, seed: int, targets: Sequence[float]
) -> dict[str, Any] | None:
    """An offer on cases: what its people are predicted to keep, what its target takes, the range between the targets on the
    table, and how well the same foretold the past. None where facts do not say who worked, or too few cases are known. Raises
    Invalid.
    """
    if traces.opened.size < LEAST_CASES or not traces.people:
        return None
    ground = hours_of(base.hours, traces)
    work = learned_work(traces, ground, seed=seed)
    if work is None or work.hours_a_week <= 0:
        return None
    shop = Shop.of(traces, ground, hours_of(offered.hours, traces), work, offered)
    if shop.pools[None].size < LEAST_OWN:
        return None

    def reached(people: float, runs: int) -> Guess:
        return predict_cases(shop, prices.hours_of(people), runs=runs, seed=seed)

    now = work.hours_a_week / prices.hours_of(1.0)
    curve = _curve(now, lambda people: reached(people, 6).value or 0.0)
    past = foretold(traces, base, seed=seed)
    return {
        "method": "backlog",
        "runs": RUNS,
        "seed": seed,
        "calls": int(traces.opened.size),
        "predicted": {"service_level": reached(head_count, RUNS).as_dict()},
        "needed": _rung(curve, offered.target, prices, None),
        "rungs": [_rung(curve, target, prices, lambda people: reached(people, 10)) for target in rung_targets(targets)],
        "work": {"seconds": work.seconds, "low": work.low, "high": work.high, "n": work.n},
        "was": {"head_count": now, "service_level": reached(now, 10).as_dict()},
        # Surely more than nothing: else waits did not follow the number of people, as far as can be seen.
        "people_matter": work.low > 0,
        "most": float(max(curve.values())),
        "past": [_told(each) for each in past],
    }


def _curve(now: float, level: Callable[[float], float]) -> dict[float, float]:
    """The share kept by head-count, from fewer people than there were to more; it only rises."""
    found, best = dict[float, float](), 0.0
    for part in TRIED:
        best = max(best, level(part * now))
        found[part * now] = best
    return found


def _rung(
    curve: Mapping[float, float], target: float, prices: Prices, play_: Callable[[float], Guess] | None
) -> dict[str, Any]:
    people, levels = np.array(list(curve)), np.array(list(curve.values()))
    place = int(np.searchsorted(levels, target, side="left"))
    if place == levels.size:
        return {"target": target, "head_count": None, "cost": None, "predicted": None, "or_fewer": False}
    needed = float(people[0])
    if place and levels[place] > levels[place - 1]:
        part = (target - levels[place - 1]) / (levels[place] - levels[place - 1])
        needed = float(people[place - 1] + part * (people[place] - people[place - 1]))
    cost: Decimal = prices.cost(needed * prices.hours_per_person)
    predicted = play_(needed).as_dict() if play_ else None
    return {"target": target, "head_count": needed, "cost": str(cost), "predicted": predicted, "or_fewer": not place}


def _told(each: Foretold) -> dict[str, Any]:
    return {
        "week": each.week.isoformat(),
        "predicted": each.predicted.value,
        "week_low": each.predicted.week_low,
        "week_high": each.predicted.week_high,
        "achieved": each.achieved.value,
        "low": each.achieved.low,
        "high": each.achieved.high,
        "n": each.achieved.n,
        "inside": each.inside,
    }

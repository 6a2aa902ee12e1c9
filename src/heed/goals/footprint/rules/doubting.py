"""What is not certain: the future drawn many times, how likely each option is the best, and what the choice hangs on. Pure, seeded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from heed.goals.footprint.rules.choosing import Members
from heed.goals.footprint.rules.comparing import Compared, Option
from heed.goals.footprint.rules.pools import liked, work_of
from heed.goals.footprint.rules.queueing import least_agents, queues
from heed.goals.footprint.rules.satisfaction import LEVEL
from heed.goals.footprint.rules.weeks import HALF_HOUR, WIDE, Setting
from heed.stats.arrays import Floats

Verdict = Literal["pays", "does_not_pay", "uncertain", "impossible"]
MOST_REGIONS_APART = 8


@dataclass(frozen=True)
class Between:
    """A figure with the limits in which it lies 95 times of 100."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Chance:
    """One option over all draws. `cost`: of keeping the promise, people hired as the calls turn out; service and satisfaction: of
    the people planned now. `best`: share of draws in which it is the best.
    """

    option: str
    cost: Between
    service_level: Between
    csat: Between
    best: float


@dataclass(frozen=True)
class Bar:
    """What one assumption does to the saving (or the cost, where there is one option) at the ends of its limits."""

    what: str
    key: str
    low_factor: float
    high_factor: float
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True)
class Doubted:
    """`saving`: of the best option over the next one that differs, a week; `pooling`: of one site over each region its own."""

    draws: int
    seed: int
    chances: tuple[Chance, ...]
    best: str
    against: str | None
    saving: Between
    pooling: Verdict
    pooling_saving: Between
    base: float
    bars: tuple[Bar, ...]

    @property
    def turns(self) -> tuple[Bar, ...]:
        """The assumptions of which an end makes the next option the better one."""
        return tuple(bar for bar in self.bars if self.against and min(bar.at_low, bar.at_high) < 0 < self.base)


@dataclass(frozen=True)
class Futures:
    """Factors on what is assumed, a row a future: volumes by group (futures, groups), handle times, patience, costs by site."""

    volumes: Floats
    aht: Floats
    patience: Floats
    costs: Floats

    @property
    def many(self) -> int:
        return int(self.aht.size)


@dataclass(frozen=True)
class _Played:
    """One queue over all futures: hours paid when hired anew; with the people planned: calls, in time, and weighed by region
    answered and satisfied.
    """

    paid_hours: Floats
    calls: Floats
    in_time: Floats
    answered: Floats
    satisfied: Floats


def doubt(found: Compared, *, draws: int | None = None, seed: int = 0) -> Doubted:
    """Draw the future, and move each assumption alone to its limits. The same seed gives the same figures."""
    setting = found.setting
    distinct = [each for each in found.options if each.same_as is None]
    many = draws or setting.footprint.doubt.draws
    drawn = _outcomes(found, distinct, _drawn(setting, many, seed), seed)
    best = next(each for each in distinct if each.name == (found.best.same_as or found.best.name))
    others = sorted((each for each in distinct if each is not best), key=lambda each: each.objective)
    against = others[0] if others else None
    wins = np.array([drawn[each.name].objective for each in distinct]).argmin(axis=0)
    chances = tuple(
        _chance(each, drawn[each.same_as or each.name], float((wins == distinct.index(_origin(each, distinct))).mean()))
        for each in found.options
    )
    saving = _gap(drawn, best, against)
    verdict, pooling = _pooling(found, drawn)
    base, bars = _tornado(found, best, against)
    named = against.name if against else None
    return Doubted(many, seed, chances, best.name, named, saving, verdict, pooling, base, bars)


def _origin(each: Option, distinct: Sequence[Option]) -> Option:
    return next(one for one in distinct if one.name == (each.same_as or each.name))


@dataclass(frozen=True)
class _Outcome:
    cost: Floats
    objective: Floats
    service_level: Floats
    csat: Floats | None


def _between(values: Floats | None, value: float | None = None) -> Between:
    if values is None:
        return Between(None)
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Between(float(values.mean()) if value is None else value, float(low), float(high))


def _chance(each: Option, drawn: _Outcome, wins: float) -> Chance:
    return Chance(each.name, _between(drawn.cost), _between(drawn.service_level), _between(drawn.csat), wins)


def _gap(drawn: dict[str, _Outcome], best: Option, against: Option | None) -> Between:
    if against is None:
        return Between(None)
    return _between(drawn[against.name].objective - drawn[best.name].objective, against.objective - best.objective)


def _pooling(found: Compared, drawn: dict[str, _Outcome]) -> tuple[Verdict, Between]:
    """Whether one site for all is surely cheaper than each region its own, where both can be."""
    pooled, split = found.option("pooled"), found.option("split")
    if pooled is None or split is None:
        return "impossible", Between(None)
    if split.same_as == "pooled":
        return "does_not_pay", Between(0.0, 0.0, 0.0)
    saving = _between(drawn["split"].objective - drawn["pooled"].objective, split.objective - pooled.objective)
    assert saving.low is not None and saving.high is not None
    return ("pays" if saving.low > 0 else "does_not_pay" if saving.high < 0 else "uncertain"), saving


def _drawn(setting: Setting, many: int, seed: int) -> Futures:
    """Lognormal factors with a mean of one; a share of what volumes vary by is common to all regions."""
    generator, told = np.random.default_rng(seed), setting.footprint.doubt
    regions = list(dict.fromkeys(group.region for group in setting.groups))
    common = generator.standard_normal(many)[:, None]
    own = generator.standard_normal((many, len(regions)))
    normal = np.sqrt(told.together) * common + np.sqrt(1.0 - told.together) * own
    spreads = np.array([group.spread for group in setting.groups])
    by_group = normal[:, [regions.index(group.region) for group in setting.groups]]
    costs = np.array([place.spread for place in setting.places])
    return Futures(
        _factor(by_group, spreads),
        _factor(generator.standard_normal(many), told.aht),
        _factor(generator.standard_normal(many), told.patience),
        _factor(generator.standard_normal((many, costs.size)), costs),
    )


def _factor(normal: Floats, spread: Floats | float) -> Floats:
    """Lognormal with this standard deviation as a share of its mean of one."""
    sigma = np.sqrt(np.log1p(np.square(spread)))
    return np.asarray(np.exp(sigma * normal - sigma**2 / 2.0))


def _outcomes(found: Compared, options: Sequence[Option], futures: Futures, seed: int) -> dict[str, _Outcome]:
    """What each option comes to in each future; queues that options share are played once."""
    setting = found.setting
    played: dict[Members, _Played] = {}
    for each in options:
        for one in each.pools:
            if one.members not in played:
                played[one.members] = _play(setting, one.members, one.agents, futures)
    picks = np.random.default_rng([seed, 1]).random(futures.many)
    return {each.name: _outcome(found, each, played, futures, picks) for each in options}


def _outcome(
    found: Compared, each: Option, played: dict[Members, _Played], futures: Futures, picks: Floats
) -> _Outcome:
    setting = found.setting
    keys = [place.key for place in setting.places]
    cost = np.zeros(futures.many)
    for place in {one.place.key: one.place for one in each.pools}.values():
        cost += float(place.fixed) * futures.costs[:, keys.index(place.key)]
    for one in each.pools:
        hourly = float(one.place.hourly(len(one.languages)))
        cost += played[one.members].paid_hours * hourly * futures.costs[:, keys.index(one.place.key)]
    runs = [played[one.members] for one in each.pools]
    calls, in_time = (np.array([getattr(run, name) for run in runs]).sum(axis=0) for name in ("calls", "in_time"))
    answered, satisfied = (
        np.array([getattr(run, name) for run in runs]).sum(axis=0) for name in ("answered", "satisfied")
    )
    csat = satisfied / np.maximum(answered, 1e-12) if each.csat.value is not None else None
    if csat is not None and each.csat_draws is not None and each.csat.value is not None:
        # How the curve may lie otherwise is added to how waits fall out.
        off = each.csat_draws[(picks * each.csat_draws.size).astype(np.int64)] - each.csat.value
        csat = np.clip(csat + off, 0.0, 1.0)
    worth = float(setting.footprint.satisfied_worth)
    return _Outcome(cost, cost - worth * satisfied, in_time / np.maximum(calls, 1e-12), csat)


def _play(setting: Setting, members: Members, agents: Floats, futures: Futures) -> _Played:
    """One queue over all futures; half-hours alike are worked out once."""
    work = work_of(setting, members)
    busy = work.whole > 0
    rows, back, counts = np.unique(work.calls[:, busy].T, axis=0, return_inverse=True, return_counts=True)
    planned = np.zeros(len(rows))
    planned[back.ravel()] = agents[busy]
    idle = float(agents[~busy].sum())
    groups = [setting.groups[place] for place in members]
    calls = rows[None, :, :] * futures.volumes[:, None, list(members)]
    whole = calls.sum(axis=2)
    times = np.array([group.aht_seconds for group in groups])
    aht = (calls * times).sum(axis=2) / np.maximum(whole, 1e-12) * futures.aht[:, None]
    within = np.where(rows > 0, np.array([group.within_seconds for group in groups]), np.inf).min(axis=1)
    load = whole * aht / HALF_HOUR
    impatience = aht / (work.patience * futures.patience[:, None]) if work.patience else np.zeros(aht.shape)
    hired = least_agents(
        load,
        impatience,
        within / aht,
        target=setting.footprint.target,
        max_occupancy=setting.footprint.max_occupancy,
        near=np.maximum(planned + np.round(load - load.mean(axis=0)), 1.0),
    )
    there = np.asarray(np.maximum(hired, 1.0) @ counts + idle, dtype=np.float64)
    hours = there * HALF_HOUR / 3600.0 / (1.0 - setting.footprint.shrinkage)
    return _served(setting, members, (load, impatience, aht, planned, calls * counts[None, :, None]), hours)


def _served(
    setting: Setting, members: Members, told: tuple[Floats, Floats, Floats, Floats, Floats], hours: Floats
) -> _Played:
    """What the people planned give: sums over the week by future."""
    load, impatience, aht, planned, calls = told
    found = queues(load, np.broadcast_to(planned, load.shape), impatience)
    in_time = np.zeros(load.shape[0])
    answered, satisfied = np.zeros(load.shape[0]), np.zeros(load.shape[0])
    levels: dict[float, Floats] = {}
    likes: dict[int, Floats] = {}
    for row, place in enumerate(members):
        group = setting.groups[place]
        if group.within_seconds not in levels:
            levels[group.within_seconds] = found.within(group.within_seconds / aht)
        in_time += (levels[group.within_seconds] * calls[:, :, row]).sum(axis=1)
        curve = setting.curves[group.curve]
        if curve is None:
            continue
        if group.curve not in likes:
            likes[group.curve] = liked(curve.merged(), found, aht)[0]
        reached = found.answered * calls[:, :, row] * group.weight
        answered += reached.sum(axis=1)
        satisfied += (likes[group.curve] * reached).sum(axis=1)
    return _Played(hours, calls.sum(axis=(1, 2)), in_time, answered, satisfied)


def _tornado(found: Compared, best: Option, against: Option | None) -> tuple[float, tuple[Bar, ...]]:
    """Each assumption alone at the ends of its limits: the saving over the next option, the widest first."""
    setting = found.setting
    names, futures, factors = _alone(setting, [best, *([against] if against else [])])
    told = _outcomes(found, [best, *([against] if against else [])], futures, 0)
    values = told[best.name].objective
    if against is not None:
        values = told[against.name].objective - values
    bars = [
        Bar(what, key, low, high, float(values[1 + 2 * place]), float(values[2 + 2 * place]))
        for place, ((what, key), (low, high)) in enumerate(zip(names, factors, strict=True))
    ]
    bars = [bar for bar in bars if bar.low_factor < bar.high_factor]
    return float(values[0]), tuple(sorted(bars, key=lambda bar: -bar.width))


def _alone(
    setting: Setting, options: Sequence[Option]
) -> tuple[list[tuple[str, str]], Futures, list[tuple[float, float]]]:
    """Futures in which nothing, and then one assumption after another, is at the low and the high end of its limits."""
    told = setting.footprint.doubt
    used = {one.place.key for each in options for one in each.pools}
    regions = list(dict.fromkeys(group.region for group in setting.groups))
    names: list[tuple[str, str]] = [("volumes", ""), ("aht", "")]
    names += [("patience", "")] if setting.patience_seconds else []
    names += [("volume", key) for key in regions] if 1 < len(regions) <= MOST_REGIONS_APART else []
    names += [("cost", place.key) for place in setting.places if place.key in used]
    many = 1 + 2 * len(names)
    volumes, costs = np.ones((many, len(setting.groups))), np.ones((many, len(setting.places)))
    aht, patience, factors = np.ones(many), np.ones(many), []
    spreads = np.array([group.spread for group in setting.groups])
    for place, (what, key) in enumerate(names):
        rows = (1 + 2 * place, 2 + 2 * place)
        for row, end in zip(rows, (-WIDE, WIDE), strict=True):
            normal = np.full(1, end)
            if what in ("volumes", "volume"):
                mine = [not key or group.region == key for group in setting.groups]
                volumes[row, mine] = _factor(normal, spreads[mine])
            elif what == "cost":
                number = next(i for i, each in enumerate(setting.places) if each.key == key)
                costs[row, number] = _factor(normal, setting.places[number].spread)[0]
            elif what == "aht":
                aht[row] = _factor(normal, told.aht)[0]
            else:
                patience[row] = _factor(normal, told.patience)[0]
        factors.append(_ends(what, key, rows, setting, (volumes, aht, patience, costs)))
    return names, Futures(volumes, aht, patience, costs), factors


def _ends(
    what: str,
    key: str,
    rows: tuple[int, int],
    setting: Setting,
    held: tuple[Floats, Floats, Floats, Floats],
) -> tuple[float, float]:
    """The factors at both ends; of volumes those of the first group that is moved."""
    volumes, aht, patience, costs = held
    low, high = rows
    if what in ("volumes", "volume"):
        place = next(i for i, group in enumerate(setting.groups) if not key or group.region == key)
        return float(volumes[low, place]), float(volumes[high, place])
    if what == "cost":
        place = next(i for i, each in enumerate(setting.places) if each.key == key)
        return float(costs[low, place]), float(costs[high, place])
    line = aht if what == "aht" else patience
    return float(line[low]), float(line[high])

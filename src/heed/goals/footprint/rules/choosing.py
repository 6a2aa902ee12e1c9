"""Which groups are answered where: pools as columns, and the cheapest set of them that serves each group once. Pure.

Set partitioning (Balas and Padberg 1976) with a fixed cost for each site that is used, by scipy's HiGHS.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from heed.core.errors.rules import Invalid, Phrase, phrase
from heed.goals.footprint.rules.pools import Pool, Work, pool, satisfied_calls, staffed, work_of
from heed.goals.footprint.rules.weeks import Setting, nobody_serves
from heed.stats.arrays import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# Up to so many groups every subset is a column; beyond it a family that grows around the best found.
ALL_SUBSETS_UP_TO = 8
ROUNDS = 12
SECONDS = 30.0
Members = tuple[int, ...]


@dataclass
class Columns:
    """Every pool that was worked out: the staffing of a subset of groups is the same wherever it is answered."""

    setting: Setting
    works: dict[Members, Work] = field(default_factory=dict)
    agents: dict[Members, Floats] = field(default_factory=dict)
    pools: dict[tuple[str, Members], Pool] = field(default_factory=dict)
    worth: dict[Members, float] = field(default_factory=dict)

    def add(self, wanted: Iterable[Members]) -> None:
        """Work out what subsets take, all at once, as pools of the sites that can serve them."""
        fresh = [each for each in dict.fromkeys(wanted) if each not in self.agents and self._places(each)]
        works = [work_of(self.setting, each) for each in fresh]
        for members, work, agents in zip(fresh, works, staffed(self.setting, works), strict=True):
            self.works[members], self.agents[members] = work, agents
            self.worth[members] = self._worth(members)
            for place in self._places(members):
                self.pools[place, members] = pool(self.setting, self.setting.place(place), members, agents)

    def _places(self, members: Members) -> list[str]:
        groups = [self.setting.groups[each] for each in members]
        return [
            place.key for place in self.setting.places if all(self.setting.may_serve(place, group) for group in groups)
        ]

    def _worth(self, members: Members) -> float:
        worth = float(self.setting.footprint.satisfied_worth)
        if not worth:
            return 0.0
        return worth * satisfied_calls(self.setting, members, self.works[members], self.agents[members])

    def one(self, place: str, members: Iterable[int]) -> Pool | None:
        """A pool, worked out where it was not yet; None where the site cannot serve it."""
        key = tuple(sorted(members))
        self.add([key])
        return self.pools.get((place, key))

    def objective(self, pools: Iterable[Pool]) -> float:
        """What an assignment costs a week, less what its satisfied customers are worth."""
        pools = list(pools)
        fixed = sum(float(place.fixed) for place in {each.place.key: each.place for each in pools}.values())
        return fixed + sum(each.cost - self.worth[each.members] for each in pools)


@dataclass(frozen=True)
class Optimum:
    """The best assignment found. `is_whole`: over every subset of groups, else over the family of `columns` tried; `gap`: how
    far at most a better one over the same columns could be, as a share (HiGHS).
    """

    pools: tuple[Pool, ...]
    objective: float
    bound: float
    gap: float
    columns: int
    is_whole: bool


def best(columns: Columns) -> Optimum:
    """The cheapest assignment of all groups to sites. Raises Invalid where there is none, with the reason."""
    setting = columns.setting
    if reasons := nobody_serves(setting):
        raise Invalid(reasons[0], code="nobody_serves", hint=NOBODY_HINT)
    many = len(setting.groups)
    is_whole = many <= ALL_SUBSETS_UP_TO
    if is_whole:
        columns.add(each for size in range(1, many + 1) for each in combinations(range(many), size))
        return _solved(columns, is_whole)
    columns.add(_family(setting))
    found = _solved(columns, is_whole)
    for _round in range(ROUNDS):
        before = len(columns.agents)
        columns.add(_beside(found.pools, many))
        better = _solved(columns, is_whole) if len(columns.agents) > before else found
        if better.objective > found.objective - 1e-6:
            return better
        found = better
    return found


NOBODY_HINT = phrase("Add a site that speaks it and is open then, or change the hours.")


def _family(setting: Setting) -> list[Members]:
    """Where to begin: each group, each pair, each region, each language, and all that a site can serve."""
    many = range(len(setting.groups))
    found: list[Members] = [(each,) for each in many]
    found += list(combinations(many, 2)) if len(setting.groups) <= 24 else []
    for name in ("region", "language"):
        for value in sorted({getattr(group, name) for group in setting.groups}):
            found.append(tuple(each for each in many if getattr(setting.groups[each], name) == value))
    for place in setting.places:
        served = tuple(each for each in many if setting.may_serve(place, setting.groups[each]))
        found += [served, *(tuple(each for each in served if each != left) for left in served)]
        for language in sorted(place.languages):
            found.append(tuple(each for each in served if setting.groups[each].language == language))
    return [each for each in dict.fromkeys(found) if each]


def _beside(pools: Sequence[Pool], many: int) -> list[Members]:
    """Neighbours of an assignment: a group more, a group less, two pools in one, two groups swapped into each other's pool."""
    found: list[Members] = []
    for each in pools:
        held = set(each.members)
        found += [tuple(sorted(held | {other})) for other in range(many)]
        found += [tuple(sorted(held - {other})) for other in held if len(held) > 1]
        for other in pools:
            if other is not each:
                found.append(tuple(sorted(held | set(other.members))))
                found += [tuple(sorted((held - {out}) | {in_})) for out in held for in_ in other.members]
    return [each for each in dict.fromkeys(found) if each]


def _solved(columns: Columns, is_whole: bool) -> Optimum:
    result = _milp(columns)
    if result is None:
        raise Invalid(
            _why_not(columns), code="cannot_be_assigned", hint="Add seats, another site, or allow more at one."
        )
    chosen, objective, bound, gap = result
    return Optimum(chosen, objective, bound, gap, len(columns.pools), is_whole)


@dataclass
class _Rows:
    """Rows of a sparse matrix with their limits."""

    places: list[tuple[int, int, float]] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, entries: Iterable[tuple[int, float]], low: float, high: float) -> None:
        self.places += [(len(self.low), column, value) for column, value in entries]
        self.low.append(low)
        self.high.append(high)

    def matrix(self, width: int) -> "csr_array":
        from scipy.sparse import csr_array

        rows, columns, values = zip(*self.places, strict=True)
        return csr_array((values, (rows, columns)), shape=(len(self.low), width))


def _milp(
    columns: Columns, *, roomy: Collection[str] = (), share: float | None = None
) -> tuple[tuple[Pool, ...], float, float, float] | None:
    """x_j: pool j is used; y_s: site s is. Each group in one pool; seats in each slot, but for `roomy` sites; no site above
    its share of calls. None where nothing holds.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    setting = columns.setting
    most = setting.footprint.most_share_at_one_site if share is None else share
    # What does not fit by itself is no column: the bound closes far sooner without it.
    pools = [each for _key, each in sorted(columns.pools.items()) if _fits(setting, each, roomy, most)]
    if not pools:
        return None
    worth = [each.cost - columns.worth[each.members] for each in pools]
    costs = np.array(worth + [float(each.fixed) for each in setting.places])
    rows = _Rows()
    for group in range(len(setting.groups)):
        rows.add(((index, 1.0) for index, each in enumerate(pools) if group in each.members), 1.0, 1.0)
    for number, place in enumerate(setting.places):
        own = [index for index, each in enumerate(pools) if each.place.key == place.key]
        seats = None if place.key in roomy else place.seats
        for entries, limit in _of_site(setting, pools, own, seats, most):
            rows.add([*entries, (len(pools) + number, -limit)], -np.inf, 0.0)
    found = milp(
        costs,
        integrality=np.ones(costs.size),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(rows.matrix(costs.size), np.array(rows.low), np.array(rows.high)),
        options={"time_limit": SECONDS, "mip_rel_gap": 1e-7},
    )
    if found.x is None:
        return None
    chosen = tuple(each for each, used in zip(pools, found.x, strict=False) if used > 0.5)
    bound = float(found.mip_dual_bound if found.mip_dual_bound is not None else found.fun)
    return chosen, columns.objective(chosen), bound, float(found.mip_gap or 0.0)


def _of_site(
    setting: Setting, pools: Sequence[Pool], own: Sequence[int], seats: int | None, most: float
) -> Iterator[tuple[list[tuple[int, float]], float]]:
    """Rows `Σ row x ≤ limit y` of one site: a group is there only where the site is used, and in one pool, which is what
    makes the bound close; its share of all calls; its seats in each slot.
    """
    for group in range(len(setting.groups)):
        if here := [(index, 1.0) for index in own if group in pools[index].members]:
            yield here, 1.0
    if most < 1.0:
        calls = [sum(float(setting.groups[each].calls.sum()) for each in pools[index].members) for index in own]
        yield list(zip(own, calls, strict=True)), most * setting.calls * (1 + 1e-9)
    if seats is not None and own:
        for line in _fullest(np.array([pools[index].agents for index in own]).T):
            if line.sum() > seats:
                yield [(index, float(many)) for index, many in zip(own, line, strict=True) if many], float(seats)


def _fits(setting: Setting, one: Pool, roomy: Collection[str], most: float) -> bool:
    """Whether a pool has room at its site as the only one there."""
    seats = None if one.place.key in roomy else one.place.seats
    calls = sum(float(setting.groups[each].calls.sum()) for each in one.members)
    return (seats is None or one.peak <= seats) and calls <= most * setting.calls * (1 + 1e-9)


def _fullest(slots: Floats) -> Floats:
    """Of rows (slots, pools) those that no other is at least as full as in every pool: the others follow from them."""
    rows = np.unique(slots, axis=0)[::-1]
    kept: list[Floats] = []
    for row in rows[np.argsort(-rows.sum(axis=1), kind="stable")]:
        if not any(bool((row <= other).all()) for other in kept):
            kept.append(row)
    return np.array(kept)


def _why_not(columns: Columns) -> Phrase:
    """Why no assignment holds although each group alone could be served."""
    setting = columns.setting
    most = setting.footprint.most_share_at_one_site
    if most < 1.0 and _milp(columns, share=1.0) is not None:
        return phrase("No assignment keeps every site at {share} of all calls or less.", share=f"{most * 100:g} %")
    limited = [place for place in setting.places if place.seats is not None]
    full = [place for place in limited if _milp(columns, roomy=(place.key,)) is not None]
    told = ", ".join(f"{place.title} ({place.seats})" for place in full or limited)
    if full:
        return phrase("The seats do not do; they would with more at one of {sites}.", sites=told)
    return phrase("The seats of {sites} do not do.", sites=told)

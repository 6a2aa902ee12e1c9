"""Pooled, split and hybrid beside one another: cost, service, satisfaction, people, and what the loss of a site leaves. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from heed.core.errors.rules import Phrase, phrase
from heed.goals.footprint.rules.choosing import Columns, Optimum, best
from heed.goals.footprint.rules.pools import CENT, Pool, Work
from heed.goals.footprint.rules.satisfaction import Liking, Served, csat_drawn, csat_of
from heed.goals.footprint.rules.weeks import SLOTS, Place, Setting
from heed.stats.arrays import Floats

Name = Literal["pooled", "split", "hybrid"]
NAMES: tuple[Name, ...] = ("pooled", "split", "hybrid")
# Of money: assignments that differ by no more cost the same.
EVEN = 0.01


@dataclass(frozen=True)
class GroupService:
    """What one group gets: where, and shares of its callers."""

    key: str
    region: str
    language: str
    site: str
    calls: float
    service_level: float
    abandonment: float
    csat: Liking


@dataclass(frozen=True)
class Loss:
    """What is left when one site fails and nobody is hired: the share of all calls that is answered, in time, and liked.
    `unserved`: groups that nobody left can answer at some time, with the share of their calls.
    """

    site: str
    title: str
    calls: float
    answered: float
    service_level: float
    csat: Liking
    unserved: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Option:
    """One way to answer all calls. Shares are of all callers; csat of those answered, weighed by region."""

    name: Name
    pools: tuple[Pool, ...]
    cost: Decimal
    objective: float
    paid_hours: float
    head_count: float
    peak: int
    service_level: float
    abandonment: float
    asa_seconds: float | None
    csat: Liking
    groups: tuple[GroupService, ...]
    losses: tuple[Loss, ...]
    csat_draws: Floats | None = None
    same_as: Name | None = None

    @property
    def worst(self) -> Loss | None:
        return min(self.losses, key=lambda each: (each.answered, each.service_level), default=None)

    def people(self) -> dict[str, Floats]:
        """People there by site and slot."""
        found: dict[str, Floats] = {}
        for each in self.pools:
            found[each.place.key] = found.get(each.place.key, np.zeros(SLOTS)) + each.agents
        return found


@dataclass(frozen=True)
class Compared:
    """The options that can be, why others cannot, and what the best is the best of."""

    setting: Setting
    columns: Columns
    options: tuple[Option, ...]
    impossible: dict[Name, Phrase | str]
    optimum: Optimum

    def option(self, name: str) -> Option | None:
        return next((each for each in self.options if each.name == name), None)

    @property
    def best(self) -> Option:
        """The cheapest (less what satisfied customers are worth); of those alike the plainest."""
        return min(self.options, key=lambda each: (round(each.objective, 2), NAMES.index(each.name)))


def compare(setting: Setting) -> Compared:
    """Pooled, split and the best hybrid. Raises Invalid where no assignment serves all, saying whom nobody can serve."""
    columns = Columns(setting)
    optimum = best(columns)
    impossible: dict[Name, Phrase | str] = {}
    found: list[Option] = []
    plain: list[tuple[Name, tuple[Pool, ...] | Phrase | str]] = [
        ("pooled", _pooled(columns)),
        ("split", _split(columns)),
    ]
    for name, pools in plain:
        said = pools if isinstance(pools, str) else _too_much_at_one(setting, pools)
        if said is not None or isinstance(pools, str):
            impossible[name] = said or ""
        else:
            same = next((each.name for each in found if _alike(each.pools, pools)), None)
            found.append(evaluate(columns, name, pools, same))
    # Of assignments that cost the same the plain one is told.
    same = next((each.name for each in found if each.objective <= optimum.objective + EVEN), None)
    chosen = next((each.pools for each in found if each.name == same), optimum.pools)
    found.append(evaluate(columns, "hybrid", chosen, same))
    return Compared(setting, columns, tuple(found), impossible, optimum)


def _too_much_at_one(setting: Setting, pools: Sequence[Pool]) -> Phrase | None:
    """The reason where one site would have a larger share of all calls than it may."""
    most = setting.footprint.most_share_at_one_site
    for place in setting.places:
        mine = [group for each in pools if each.place is place for group in each.members]
        share = sum(float(setting.groups[group].calls.sum()) for group in mine) / setting.calls
        if share > most * (1 + 1e-6):
            told = {"site": place.title, "share": f"{share * 100:.0f} %", "most": f"{most * 100:g} %"}
            return phrase("{site} would have {share} of all calls, and {most} is the most", **told)
    return None


def _alike(one: Sequence[Pool], other: Sequence[Pool]) -> bool:
    return {(each.place.key, each.members) for each in one} == {(each.place.key, each.members) for each in other}


def _pooled(columns: Columns) -> tuple[Pool, ...] | Phrase | str:
    """One queue at one site, the cheapest that can; a reason where none can."""
    setting = columns.setting
    everybody = range(len(setting.groups))
    reasons, found = [], []
    for place in setting.places:
        missing = [setting.groups[each].key for each in everybody if not setting.may_serve(place, setting.groups[each])]
        one = None if missing else columns.one(place.key, everybody)
        if one is None:
            reasons.append(phrase("{site} cannot serve {groups}", site=place.title, groups=", ".join(missing[:4])))
        elif place.seats is not None and one.peak > place.seats:
            reasons.append(
                phrase(
                    "{site} has {seats} seats, {people} are needed",
                    site=place.title,
                    seats=place.seats,
                    people=one.peak,
                )
            )
        else:
            found.append((one,))
    if found:
        return min(found, key=columns.objective)
    told: Phrase | str = reasons[0]
    for reason in reasons[1:]:
        told = phrase("{before}; {last}", before=told, last=reason)
    return told


def _split(columns: Columns) -> tuple[Pool, ...] | Phrase | str:
    """Each region its own queue at its own site; a reason where one has none."""
    setting = columns.setting
    homes = {region.key: region.home for region in setting.footprint.regions}
    pools: list[Pool] = []
    for region in dict.fromkeys(group.region for group in setting.groups):
        members = [place for place, group in enumerate(setting.groups) if group.region == region]
        title = setting.groups[members[0]].region_title
        sites = [setting.place(homes[region])] if homes.get(region) else list(setting.places)
        one = _own(columns, sites, members, pools)
        if one is None:
            named = ", ".join(site.title for site in sites)
            return phrase("{region} cannot be served as one queue by {sites}", region=title, sites=named)
        pools.append(one)
    return tuple(pools)


def _own(columns: Columns, sites: Sequence[Place], members: Sequence[int], taken: Sequence[Pool]) -> Pool | None:
    """The cheapest site for a region of those with room left."""
    found = []
    for site in sites:
        one = columns.one(site.key, members)
        if one is None:
            continue
        there = one.agents + sum((each.agents for each in taken if each.place.key == site.key), np.zeros(SLOTS))
        if site.seats is None or there.max() <= site.seats:
            found.append(one)
    return min(found, key=lambda each: columns.objective([each]), default=None)


def evaluate(columns: Columns, name: Name, pools: tuple[Pool, ...], same_as: Name | None = None) -> Option:
    """An assignment with all that it costs and gives."""
    setting = columns.setting
    served = [
        Served(
            each.members, columns.works[each.members], columns.works[each.members].queues(each.agents), each.place.key
        )
        for each in pools
    ]
    groups = tuple(_group(setting, each, row, place) for each in served for row, place in enumerate(each.members))
    calls = setting.calls
    fixed = sum((place.fixed for place in {each.place.key: each.place for each in pools}.values()), Decimal(0))
    hours = sum(each.paid_hours for each in pools)
    there = sum((each.agents for each in pools), np.zeros(SLOTS))
    return Option(
        name,
        pools,
        sum((each.money for each in pools), fixed).quantize(CENT),
        columns.objective(pools),
        hours,
        hours / setting.footprint.hours_per_person,
        int(there.max(initial=0)),
        sum(each.service_level * each.calls for each in groups) / calls,
        sum(each.abandonment * each.calls for each in groups) / calls,
        _mean_wait(served),
        csat_of(setting, served),
        groups,
        tuple(_loss(setting, pools, place) for place in setting.places if any(each.place is place for each in pools)),
        csat_drawn(setting, served)[1],
        same_as,
    )


def _group(setting: Setting, each: Served, row: int, place: int) -> GroupService:
    group, calls = setting.groups[place], each.work.calls[row]
    whole = max(float(calls.sum()), 1e-12)
    level = float((each.queue.within(group.within_seconds / each.work.aht) * calls).sum()) / whole
    left = float(((1.0 - each.queue.answered) * calls).sum()) / whole
    one = Served((place,), Work(calls[None, :], calls, *_rest(each.work)), each.queue, each.site)
    return GroupService(
        group.key, group.region, group.language, each.site, float(calls.sum()), level, left, csat_of(setting, [one])
    )


def _rest(work: Work) -> tuple[Floats, Floats, Floats, float | None]:
    return work.aht, work.within, work.open, work.patience


def _mean_wait(served: Sequence[Served]) -> float | None:
    """Mean wait of all callers until answered or gone, in seconds; None where a queue grows for ever."""
    waited = many = 0.0
    for each in served:
        queue, work = each.queue, each.work
        busy = work.whole > 0
        if work.patience:
            # Whoever waits w gives up with a chance of w / patience: the mean wait is what gave up times the patience.
            wait = queue.left * work.patience
        else:
            spare = queue.agents - queue.load
            if (spare[busy] <= 0).any():
                return None
            wait = queue.delayed * work.aht / np.where(spare > 0, spare, 1.0)
        waited += float((wait * work.whole)[busy].sum())
        many += float(work.whole.sum())
    return waited / many if many else None


def _loss(setting: Setting, pools: Sequence[Pool], lost: Place) -> Loss:
    """Calls of the failed site go, slot by slot, to the pool with the most people free whose people speak the language."""
    kept = [each for each in pools if each.place is not lost]
    extra = [np.zeros((len(setting.groups), SLOTS)) for _each in kept]
    homeless = np.zeros((len(setting.groups), SLOTS))
    spare = [each.agents - load_of(setting, each.members) for each in kept]
    away = [place for each in pools if each.place is lost for place in each.members]
    for place in sorted(away, key=lambda each: -setting.groups[each].calls.sum()):
        group = setting.groups[place]
        able = np.array(
            [
                np.where(each.place.open & (each.agents > 0) & (group.language in each.languages), 1.0, 0.0)
                for each in kept
            ]
        ).reshape(len(kept), SLOTS)
        taken = group.calls > 0
        if kept:
            to = np.where(able > 0, np.array(spare), -np.inf).argmax(axis=0)
            for number in range(len(kept)):
                goes = taken & (to == number) & (able[number] > 0)
                extra[number][place] += np.where(goes, group.calls, 0.0)
                spare[number] = spare[number] - np.where(goes, group.calls * group.aht_seconds / 1800.0, 0.0)
        homeless[place] += np.where(taken & (able.sum(axis=0) <= 0), group.calls, 0.0)
    served = [_swollen(setting, each, more) for each, more in zip(kept, extra, strict=True)]
    return _left(setting, lost, served, homeless, sum(setting.groups[each].calls.sum() for each in away))


def load_of(setting: Setting, members: Sequence[int]) -> Floats:
    """Erlangs of some groups by slot."""
    return sum(
        (setting.groups[each].calls * setting.groups[each].aht_seconds / 1800.0 for each in members), np.zeros(SLOTS)
    )


def _swollen(setting: Setting, each: Pool, more: Floats) -> Served:
    """A pool with the calls of others on top, its people as they were."""
    members = tuple(place for place in range(len(setting.groups)) if place in each.members or bool(more[place].any()))
    calls = np.array([
        more[place] + (setting.groups[place].calls if place in each.members else 0.0) for place in members
    ])  # fmt: skip
    times = np.array([setting.groups[place].aht_seconds for place in members])
    whole = calls.sum(axis=0)
    aht = np.where(whole > 0, (calls * times[:, None]).sum(axis=0) / np.maximum(whole, 1e-12), times.mean())
    within = np.full(SLOTS, setting.footprint.within_seconds)
    work = Work(calls, whole, aht, within, np.ones(SLOTS), setting.patience_seconds)
    return Served(members, work, work.queues(each.agents), each.place.key)


def _left(setting: Setting, lost: Place, served: Sequence[Served], homeless: Floats, calls: float) -> Loss:
    answered = in_time = 0.0
    for each in served:
        answered += float((each.queue.answered * each.work.whole).sum())
        for row, place in enumerate(each.members):
            level = each.queue.within(setting.groups[place].within_seconds / each.work.aht)
            in_time += float((level * each.work.calls[row]).sum())
    unserved = tuple(
        (group.key, float(gone.sum() / group.calls.sum()))
        for group, gone in zip(setting.groups, homeless, strict=True)
        if gone.any()
    )
    return Loss(
        lost.key,
        lost.title,
        float(calls) / setting.calls,
        answered / setting.calls,
        in_time / setting.calls,
        csat_of(setting, served),
        unserved,
    )

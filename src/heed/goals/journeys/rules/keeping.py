"""How cases keep to the design of a journey: fitness by steps, and what departs from it in words people use."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from heed.goals.journeys.definition import Journey, Stage
from heed.mining.conformance import Design, judged, sequence

Kind = Literal["skipped", "repeated", "out_of_order", "unknown"]
KINDS: tuple[Kind, ...] = ("skipped", "repeated", "out_of_order", "unknown")


@dataclass(frozen=True)
class Plan:
    """What is meant to be done, in order; what may be left out, repeated, or come anywhere (and is passed over)."""

    order: tuple[str, ...]
    optional: frozenset[str]
    repeats: frozenset[str]
    passing: frozenset[str]

    @property
    def design(self) -> Design:
        whole = sequence(self.order, optional=self.optional)
        again = frozenset((name, name) for name in self.repeats)
        return Design(whole.steps | again, whole.starts, whole.ends, whole.required)


@dataclass(frozen=True)
class Departure:
    """One way in which cases leave the design. `after` is where that happened, of what is out of order."""

    kind: Kind
    activity: str
    after: str
    stage: str
    cases: int
    count: int
    example: str


@dataclass(frozen=True)
class Kept:
    """Of the cases that ended: how many keep to the design wholly, the mean fitness (null without cases), the departures.

    `by_stage`: stage -> cases, those that keep, fitness; `unplaced`: cases of no stage, where each belongs to one.
    """

    cases: int
    conforming: int
    fitness: float | None
    departures: tuple[Departure, ...]
    by_stage: dict[str, tuple[int, int, float]]
    unplaced: int


def plan_of(journey: Journey, stage: Stage | None) -> Plan:
    """The design of the cases of a stage; of all cases with None."""
    stages = journey.stages if stage is None else (stage,)
    order = (*journey.opening, *(name for each in stages for name in each.activities), *journey.closing)
    optional = frozenset(name for each in stages for name in each.optional) | frozenset(journey.optional)
    repeats = frozenset(name for each in stages for name in each.repeats)
    return Plan(order, optional, repeats, frozenset(journey.passing) - set(order))


def departures_of(way: Sequence[str], plan: Plan) -> Counter[tuple[Kind, str, str]]:
    """What departs in one way, and how often. Each of these can be seen in a case by itself:

    skipped: a required activity is not there; repeated: one that may come once comes again; unknown: one that the design
    does not have; out of order: one comes for the first time right after one that the design has later.
    """
    found: Counter[tuple[Kind, str, str]] = Counter()
    rank = {name: at for at, name in enumerate(plan.order)}
    seen: set[str] = set()
    before = ""
    for name in way:
        if name in plan.passing:
            continue
        if name not in rank:
            found["unknown", name, ""] += 1
            continue
        if name in seen:
            if name not in plan.repeats:
                found["repeated", name, ""] += 1
        elif before and rank[before] > rank[name]:
            found["out_of_order", name, before] += 1
        seen.add(name)
        before = name
    found.update(("skipped", name, "") for name in plan.order if name not in plan.optional and name not in seen)
    return found


def kept(variants: Iterable[Mapping[str, Any]], journey: Journey) -> Kept:
    """Judge ways, each with `stage_key`, `activities`, `count`, `example`."""
    plans = plans_of(journey)
    designs = {key: plan.design for key, plan in plans.items() if plan.order}
    cases = conforming = unplaced = 0
    total = 0.0
    tallied: Counter[tuple[Kind, str, str, str]] = Counter()
    touched: Counter[tuple[Kind, str, str, str]] = Counter()
    example: dict[tuple[Kind, str, str, str], str] = {}
    by_stage: dict[str, list[float]] = {}
    for variant in variants:
        n, key = int(variant["count"]), place_of(variant, journey)
        if key not in designs:
            unplaced += n
            continue
        way = [name for name in variant["activities"] if name not in plans[key].passing]
        fitness, _ = judged(way, designs[key])
        found = departures_of(way, plans[key])
        cases, total, conforming = cases + n, total + n * fitness, conforming + n * (not found)
        row = by_stage.setdefault(key, [0, 0, 0.0])
        row[0], row[1], row[2] = row[0] + n, row[1] + n * (not found), row[2] + n * fitness
        for what, times in found.items():
            tallied[*what, key] += n * times
            touched[*what, key] += n
            example.setdefault((*what, key), str(variant["example"]))
    ranked = sorted(touched, key=lambda each: (-touched[each], -tallied[each], each))
    departures = tuple(Departure(*each, touched[each], tallied[each], example[each]) for each in ranked)
    told = {key: (int(row[0]), int(row[1]), row[2] / row[0]) for key, row in by_stage.items()}
    return Kept(cases, conforming, total / cases if cases else None, departures, told, unplaced)


def plans_of(journey: Journey) -> dict[str, Plan]:
    """The designs by stage; under the empty key the one of all cases, where cases run through all stages."""
    if journey.case_runs == "all_stages":
        return {"": plan_of(journey, None)}
    return {stage.key: plan_of(journey, stage) for stage in journey.stages}


def place_of(variant: Mapping[str, Any], journey: Journey) -> str:
    return "" if journey.case_runs == "all_stages" else variant["stage_key"] or "?"


def departing(
    variants: Iterable[Mapping[str, Any]], journey: Journey, kind: str, activity: str, after: str, stage: str
) -> list[Mapping[str, Any]]:
    """The ways that hold a departure; an empty part of it stands for any."""
    plans = plans_of(journey)
    asked = (kind, activity, after)

    def holds(variant: Mapping[str, Any]) -> bool:
        key = place_of(variant, journey)
        if key not in plans or (stage and key != stage):
            return False
        found = departures_of(variant["activities"], plans[key])
        return any(all(not want or want == have for want, have in zip(asked, each, strict=True)) for each in found)

    return [variant for variant in variants if holds(variant)]

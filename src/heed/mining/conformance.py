"""How far what happened keeps to a design: a fitness by steps, and the departures from it, the heaviest first.

Not the measure of alignments (Adriansyah et al. 2011): it looks at each step by itself, so it is exact, cheap, and can be
read off a list. Pure: variants in (from any engine), values out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

START, END = "", " "
Kind = Literal["step", "start", "end", "missing", "unknown"]


@dataclass(frozen=True)
class Design:
    """What may follow what. Empty `starts` or `ends`: any activity may. `required`: what each case must hold.

    Activities that the design does not know are departures, unless `ignores_unknown`: then they are passed over.
    """

    steps: frozenset[tuple[str, str]]
    starts: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    ignores_unknown: bool = False

    @property
    def activities(self) -> frozenset[str]:
        return frozenset(name for step in self.steps for name in step) | self.starts | self.ends | self.required


def sequence(stages: Sequence[str], *, optional: Iterable[str] = (), repeats: bool = False) -> Design:
    """A design of stages one after the other: those in `optional` may be left out; with `repeats` each may come several times."""
    may_miss = frozenset(optional)
    steps = set()
    for at, stage in enumerate(stages):
        if repeats:
            steps.add((stage, stage))
        for later in stages[at + 1 :]:
            steps.add((stage, later))
            if later not in may_miss:
                break
    starts = _until_required(stages, may_miss)
    ends = _until_required(stages[::-1], may_miss)
    return Design(frozenset(steps), starts, ends, frozenset(stages) - may_miss)


def _until_required(stages: Sequence[str], may_miss: frozenset[str]) -> frozenset[str]:
    found = []
    for stage in stages:
        found.append(stage)
        if stage not in may_miss:
            break
    return frozenset(found)


@dataclass(frozen=True)
class Departure:
    """One way in which cases leave the design: how often, in how many cases, and one of them."""

    kind: Kind
    start: str
    end: str
    count: int
    cases: int
    example: str


@dataclass
class Conformance:
    """Of a log: cases, those that keep to the design wholly, the mean fitness (null without cases), departures by their cases."""

    cases: int
    conforming: int
    fitness: float | None
    departures: list[Departure] = field(default_factory=list)


def judged(way: Sequence[str], design: Design) -> tuple[float, Counter[tuple[Kind, str, str]]]:
    """The fitness of one way, and its departures with how often they come.

    Of n activities with a start and an end there are n + 1 steps; one is kept when the design allows it, and each required
    activity that is missing adds a step that is not kept: fitness = kept / (n + 1 + missing). That of a log is the mean
    over its cases.
    """
    known = design.activities
    kept_way = [name for name in way if name in known] if design.ignores_unknown else list(way)
    found: Counter[tuple[Kind, str, str]] = Counter()
    if not design.ignores_unknown:
        found.update(("unknown", name, name) for name in kept_way if name not in known)
    bad = 0
    if kept_way:
        if kept_way[0] not in (design.starts or known):
            found["start", START, kept_way[0]] += 1
            bad += 1
        if design.ends and kept_way[-1] not in design.ends:
            found["end", kept_way[-1], END] += 1
            bad += 1
    for step in pairwise(kept_way):
        if step not in design.steps:
            found["step", step[0], step[1]] += 1
            bad += 1
    missing = design.required - set(kept_way)
    found.update(("missing", name, name) for name in missing)
    whole = len(kept_way) + 1 + len(missing)
    return (whole - bad - len(missing)) / whole, found


def conformance(variants: Iterable[Mapping[str, object]], design: Design) -> Conformance:
    """Judge variants, each with `activities`, `count` and `example` as the engine gives them."""
    cases = conforming = 0
    total = 0.0
    counts: Counter[tuple[Kind, str, str]] = Counter()
    of_cases: Counter[tuple[Kind, str, str]] = Counter()
    example: dict[tuple[Kind, str, str], str] = {}
    for variant in variants:
        n = int(str(variant["count"]))
        fitness, found = judged(list(variant["activities"]), design)  # type: ignore[call-overload]
        cases, total, conforming = cases + n, total + n * fitness, conforming + n * (not found)
        for departure, times in found.items():
            counts[departure] += n * times
            of_cases[departure] += n
            example.setdefault(departure, str(variant["example"]))
    ranked = sorted(of_cases, key=lambda each: (-of_cases[each], -counts[each], each))
    departures = [Departure(*each, counts[each], of_cases[each], example[each]) for each in ranked]
    return Conformance(cases, conforming, total / cases if cases else None, departures)

"""What a log shows: directly-follows edges, variants, starts and ends, rework, handovers (van der Aalst 2016, ch. 5, 7 and 9)."""

from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from heed.mining.log import Log

CODES = 2**31  # more than there can be activities


@dataclass(frozen=True)
class Size:
    """How large a log is, and the time it spans (ISO 8601 by the edge; None where no event has a time)."""

    cases: int
    events: int
    activities: int
    resources: int
    first: Any
    last: Any


@dataclass(frozen=True)
class Shown:
    """What a log shows: rows of each kind, in any order, with the columns that the expressions below give them."""

    size: Size
    variants: int
    ways: list[dict[str, Any]]
    starts: list[dict[str, Any]]
    ends: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    handovers: list[dict[str, Any]]
    rework: list[dict[str, Any]]
    rework_size: dict[str, Any]
    loops: list[dict[str, Any]]


def shown(log: Log, most: int) -> Shown:
    """All of it, by expressions that any engine computes; `most` variants are spelt out."""
    steps = log.steps
    ways = log.keep("variants", variants(steps))
    seen = log.keep("examples", examples(steps, ways))
    again = log.keep("repeated", repeated(seen))
    return Shown(
        size=size(log),
        variants=log.rows(ways.aggregate(n=ways.count()))[0]["n"],
        ways=log.rows(log.named(spelt(steps, ways, most))),
        starts=log.rows(starts(steps)),
        ends=log.rows(ends(steps)),
        edges=log.rows(edges(steps)),
        handovers=log.rows(handovers(steps)),
        rework=log.rows(rework(again)),
        rework_size=log.rows(rework_size(again))[0],
        loops=log.rows(loops(seen)),
    )


def size(log: Log) -> Size:
    steps, events = log.steps, log.events
    found = log.rows(
        steps.aggregate(
            cases=steps.before.isnull().sum(),
            events=steps.count(),
            activities=steps.activity.nunique(),
            resources=steps.resource.nunique(),
        )
    )
    span = log.rows(events.aggregate(first=events["at"].min(), last=events["at"].max()))
    return Size(**found[0], **span[0])


def activities(steps: ir.Table) -> ir.Table:
    """Each activity: its events, its cases, and where it comes on average from the first (0) to the last (1) event of a case."""
    lengths = steps.group_by("case_key").agg(last=steps.position.max())
    seen = steps.join(lengths, "case_key")
    return seen.group_by("activity").agg(
        count=seen.count(),
        cases=seen.case_key.nunique(),
        place=(seen.position / ibis.greatest(seen["last"], 1)).mean(),
    )


def edges(steps: ir.Table) -> ir.Table:
    """Two activities that follow directly in a case: how often, and the time from the one to the other in seconds.

    Quantiles are type 7 of Hyndman and Fan 1996. A pair whose time is not known counts, but has no part in the times.
    """
    follows = steps.filter(steps.before.notnull())
    found = follows.group_by(from_activity=follows.before, to_activity=follows.activity).agg(
        count=follows.count(), mean_seconds=follows.seconds.mean(), quantiles=follows.seconds.quantile([0.5, 0.9])
    )
    return found.mutate(median_seconds=found.quantiles[0], p90_seconds=found.quantiles[1]).drop("quantiles")


def edge_cases(steps: ir.Table) -> ir.Table:
    """In how many cases two activities follow directly."""
    follows = steps.filter(steps.before.notnull())
    return follows.group_by(from_activity=follows.before, to_activity=follows.activity).agg(
        cases=follows.case_key.nunique()
    )


def starts(steps: ir.Table) -> ir.Table:
    """With which activity cases start, and how many."""
    return _counted(steps.filter(steps.before.isnull()))


def ends(steps: ir.Table) -> ir.Table:
    """With which activity cases end, and how many."""
    return _counted(steps.filter(steps.after.isnull()))


def _counted(steps: ir.Table) -> ir.Table:
    return steps.group_by("activity").agg(count=steps.count())


def handovers(steps: ir.Table) -> ir.Table:
    """Neighbours with two known, different resources."""
    seen = steps.filter(
        steps.resource.notnull(), steps.resource_before.notnull(), steps.resource != steps.resource_before
    )
    return seen.group_by(from_resource=seen.resource_before, to_resource=seen.resource).agg(count=seen.count())


def variants(steps: ir.Table) -> ir.Table:
    """Each order of activities that a case may go: its events, how many cases go it (count), and one of them (example)."""
    # Spark orders no aggregate: the steps of a case are collected with their places, and sorted then; as whole numbers,
    # which takes half the time of pairs.
    known = steps.select("activity").distinct()
    codes = known.mutate(code=ibis.row_number().over(order_by=known.activity))
    coded = steps.select("case_key", "activity", "position").inner_join(codes, "activity")
    ways = coded.group_by("case_key").agg(way=(coded.position * CODES + coded.code).collect())
    ordered = ways.select("case_key", way=ways.way.sort())
    found = ordered.group_by("way").agg(count=ordered.count(), example=ordered.case_key.min())
    return found.select("count", "example", events=found.way.length())


def spelt(steps: ir.Table, ways: ir.Table, most: int) -> ir.Table:
    """The variants that most cases go, with their activities in order: case_key of one of the cases, count, way."""
    top = ways.order_by(ways["count"].desc(), ways.events, ways.example).limit(most)
    seen = steps.inner_join(top.select("count", case_key=top.example), "case_key")
    placed = ibis.struct({"position": seen.position, "activity": seen.activity.cast("string")})
    found = seen.group_by("case_key").agg(way=placed.collect(), count=seen["count"].max())
    return found.select("case_key", "count", way=found.way.sort().map(lambda step: step.activity))


def examples(steps: ir.Table, ways: ir.Table) -> ir.Table:
    """The steps of one case of each variant, each with the `cases` that go that way: what depends on the order of
    activities alone is found on these, which are few in most logs.
    """
    chosen = ways.select(case_key=ways.example, cases=ways["count"])
    return steps.select("case_key", "activity", "before", "after").inner_join(chosen, "case_key")


def repeated(examples: ir.Table) -> ir.Table:
    """The activities that a case holds more than once: case_key, activity, n, and the cases that go the same way."""
    times = examples.group_by("case_key", "activity").agg(n=examples.count(), cases=examples.cases.max())
    return times.filter(times.n > 1)


def rework(again: ir.Table) -> ir.Table:
    """Of what is `repeated`, by activity: events whose activity came before in the case, and the cases in which that is so."""
    return again.group_by("activity").agg(events=((again.n - 1) * again.cases).sum(), cases=again.cases.sum())


def rework_size(again: ir.Table) -> ir.Table:
    """The same in all."""
    by_case = again.group_by("case_key").agg(events=((again.n - 1) * again.cases).sum(), cases=again.cases.max())
    return by_case.aggregate(cases=by_case.cases.sum().fill_null(0), events=by_case.events.sum().fill_null(0))


def loops(examples: ir.Table) -> ir.Table:
    """The short loops: an activity that follows itself (A, A), and one come back to over another (A, B, A)."""
    before, after = examples.before, examples.after
    seen = examples.filter(before.notnull(), (before == examples.activity) | (before == after))
    by_case = seen.group_by("case_key", "before", "activity").agg(n=seen.count(), cases=seen.cases.max())
    found = by_case.group_by(again=by_case.before, over=by_case.activity).agg(
        count=(by_case.n * by_case.cases).sum(), cases=by_case.cases.sum()
    )
    over = found.over.cast("string")
    return found.select(
        "count", "cases", activity=found.again, via=ibis.ifelse(found.again == found.over, ibis.null("string"), over)
    )

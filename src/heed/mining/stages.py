"""Stages of a journey in the facts: what cases of each took, how satisfied and how important customers say it is, what it costs.

All of it is computed by the engine; what comes out has a row a stage (and a channel, a period, a way).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir

from heed.core.conditions.rules import Condition
from heed.facts.conditions import to_ibis
from heed.facts.engine.seam import Engine
from heed.facts.schema.tables import TABLES
from heed.facts.set_aside import answers
from heed.mining.columns import Columns
from heed.mining.handoffs import handoffs, owned, pairs
from heed.mining.log import Log
from heed.mining.readers.facts import log_of

BESIDE = ("stage", "topic", "touchpoint", "attributes", "team", "region")
# By what a fact is known to belong to a stage, the surest first.
BY = ("question_key", "stage", "topic", "touchpoint", "activity")
BETWEEN = "\x1f"


@dataclass(frozen=True)
class StageNames:
    """How facts are known to belong to a stage: column -> values."""

    key: str
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Window:
    """Which facts: from since (included) to until (not), both aware, None = open; in reach: column -> values, None = all."""

    since: datetime | None = None
    until: datetime | None = None
    within: Mapping[str, Iterable[str]] | None = None


def stage_key(columns: Mapping[str, ir.Column], stages: Sequence[StageNames]) -> ir.StringValue:
    """The stage a row belongs to, by the first of its columns that names one; null where none does."""
    branches = [
        (columns[column].isin(sorted(stage.values[column])), stage.key)
        for column in BY
        if column in columns
        for stage in stages
        if stage.values.get(column)
    ]
    return ibis.cases(*branches) if branches else ibis.null("string")


def rows_of(engine: Engine, table: str, window: Window, condition: Condition | None) -> ir.Table:
    """The rows of a table of facts in a window and a reach that a condition takes, without those that measures leave out."""
    rows = answers(engine, table)
    rows = rows.filter(rows.excluded_reason.fill_null("") == "")
    at = rows[TABLES[table].time]
    if window.since is not None:
        rows = rows.filter(at >= ibis.literal(window.since, type="timestamp('UTC')"))
    if window.until is not None:
        rows = rows.filter(at < ibis.literal(window.until, type="timestamp('UTC')"))
    if window.within is not None:
        rows = rows.filter(_reached(rows, window.within))
    return rows if condition is None else rows.filter(to_ibis(condition, rows))


def _reached(rows: ir.Table, within: Mapping[str, Iterable[str]]) -> ir.BooleanValue:
    reach = [rows[column].isin(sorted(values)) for column, values in sorted(within.items()) if values]
    return reduce(or_, reach) if reach else ibis.literal(False)


def journey_log(
    engine: Engine,
    source: str,
    stages: Sequence[StageNames],
    window: Window,
    *,
    condition: Condition | None = None,
    work: tuple[str, float] | None = None,
    finished_by: Sequence[str] = (),
) -> tuple[Log, int]:
    """The cases that ended in a window, each event with its `stage_key` and `work_seconds`; and how many are still open.

    A case ends with its last event, where one of `finished_by` is among its activities (none given: always). A case is in
    reach when one of its events is. work: an attribute of events and the seconds of its unit.
    """
    log = log_of(engine, source, Columns(extra=BESIDE), condition)
    events = log.events
    parts = {name: events[log.extra[name]] for name in ("stage", "topic", "touchpoint")} | {"activity": events.activity}
    attributes = events[log.extra["attributes"]]
    worked = attributes.get(work[0]).try_cast("float64") * work[1] if work else ibis.null("float64")
    staged = events.mutate(
        stage_key=stage_key(parts, stages), work_seconds=worked, team=events[log.extra["team"]],
        region=events[log.extra["region"]],
    )  # fmt: skip
    kept, still_open = _ended(log, staged, window, finished_by)
    held = staged.drop(*log.extra.values()).join(kept, "case_id")
    return replace(log, events=log.keep("journey_events", held), extra={}), still_open


def _ended(log: Log, staged: ir.Table, window: Window, finished_by: Sequence[str]) -> tuple[ir.Table, int]:
    """The cases that ended in a window and are in reach (case_id, ended_at), and how many did not end."""
    staged = staged.mutate(
        ends=staged.activity.isin(list(finished_by)) if finished_by else ibis.literal(True),
        reached=ibis.literal(True) if window.within is None else _reached(staged, window.within),
    )
    cases = staged.group_by("case_id").agg(
        ended_at=staged["at"].max(), ended=staged.ends.any(), reached=staged.reached.fill_null(False).any()
    )
    cases = cases.filter(cases.reached)
    if window.since is not None:
        cases = cases.filter(cases.ended_at >= ibis.literal(window.since, type="timestamp('UTC')"))
    if window.until is not None:
        cases = cases.filter(cases.ended_at < ibis.literal(window.until, type="timestamp('UTC')"))
    found = log.keep("journey_cases", cases)
    still_open = log.rows(found.aggregate(n=(~found.ended).sum().fill_null(0)))[0]["n"]
    return found.filter(found.ended).select("case_id", "ended_at"), int(still_open)


def staged_steps(log: Log) -> ir.Table:
    """Each event with the time since the one before it in its case, and how often its activity came before in the case (turn)."""
    events = log.events
    order = ibis.window(group_by=events.case_id, order_by=[events.sort_at, events.place])
    again = ibis.window(group_by=[events.case_id, events.activity], order_by=[events.sort_at, events.place])
    seen = events.mutate(
        position=ibis.row_number().over(order),
        before=events.activity.lag().over(order),
        at_before=events["at"].lag().over(order),
        turn=ibis.row_number().over(again),
    )
    seconds = seen["at"].delta(seen.at_before, unit="microsecond").cast("float64") / 1_000_000
    return log.keep("journey_steps", seen.mutate(seconds=seconds).drop("at_before"))


def spells(steps: ir.Table) -> ir.Table:
    """What each stage took of each case: seconds since the event before each of its events, work, rework, events."""
    known = steps.filter(steps.stage_key.notnull())
    return known.group_by("case_id", "stage_key").agg(
        ended_at=known.ended_at.max(),
        seconds=known.seconds.sum().fill_null(0.0),
        work_seconds=known.work_seconds.sum(),
        events=known.count(),
        rework=(known.turn > 0).cast("int64").sum(),
    )


def handed(log: Log) -> ir.Table:
    """Of each case and stage how often the work went to another team, by the stage of the event it went to."""
    known = log.events.filter(log.events.group.notnull())
    order = ibis.window(group_by=known.case_id, order_by=[known.sort_at, known.place])
    seen = known.mutate(group_before=known.group.lag().over(order))
    passed = seen.filter(seen.group_before.notnull(), seen.group_before != seen.group, seen.stage_key.notnull())
    return passed.group_by("case_id", "stage_key").agg(handoffs=passed.count())


def running(
    log: Log, steps: ir.Table, promised: Mapping[str, float]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """By stage: cases, events, times (median, p90), working, waiting, rework, handoffs, how many kept what is promised; and
    work by stage and week of the end of cases (the first day).
    """
    taken = spells(steps)
    passed = handed(log)
    taken = taken.left_join(passed, ["case_id", "stage_key"]).select(taken, handoffs=passed.handoffs.fill_null(0))
    taken = log.keep("journey_spells", taken)
    waits = ibis.greatest(taken.seconds - taken.work_seconds, 0.0)
    within = ibis.cases(*[(taken.stage_key == key, seconds) for key, seconds in sorted(promised.items())]) if promised \
        else ibis.null("float64")  # fmt: skip
    found = taken.mutate(waiting_seconds=waits, kept=(taken.seconds <= within).cast("int64"))
    told = found.group_by("stage_key").agg(
        cases=found.count(),
        events=found.events.sum(),
        median_seconds=found.seconds.quantile(0.5),
        p90_seconds=found.seconds.quantile(0.9),
        working_median_seconds=found.work_seconds.quantile(0.5),
        working_p90_seconds=found.work_seconds.quantile(0.9),
        waiting_median_seconds=found.waiting_seconds.quantile(0.5),
        waiting_p90_seconds=found.waiting_seconds.quantile(0.9),
        working_seconds=found.work_seconds.sum(),
        rework_events=found.rework.sum(),
        rework_cases=(found.rework > 0).cast("int64").sum(),
        handoffs=found.handoffs.sum(),
        handed_cases=(found.handoffs > 0).cast("int64").sum(),
        kept=found.kept.sum(),
    )
    weekly = found.mutate(period=found.ended_at.truncate("W"))
    by_week = weekly.group_by("stage_key", "period").agg(amount=weekly.work_seconds.sum())
    return log.rows(told), log.rows(by_week)


def newest(log: Log) -> datetime | None:
    """The time of the last event; None where there is none."""
    found: datetime | None = log.rows(log.events.aggregate(at=log.events["at"].max()))[0]["at"]
    return found


def newest_fact(engine: Engine, table: str) -> datetime | None:
    """The time of the newest row of a table of facts; None where there is none."""
    rows = engine.table(table)
    found: datetime | None = engine.run(rows.aggregate(at=rows[TABLES[table].time].max())).to_pylist()[0]["at"]
    return found


def passes(log: Log) -> list[dict[str, Any]]:
    """Pairs of teams between which cases pass: from, to, count, cases, returns."""
    rows = log.rows(pairs(handoffs(owned(log.events))))
    return sorted(rows, key=lambda row: (-row["count"], row["from_group"], row["to_group"]))


def ways(log: Log, steps: ir.Table) -> ir.Table:
    """Each case with the stage it is in (the first that its events name), and its activities in order as one text."""
    placed = ibis.struct({"position": steps.position, "activity": steps.activity.cast("string")})
    known = steps.stage_key.notnull()
    per_case = steps.group_by("case_id").agg(
        # The first that is known: Spark orders no aggregate.
        stage_key=steps.stage_key.argmin(steps.position, where=known),
        way=placed.collect(),
    )
    said = per_case.way.sort().map(lambda step: step.activity)
    return log.keep("journey_ways", per_case.select("case_id", "stage_key", way=said.join(BETWEEN)))


def variants_of(log: Log, cases: ir.Table) -> list[dict[str, Any]]:
    """By stage and way: how many cases, and one of them; `activities` in order."""
    found = cases.group_by("stage_key", "way").agg(count=cases.count(), example=cases.case_id.min())
    rows = log.rows(found)
    for row in rows:
        row["activities"] = row.pop("way").split(BETWEEN)
    return sorted(rows, key=lambda row: (-row["count"], row["activities"]))


def cases_going(
    log: Log, cases: ir.Table, gone: Iterable[Mapping[str, Any]], most: int
) -> tuple[int, list[dict[str, Any]]]:
    """How many cases go one of these ways, and those that ended last: case, when, how long."""
    texts = [BETWEEN.join(row["activities"]) for row in gone]
    events = log.events
    mine = cases.filter(cases.way.isin(texts)).select("case_id")
    spans = events.semi_join(mine, "case_id")
    told = spans.group_by("case_id").agg(
        started_at=spans["at"].min(), ended_at=spans["at"].max(), events=spans.count(), stage=spans.stage_key.max()
    )
    count = log.rows(told.aggregate(n=told.count()))[0]["n"]
    rows = log.rows(told.order_by(told.ended_at.desc(), told.case_id).limit(most))
    return int(count), [{"case": row.pop("case_id"), **row} for row in rows]


def inside(log: Log, steps: ir.Table) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What happens inside each stage: its activities (cases, events, mean place in their cases, 0..1), and what follows what
    (count, median).
    """
    lengths = steps.group_by("case_id").agg(last_position=steps.position.max())
    known = steps.filter(steps.stage_key.notnull()).join(lengths, "case_id")
    acts = known.group_by("stage_key", "activity").agg(
        count=known.count(),
        cases=known.case_id.nunique(),
        place=(known.position / ibis.greatest(known.last_position, 1)).mean(),
    )
    follows = known.filter(known.before.notnull())
    edges = follows.group_by("stage_key", from_activity=follows.before, to_activity=follows.activity).agg(
        count=follows.count(), cases=follows.case_id.nunique(), median_seconds=follows.seconds.quantile(0.5)
    )
    return log.rows(acts), log.rows(edges)


def scored(engine: Engine, stages: Sequence[StageNames], window: Window, condition: Condition | None) -> ir.Table:
    """Answers about a stage: stage_key, channel, response_id, weight, score from 0 (lowest answer) to 1 (highest)."""
    rows = rows_of(engine, "responses", window, condition)
    named = {column: rows[column] for column in ("question_key", "stage", "topic", "touchpoint")}
    wide = rows.scale_max - rows.scale_min
    seen = rows.select(
        "channel",
        "response_id",
        stage_key=stage_key(named, stages),
        weight=rows.weight.fill_null(1.0),
        score=(rows.score - rows.scale_min) / ibis.ifelse(wide > 0, wide, ibis.null("float64")),
    )
    return seen.filter(seen.stage_key.notnull(), seen.score.between(0.0, 1.0), seen.weight > 0)


def satisfaction(engine: Engine, answers: ir.Table, by: Sequence[str]) -> list[dict[str, Any]]:
    """Sums of weighted scores by columns: n, w, wx, ww, wwx, wwxx; what a weighted mean and its variance need."""
    w, x = answers.weight, answers.score
    told = answers.group_by(list(by)).agg(
        n=answers.count(), w=w.sum(), wx=(w * x).sum(), ww=(w * w).sum(), wwx=(w * w * x).sum(), wwxx=(w * w * x * x).sum()
    )  # fmt: skip
    rows: list[dict[str, Any]] = engine.run(told).to_pylist()
    return rows


def chosen(engine: Engine, stages: Sequence[StageNames], window: Window, condition: Condition) -> list[dict[str, Any]]:
    """How many answers chose each stage: stage_key, n, w, ww."""
    rows = rows_of(engine, "responses", window, condition)
    named = ibis.cases(
        *[(rows.choice.isin(sorted({stage.key, *stage.values["stage"]})), stage.key) for stage in stages]
    )
    seen = rows.select(stage_key=named, weight=rows.weight.fill_null(1.0))
    seen = seen.filter(seen.stage_key.notnull(), seen.weight > 0)
    told = seen.group_by("stage_key").agg(n=seen.count(), w=seen.weight.sum(), ww=(seen.weight * seen.weight).sum())
    found: list[dict[str, Any]] = engine.run(told).to_pylist()
    return found


def together(
    engine: Engine, answers: ir.Table, window: Window, condition: Condition, most: int = 50_000
) -> list[dict[str, Any]]:
    """Questionnaires that judge the whole and stages: response_id, stage_key, score, whole; at most so many answers."""
    rows = rows_of(engine, "responses", window, condition)
    whole = rows.filter(rows.score.notnull()).group_by("response_id").agg(whole=rows.score.mean())
    each = answers.group_by("response_id", "stage_key").agg(score=answers.score.mean())
    both = each.join(whole, "response_id").select("response_id", "stage_key", "score", "whole")
    found: list[dict[str, Any]] = engine.run(both.order_by("response_id", "stage_key").limit(most)).to_pylist()
    return found


def costs(
    engine: Engine, stages: Sequence[StageNames], window: Window, condition: Condition | None
) -> list[dict[str, Any]]:
    """What each stage cost by month (its first day) and currency."""
    rows = rows_of(engine, "finance", window, condition)
    named = {column: rows[column] for column in ("stage", "topic", "touchpoint")}
    seen = rows.select("currency", amount=rows.amount.cast("float64"), stage_key=stage_key(named, stages),
                       period=rows.booked_at.truncate("M"))  # fmt: skip
    seen = seen.filter(seen.stage_key.notnull(), seen.amount.notnull())
    told = seen.group_by("stage_key", "period", "currency").agg(amount=seen.amount.sum())
    found: list[dict[str, Any]] = engine.run(told).to_pylist()
    return found


def contacts(engine: Engine, stages: Sequence[StageNames], window: Window) -> list[dict[str, Any]]:
    """Contacts by stage and channel."""
    rows = rows_of(engine, "interactions", window, None)
    named = {column: rows[column] for column in ("stage", "topic", "touchpoint")}
    seen = rows.select("channel", stage_key=stage_key(named, stages))
    seen = seen.filter(seen.stage_key.notnull(), seen.channel.notnull())
    found: list[dict[str, Any]] = engine.run(seen.group_by("stage_key", "channel").agg(n=seen.count())).to_pylist()
    return found

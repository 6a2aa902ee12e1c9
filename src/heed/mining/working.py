"""Working and waiting, where a log records the start and the completion of an activity (XES lifecycle).

The n-th start of an activity in a case belongs to its n-th completion, by one resource or by several. Working is from the start to
the completion; waiting is from the latest completion before the start, of anything in the case, to the start.
"""

from typing import Any

import ibis
import ibis.expr.types as ir

from heed.facts.durations import seconds_between
from heed.mining.log import Log


def pieces(events: ir.Table) -> ir.Table:
    """Each piece of work: case_id, activity, started_at, completed_at, working_seconds, waiting_seconds (null for the first)."""
    known = events.filter(events["at"].notnull(), events.lifecycle.notnull())
    state = known.mutate(state=known.lifecycle.cast("string").lower())
    whole = ibis.window(group_by=state.case_id, order_by=[state.sort_at, state.place], preceding=None, following=0)
    completed = ibis.ifelse(state.state == "complete", state["at"], ibis.null(state["at"].type()))
    seen = state.mutate(free_at=completed.max().over(whole))
    by_activity = [seen.case_id, seen.activity, seen.state]
    turn = ibis.row_number().over(ibis.window(group_by=by_activity, order_by=[seen.sort_at, seen.place]))
    numbered = seen.mutate(turn=turn)
    starts = numbered.filter(numbered.state == "start")
    starts = starts.select("case_id", "activity", "turn", "free_at", started_at=starts["at"])
    ends = numbered.filter(numbered.state == "complete")
    ends = ends.select("case_id", "activity", "turn", completed_at=ends["at"])
    pairs = starts.inner_join(ends, ["case_id", "activity", "turn"])
    pairs = pairs.filter(pairs.completed_at >= pairs.started_at)
    return pairs.mutate(
        working_seconds=seconds_between(pairs.started_at, pairs.completed_at),
        waiting_seconds=seconds_between(pairs.free_at, pairs.started_at),
    )


def work(log: Log) -> list[dict[str, Any]]:
    """By activity: pieces of work, and mean and median of their working and waiting in seconds; none without starts."""
    found = pieces(log.events)
    told = found.group_by("activity").agg(
        count=found.count(),
        working_mean_seconds=found.working_seconds.mean(),
        working_median_seconds=found.working_seconds.quantile(0.5),
        waiting_mean_seconds=found.waiting_seconds.mean(),
        waiting_median_seconds=found.waiting_seconds.quantile(0.5),
    )
    return sorted(log.rows(told), key=lambda row: (-row["count"], row["activity"]))


def has_starts(log: Log) -> bool:
    """Whether the log records a start and a completion at all."""
    states = log.rows(log.events.group_by("lifecycle").agg(n=log.events.count()))
    return {"start", "complete"} <= {str(row["lifecycle"]).lower() for row in states}

"""Work passed from one group to another: how often, how long it waits, how often it comes back, and when nobody has it.

Events without a group are passed over for handoffs; the time from one of them to the next event is ownerless.
"""

from typing import Any

import ibis
import ibis.expr.types as ir

from heed.core.errors.rules import phrase
from heed.facts.durations import seconds_between
from heed.mining.log import Log

DEFINITION = phrase("A case ping-pongs when its groups, repeats collapsed, hold A, B, A.")


def owned(events: ir.Table) -> ir.Table:
    """The events that have a group, each with the group and time before it, and where its case comes to that group last."""
    kept = events.filter(events.group.notnull())
    order = ibis.window(group_by=kept.case_id, order_by=[kept.sort_at, kept.place])
    seen = kept.select("case_id", "group", "at", place=ibis.row_number().over(order))
    whole = ibis.window(group_by=[seen.case_id, seen.group])
    seen = seen.mutate(last_place=seen.place.max().over(whole))
    by_place = ibis.window(group_by=seen.case_id, order_by=seen.place)
    seen = seen.mutate(
        group_before=seen.group.lag().over(by_place),
        at_before=seen["at"].lag().over(by_place),
        last_before=seen.last_place.lag().over(by_place),
    )
    return seen.mutate(wait_seconds=seconds_between(seen.at_before, seen["at"])).drop("at_before")


def handoffs(owned_events: ir.Table) -> ir.Table:
    """Neighbours with different groups. `returns`: the case comes to the first group again. `back`: the next handoff does."""
    passed = owned_events.filter(owned_events.group_before.notnull(), owned_events.group_before != owned_events.group)
    order = ibis.window(group_by=passed.case_id, order_by=passed.place)
    return passed.select(
        "case_id",
        "wait_seconds",
        from_group=passed.group_before,
        to_group=passed.group,
        returns=passed.last_before > passed.place,
        back=(passed.group.lead().over(order) == passed.group_before).fill_null(False),
    )


def pairs(passed: ir.Table) -> ir.Table:
    """Each pair of groups: handoffs, their cases, quantiles (type 7) and sum of their waits in seconds, and how many came back."""
    return passed.group_by("from_group", "to_group").agg(
        count=passed.count(),
        cases=passed.case_id.nunique(),
        wait_median_seconds=passed.wait_seconds.quantile(0.5),
        wait_p90_seconds=passed.wait_seconds.quantile(0.9),
        wait_seconds=passed.wait_seconds.sum(),
        returns=passed.returns.cast("int64").sum(),
    )


def lifetimes(events: ir.Table) -> ir.Table:
    """How many cases there are, and the time from first to last event over all of them, in seconds."""
    spans = events.group_by("case_id").agg(first=events["at"].min(), last=events["at"].max())
    return spans.aggregate(cases=spans.count(), seconds=seconds_between(spans.first, spans["last"]).sum())


def ownerless(events: ir.Table) -> ir.Table:
    """The time from each event without a group to the next event of its case, in seconds, and the cases that had some."""
    order = ibis.window(group_by=events.case_id, order_by=[events.sort_at, events.place])
    seen = events.select("case_id", "group", "at", next_at=events["at"].lead().over(order))
    gaps = seen.filter(seen.group.isnull(), seen.next_at.notnull())
    return gaps.aggregate(
        seconds=seconds_between(gaps["at"], gaps.next_at).sum().fill_null(0.0), cases=gaps.case_id.nunique()
    )


def audited(log: Log) -> dict[str, Any]:
    """The figures of the log by the keys of the command. Shares are null where cases have no length."""
    passed = log.keep("handoffs", handoffs(owned(log.events)))
    whole = log.rows(lifetimes(log.events))[0]
    gaps = log.rows(ownerless(log.events))[0]
    back = passed.filter(passed.back)
    ping_pong = log.rows(back.aggregate(cases=back.case_id.nunique()))[0]["cases"]
    lifetime = whole["seconds"] or 0.0
    found = [_pair(row, lifetime) for row in log.rows(pairs(passed))]
    without = {} if lifetime else {"reason": "No case has a length: its first and last event are at one time."}
    return {
        "cases": whole["cases"],
        "handoffs": sum(row["count"] for row in found),
        "pairs": sorted(found, key=lambda row: (-row["count"], row["from"], row["to"])),
        "ping_pong": {
            "cases": ping_pong,
            "share": ping_pong / whole["cases"] if whole["cases"] else None,
            "definition": str(DEFINITION),
        },
        "ownerless_seconds": gaps["seconds"],
        "ownerless_cases": gaps["cases"],
        "cycle_seconds": lifetime,
        "untimed": log.untimed,
        "left_out": log.left_out,
        **without,
    }


def _pair(row: dict[str, Any], lifetime: float) -> dict[str, Any]:
    waits = row.pop("wait_seconds")
    return {
        "from": row.pop("from_group"),
        "to": row.pop("to_group"),
        "count": row["count"],
        "wait_median_seconds": row["wait_median_seconds"],
        "wait_p90_seconds": row["wait_p90_seconds"],
        "share_of_cycle_time": (waits or 0.0) / lifetime if lifetime else None,
        "returns": row["returns"],
    }

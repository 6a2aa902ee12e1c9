"""Process mining by plain loops over rows: what the engine must say too."""

import itertools
import math
from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

Event = dict[str, Any]


def traces(events: list[Event]) -> dict[str, list[Event]]:
    """Events of a case in order of time, then of the file; one without a time stays after the one before it."""
    found: dict[str, list[tuple[float, int, Event]]] = defaultdict(list)
    last: dict[str, float] = {}
    for place, event in enumerate(events):
        at = event["at"].timestamp() if event["at"] else last.get(event["case"], -math.inf)
        last[event["case"]] = at
        found[event["case"]].append((at, place, event))
    return {case: [event for *_, event in sorted(rows, key=lambda row: row[:2])] for case, rows in found.items()}


def quantile(values: list[float], share: float) -> float | None:
    """Type 7 of Hyndman and Fan: linear between the order statistics around (n − 1)p."""
    if not values:
        return None
    ordered = sorted(values)
    at = (len(ordered) - 1) * share
    low = math.floor(at)
    return ordered[low] + (at - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])


def seconds(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None


def mined(events: list[Event]) -> dict[str, Any]:
    cases = traces(events)
    edges: dict[tuple[str, str], list[float | None]] = defaultdict(list)
    handovers: Counter[tuple[str, str]] = Counter()
    rework_events = rework_cases = 0
    for trace in cases.values():
        for one, two in itertools.pairwise(trace):
            edges[one["activity"], two["activity"]].append(seconds(one["at"], two["at"]))
            if one["resource"] and two["resource"] and one["resource"] != two["resource"]:
                handovers[one["resource"], two["resource"]] += 1
        again = len(trace) - len({event["activity"] for event in trace})
        rework_events += again
        rework_cases += again > 0
    return {
        "cases": len(cases),
        "events": len(events),
        "activities": len({event["activity"] for event in events}),
        "variants": len({tuple(event["activity"] for event in trace) for trace in cases.values()}),
        "starts": dict(Counter(trace[0]["activity"] for trace in cases.values())),
        "ends": dict(Counter(trace[-1]["activity"] for trace in cases.values())),
        "edges": {pair: _edge(times) for pair, times in edges.items()},
        "rework": {"cases": rework_cases, "events": rework_events},
        "handovers": dict(handovers),
    }


def _edge(times: list[float | None]) -> dict[str, Any]:
    known = [time for time in times if time is not None]
    return {
        "count": len(times),
        "mean_seconds": sum(known) / len(known) if known else None,
        "median_seconds": quantile(known, 0.5),
        "p90_seconds": quantile(known, 0.9),
    }


def audited(events: list[Event]) -> dict[str, Any]:
    cases = traces(events)
    pairs: dict[tuple[str, str], list[tuple[float | None, bool]]] = defaultdict(list)
    ping_pong, ownerless, lifetime = 0, 0.0, 0.0
    for trace in cases.values():
        known = [event["at"] for event in trace if event["at"]]
        lifetime += seconds(min(known), max(known)) or 0.0 if known else 0.0
        for one, two in itertools.pairwise(trace):
            if not one["group"]:
                ownerless += seconds(one["at"], two["at"]) or 0.0
        owned = [event for event in trace if event["group"]]
        collapsed = [
            event["group"] for at, event in enumerate(owned) if not at or owned[at - 1]["group"] != event["group"]
        ]
        ping_pong += any(one == three for one, three in zip(collapsed, collapsed[2:], strict=False))
        for at, (one, two) in enumerate(itertools.pairwise(owned)):
            if one["group"] != two["group"]:
                comes_back = any(event["group"] == one["group"] for event in owned[at + 2 :])
                pairs[one["group"], two["group"]].append((seconds(one["at"], two["at"]), comes_back))
    return {
        "cases": len(cases),
        "handoffs": sum(len(found) for found in pairs.values()),
        "pairs": {pair: _pair(found, lifetime) for pair, found in pairs.items()},
        "ping_pong": ping_pong,
        "ownerless_seconds": ownerless,
    }


def _pair(found: list[tuple[float | None, bool]], lifetime: float) -> dict[str, Any]:
    waits = [wait for wait, _ in found if wait is not None]
    return {
        "count": len(found),
        "wait_median_seconds": quantile(waits, 0.5),
        "wait_p90_seconds": quantile(waits, 0.9),
        "share_of_cycle_time": sum(waits) / lifetime if lifetime else None,
        "returns": sum(comes_back for _, comes_back in found),
    }

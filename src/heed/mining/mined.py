"""All that `heed journeys mine` tells of a log, as one object."""

from datetime import UTC, datetime
from typing import Any

from heed.mining import discovery
from heed.mining.log import Log
from heed.mining.working import has_starts, work

TOP = 20


def mined(log: Log, top: int = TOP) -> dict[str, Any]:
    """The figures of a log by the keys of the command; `top` variants are spelt out."""
    if log.connection is not None:
        from heed.mining.quick import shown
    else:
        from heed.mining.discovery import shown
    found = shown(log, top)
    about = found.size
    return {
        "cases": about.cases,
        "events": about.events,
        "activities": about.activities,
        "variants": found.variants,
        "starts": _counts(found.starts),
        "ends": _counts(found.ends),
        "edges": _pairs(found.edges, "activity"),
        "rework": {"cases": found.rework_size["cases"], "events": found.rework_size["events"]},
        "handovers": _pairs(found.handovers, "resource"),
        "resources": about.resources,
        "first_at": aware(about.first),
        "last_at": aware(about.last),
        "top_variants": [row | {"share": row["count"] / about.cases} for row in _ways(found.ways)],
        "reworked": sorted(found.rework, key=lambda row: (-row["events"], row["activity"])),
        "loops": sorted(found.loops, key=lambda row: (-row["count"], row["activity"], row["via"] or "")),
        "work": work(log) if has_starts(log) else [],
        "untimed": log.untimed,
        "left_out": log.left_out,
    }


def pictured(log: Log, title: str, share: float) -> tuple[str, dict[str, Any]]:
    """The process map as SVG, of the most frequent edges that hold this share of all steps; and what it shows of how much."""
    from heed.mining.picture.process_map import process_map

    told, shown, size = mapped(log, share)
    return process_map(told, shown, title), size


def mapped(
    log: Log, share: float, *, by: str = "count", least: int = 1
) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    """What a process map is drawn of: counts of activities; the edges that hold this share of all steps, or with `time` of
    all time; what that shows of how much. Edges and activities of fewer than `least` cases are left out.
    """
    from heed.mining.selection import frequent

    steps = log.steps
    found = [row for row in log.rows(discovery.activities(steps)) if row["cases"] >= least]
    edges = _of_many(log, least)
    shown = frequent(edges, share, by)
    told = {
        "starts": _many(_counts(log.rows(discovery.starts(steps))), least),
        "ends": _many(_counts(log.rows(discovery.ends(steps))), least),
        "activity_counts": {row["activity"]: row["count"] for row in found},
        "mean_positions": {row["activity"]: row["place"] for row in found},
    }
    size = {"activities": len(found), "edges": len(edges), "edges_shown": len(shown)}
    held, whole = sum(edge["count"] for edge in shown), sum(edge["count"] for edge in edges)
    return told, shown, size | {"share_shown": held / whole if whole else 1.0}


def _of_many(log: Log, least: int) -> list[dict[str, Any]]:
    """The edges that at least so many cases take."""
    edges = _pairs(log.rows(discovery.edges(log.steps)), "activity")
    if least <= 1:
        return edges
    counted = _pairs(log.rows(discovery.edge_cases(log.steps)), "activity", by="cases")
    kept = {(row["from"], row["to"]) for row in counted if row["cases"] >= least}
    return [row for row in edges if (row["from"], row["to"]) in kept]


def _many(counts: dict[str, int], least: int) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count >= least}


def _ways(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    named = [{"activities": row["way"], "count": row["count"], "example": row["case_id"]} for row in rows]
    return sorted(named, key=lambda row: (-row["count"], len(row["activities"]), row["activities"]))


def aware(at: datetime | None) -> datetime | None:
    """A time of a log with its zone: engines give those of files without, in UTC."""
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def _counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    ordered = sorted(rows, key=lambda row: (-row["count"], row["activity"]))
    return {row["activity"]: row["count"] for row in ordered}


def _pairs(rows: list[dict[str, Any]], what: str, by: str = "count") -> list[dict[str, Any]]:
    """Pairs of neighbours, the most frequent first."""
    named = [{"from": row.pop(f"from_{what}"), "to": row.pop(f"to_{what}"), **row} for row in rows]
    return sorted(named, key=lambda row: (-row[by], row["from"], row["to"]))

"""Reports of journeys as scripts read them: on the command line and over the API."""

from dataclasses import asdict
from typing import Any

from heed.goals.journeys.queries.reports import Shown
from heed.goals.journeys.rules.report import Reading, StageRow


def as_contract(shown: Shown) -> dict[str, Any]:
    """The whole report; withheld figures are null, with `suppressed`."""
    found, journey = shown.report, shown.journey
    return {
        "journey": shown.held.key,
        "name": journey.name,
        "definition_version": shown.held.version,
        "since": shown.days.since or None,
        "until": shown.days.until or None,
        "cutoff": found.cutoff,
        "marks": [mark.told() for mark in shown.marks],
        "level": found.level,
        "min_n": found.least,
        "margin": found.margin,
        "importance_by": found.importance_by,
        "compared_with": found.effort_by or None,
        "method": "value_index_minimum_effect_holm",
        "currency": found.currency or None,
        "other_currencies": list(found.other_currencies),
        "reason": found.reason or None,
        "stages": [_stage(row) for row in found.stages],
        "misalignments": [asdict(row) for row in found.misalignments],
        "passes": [{"from": each.pop("start"), "to": each.pop("end"), **each} for each in map(asdict, found.passes)],
        "conformance": {
            "cases": found.kept.cases,
            "conforming": found.kept.conforming,
            "fitness": found.kept.fitness,
            "still_open": found.still_open,
            "unplaced": found.kept.unplaced,
            "departures": [asdict(each) for each in found.departures],
            "few": found.few_departures,
            "never_seen": [{"activity": name, "nearest": near or None} for name, near in found.unseen],
        },
        "left_out": found.left_out,
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return asdict(reading)


def _stage(row: StageRow) -> dict[str, Any]:
    effort = asdict(row.effort)
    return {
        "stage": row.stage.key,
        "title": row.stage.title,
        "importance": _reading(row.importance),
        "satisfaction": _reading(row.satisfaction),
        "value": row.weighed.value if row.weighed else None,
        "value_share": row.weighed.value_share if row.weighed else None,
        "cost_share": row.weighed.cost_share if row.weighed else None,
        "cost": row.cost,
        "cost_per_case": row.cost_per_case,
        **effort,
        "in_time": _reading(row.in_time),
        "fitness": row.fitness,
        "conforming_share": row.conforming_share,
        "channels": [
            {"channel": channel, "contacts": contacts, **_reading(reading)}
            for channel, (reading, contacts) in row.channels.items()
        ],
    }

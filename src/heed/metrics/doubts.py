"""Whether figures rest on answers that an audit found wanting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir

from heed.metrics.cards import with_cards
from heed.metrics.grouping import Split
from heed.metrics.measures import Count, Measure
from heed.metrics.selection import STATUS, Slice, measured, sliced
from heed.metrics.sources.opening import Engine, open_source
from heed.metrics.sources.shapes import Shape, shape_of


@dataclass(frozen=True)
class Doubt:
    """A failed audit: its key, its survey, and the span of time it looked at. since is included, until is not."""

    key: str
    survey: str
    since: datetime
    until: datetime


def doubted(
    engine: Engine, shape: Shape, rows: ir.Table, split: Split, doubts: Sequence[Doubt]
) -> Mapping[tuple[Any, ...], tuple[str, ...]]:
    """Group → keys of the doubts its measured rows lie in, in the order given; groups without one are left out. Nothing where
    the rows know no survey.
    """
    if not doubts or "survey_key" not in shape.fields:
        return {}
    measured = rows.filter(rows[STATUS] == "")
    grouped = measured.group_by(split.keys) if split.keys else measured
    found = engine.run(grouped.agg(**_each(shape, measured, doubts))).to_pylist()
    told = {
        tuple(row[key] for key in split.keys): tuple(
            doubt.key for place, doubt in enumerate(doubts) if row[f"heed_doubt_{place}"]
        )
        for row in found
    }
    return {group: keys for group, keys in told.items() if keys}


def doubts_of(engine: Engine, measure: Measure, part: Slice, doubts: Sequence[Doubt]) -> tuple[str, ...]:
    """Keys of the doubts that the measured rows of a slice lie in: for figures that are no readings, such as panels."""
    shape = shape_of(measure.source)
    if not doubts or "survey_key" not in shape.fields:
        return ()
    source = open_source(engine, measure.source, part.since, with_set_aside=part.with_set_aside)
    rows = measured(shape, sliced(shape, with_cards(source.rows, measure, part.weights), part), measure)
    return doubted(engine, shape, rows, Split(), doubts).get((), ())


def answers_in(where: str = "") -> Measure:
    """All answers that a condition takes, as something to measure."""
    return Count(source="responses", where=where)


def _each(shape: Shape, rows: ir.Table, doubts: Sequence[Doubt]) -> dict[str, ir.Value]:
    at = rows[shape.time]
    return {
        f"heed_doubt_{place}": (
            (rows.survey_key == doubt.survey)
            & (at >= ibis.literal(doubt.since, type="timestamp('UTC')"))
            & (at < ibis.literal(doubt.until, type="timestamp('UTC')"))
        ).any()
        for place, doubt in enumerate(doubts)
    }

"""Figures of answers that are weighted by the score cards of their surveys, by design."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from heed.metrics.cards import CARDED, with_cards
from heed.metrics.grouping import Groups
from heed.metrics.measures import Measure, Proportion
from heed.metrics.panels import parts_of
from heed.metrics.selection import STATUS, Slice, measured, sliced
from heed.metrics.sources.opening import Engine, open_source
from heed.stats.arrays import Floats

LOGIT, STUDENT = "linearised_logit", "linearised_t"
NO_MARGINS = "no_margins"


@dataclass(frozen=True)
class Carded:
    """Weighted figures by group, in order: value and limits (NaN where there is none), what the answers are worth, and the
    design effect.
    """

    value: Floats
    low: Floats
    high: Floats
    effective_n: Floats
    design_effect: Floats
    method: str


def surveys_measured(engine: Engine, measure: Measure, part: Slice) -> tuple[str, ...]:
    """The surveys whose answers a measure is about, by key."""
    source = open_source(engine, measure.source, part.since, with_set_aside=part.with_set_aside)
    rows = measured(source.shape, sliced(source.shape, with_cards(source.rows, measure, None), part), measure)
    found = engine.run(rows.filter(rows.survey_key.notnull()).select("survey_key").distinct().order_by("survey_key"))
    return tuple(found["survey_key"].to_pylist())


def carded_figures(
    engine: Engine, measure: Measure, rows: ir.Table, groups: Groups, keys: Sequence[str], part: Slice, level: float
) -> Carded:
    """rows: measured ones with their group columns `keys`; groups: those the figures are wanted of."""
    from heed.stats.survey_design.pieces import Piece, limits, ratios

    waves = part.weights.waves if part.weights else ()
    counted = rows.filter(rows[STATUS] == "")
    above, below = parts_of(counted, measure, weighted=False)
    counted = counted.mutate(heed_above=above, heed_below=below)
    told = counted.group_by([*keys, "response_id", CARDED]).agg(
        above=counted.heed_above.cast("float64").sum(), below=counted.heed_below.cast("float64").sum()
    )
    sheet = engine.run(told)
    column = {key: place for place, key in enumerate(groups.keys)}
    at = (
        np.array([column[key] for key in zip(*(sheet[key].to_pylist() for key in keys), strict=True)]) if keys else None
    )
    pieces = [
        Piece(wave.sample, *_spread(sheet, at, place, wave.responses, len(column)))
        for place, wave in enumerate(waves)
        if wave.sample is not None
    ]
    found = ratios(pieces, len(column))
    share = isinstance(measure, Proportion)
    low, high = limits(found, share=share, level=level)
    return Carded(found.value, low, high, found.effective_n, found.design_effect, LOGIT if share else STUDENT)


def _spread(
    sheet: pa.Table, at: "np.ndarray[Any, Any] | None", wave: int, responses: Sequence[str], groups: int
) -> tuple[Floats, Floats]:
    """What each questionnaire of a wave brings above and below the line of each group: (questionnaires, groups)."""
    mine = np.flatnonzero(sheet[CARDED].to_numpy() == wave)
    place = {key: row for row, key in enumerate(responses)}
    keys = sheet["response_id"].to_pylist()
    rows = np.array([place[keys[each]] for each in mine], dtype=np.intp)
    columns = np.zeros(mine.size, dtype=np.intp) if at is None else at[mine]
    found = []
    for name in ("above", "below"):
        dense = np.zeros((len(responses), groups))
        np.add.at(dense, (rows, columns), sheet[name].to_numpy()[mine])
        found.append(dense)
    return found[0], found[1]

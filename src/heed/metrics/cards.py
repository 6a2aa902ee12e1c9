"""Weights of score cards: each wave's, and how they are joined to the rows they belong to.

A wave keeps its own weights, which add up to whom it stands for; several waves, or surveys, are so many parts of one sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from heed.metrics.measures import Measure
from heed.stats.survey_design.estimates import Sample

CARD, CARDED = "heed_card", "heed_carded"  # columns added to a relation: the weight, and the place of its wave


@dataclass(frozen=True)
class WaveTold:
    """What is told of a wave beside a figure that it weighs; no method where its card has nothing to weigh by."""

    survey: str
    wave: str
    answers: int
    method: str
    by: tuple[str, ...]
    kish: float | None

    def as_contract(self) -> dict[str, Any]:
        """As scripts read it."""
        return {
            "survey": self.survey,
            "wave": self.wave,
            "answers": self.answers,
            "method": self.method or None,
            "by": list(self.by),
            "design_effect": self.kish,
        }


@dataclass(frozen=True)
class CardWave:
    """A wave of a survey: its questionnaires, and the sample they are, weighted to whom the wave stands for. No sample: its
    card has nothing to weigh by. `method` (rake or post_stratify) and `by` say how; `kish`: what weights cost.
    """

    survey: str
    wave: str
    responses: Sequence[str]
    sample: Sample | None
    method: str = ""
    by: tuple[str, ...] = ()
    kish: float | None = None

    @property
    def told(self) -> "WaveTold":
        return WaveTold(self.survey, self.wave, len(self.responses), self.method, self.by, self.kish)


@dataclass(frozen=True)
class CardWeights:
    """The waves whose answers a figure is weighted by."""

    waves: tuple[CardWave, ...]

    @property
    def table(self) -> pa.Table:
        """One row for each questionnaire: its key, the wave's place, and its weight (null where the card has no margins)."""
        keys: list[str] = []
        places: list[int] = []
        weights: list[float | None] = []
        for place, wave in enumerate(self.waves):
            keys += list(wave.responses)
            places += [place] * len(wave.responses)
            weights += [None] * len(wave.responses) if wave.sample is None else wave.sample.weights.tolist()
        columns = pa.array(keys, pa.string()), pa.array(places, pa.int64()), pa.array(weights, pa.float64())
        return pa.table(dict(zip(("carded_response", CARDED, CARD), columns, strict=True)))


def with_cards(rows: ir.Table, measure: Measure, weights: "CardWeights | None") -> ir.Table:
    """Rows of a measure that is weighted by cards with their weights; of all others as they are."""
    if not measure.by_card:
        return rows
    table = weights.table if weights else CardWeights(()).table
    if not table.num_rows:
        return rows.mutate(**{CARDED: ibis.null("int64"), CARD: ibis.null("float64")})
    cards = ibis.memtable(table)
    return rows.left_join(cards, rows.response_id == cards.carded_response).drop("carded_response")

"""Questionnaires as rows: one row per answer, from a satisfaction nobody sees."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heed.sample.clock import Flags, Floats, Ints
from heed.sample.columns import known_where, named
from heed.sample.names import LANGUAGES

CSAT_BOUNDS = np.array([-1.35, -0.75, -0.1, 0.75])
EMPTY_SHARE = 0.05
YES_NO = ("no", "yes")


@dataclass(frozen=True)
class Question:
    """One answered column of a questionnaire; `choice` for answers that are options."""

    key: str
    instrument: str
    low: float
    high: float
    score: Floats
    known: Flags
    choice: pa.Array | None = None
    stage: str | None = None


def csat(mood: Floats) -> Floats:
    """1 to 5."""
    return 1.0 + np.searchsorted(CSAT_BOUNDS, mood).astype(np.float64)


def nps(mood: Floats) -> Floats:
    """0 to 10."""
    return np.clip(np.round(6.9 + 1.9 * mood), 0, 10)


def ease(mood: Floats) -> Floats:
    """1 to 7, 7 being easy."""
    return np.clip(np.round(4.9 + 1.1 * mood), 1, 7)


def styled(mood: Floats, style: Floats, language: Ints) -> Floats:
    """What the customer would tick: the same satisfaction is answered higher by some, and a little lower in German."""
    ticked: Floats = mood + style - 0.08 * (language == LANGUAGES.index("de"))
    return ticked


def answered(rng: np.random.Generator, many: int) -> Flags:
    return rng.random(many) > EMPTY_SHARE


def helped_question(rng: np.random.Generator, helped: Flags) -> Question:
    """Was your request resolved? Nine of ten say what is true."""
    says = np.where(rng.random(len(helped)) < 0.9, helped, ~helped)
    known = answered(rng, len(helped))
    choice = named(np.where(known, says.astype(np.int64), -1), YES_NO)
    return Question("resolved", "resolved", 0.0, 1.0, says.astype(np.float64), known, choice)


def rows(questions: list[Question], shared: dict[str, Any], response_id: pa.Array) -> tuple[dict[str, Any], int]:
    """The columns of the table of responses: the questionnaires once per question."""
    many = len(response_id)
    place = pa.array(np.tile(np.arange(many), len(questions)))
    columns: dict[str, Any] = {
        name: value.take(place) if isinstance(value, pa.Array) else value for name, value in shared.items()
    }

    def each(value: Any, kind: pa.DataType) -> pa.Array:
        return pa.concat_arrays([pa.repeat(pa.scalar(value(question), kind), many) for question in questions])

    columns["response_id"] = response_id.take(place)
    columns["question_key"] = each(lambda question: question.key, pa.string())
    columns["answer_id"] = pc.binary_join_element_wise(columns["response_id"], columns["question_key"], "-")
    columns["instrument"] = each(lambda question: question.instrument, pa.string())
    columns["scale_min"] = each(lambda question: question.low, pa.float64())
    columns["scale_max"] = each(lambda question: question.high, pa.float64())
    columns["score"] = pa.concat_arrays([known_where(question.score, question.known) for question in questions])
    empty = pa.nulls(many, pa.string())
    columns["choice"] = pa.concat_arrays(
        [empty if question.choice is None else question.choice for question in questions]
    )
    if any(question.stage for question in questions):
        columns["stage"] = each(lambda question: question.stage, pa.string())
    return columns, many * len(questions)

"""Questions left out, and how long questionnaires took. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from heed.metrics.frames import Asked
from heed.stats.arrays import Flags, Floats


@dataclass(frozen=True)
class Item:
    """One question: how many questionnaires counted, how many left it out, and the share of that with Wilson's limits. Of a
    question that is shown to some alone, and of one for words, it is told but not judged.
    """

    key: str
    instrument: str
    questionnaires: int
    unanswered: int
    value: float | None
    low: float | None
    high: float | None
    shown_to_some: bool
    is_words: bool

    @property
    def is_judged(self) -> bool:
        return not (self.shown_to_some or self.is_words) and self.value is not None


@dataclass(frozen=True)
class Times:
    """Seconds a questionnaire took: the time that a tenth, half and nine tenths did not need; how many tell one."""

    tenth: float | None
    median: float | None
    ninetieth: float | None
    n: int
    unknown: int


def items(questions: Sequence[Asked], has: Sequence[Flags], conditional: Collection[str] = ()) -> list[Item]:
    """Each question over the questionnaires that count; has: which of them answered it, shape (questionnaires,) each."""
    from heed.stats.intervals.proportion import proportion

    found = []
    for question, answered in zip(questions, has, strict=True):
        n, left = int(answered.size), int(answered.size - answered.sum())
        (figure,) = proportion([left], [n]).figures() if n else (None,)
        value, low, high = (figure.value, figure.low, figure.high) if figure else (None, None, None)
        some, words = question.key in conditional, question.instrument == "text"
        found.append(Item(question.key, question.instrument, n, left, value, low, high, some, words))
    return found


def times(seconds: Floats) -> Times:
    """seconds: by questionnaire, nan where it tells none."""
    known = seconds[np.isfinite(seconds) & (seconds >= 0)]
    unknown = int(seconds.size - known.size)
    if not known.size:
        return Times(None, None, None, 0, unknown)
    tenth, median, ninetieth = (float(each) for each in np.quantile(known, (0.1, 0.5, 0.9)))
    return Times(tenth, median, ninetieth, int(known.size), unknown)

"""Figures of one survey from counts: its response rate and the scores of its questions, each with its interval. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heed.feedback.surveys.definition import SCALES, Question

TOP_BOXES = 2


@dataclass(frozen=True)
class Figure:
    """A figure as pages show it. A suppressed one has no value, limits or n."""

    value: float | None
    low: float | None
    high: float | None
    n: int | None
    unit: str
    method: str
    suppressed: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Funnel:
    """How far the invitations of a survey came. `sent` counts those a mail server took, whatever became of them."""

    due: int = 0
    sent: int = 0
    started: int = 0
    answered: int = 0
    failed: int = 0
    expired: int = 0
    withdrawn: int = 0


def response_rate(funnel: Funnel, min_n: int) -> Figure:
    """Completed questionnaires over invitations that were sent, with Wilson's limits (AAPOR 2023, RR1 for a list of
    known customers: what could not be delivered is left out, what was not answered counts).
    """
    return share(min(funnel.answered, funnel.sent), funnel.sent, min_n)


def share(part: int, whole: int, min_n: int) -> Figure:
    # The numbers behind intervals take a moment to load, which commands need not wait for.
    from heed.stats.intervals.proportion import proportion

    if 0 < whole < min_n:
        return Figure(None, None, None, None, "share", "wilson", suppressed=True)
    found = proportion([part], [whole])
    (figure,) = found.figures()
    return Figure(figure.value, figure.low, figure.high, int(figure.n), "share", found.method, reason=figure.reason)


def score_of(question: Question, counts: Mapping[float, int], min_n: int) -> Figure:
    """The figure of a question with a scale or a number: NPS, share of the two best for CSAT, else the mean."""
    n = sum(counts.values())
    if question.counts_as == "csat":
        best = sum(many for score, many in counts.items() if score > SCALES["csat"][1] - TOP_BOXES)
        return share(best, n, min_n)
    if question.counts_as != "nps":
        return scores_mean(counts, min_n)
    return Figure(None, None, None, None, "points", "", suppressed=True) if 0 < n < min_n else _nps(counts)


def scores_mean(counts: Mapping[float, int], min_n: int) -> Figure:
    """The mean of scores, of so many each, with Student's limits."""
    if 0 < sum(counts.values()) < min_n:
        return Figure(None, None, None, None, "number", "", suppressed=True)
    return _mean(counts)


def _nps(counts: Mapping[float, int]) -> Figure:
    from heed.stats.intervals.nps import nps
    from heed.stats.sufficient import NpsCounts

    promoters = sum(many for score, many in counts.items() if score >= 9)
    detractors = sum(many for score, many in counts.items() if score <= 6)
    passives = sum(counts.values()) - promoters - detractors
    found = nps(NpsCounts.of([promoters], [passives], [detractors]))
    (figure,) = found.figures()
    return Figure(figure.value, figure.low, figure.high, int(figure.n), "points", found.method, reason=figure.reason)


def _mean(counts: Mapping[float, int]) -> Figure:
    from heed.stats.intervals.mean import mean
    from heed.stats.sufficient import Moments

    found = mean(Moments.of([score for score, many in counts.items() for _ in range(many)]))
    (figure,) = found.figures()
    return Figure(figure.value, figure.low, figure.high, int(figure.n), "number", found.method, reason=figure.reason)


def shares_of(counts: Sequence[tuple[str, int]], whole: int, min_n: int) -> list[tuple[str, Figure]]:
    """How many chose each option, of those who answered the question; all kept back where they are few."""
    return [(label, share(many, whole, min_n)) for label, many in counts]

"""The figure of a question with all answers, without those set aside, and without those that would be. Pure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

TOP_SHARE = 0.75  # of a scale of satisfaction: 4 and 5 of 1 to 5


@dataclass(frozen=True)
class Figure:
    """A figure with its limits; without any where the answers are fewer than may be shown, or too few to say."""

    value: float | None
    low: float | None
    high: float | None
    n: int | None
    unit: str
    method: str = ""
    suppressed: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Beside:
    """One question three ways: `counted` is what figures show now, `whole` counts all, `proposed` leaves out what is proposed."""

    question: str
    instrument: str
    whole: Figure
    counted: Figure
    proposed: Figure


def beside(
    question: str,
    instrument: str,
    ends: tuple[float, float],
    scores: "Floats",
    aside: "Flags",
    out: "Flags",
    min_n: int,
) -> Beside:
    """scores: one a questionnaire, NaN where not answered; aside: set aside; out: besides, what is proposed and undecided."""
    parts = (aside | ~aside, ~aside, ~aside & ~out)
    whole, counted, proposed = (figure(instrument, ends, scores[part], min_n) for part in parts)
    return Beside(question, instrument, whole, counted, proposed)


def figure(instrument: str, ends: tuple[float, float], scores: "Floats", min_n: int) -> Figure:
    """NPS in points, the share of the upper quarter of the scale for CSAT, else the mean."""
    import numpy as np

    known = scores[np.isfinite(scores)]
    unit = {"nps": "points", "csat": "share"}.get(instrument, "number")
    if 0 < len(known) < min_n:
        return Figure(None, None, None, None, unit, suppressed=True)
    if instrument == "nps":
        return _nps(known)
    low, high = ends
    if instrument == "csat" and np.isfinite((low, high)).all():
        return _share(int((known >= low + TOP_SHARE * (high - low)).sum()), len(known))
    return _mean(known)


def _nps(scores: "Floats") -> Figure:
    from heed.stats.intervals.nps import nps
    from heed.stats.sufficient import NpsCounts

    promoters, detractors = int((scores >= 9).sum()), int((scores <= 6).sum())
    found = nps(NpsCounts.of([promoters], [len(scores) - promoters - detractors], [detractors]))
    (told,) = found.figures()
    return Figure(told.value, told.low, told.high, int(told.n), "points", found.method, reason=told.reason)


def _share(part: int, whole: int) -> Figure:
    from heed.stats.intervals.proportion import proportion

    found = proportion([part], [whole])
    (told,) = found.figures()
    return Figure(told.value, told.low, told.high, int(told.n), "share", found.method, reason=told.reason)


def _mean(scores: "Floats") -> Figure:
    from heed.stats.intervals.mean import mean
    from heed.stats.sufficient import Moments

    found = mean(Moments.of(scores))
    (told,) = found.figures()
    return Figure(told.value, told.low, told.high, int(told.n), "number", found.method, reason=told.reason)

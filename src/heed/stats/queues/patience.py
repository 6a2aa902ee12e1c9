"""How long callers are ready to wait, from waits that ended by an answer (seen only in part) or by giving up."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import Floats, check_level, require
from heed.stats.queues.survival import Survival, kaplan_meier

LEAST_GIVEN_UP = 20
# The tail begins where fewer than this share, or than so many, are still known to wait.
TAIL_SHARE, TAIL_MANY = 0.05, 30


@dataclass(frozen=True)
class Patience:
    """`mean` of the exponential law of Erlang A with its limits, in the unit of the waits; None with `reason` where too few
    gave up to tell. `survival`: the share still waiting, whatever the law; `median`: None where fewer than half would have
    given up by the longest wait.
    """

    mean: float | None
    low: float | None
    high: float | None
    median: float | None
    given_up: int
    waits: int
    survival: Survival
    reason: str = ""


def patience(waits: ArrayLike, abandoned: ArrayLike, *, level: float = 0.95) -> Patience:
    """Kaplan and Meier 1958 for the curve. The mean is all time waited over those who gave up, which is both the likeliest
    exponential law and the one that gives Erlang A the abandonment seen (Brown, Gans, Mandelbaum et al. 2005, 5.2); its
    limits by the gamma distribution (Epstein and Sobel 1953). waits: >= 0, shape (n,). Raises Invalid.
    """
    check_level(level)
    times, gone = np.asarray(waits, dtype=np.float64), np.asarray(abandoned, dtype=bool)
    curve = kaplan_meier(times, gone)
    require(times.shape == gone.shape, "patience", "each wait says whether it was given up")
    many, whole = int(gone.sum()), float(times.sum())
    below = np.flatnonzero(curve.surviving <= 0.5)
    median = float(curve.times[below[0]]) if below.size else None
    if many < LEAST_GIVEN_UP or whole <= 0:
        return Patience(None, None, None, median, many, int(times.size), curve, "too_few")
    from scipy.special import gammaincinv

    tail = (1.0 - level) / 2.0
    low, high = (whole / float(gammaincinv(shape, at)) for shape, at in ((many + 1, 1.0 - tail), (many, tail)))
    return Patience(whole / many, low, high, median, many, int(times.size), curve)


@dataclass(frozen=True)
class Endurance:
    """The times callers are ready to wait, as Kaplan and Meier's curve has them up to `until`, and exponential with mean `tail`
    beyond. `times` ascending; `surviving`: the share that waits longer than each.
    """

    times: Floats
    surviving: Floats
    until: float
    tail: float

    def drawn(self, size: int, generator: np.random.Generator) -> Floats:
        """So many times, drawn by the inverse of the curve; between two of its steps evenly."""
        share = generator.uniform(0.0, 1.0, size)
        last = float(self.surviving[-1]) if self.surviving.size else 1.0
        # np.interp wants rising places.
        levels = np.concatenate(([1.0], self.surviving))[::-1]
        edges = np.concatenate(([0.0], self.times))[::-1]
        found = np.interp(share, levels, edges)
        beyond = share < last
        if not beyond.any():
            return np.asarray(found)
        longer = self.until - self.tail * np.log(np.maximum(share[beyond], 1e-300) / last)
        found[beyond] = longer
        return np.asarray(found)

    @property
    def mean(self) -> float:
        """The mean of the whole law."""
        edges = np.concatenate(([0.0], self.times))
        levels = np.concatenate(([1.0], self.surviving))
        area = float(((levels[1:] + levels[:-1]) / 2.0 * np.diff(edges)).sum())
        return area + float(levels[-1]) * self.tail


def endurance(waits: ArrayLike, abandoned: ArrayLike) -> Endurance | None:
    """The law of patience without a form, by Kaplan and Meier 1958, with an exponential tail from where few are known to wait (its
    mean: all time waited beyond over those who gave up beyond; or, where nobody did, that of all). None where too few gave up.
    waits: >= 0, shape (n,). Raises Invalid.
    """
    found = patience(waits, abandoned)
    if found.mean is None:
        return None
    times, gone = np.asarray(waits, dtype=np.float64), np.asarray(abandoned, dtype=bool)
    curve = found.survival
    at_risk = curve.durations.size - np.searchsorted(curve.durations, curve.times, side="left")
    kept = (curve.surviving > TAIL_SHARE) & (at_risk >= TAIL_MANY)
    many = int(np.argmin(kept)) if not kept.all() else kept.size
    until = float(curve.times[many - 1]) if many else 0.0
    beyond = times > until
    ends = int((gone & beyond).sum())
    tail = float((times[beyond] - until).sum()) / ends if ends >= 3 else found.mean
    return Endurance(curve.times[:many], curve.surviving[:many], until, tail)

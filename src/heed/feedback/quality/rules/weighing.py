"""Answers weighted to whom they should stand for: small classes joined, post-stratification or raking, weights held within bounds,
and what that does to figures. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import Flags, Floats, Texts
from heed.stats.distributions import student_below
from heed.stats.survey_design.calibration import post_stratify, rake
from heed.stats.survey_design.design import Design, survey_design
from heed.stats.survey_design.estimates import DesignEffect, Estimate, Sample, design_effect
from heed.stats.survey_design.estimates import mean as mean_of
from heed.stats.survey_design.proportions import proportion
from heed.stats.survey_design.variance import covariance

JOINED = "…"  # the class that small ones were joined to
CROSSED = "\x1f"
ROUNDS = 50
NEAR = 1e-9
Totals = Mapping[str, float]


@dataclass(frozen=True)
class Margin:
    """One thing people are told apart by: the class of each answer, and how many there are of each. `joined`: classes that
    had too few answers alone.
    """

    name: str
    labels: Texts
    totals: dict[str, float]
    joined: tuple[str, ...] = ()


def margin(name: str, labels: Sequence[str] | Texts, totals: Totals, least: int) -> Margin | None:
    """A margin whose classes have at least `least` answers each: those with fewer, or that nobody answered of, become one
    class; while that has too few still, the next smallest joins it. None where one class is left.
    """
    texts = np.asarray([str(label) for label in labels], dtype=object)
    seen: dict[str, int] = dict.fromkeys(totals, 0)
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
    order = sorted(seen, key=lambda each: (seen[each], each))
    small = [each for each in order if seen[each] < least]
    while small and sum(seen[each] for each in small) < least and len(small) < len(order):
        small.append(order[len(small)])
    # A class of answers that the population does not have is one with the rest, or its share would be nothing.
    small += [each for each in order if each not in small and totals.get(each, 0.0) <= 0]
    away = set(small) if len(small) > 1 else set()
    if len(small) == 1 and len(order) > 1:
        away = {small[0], next(each for each in order if each != small[0])}
    known = {each: float(many) for each, many in totals.items() if each not in away and many > 0}
    if away:
        known[JOINED] = sum(float(totals.get(each, 0.0)) for each in away)
        texts = np.asarray([JOINED if text in away else text for text in texts], dtype=object)
    if len(known) < 2 or any(many <= 0 for many in known.values()):
        return None
    return Margin(name, texts.astype(str), known, tuple(sorted(away)))


@dataclass(frozen=True)
class Weighted:
    """Weights with mean 1 for the answers; what they were brought to; how many were held at a bound (`trimmed`); the most a
    class of a margin is off after that (`missed`, a share of all); the rounds it took.
    """

    sample: Sample
    margins: tuple[Margin, ...]
    trimmed: int
    missed: float
    rounds: int
    method: str

    @property
    def weights(self) -> Floats:
        weights = self.sample.weights
        return np.asarray(weights / weights.mean())

    @property
    def kish(self) -> float:
        """n Σw² / (Σw)² (Kish 1965)."""
        w = self.sample.weights
        return float(w.size * (w**2).sum() / w.sum() ** 2)

    @property
    def effective_n(self) -> float:
        return float(self.sample.weights.size / self.kish)


def base_design(probability: Floats, people: Sequence[Any] | NDArray[Any]) -> Design:
    """Each answer with one over the chance its customer was asked with; answers of one customer belong together."""
    return survey_design(probability.size, clusters=[np.asarray(people)], weights=1.0 / probability)


def weigh(design: Design, margins: Sequence[Margin], *, least: float = 0.2, most: float = 5.0) -> Weighted:
    """Bring the weights to the margins (one: post-stratification; several: raking) and hold them between `least` and `most`
    times their mean: weights beyond are set to the bound and the others brought to the margins again, until none is beyond
    (Battaglia, Hoaglin and Frankel 2009). Where bounds and margins cannot both be met the bounds hold, and `missed` says by
    how much the margins are not.
    """
    if not margins:
        whole = Sample.of(design)
        bounded, moved = _bounded(whole.weights, least, most)
        return Weighted(Sample(design, bounded), (), int(moved.sum()), 0.0, 0, "base")
    one = _one_total(margins)
    current, touched, rounds = design, np.zeros(design.n, dtype=bool), 0
    for rounds in range(1, ROUNDS + 1):  # noqa: B007  how many it took is told
        sample = _met(current, one)
        bounded, beyond = _bounded(sample.weights, least, most)
        if not beyond.any():
            break
        touched |= beyond
        current = replace(current, weights=bounded)
    if beyond.any():
        sample = Sample(current, bounded, sample.residuals)
    final = Sample(design, sample.weights, sample.residuals)
    return Weighted(
        final,
        tuple(margins),
        int(touched.sum()),
        _missed(final.weights, one),
        rounds,
        "rake" if len(margins) > 1 else "post_stratify",
    )


def crossed(columns: Sequence[Sequence[str] | Texts]) -> list[str]:
    """Several columns as one, by the combinations of their classes."""
    return [CROSSED.join(str(each) for each in row) for row in zip(*columns, strict=True)]


def _one_total(margins: Sequence[Margin]) -> list[tuple[Texts, dict[str, float]]]:
    """Margins with the same total each: shares of one thousandth are as good as counts."""
    found = []
    for each in margins:
        whole = sum(each.totals.values())
        found.append((each.labels, {name: many / whole for name, many in each.totals.items()}))
    return found


def _met(design: Design, margins: Sequence[tuple[Texts, dict[str, float]]]) -> Sample:
    if len(margins) == 1:
        return post_stratify(design, *margins[0])
    return rake(design, margins)


def _bounded(weights: Floats, least: float, most: float) -> tuple[Floats, Flags]:
    middle = float(weights.mean())
    bounded = np.clip(weights, least * middle, most * middle)
    return bounded, np.abs(bounded - weights) > NEAR * middle


def _missed(weights: Floats, margins: Sequence[tuple[Texts, dict[str, float]]]) -> float:
    whole = float(weights.sum())
    return max(
        abs(float(weights[labels == name].sum()) / whole - share)
        for labels, totals in margins
        for name, share in totals.items()
    )


# What weighting does to a figure


@dataclass(frozen=True)
class Figure:
    """A figure of one question without weights and with them, each with limits; `shift` is the second less the first, with
    its limits and p; the design effect and the answers it is worth.
    """

    key: str
    measure: str
    plain: Estimate
    weighted: Estimate
    shift: float | None
    shift_se: float | None
    p: float | None
    design_effect: float | None
    effective_n: float | None
    n: int


def figure_of(
    key: str,
    instrument: str,
    low: float | None,
    high: float | None,
    scores: Floats,
    weighted: Weighted,
    level: float = 0.95,
) -> Figure | None:
    """CSAT as the share of the best two answers, NPS in points, yes or no as a share, others as their mean. None where
    nobody gave a number.
    """
    inside = np.isfinite(scores)
    if not inside.any():
        return None
    values, measure = _measured(instrument, low, high, np.where(inside, scores, 0.0))
    whole = None if inside.all() else inside
    plain_sample = Sample.of(replace(weighted.sample.design, weights=np.ones(scores.size)))
    plain = _estimate(plain_sample, values, whole, measure, level)
    heavy = _estimate(weighted.sample, values, whole, measure, level)
    effect: DesignEffect = design_effect(
        weighted.sample, values, heavy.se**2 if heavy.se is not None else None, inside=whole
    )
    shift, se, p = _shift(weighted.sample, values, inside, plain, heavy)
    n = int(inside.sum())
    deff = effect.replaced if effect.replaced else effect.kish
    return Figure(key, measure, plain, heavy, shift, se, p, deff, min(float(n), n / deff) if deff else None, n)


def _measured(instrument: str, low: float | None, high: float | None, scores: Floats) -> tuple[Floats, str]:
    if instrument == "nps":
        return np.where(scores >= 9, 100.0, np.where(scores <= 6, -100.0, 0.0)), "nps"
    if instrument == "csat" and high is not None:
        return (scores >= high - 1).astype(np.float64), "top_two"
    if low == 0 and high == 1:
        return (scores >= 1).astype(np.float64), "share"
    return scores, "mean"


def _estimate(sample: Sample, values: Floats, inside: Flags | None, measure: str, level: float) -> Estimate:
    if measure in ("top_two", "share"):
        return proportion(sample, values, inside=inside, level=level, method="logit")
    return mean_of(sample, values, inside=inside, level=level)


def _shift(
    sample: Sample, values: Floats, inside: Flags, plain: Estimate, heavy: Estimate
) -> tuple[float | None, float | None, float | None]:
    """The weighted figure less the plain one, linearised: both come of the same answers."""
    if plain.value is None or heavy.value is None:
        return None, None, None
    w = sample.weights * inside
    one = w * (values - heavy.value) / w.sum()
    left = one[:, None] if sample.residuals is None else sample.residuals(one)
    other = inside * (values - plain.value) / inside.sum()
    found = covariance(sample.design, left - other[:, None])
    shift = heavy.value - plain.value
    if found is None or found[0, 0] <= 0:
        return shift, None, None
    se = float(np.sqrt(found[0, 0]))
    return shift, se, float(2.0 * student_below(max(heavy.df, 1), -abs(shift / se)))

"""How often the intervals that heed shows cover the truth: nominal 95 %, from n = 10 to 10,000 and shares of 2 % to 98 %.

Shares are enumerated exactly; the rest is simulated: 20,000 samples a cell, 2,000 at the largest n, unless said. `--page`
prints the tables of docs/methods/coverage.md.
"""

import json
import sys
from collections.abc import Callable, Iterator

import numpy as np
from scipy.stats import binom

from heed.stats.intervals.differences import nps_difference, proportion_difference
from heed.stats.intervals.mean import mean, weighted_mean
from heed.stats.intervals.nps import nps, weighted_nps
from heed.stats.intervals.proportion import proportion, weighted_proportion
from heed.stats.intervals.rate import rate
from heed.stats.intervals.result import Interval
from heed.stats.sufficient import CoMoments, Moments, NpsCounts
from heed.stats.survey_design.design import survey_design
from heed.stats.survey_design.estimates import Sample
from heed.stats.survey_design.proportions import proportion as share_by_design

SIZES = (10, 30, 100, 1000, 10_000)
SHARES = (0.02, 0.1, 0.5, 0.8, 0.98)
SAMPLES = 20_000
Row = tuple[str, list[float]]


BLOCK_ROWS = 4_000_000


def over_blocks(n: int, cell: Callable[[int], float], most: int = 2_000) -> float:
    """The mean over blocks of samples that fit in memory: `most` samples in all at the largest n, SAMPLES at the small."""
    samples = max(min(SAMPLES, 20_000_000 // n), min(most, SAMPLES))
    block = max(min(samples, BLOCK_ROWS // n), 1)
    blocks = -(-samples // block)
    return float(np.mean([cell(block) for _ in range(blocks)]))


def hits(interval: Interval, truth: float) -> float:
    """The share of intervals that hold the truth; one without limits does not."""
    low, high = interval.low.filled(np.inf), interval.high.filled(-np.inf)
    return float(np.mean((low <= truth) & (truth <= high)))


def wilson(n: int, p: float) -> float:
    x = np.arange(n + 1)
    found = proportion(x, np.full(n + 1, n))
    inside = (found.low.data <= p) & (p <= found.high.data)
    return float(binom.pmf(x, n, p)[inside].sum())


def newcombe(n: int, p: float, generator: np.random.Generator) -> float:
    """Of two samples of n, the second 5 points nearer to a half."""
    q = p + (0.05 if p < 0.5 else -0.05)
    a, b = generator.binomial(n, p, SAMPLES), generator.binomial(n, q, SAMPLES)
    return hits(proportion_difference(a, n, b, n), q - p)


def weighted_share(n: int, p: float, generator: np.random.Generator) -> float:
    """Weights lognormal with a coefficient of variation of 0.5, drawn with the rows."""

    def cell(samples: int) -> float:
        group = np.repeat(np.arange(samples), n)
        w = generator.lognormal(0, 0.4724, group.size)
        y = generator.random(group.size) < p
        return hits(weighted_proportion(CoMoments.grouped(w * y, w, group, samples)).interval, p)

    return over_blocks(n, cell)


def clustered_share(n: int, p: float, generator: np.random.Generator) -> float:
    """Clusters of ten that differ (correlation 0.05 within), limits by design; 2,000 samples, 400 at n = 10,000."""
    found, samples, clusters = 0, 400 if n > 1000 else 2000, max(n // 10, 2)
    a, b = p * 19.0, (1 - p) * 19.0
    for _ in range(samples):
        chance = np.repeat(generator.beta(a, b, clusters), 10)
        y = (generator.random(clusters * 10) < chance).astype(float)
        sample = Sample.of(survey_design(y.size, clusters=[np.repeat(np.arange(clusters), 10)]))
        got = share_by_design(sample, y)
        got = got if got.low is not None else share_by_design(sample, y, method="beta")
        found += got.low is not None and got.low <= p <= (got.high or 0.0)
    return found / samples


# Shares of promoters and detractors.
SCORES = {
    "20 (45 / 25)": (0.45, 0.25),
    "70 (75 / 5)": (0.75, 0.05),
    "-50 (10 / 60)": (0.1, 0.6),
    "96 (97 / 1)": (0.97, 0.01),
}


def nps_cell(n: int, shares: tuple[float, float], generator: np.random.Generator) -> float:
    p, d = shares
    counts = generator.multinomial(n, [p, 1 - p - d, d], SAMPLES).T
    return hits(nps(NpsCounts.of(*counts)), 100 * (p - d))


def nps_difference_cell(n: int, shares: tuple[float, float], generator: np.random.Generator) -> float:
    p, d = shares
    first = generator.multinomial(n, [p, 1 - p - d, d], SAMPLES).T
    second = generator.multinomial(n, [p - 0.05, 1 - p - d, d + 0.05], SAMPLES).T
    found = nps_difference(NpsCounts.of(*first), NpsCounts.of(*second))
    return hits(found.interval, -10.0)


def weighted_nps_cell(n: int, shares: tuple[float, float], generator: np.random.Generator) -> float:
    p, d = shares

    def cell(samples: int) -> float:
        group = np.repeat(np.arange(samples), n)
        w = generator.lognormal(0, 0.4724, group.size)
        u = generator.random(group.size)
        score = np.where(u < p, 1.0, np.where(u > 1 - d, -1.0, 0.0))
        sums = CoMoments.grouped(w * score, w, group, samples)
        by_class = [np.bincount(group, weights=w * (score == s), minlength=samples) for s in (1.0, 0.0, -1.0)]
        return hits(weighted_nps(sums, NpsCounts.of(*by_class)).interval, 100 * (p - d))

    return over_blocks(n, cell)


MEANS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "normal": lambda generator, size: generator.normal(5, 1, size),
    "1 to 7, even": lambda generator, size: generator.integers(1, 8, size).astype(float),
    "1 to 7, 60 % at 7": lambda generator, size: generator.choice(
        np.arange(1, 8), size, p=[0.04, 0.04, 0.04, 0.04, 0.08, 0.16, 0.6]
    ).astype(float),
    "exponential": lambda generator, size: generator.exponential(1, size),
    "lognormal (sd 1)": lambda generator, size: generator.lognormal(0, 1, size),
}
TRUE_MEANS = (5.0, 4.0, 5.96, 1.0, float(np.exp(0.5)))


def mean_cell(n: int, name: str, generator: np.random.Generator, *, weighted: bool = False) -> float:
    truth = TRUE_MEANS[list(MEANS).index(name)]

    def cell(samples: int) -> float:
        group = np.repeat(np.arange(samples), n)
        values = MEANS[name](generator, group.size)
        if not weighted:
            return hits(mean(Moments.grouped(values, group, samples)), truth)
        w = generator.lognormal(0, 0.4724, group.size)
        return hits(weighted_mean(CoMoments.grouped(w * values, w, group, samples)), truth)

    return over_blocks(n, cell)


def rate_cell(n: int, events: float, generator: np.random.Generator) -> float:
    return hits(rate(generator.poisson(events * n, SAMPLES), float(n)), events)


def tables() -> Iterator[tuple[str, str, list[Row]]]:
    """Title, what the rows are, and the rows: coverage by n."""
    chance = np.random.default_rng(20_261_122)
    yield "A share, Wilson (exact)", "share", [(f"{p:g}", [wilson(n, p) for n in SIZES]) for p in SHARES]
    for title, cell in (
        ("Difference of two shares of n each, Newcombe", newcombe),
        ("A weighted share, Wilson at the effective n", weighted_share),
        ("A clustered share, logit by design (beta at 0 and 1)", clustered_share),
    ):
        yield title, "share", [(f"{p:g}", [cell(n, p, chance) for n in SIZES]) for p in SHARES]
    for title, score in (
        ("NPS, adjusted Wald", nps_cell),
        ("Difference of two NPS of n each", nps_difference_cell),
        ("A weighted NPS", weighted_nps_cell),
    ):
        yield title, "NPS", [(name, [score(n, shares, chance) for n in SIZES]) for name, shares in SCORES.items()]
    for title, weighted in (("A mean, t", False), ("A weighted mean, linearised t", True)):
        rows = [(name, [mean_cell(n, name, chance, weighted=weighted) for n in SIZES]) for name in MEANS]
        yield title, "values", rows
    yield (
        "A rate, Garwood",
        "events a unit",
        [(f"{events:g}", [rate_cell(n, events, chance) for n in SIZES]) for events in (0.02, 0.2, 2.0)],
    )


def as_page(title: str, name: str, rows: list[Row]) -> str:
    head = f"| {name} | " + " | ".join(f"n = {n:,}" for n in SIZES) + " |"
    lines = [head, "|---" * (len(SIZES) + 1) + "|"]
    lines += [f"| {label} | " + " | ".join(f"{100 * value:.1f}" for value in values) + " |" for label, values in rows]
    return f"### {title}\n\n" + "\n".join(lines) + "\n"


def main() -> None:
    for title, name, rows in tables():
        if "--page" in sys.argv[1:]:
            print(as_page(title, name, rows), flush=True)
            continue
        for label, values in rows:
            figures = {f"n={n}": round(100 * value, 1) for n, value in zip(SIZES, values, strict=True)}
            print(json.dumps({"bench": title, name: label, **figures}), flush=True)


if __name__ == "__main__":
    main()

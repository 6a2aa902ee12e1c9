"""Drift: whether what a model reads now is what it was measured on. Two profiles in, a plain answer out. Pure.

Something has moved when a difference is both beyond chance and large: with many texts the smallest difference is beyond
chance, with few a large one may be chance alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heed.stats.arrays import Floats
from heed.stats.changes import holm

LEAST_TEXTS = 50
LEVEL = 0.01  # of the four tests together (Holm)
LARGE = 0.1  # of the population stability index (Siddiqi 2006: below .1 no change, above .25 a large one)
LARGE_UNKNOWN = 0.02  # of the share of words
DRAWS = 1000
RARE = 5.0  # expected count below which classes are taken together


@dataclass(frozen=True)
class Profile:
    """What a stretch of texts looks like to a model: counts by sentiment, language and bin of confidence, and of each
    text looked at its words and those of them that the model does not know.
    """

    n: int
    sentiments: Mapping[str, int]
    languages: Mapping[str, int]
    confidences: Sequence[int]
    words: Sequence[tuple[int, int]] = ()

    def told(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "sentiments": dict(self.sentiments),
            "languages": dict(self.languages),
            "confidences": list(self.confidences),
            "words": [list(each) for each in self.words],
        }


@dataclass(frozen=True)
class Moved:
    """One figure beside what it was. `psi` and `distance` (Jensen-Shannon, base 2, 0..1) are None for a share of words;
    `low` and `high` are 95 % limits of its change.
    """

    what: str
    moved: bool
    p: float | None
    psi: float | None
    distance: float | None
    before: Mapping[str, float]
    now: Mapping[str, float]
    low: float | None = None
    high: float | None = None
    reason: str = ""


def profile_of(told: Mapping[str, Any]) -> Profile:
    """A profile as it was kept on a card."""
    words = tuple((int(known[0]), int(known[1])) for known in told.get("words", ()))
    return Profile(int(told["n"]), told["sentiments"], told["languages"], tuple(told["confidences"]), words)


def psi(before: Floats, now: Floats) -> float:
    """Population stability index of two counts, half a count added to each class so that none is empty."""
    p, q = ((counts + 0.5) / (counts + 0.5).sum() for counts in (before, now))
    return float(np.sum((q - p) * np.log(q / p)))


def distance(before: Floats, now: Floats) -> float:
    """Jensen-Shannon distance (Lin 1991), base 2: 0 the same, 1 nothing in common."""
    p, q = before / before.sum(), now / now.sum()
    middle = (p + q) / 2
    parts = [float(np.sum(x[x > 0] * np.log2(x[x > 0] / middle[x > 0]))) for x in (p, q)]
    return float(np.sqrt(max(sum(parts) / 2, 0.0)))


def chi_square(before: Floats, now: Floats) -> float:
    """p of one distribution behind both counts (Pearson); classes too rare for it are taken together."""
    from scipy.stats import chi2_contingency

    table = np.array([before, now], dtype=np.float64)
    expected = table.sum(axis=0) * table.sum(axis=1).min() / table.sum()
    rare = expected < RARE
    kept = np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)]) if rare.any() else table
    kept = kept[:, kept.sum(axis=0) > 0]
    return 1.0 if kept.shape[1] < 2 else float(chi2_contingency(kept, correction=False).pvalue)


def unknown_change(
    before: Sequence[tuple[int, int]], now: Sequence[tuple[int, int]], seed: int = 0
) -> tuple[float, float, float, float]:
    """Share of unknown words before and now, and 95 % limits of the change: whole texts are drawn again (bootstrap), for
    words of one text are alike.
    """
    chance = np.random.default_rng(seed)
    shares, drawn = [], []
    for rows in (before, now):
        table = np.asarray(rows, dtype=np.float64)
        shares.append(float(table[:, 1].sum() / max(table[:, 0].sum(), 1.0)))
        picks = chance.integers(0, len(table), (DRAWS, len(table)))
        sums = table[picks].sum(axis=1)
        drawn.append(sums[:, 1] / np.maximum(sums[:, 0], 1.0))
    low, high = np.quantile(drawn[1] - drawn[0], (0.025, 0.975))
    return shares[0], shares[1], float(low), float(high)


def moved(before: Profile, now: Profile) -> list[Moved]:
    """Each figure of the two profiles. Fewer than LEAST_TEXTS on a side give no answer, with the reason."""
    if min(before.n, now.n) < LEAST_TEXTS:
        return []
    pairs = [
        ("sentiment", dict(before.sentiments), dict(now.sentiments)),
        ("confidence", _numbered(before.confidences), _numbered(now.confidences)),
        ("language", dict(before.languages), dict(now.languages)),
    ]
    counted = []
    for _, old, new in pairs:
        names = sorted({*old, *new})
        counted.append([np.array([each.get(name, 0) for name in names], dtype=np.float64) for each in (old, new)])
    adjusted = holm([chi_square(*counts) for counts in counted])
    found = []
    for (what, old, new), counts, p in zip(pairs, counted, adjusted.tolist(), strict=True):
        size = psi(*counts)
        far = p < LEVEL and size >= LARGE
        found.append(Moved(what, far, p, size, distance(*counts), _shares(old), _shares(new)))
    return found + _words_moved(before, now)


def _words_moved(before: Profile, now: Profile) -> list[Moved]:
    if min(len(before.words), len(now.words)) < LEAST_TEXTS:
        return []
    old, new, low, high = unknown_change(before.words, now.words)
    far = (low > 0 or high < 0) and abs(new - old) >= LARGE_UNKNOWN
    return [Moved("unknown_words", far, None, None, None, {"unknown": old}, {"unknown": new}, low, high)]


def _numbered(counts: Sequence[int]) -> dict[str, int]:
    return {str(place): many for place, many in enumerate(counts)}


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    whole = sum(counts.values())
    return {name: many / whole for name, many in counts.items()} if whole else {}

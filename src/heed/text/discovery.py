"""Themes nobody wrote down: clusters of texts, named by their own words, with keys that stay through refits.

Words and pairs are weighed by TF-IDF, reduced by a truncated SVD (Deerwester et al. 1990) and clustered by k-means; a
cluster whose words do not stand out from the rest is left unassigned.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import Floats
from heed.text.normal import normal, words_of
from heed.text.themes import FoundTheme

DIMENSIONS = 64
NAMED_BY, KEPT_WORDS = 3, 12
LEAST_TEXTS = 40  # of all together: with fewer nothing is looked for
LEAST_SIZE = 15  # of one theme
FITS = 0.6  # F1 of a theme's words against its cluster: below it the words do not tell the cluster
STANDS_OUT = 1.5  # log ratio of a word's share inside to outside that makes it a theme's own
COMMON = 0.2  # share of the texts from which on a word says too little to tell a theme
OF_ITS_SHARE = 1.5  # times the share of a theme, where themes are few
SAME = 0.5  # share of common weight from which a found theme is the one known before


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    text = files("heed.text").joinpath("lexicon/stop_words.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def telling(term: str) -> bool:
    """Whether a word or pair can name a theme: no stop word in it, no single letter, no sign."""
    return all(len(word) > 2 and word[0].isalpha() and word not in stop_words() for word in term.split())


@dataclass(frozen=True, eq=False)
class Counted:
    """Which telling terms stand in which texts: a sparse matrix of 0 and 1."""

    terms: tuple[str, ...]
    present: Any


def count_terms(masked: Sequence[str], *, least: int = 5, most_share: float = COMMON, most: int = 20_000) -> Counted:
    """Words and pairs that stand in `least` texts or more and in no larger share than `most_share`."""
    from sklearn.feature_extraction.text import CountVectorizer

    shape = {"lowercase": False, "token_pattern": None, "tokenizer": words_of, "ngram_range": (1, 2), "binary": True}  # nosec B105
    counter = CountVectorizer(min_df=min(least, len(masked)), max_df=most_share, max_features=most, **shape)
    try:
        present = counter.fit_transform([normal(text) for text in masked])
    except ValueError:
        # Nothing is left after the pruning.
        from scipy.sparse import csr_matrix

        return Counted((), csr_matrix((len(masked), 0)))
    names = [str(term) for term in counter.get_feature_names_out()]
    kept = [place for place, term in enumerate(names) if telling(term)]
    return Counted(tuple(names[place] for place in kept), present[:, kept].tocsr())


def discover(
    masked: Sequence[str], *, k: int | None = None, seed: int = 0, known: Sequence[FoundTheme] = ()
) -> tuple[list[FoundTheme], NDArray[np.int64]]:
    """The themes of these texts, largest first, and the place of each text's theme (−1: none)."""
    nothing = np.full(len(masked), -1, dtype=np.int64)
    if len(masked) < LEAST_TEXTS:
        return [], nothing
    many = k or int(np.clip(np.sqrt(len(masked) / 12), 4, 60))
    # Of few themes each is a large share of all, and so are the words that name it.
    share = max(COMMON, OF_ITS_SHARE / many)
    counted = count_terms(masked, least=max(3, len(masked) // 2000), most_share=share)
    if len(counted.terms) < 8:
        return [], nothing
    clusters = _clusters(counted.present, many, seed)
    found: list[tuple[FoundTheme, NDArray[np.bool_]]] = []
    for cluster in range(int(clusters.max()) + 1):
        theme = _theme(counted, clusters == cluster, forced=k is not None)
        if theme is not None:
            found.append((theme, clusters == cluster))
    found.sort(key=lambda each: -each[0].size)
    for place, (_, inside) in enumerate(found):
        nothing[inside] = place
    return keep_keys([theme for theme, _ in found], known), nothing


def _clusters(present: Any, many: int, seed: int) -> NDArray[np.int64]:
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.preprocessing import normalize

    weighed = TfidfTransformer(sublinear_tf=True).fit_transform(present)
    size = min(DIMENSIONS, min(weighed.shape) - 1)
    reduced = normalize(TruncatedSVD(size, random_state=seed).fit_transform(weighed))
    machine = MiniBatchKMeans(min(many, len(reduced)), random_state=seed, n_init=3, batch_size=2048)
    return np.asarray(machine.fit_predict(reduced), dtype=np.int64)


def _theme(counted: Counted, inside: NDArray[np.bool_], *, forced: bool) -> FoundTheme | None:
    """The cluster as a theme; None where it is small or its words do not stand out."""
    many = int(inside.sum())
    if many < (1 if forced else LEAST_SIZE):
        return None
    here = np.asarray(counted.present[inside].sum(axis=0), dtype=np.float64).ravel()
    there = np.asarray(counted.present.sum(axis=0), dtype=np.float64).ravel() - here
    ratio = np.log((here + 0.5) / (many + 1)) - np.log((there + 0.5) / (len(inside) - many + 1))
    strength = np.where(here >= max(2, 0.05 * many), ratio * np.sqrt(here / many), 0.0)
    best = np.argsort(-strength, kind="stable")[:KEPT_WORDS]
    best = best[strength[best] > 0]
    if not len(best) or (not forced and ratio[best[0]] < STANDS_OUT):
        return None
    words = tuple(counted.terms[place] for place in best)
    weights = np.round(strength[best] / strength[best].sum(), 4)
    least, fit = _least(np.asarray(counted.present[:, best] @ weights).ravel(), inside)
    if not forced and fit < FITS:
        return None
    return FoundTheme(key_of(words), name_of(words), words, tuple(weights.tolist()), least, many)


def _least(totals: Floats, inside: NDArray[np.bool_]) -> tuple[float, float]:
    """The total weight from which on a text has the theme: where hits and misses balance best, and how well (F1)."""
    steps = np.unique(np.quantile(totals[inside], np.linspace(0.05, 0.8, 12)))
    steps = steps[steps > 0]
    if not len(steps):
        return 1.0, 0.0
    scores = [2 * np.sum(inside & (totals >= step)) / (inside.sum() + np.sum(totals >= step)) for step in steps]
    best = int(np.argmax(scores))
    return round(float(steps[best]), 4), float(scores[best])


def name_of(words: Sequence[str]) -> str:
    """A theme's name: its first words, without those that another of them holds."""
    chosen: list[str] = []
    for word in words:
        parts = set(word.split())
        if not any(parts & set(other.split()) for other in chosen):
            chosen.append(word)
        if len(chosen) == NAMED_BY:
            break
    return " · ".join(chosen)


def key_of(words: Sequence[str]) -> str:
    """A key by the theme's first words, whatever their order."""
    return "found-" + hashlib.sha256("\n".join(sorted(words[:5])).encode()).hexdigest()[:10]


def likeness(one: FoundTheme, other: FoundTheme) -> float:
    """The weight two themes share, 0..1."""
    theirs = dict(zip(other.words, other.weights, strict=True))
    return sum(min(weight, theirs.get(word, 0.0)) for word, weight in zip(one.words, one.weights, strict=True))


def keep_keys(found: Sequence[FoundTheme], known: Sequence[FoundTheme]) -> list[FoundTheme]:
    """The found themes; those that are a theme known before keep its key and its first day. Best matches first."""
    pairs = sorted(
        ((likeness(one, other), place, other) for place, one in enumerate(found) for other in known),
        key=lambda pair: (-pair[0], pair[1], pair[2].key),
    )
    kept: dict[int, FoundTheme] = {}
    for alike, place, other in pairs:
        if alike >= SAME and place not in kept and all(each.key != other.key for each in kept.values()):
            kept[place] = other
    return [
        replace(theme, key=kept[place].key, since=theme.since or kept[place].since) if place in kept else theme
        for place, theme in enumerate(found)
    ]

"""Themes named by their own words: those that stand out from the rest, and from which weight of them on a text has it."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import Floats
from heed.text.discovery.clusters import Places, memberships
from heed.text.discovery.terms import stem
from heed.text.discovery.words import Counted, telling
from heed.text.themes import FoundTheme

NAMED_BY, KEPT_WORDS = 3, 12
LEAST_SIZE = 15  # texts of a theme that is kept
FITS = 0.6  # F1 of a theme's words against its cluster: below it the words do not tell the cluster
STANDS_OUT = 1.5  # log ratio of a word's share inside to outside that makes it a theme's own
HELD = 0.05  # share of a theme's texts a word of it stands in, at the least
PHRASE = 0.5  # share of a word's texts from which on the pair it stands in is named instead
EVERYWHERE = 0.4  # share of all texts from which on a word is no name: the organisation's own, for one


def themes_of(
    counted: Counted, places: Places, many: int, *, forced: bool
) -> tuple[list[FoundTheme], dict[int, FoundTheme]]:
    """The clusters as themes, largest first, and the theme of each cluster that is one.

    Unless forced, a cluster that is small or whose words do not stand out is none. Keys are unique.
    """
    inside = memberships(places, many)
    here = np.asarray((inside @ counted.present).todense(), dtype=np.float64)
    everywhere = np.asarray(counted.present.sum(axis=0), dtype=np.float64).ravel()
    sizes = np.bincount(places[places >= 0], minlength=many)
    tells = np.array([telling(term) for term in counted.terms], dtype=bool)
    tells &= everywhere <= max(EVERYWHERE, 1.5 / max(many, 1)) * len(places)
    found: dict[int, FoundTheme] = {}
    taken: set[str] = set()
    for cluster in np.argsort(-sizes, kind="stable"):
        cluster = int(cluster)
        ratio, strength = _strength(here[cluster], everywhere, int(sizes[cluster]), len(places))
        # A stop word names only what no other word tells.
        strength = strength * tells if (strength * tells).max(initial=0.0) > 0 else strength
        theme = _theme(counted, places == cluster, ratio, strength, forced=forced)
        if theme is not None and sizes[cluster]:
            found[cluster] = _apart(theme, taken)
            taken.add(found[cluster].key)
    return list(found.values()), found


def _strength(here: Floats, everywhere: Floats, size: int, texts: int) -> tuple[Floats, Floats]:
    """How much more often a term stands inside than outside (log ratio of shares), and that weighed by its share inside."""
    ratio = np.log((here + 0.5) / (size + 1)) - np.log((everywhere - here + 0.5) / (texts - size + 1))
    seen = here >= max(2 if size > 2 else 1, HELD * size)
    return ratio, np.where(seen, ratio * np.sqrt(here / max(size, 1)), 0.0)


def _theme(
    counted: Counted, inside: NDArray[np.bool_], ratio: Floats, strength: Floats, *, forced: bool
) -> FoundTheme | None:
    many = int(inside.sum())
    if many < (1 if forced else LEAST_SIZE):
        return None
    best = np.argsort(-strength, kind="stable")[:KEPT_WORDS]
    best = best[strength[best] > 0]
    if not len(best):
        key = hashlib.sha256(np.flatnonzero(inside).tobytes()).hexdigest()[:10]
        return FoundTheme(f"found-{key}", "…", (), (), 1.0, many) if forced else None
    if not forced and ratio[best[0]] < STANDS_OUT:
        return None
    words = tuple(counted.terms[place] for place in best)
    weights = np.round(strength[best] / strength[best].sum(), 4)
    least, fit = _least(np.asarray(counted.present[:, best] @ weights).ravel(), inside)
    if not forced and fit < FITS:
        return None
    name = readable_name(words, counted.present[inside][:, best])
    return FoundTheme(key_of(words), name, words, tuple(weights.tolist()), least, many)


def _least(totals: Floats, inside: NDArray[np.bool_]) -> tuple[float, float]:
    """The total weight from which on a text has the theme: where hits and misses balance best, and how well (F1)."""
    steps = np.unique(np.quantile(totals[inside], np.linspace(0.05, 0.8, 12)))
    steps = steps[steps > 0]
    if not len(steps):
        return 1.0, 0.0
    scores = [2 * np.sum(inside & (totals >= step)) / (inside.sum() + np.sum(totals >= step)) for step in steps]
    best = int(np.argmax(scores))
    return round(float(steps[best]), 4), float(scores[best])


def _apart(theme: FoundTheme, taken: set[str]) -> FoundTheme:
    """The theme with a key that no other has: two clusters may be told by the same first words."""
    from dataclasses import replace

    turn, key = 0, theme.key
    while key in taken:
        turn += 1
        key = "found-" + hashlib.sha256(f"{theme.key}:{turn}:{' '.join(theme.words)}".encode()).hexdigest()[:10]
    return replace(theme, key=key)


def readable_name(words: Sequence[str], present: Any) -> str:
    """The first words as a name; a pair in their place where most texts with the word have it ("exchange rate").

    present: texts of the theme × words.
    """
    seen = np.asarray(present.sum(axis=0), dtype=np.float64).ravel()
    share = dict(zip(words, seen, strict=True))
    pairs = [word for word in words if " " in word]
    said = []
    for word in words:
        fuller = (pair for pair in pairs if word in pair.split() and share[pair] >= PHRASE * share[word])
        said.append(word if " " in word else max(fuller, key=lambda pair: share[pair], default=word))
    return name_of(said)


def name_of(words: Sequence[str]) -> str:
    """A theme's name: its first words, without those that another of them holds, whatever their ending."""
    chosen: list[str] = []
    for word in words:
        parts = {stem(part) for part in word.split()}
        if not any(parts & {stem(part) for part in other.split()} for other in chosen):
            chosen.append(word)
        if len(chosen) == NAMED_BY:
            break
    return " · ".join(chosen)


def key_of(words: Sequence[str]) -> str:
    """A key by the theme's first words, whatever their order."""
    return "found-" + hashlib.sha256("\n".join(sorted(words[:5])).encode()).hexdigest()[:10]

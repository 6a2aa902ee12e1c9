"""A refit of themes that is anchored in those known: texts keep the theme they had, new texts go to the nearest, new themes
are looked for in what the known ones do not fit, and themes are split or joined on clear evidence only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import Floats
from heed.text.discovery.clusters import Centres, Places, parted, settled
from heed.text.discovery.counting import one_thread
from heed.text.discovery.evidence import Evidence
from heed.text.discovery.finding import LEAST_TEXTS, counted_for, discovered
from heed.text.discovery.lineage import Change, likeness
from heed.text.discovery.naming import LEAST_SIZE, themes_of
from heed.text.discovery.number import likeliest, near_pairs
from heed.text.discovery.space import Placed, fit_space
from heed.text.discovery.sureness import with_sureness
from heed.text.discovery.terms import terms_of
from heed.text.representations.port import Representation
from heed.text.themes import FoundTheme

# All chosen on CLINC150 read as a growing stream.
MOVED_AT_MOST = 0.015  # share of the texts that had a theme which a refit may put to another
UNFIT = 0.1  # share of a theme's own texts that lie further from it than a text that does not fit it
CLEAR = 1.0  # nats a text that a split or a join must gain
BEGINS = 0.3  # the same for a new theme of texts that fit none: they speak for it already
MARGIN = 0.05  # how much nearer another theme must be before a text that had one goes there
RENAMED = 0.25  # share of common weight below which a theme's words are no longer those it is called by


@dataclass(frozen=True, eq=False)
class Refit:
    """Themes after a refit and the place of each text's among them (−1: none). `waiting`: clear changes put off because
    they would move more texts than a refit may."""

    themes: tuple[FoundTheme, ...]
    places: Places
    changes: tuple[Change, ...]
    waiting: tuple[Change, ...] = ()


@dataclass(frozen=True, eq=False)
class _Move:
    """Texts (rows) that would leave for another cluster; what that gains in nats; from and to which clusters."""

    kind: str
    rows: NDArray[np.int64]
    gain: float
    source: int
    target: int


class _Work:
    """What a refit works on: texts in a space, their clusters as they come to be, and which texts had a theme before."""

    def __init__(self, placed: Placed, words: NDArray[np.bool_], places: Places, many: int, seed: int) -> None:
        self.placed, self.seed, self.many = placed, seed, many
        self.present: Any = placed.present[:, words]
        self.words = words
        self.places, self.had = places.copy(), places >= 0
        self.left = int(MOVED_AT_MOST * self.had.sum())

    def evidence(self) -> Evidence:
        return Evidence.of(self.present, self.places, self.many)

    def rows_of(self, cluster: int) -> NDArray[np.int64]:
        return np.flatnonzero(self.places == cluster)

    def put_new(self) -> NDArray[np.int64]:
        """Texts without a theme go to the nearest; given are those that do not fit it."""
        centres = Centres.of(self.placed, self.places, self.many)
        nearest, near = centres.nearest(self.placed)
        own = np.einsum("ij,ij->i", self.placed.dense, centres.dense[self.places]) + self._own_terms(centres)
        least = np.array([_low(own[self.had & (self.places == each)]) for each in range(self.many)])
        fresh = np.flatnonzero(~self.had & self.placed.known)
        self.places[fresh] = nearest[fresh]
        return fresh[near[fresh] < least[nearest[fresh]]]

    def _own_terms(self, centres: Centres) -> Floats:
        rows = self.placed.weighed.tocoo()
        found = rows.data * centres.weighed[self.places[rows.row], rows.col]
        return np.asarray(np.bincount(rows.row, found, minlength=len(self.places)), dtype=np.float64)

    def begin(self, unfit: NDArray[np.int64]) -> list[int]:
        """New clusters of texts that fit none, where that is clearly likelier than leaving them where they are nearest."""
        if len(unfit) < LEAST_SIZE:
            return []
        groups = likeliest(self.placed.of(unfit), self.words, self.seed)
        begun = []
        for group in range(int(groups.max()) + 1):
            rows = unfit[groups == group]
            gain = self.evidence().taken(self.present[rows], self.places[rows])
            if len(rows) >= LEAST_SIZE and gain > BEGINS * len(rows):
                self.places[rows] = self.many
                begun.append(self.many)
                self.many += 1
        return begun

    def moves(self) -> list[_Move]:
        """Splits and joins that are clear, those that gain most for each text they move first."""
        evidence = self.evidence()
        found = [move for cluster in range(self.many) if (move := self._split(cluster, evidence)) is not None]
        pairs = near_pairs(self.placed, self.places, self.many) if self.many > 1 else []
        for gain, pair in zip(evidence.merged(pairs), pairs, strict=True):
            small, large = sorted(pair, key=lambda each: (evidence.sizes[each], -each))
            rows = self.rows_of(small)
            if len(rows) and gain > CLEAR * len(rows):
                found.append(_Move("merge", rows, float(gain), small, large))
        return sorted(found, key=lambda move: (-move.gain / len(move.rows), move.source, move.target))

    def _split(self, cluster: int, evidence: Evidence) -> _Move | None:
        rows = self.rows_of(cluster)
        if len(rows) < 2 * LEAST_SIZE:
            return None
        some = self.placed.of(rows)
        halves = settled(some, parted(some, 2, self.seed))
        smaller = rows[halves == int(np.bincount(halves).argmin())]
        if int(halves.max()) == 0 or len(smaller) < LEAST_SIZE:
            return None
        gain = evidence.taken(self.present[smaller], self.places[smaller])
        return _Move("split", smaller, gain, cluster, -1) if gain > CLEAR * len(smaller) else None

    def make(self, moves: Sequence[_Move]) -> tuple[list[_Move], list[_Move]]:
        """The moves made, and those put off; a cluster takes part in one of them."""
        made, waiting, touched = [], [], set[int]()
        for move in moves:
            if touched & {move.source, move.target}:
                continue
            touched |= {move.source, move.target} - {-1}
            cost = int(self.had[move.rows].sum())
            if cost > self.left:
                waiting.append(move)
                continue
            target = self.many if move.kind == "split" else move.target
            self.many += move.kind == "split"
            self.places[move.rows] = target
            self.left -= cost
            made.append(replace(move, target=target))
        return made, waiting

    def correct(self) -> None:
        """Texts that had a theme and are much nearer to another go there, the clearest first, as many as may."""
        centres = Centres.of(self.placed, self.places, self.many)
        nearest, near = centres.nearest(self.placed)
        own = np.einsum("ij,ij->i", self.placed.dense, centres.dense[self.places]) + self._own_terms(centres)
        ahead = np.where(self.had & (nearest != self.places), near - own, 0.0)
        rows = np.argsort(-ahead, kind="stable")[: self.left]
        rows = rows[ahead[rows] > MARGIN]
        self.places[rows] = nearest[rows]


def _low(values: Floats) -> float:
    return float(np.quantile(values, UNFIT)) if len(values) else 0.0


def refit(
    known: Sequence[FoundTheme],
    masked: Sequence[str],
    held: Sequence[str | None],
    *,
    seed: int = 0,
    representation: Representation | None = None,
    forced: bool = False,
) -> Refit:
    """The themes of these texts, anchored in those known. held: the key of the theme each text had; None: it had none.

    Of the texts that had a theme at most MOVED_AT_MOST go to another. A known theme keeps its key, and its words too unless
    it was split, joined or is called by words that are no longer its own. Unless `forced`, a new theme must be told by its words.
    Too few texts change nothing. Raises HeedError where a representation fails.
    """
    index = {theme.key: place for place, theme in enumerate(known)}
    places = np.array([index.get(key or "", -1) for key in held], dtype=np.int64)
    if len(masked) < LEAST_TEXTS:
        return Refit(tuple(known), places, tuple(Change("same", (each.key,), (each.key,)) for each in known))
    if not (places >= 0).any():
        found = discovered(masked, seed=seed, representation=representation, forced=forced)
        gone = tuple(Change("gone", (each.key,), ()) for each in known)
        return Refit(found.themes, found.places, (*gone, *(Change("new", (), (t.key,), t.size) for t in found.themes)))
    terms = terms_of(masked)
    encoded = None if representation is None else representation.encode(masked)
    with one_thread():
        _, placed = fit_space(terms, seed=seed, encoded=encoded)
        work = _Work(placed, terms.single, places, len(known), seed)
        begun = work.begin(work.put_new())
        made, waiting = work.make(work.moves())
        work.correct()
    return _told(known, masked, work, begun, made, waiting, forced)


def _told(
    known: Sequence[FoundTheme],
    masked: Sequence[str],
    work: _Work,
    begun: Sequence[int],
    made: Sequence[_Move],
    waiting: Sequence[_Move],
    forced: bool,
) -> Refit:
    """The clusters as themes, and what became of each."""
    sizes = np.bincount(work.places[work.places >= 0], minlength=work.many)
    fresh = themes_of(counted_for(masked, int((sizes > 0).sum()), forced), work.places, work.many, forced=forced)[1]
    touched = {cluster for move in made for cluster in (move.source, move.target)}
    taken = {theme.key for theme in known}
    themes: dict[int, FoundTheme] = {}
    changes: list[Change] = []
    for cluster in range(work.many):
        size, found = int(sizes[cluster]), fresh.get(cluster)
        if cluster < len(known):
            theme = known[cluster]
            if size:
                themes[cluster], renamed = _kept(theme, found, size, cluster in touched)
                if cluster not in touched:
                    changes.append(Change("rename" if renamed else "same", (theme.key,), (theme.key,), size))
            elif all(move.source != cluster for move in made):
                changes.append(Change("gone", (theme.key,), ()))
        elif found is not None and found.key not in taken:
            themes[cluster] = found
            if cluster in begun and cluster not in touched:
                changes.append(Change("new", (), (found.key,), size))
    keys = {cluster: theme.key for cluster, theme in themes.items()} | dict(enumerate(each.key for each in known))
    changes += [each for move in made if (each := _change(move, keys)) is not None]
    places = _renumbered(work.places, themes)
    put_off = tuple(each for move in waiting if (each := _change(move, keys)) is not None)
    told = list(themes.values())
    told = told if forced else with_sureness(told, masked, work.placed, places, work.seed)
    return Refit(tuple(told), places, tuple(changes), put_off)


def _renumbered(places: Places, themes: dict[int, FoundTheme]) -> Places:
    """The clusters by the places of their themes; −1 for those that are none."""
    order = {cluster: place for place, cluster in enumerate(themes)}
    return np.array([order.get(int(place), -1) for place in places], dtype=np.int64)


def _kept(theme: FoundTheme, found: FoundTheme | None, size: int, touched: bool) -> tuple[FoundTheme, bool]:
    """A known theme as it is now, and whether it is called by other words."""
    if found is None:
        return replace(theme, size=size), False
    other = likeness(theme, found) < RENAMED
    if touched or other:
        return replace(found, key=theme.key, since=theme.since), other
    return replace(theme, size=size), False


def _change(move: _Move, keys: dict[int, str]) -> Change | None:
    """A move as a change of themes; None where one of them is no theme (its words do not tell it)."""
    source, target = keys.get(move.source), keys.get(move.target)
    if source is None or (target is None and move.target >= 0):
        return None
    if move.kind == "split":
        return Change("split", (source,), (source, *((target,) if target else ())), len(move.rows))
    return Change("merge", tuple(sorted((source, str(target)))), (str(target),), len(move.rows))

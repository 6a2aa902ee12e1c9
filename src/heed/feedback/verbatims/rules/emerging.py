"""Themes that start or rise, found in the words themselves: terms whose share steps up, joined where they step up
together, become one theme with its own words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from heed.feedback.verbatims.rules.signals import (
    LEAST_SHARE,
    STARTS_BELOW,
    Happened,
    Series,
    Signal,
    StepRows,
    exposures,
    one_step,
    rising_rows,
)
from heed.stats.arrays import Floats
from heed.stats.changes import Whole
from heed.text.discovery.naming import KEPT_WORDS, key_of, name_of
from heed.text.discovery.words import Counted, count_terms
from heed.text.themes import FoundTheme

TOGETHER_DAYS = 3
SHARED = 0.3  # share of a group's texts in another's from which the two are one
MOST_TERMS = 5000
LEAST_TEXTS = 400
LEAST_DAYS = 60
MOST_SURE = 0.99


@dataclass(frozen=True)
class Said:
    """What customers said: masked texts, the place of each text's local day from `first` on, and the stream it came by."""

    first: date
    masked: Sequence[str]
    days: Whole
    streams: Sequence[str]

    @property
    def many_days(self) -> int:
        return int(self.days.max()) + 1 if len(self.days) else 0


@dataclass(frozen=True)
class Emerged:
    """A theme that began or rose, and the signal that says so."""

    theme: FoundTheme
    signal: Signal


def streams_by_day(said: Said) -> tuple[Floats, Whole]:
    """Texts by stream (rows) and day, and the place of each text's stream."""
    _, places = np.unique(np.asarray(said.streams, dtype=str), return_inverse=True)
    by_stream = np.zeros((int(places.max()) + 1, said.many_days))
    np.add.at(by_stream, (places, said.days), 1.0)
    return by_stream, places


def emerging(said: Said, changes: Sequence[Happened]) -> list[Emerged]:
    """The themes of these texts that start or rise. Thin or short histories give none."""
    if len(said.masked) < LEAST_TEXTS or said.many_days < LEAST_DAYS:
        return []
    counted = count_terms(said.masked, least=max(15, len(said.masked) // 3000), most_share=0.3, most=MOST_TERMS)
    if not counted.terms:
        return []
    by_stream, places = streams_by_day(said)
    series, expected = _term_series(said, counted, by_stream, places)
    chosen, rows = rising_rows(series, expected)
    found: list[Emerged] = []
    texts = _texts_of(counted, chosen)
    for group in _joined(_together(chosen, rows), texts):
        words = _own_words(group, rows, series, counted)
        emerged = _as_theme(said, counted, words, rows, (by_stream, places), changes) if words else None
        if emerged is not None:
            found.append(emerged)
    return found


def _term_series(said: Said, counted: Counted, by_stream: Floats, places: Whole) -> tuple[Series, Floats]:
    from scipy.sparse import csr_matrix

    many, ones = len(said.masked), np.ones(len(said.masked))
    of_day = csr_matrix((ones, (said.days, np.arange(many))), shape=(said.many_days, many))
    of_stream = csr_matrix((ones, (places, np.arange(many))), shape=(len(by_stream), many))
    counts = np.asarray((of_day @ counted.present).T.todense(), dtype=np.float64)
    shares = np.asarray((of_stream @ counted.present).T.todense(), dtype=np.float64) / by_stream.sum(axis=1)[None, :]
    return Series(said.first, counted.terms, counts), exposures(by_stream, shares)


def _together(chosen: Sequence[int], rows: StepRows) -> list[list[int]]:
    """Rows that step up within some days of the surest of them."""
    groups: list[list[int]] = []
    for row in chosen:
        near = (group for group in groups if abs(int(rows.at[group[0]]) - int(rows.at[row])) <= TOGETHER_DAYS)
        group = next(near, None)
        if group is None:
            groups.append([row])
        else:
            group.append(row)
    return groups


def _texts_of(counted: Counted, chosen: Sequence[int]) -> dict[int, NDArray[np.bool_]]:
    return {row: np.asarray(counted.present[:, [row]].todense()).ravel() > 0 for row in chosen}


def _joined(groups: Sequence[list[int]], texts: Mapping[int, NDArray[np.bool_]]) -> list[list[int]]:
    """The groups, those that mostly stand in the texts of a surer one joined to it: rare words step up a little later."""
    kept: list[tuple[list[int], NDArray[np.bool_]]] = []
    for group in groups:
        has = np.any([texts[row] for row in group], axis=0)
        home = next((each for each in kept if np.mean(each[1][has]) > SHARED), None)
        if home is None:
            kept.append((group, has))
        else:
            home[0].extend(group)
    return [group for group, _ in kept]


def _own_words(group: Sequence[int], rows: StepRows, series: Series, counted: Counted) -> list[int]:
    """The words of a group that tell it: those that were not there before, where it has such; the likeliest first."""
    new = [row for row in group if rows.before[row] < STARTS_BELOW * rows.after[row]]
    rest = new or list(group)
    return sorted(rest, key=lambda row: -series.counts[row].sum())[:KEPT_WORDS]


def _excess(signal: Signal) -> float:
    """How likely a text with a theme's words is of what began: the share of such texts beyond those there were before
    (the attributable share among the exposed; Levin 1953).
    """
    return round(min(MOST_SURE, max(0.0, 1.0 - signal.share_before / signal.share_after)), 3)


def _as_theme(
    said: Said,
    counted: Counted,
    words: Sequence[int],
    rows: StepRows,
    streams: tuple[Floats, Whole],
    changes: Sequence[Happened],
) -> Emerged | None:
    """The texts with any of the words as one theme, its own step found anew."""
    by_stream, places = streams
    has = np.asarray(counted.present[:, list(words)].sum(axis=1)).ravel() > 0
    counts = np.zeros((1, said.many_days))
    np.add.at(counts[0], said.days[has], 1.0)
    shares = np.bincount(places[has], minlength=len(by_stream)) / by_stream.sum(axis=1)
    terms = tuple(counted.terms[row] for row in words)
    series = Series(said.first, (name_of(terms),), counts)
    chosen, own = rising_rows(series, exposures(by_stream, shares[None, :]))
    if not chosen:
        return None
    signal = one_step(series, own, 0, by_stream.sum(axis=0), changes)
    if signal.share_after < LEAST_SHARE:
        return None
    surest = float(min(rows.p[row] for row in words))
    weight = 1.0 / len(terms)
    size, since = int(has.sum()), signal.since.isoformat()
    theme = FoundTheme(
        key_of(terms), name_of(terms), terms, (weight,) * len(terms), weight, size, since, ((0.0, _excess(signal)),)
    )
    told = Signal(**{**signal.__dict__, "words": terms, "p": max(surest, signal.p)})
    return Emerged(theme, told)

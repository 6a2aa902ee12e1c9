"""Training step by step: what is counted, the space, beliefs on texts without labels, the machines, and what is fitted
on rows they did not learn from: probabilities, and when not to answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from heed.core.errors.rules import Refused
from heed.stats.arrays import Floats
from heed.text.classifying.calibrating import FEW_LABELS, ROWS_A_LABEL, Mixing, fit_mixing, reliability
from heed.text.classifying.machines import (
    NOISY_RIDGE,
    PENALTY,
    RIDGE,
    Kernel,
    Line,
    Places,
    Singles,
    axes_of,
    fit_kernel,
    fit_line,
    fit_ratio_line,
    folds_of,
    turned,
)  # fmt: skip
from heed.text.classifying.measuring import as_rows, by_label
from heed.text.classifying.model import Decisions, TextClassifier, asked, placed, rows_of
from heed.text.classifying.scope import LEAST_OUTSIDE, Scope, ScopeCost, fit_scope
from heed.text.classifying.spreading import Believed, spread
from heed.text.classifying.tone import accounts_of, tone
from heed.text.normal import normal
from heed.text.representations.builtin import OwnWords, span
from heed.text.representations.port import Representation
from heed.text.vectors import Unit, Vocabulary, fit_vocabularies

UNITS: tuple[Unit, ...] = ("words", "characters", "pairs")
FOLDS = 4
PENALTIES = (0.1, 0.25, 0.5, 1.0, 2.0)  # tried where labels are few
MOST_UNLABELLED = 20_000  # texts without labels that take part; drawn by the seed where there are more
MOST_SPREAD_FROM = 4_000  # labels from which they do no more: there are enough
FEW_ROWS = 200  # below which terms of one text alone are counted too: there is nothing else


@dataclass(frozen=True)
class Lesson:
    """What is learnt from: texts with labels by number, texts without, groups that stay whole, weights, the seed.

    `outside` is the number of the label of texts out of scope, `scoped` whether to learn when not to answer.
    """

    texts: Sequence[str]
    y: Places
    labels: tuple[str, ...]
    unlabelled: Sequence[str]
    groups: Sequence[str] | None
    weight: Floats
    outside: int | None
    scoped: bool
    cost: ScopeCost
    seed: int
    penalty: float = PENALTY


@dataclass(frozen=True, eq=False)
class Seen:
    """All texts as counted rows and as places; those with labels come first."""

    rows: Any
    places: Singles
    known: Singles


@dataclass(frozen=True, eq=False)
class Unseen:
    """What machines said of rows they had not learnt from: `row` numbers rows of the lesson, `strange` says that the
    row's label was held back."""

    row: Places
    strange: Any
    said: Decisions


@dataclass(frozen=True, eq=False)
class Ground:
    """What texts are counted by, and where they lie: what a classifier needs to see another text as it saw these."""

    vocabularies: tuple[Vocabulary, ...]
    space: OwnWords | None
    toned: bool
    accounts: tuple[str, ...]
    axes: Singles | None


def learn(lesson: Lesson, representation: Representation | None) -> TextClassifier:
    """The classifier of a lesson."""
    lesson = replace(lesson, unlabelled=_some(lesson.unlabelled, lesson.seed))
    ground, seen = _ground(lesson, representation)
    lesson = replace(lesson, penalty=_penalty(lesson, seen))
    line, kernel, ratios = _machines(lesson, seen, None)
    unseen = _crossed(lesson, seen)
    mixing, figures = _mixed(lesson, unseen)
    return TextClassifier(
        tuple(each for place, each in enumerate(lesson.labels) if place != lesson.outside),
        lesson.labels[lesson.outside] if lesson.outside is not None else None,
        ground.vocabularies,
        line,
        kernel,
        mixing,
        ground.space,
        representation,
        _scope(lesson, unseen) if lesson.scoped else None,
        lesson.outside,
        ground.toned,
        ground.accounts,
        ratios,
        ground.axes,
        {**figures, "penalty": lesson.penalty},
    )


def _ground(lesson: Lesson, representation: Representation | None) -> tuple[Ground, Seen]:
    everything = [*lesson.texts, *lesson.unlabelled]
    plain = [normal(text) for text in everything]
    vocabularies = fit_vocabularies(plain, least=1 if len(plain) < FEW_ROWS else 2, units=UNITS)
    if not any(each.terms for each in vocabularies):
        raise Refused("The texts hold no words.", code="no_words", hint="Name the column that holds the texts.")
    toned = len(lesson.labels) <= FEW_LABELS
    accounts = accounts_of(everything) if toned else ()
    side = tone(everything, accounts) if toned else None
    rows = rows_of(vocabularies, everything, side)
    spanning = vocabularies[:2]
    width = sum(len(each.terms) for each in spanning)
    space = None if representation is not None else span(rows[:, :width], spanning, seed=lesson.seed)
    places, known = placed(rows, everything, space, representation, side)
    axes = axes_of(places)
    return Ground(vocabularies, space, toned, accounts, axes), Seen(rows, turned(places, axes), known)


def _some(texts: Sequence[str], seed: int) -> Sequence[str]:
    if len(texts) <= MOST_UNLABELLED:
        return texts
    return [texts[place] for place in np.sort(np.random.default_rng(seed).permutation(len(texts))[:MOST_UNLABELLED])]


def _penalty(lesson: Lesson, seen: Seen) -> float:
    """The line's penalty. Few labels with many rows each are noisier, and one fold left out chooses; with many labels one
    penalty served all sets it was tried on.
    """
    count = len(lesson.labels)
    if count > FEW_LABELS or np.bincount(lesson.y, minlength=count).min() < 2 * FOLDS:
        return PENALTY
    out = folds_of(lesson.y, lesson.groups, FOLDS, lesson.seed) == 0
    inner, left = np.flatnonzero(~out), np.flatnonzero(out)
    if len(np.unique(lesson.y[inner])) < 2 or not len(left):
        return PENALTY
    right = []
    for penalty in PENALTIES:
        line = fit_line(
            seen.rows[inner], lesson.y[inner], lesson.weight[inner], count, penalty=penalty, seed=lesson.seed
        )
        told = line.decisions(seen.rows[left]).argmax(axis=1)
        right.append(float(np.sum(lesson.weight[left] * (told == lesson.y[left]))))
    return PENALTIES[int(np.argmax(right))]


def _is_well_known(lesson: Lesson) -> bool:
    """Few labels with many rows each and no texts without: what is told by tone rather than by topic, mostly."""
    count = len(lesson.labels)
    enough = count <= FEW_LABELS and int(np.bincount(lesson.y, minlength=count).min()) >= ROWS_A_LABEL
    return enough and not _is_thin(lesson)


def _is_thin(lesson: Lesson) -> bool:
    """Whether labels are few beside texts without, so that these take part in what is learnt; else they only span the
    space.
    """
    return len(lesson.texts) <= min(len(lesson.unlabelled), MOST_SPREAD_FROM)


def _machines(lesson: Lesson, seen: Seen, inner: Places | None) -> tuple[Line, Kernel, Line | None]:
    """The machines, learnt from the rows `inner` of the lesson (all where None) and from the texts without labels; the
    third, which few labels with many rows gain by, and no others did, only for those.
    """
    count = len(lesson.labels)
    rows = np.arange(len(lesson.y)) if inner is None else inner
    if not _is_thin(lesson):
        counted, y, weight = seen.rows[rows], lesson.y[rows], lesson.weight[rows]
        line = fit_line(counted, y, weight, count, penalty=lesson.penalty, seed=lesson.seed)
        shares = np.eye(count, dtype=np.float32)[y]
        ridge = NOISY_RIDGE if _is_well_known(lesson) else RIDGE
        kernel = fit_kernel(seen.places[rows], shares, weight, seed=lesson.seed, ridge=ridge)
        ratios = fit_ratio_line(counted, y, weight, count, seed=lesson.seed) if _is_well_known(lesson) else None
        return line, kernel, ratios
    believed = _believed(lesson, seen, rows)
    # What is left out to measure on may be believed something of, like any text, but no machine learns from that: they
    # are to be asked about it as about a text they never saw.
    worth = np.ones(len(seen.places))
    worth[np.setdiff1d(np.arange(len(lesson.y)), rows)] = 0.0
    there = worth[believed.rows] > 0
    chosen, weight = believed.rows[there], believed.weight[there]
    line = fit_line(seen.rows[chosen], believed.labels[chosen], weight, count, penalty=1.0, seed=lesson.seed)
    return line, fit_kernel(seen.places, believed.shares, worth, seed=lesson.seed), None


def _believed(lesson: Lesson, seen: Seen, rows: Places) -> Believed:
    return spread(seen.rows, seen.places, rows, lesson.y[rows], len(lesson.labels), seed=lesson.seed)


def _crossed(lesson: Lesson, seen: Seen) -> Unseen:
    """What machines say of rows that were left out. With texts without labels one fold in four is left out once: the
    beliefs are made anew without it.
    """
    folds = folds_of(lesson.y, lesson.groups, FOLDS, lesson.seed)
    hidden = _hidden(lesson)
    parts = []
    for fold in range(1 if _is_thin(lesson) else FOLDS):
        strange = hidden[lesson.y] == fold
        out = (folds == fold) | strange
        inner = np.flatnonzero(~out)
        if len(np.unique(lesson.y[inner])) < 2:
            continue
        told = np.flatnonzero((folds == fold) | (strange & (folds == (fold + 1) % FOLDS)))
        machines = _machines(lesson, seen, inner)
        said = asked(*machines, seen.rows[told], seen.places[told], seen.known[told])
        parts.append(Unseen(told, strange[told], said))
    return _joined(parts, len(lesson.labels))


def _hidden(lesson: Lesson) -> Places:
    """In which fold each label is held back as if it were out of scope; −1 for none."""
    count = len(lesson.labels)
    many = int(np.sum(lesson.y == lesson.outside)) if lesson.outside is not None else 0
    if not lesson.scoped or many >= LEAST_OUTSIDE or count < 2 * FOLDS:
        return np.full(count, -1)
    return np.asarray(np.random.default_rng(lesson.seed).permutation(count) % FOLDS, dtype=np.int64)


def _joined(parts: Sequence[Unseen], labels: int) -> Unseen:
    if not parts:
        empty, none = np.zeros((0, labels), np.float32), np.zeros(0, np.float32)
        return Unseen(np.zeros(0, np.int64), np.zeros(0, bool), Decisions(empty, empty, none, none, empty[:, :0]))
    said = [np.concatenate([getattr(part.said, name) for part in parts]) for name in Decisions.__annotations__]
    return Unseen(
        np.concatenate([part.row for part in parts]), np.concatenate([part.strange for part in parts]), Decisions(*said)
    )


def _mixed(lesson: Lesson, unseen: Unseen) -> tuple[Mixing, dict[str, Any]]:
    """The mixing, and what it says of the rows it was fitted on: share right and reliability."""
    kept = ~unseen.strange
    if lesson.outside is not None:
        kept &= lesson.y[unseen.row] != lesson.outside
    y = lesson.y[unseen.row][kept]
    sides = [each[kept] for each in unseen.said.sides(lesson.outside)]
    count = len(lesson.labels)
    if lesson.outside is not None:
        y = y - (y > lesson.outside)
        count -= 1
    weight = lesson.weight[unseen.row][kept]
    mixing = fit_mixing(sides, y, weight, count)
    if not len(y):
        return mixing, {"unseen_rows": 0, "unseen_accuracy": None, "calibration_error": None}
    likely = mixing.probabilities(sides)
    right = likely.argmax(axis=1) == y
    names = [label for place, label in enumerate(lesson.labels) if place != lesson.outside]
    figures = by_label([names[place] for place in y], [names[place] for place in likely.argmax(axis=1)])
    return mixing, {
        "unseen_rows": len(y),
        "unseen_accuracy": float(np.average(right, weights=weight)),
        "calibration_error": reliability(likely.max(axis=1), right)[1],
        "labels": as_rows(figures),
    }


def _scope(lesson: Lesson, unseen: Unseen) -> Scope | None:
    inside = ~unseen.strange
    if lesson.outside is not None:
        inside &= lesson.y[unseen.row] != lesson.outside
    return fit_scope(unseen.said.signals(lesson.outside), inside, lesson.cost, held_back=bool(unseen.strange.any()))

"""Training step by step: what is counted, the space, beliefs on texts without labels, the machines, and what is fitted
on rows they did not learn from: probabilities, and when not to answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from heed.core.errors.rules import Refused
from heed.stats.arrays import Floats
from heed.text.classifying.calibrating import FEW_LABELS, Mixing, fit_mixing, reliability
from heed.text.classifying.machines import PENALTY, Kernel, KernelFit, Line, Places, Singles, fit_line, folds_of
from heed.text.classifying.measuring import as_rows, by_label
from heed.text.classifying.model import Decisions, TextClassifier, placed, rows_of
from heed.text.classifying.scope import LEAST_OUTSIDE, Scope, ScopeCost, fit_scope
from heed.text.classifying.spreading import Believed, spread
from heed.text.normal import normal
from heed.text.representations.builtin import span
from heed.text.representations.port import Representation
from heed.text.vectors import Unit, fit_vocabularies

UNITS: tuple[Unit, ...] = ("words", "characters", "pairs")
FOLDS = 4
PENALTIES = (0.1, 0.25, 0.5, 1.0, 2.0)  # tried where labels are few
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


def learn(lesson: Lesson, representation: Representation | None) -> TextClassifier:
    """The classifier of a lesson."""
    everything = [*lesson.texts, *lesson.unlabelled]
    plain = [normal(text) for text in everything]
    vocabularies = fit_vocabularies(plain, least=1 if len(plain) < FEW_ROWS else 2, units=UNITS)
    if not any(each.terms for each in vocabularies):
        raise Refused("The texts hold no words.", code="no_words", hint="Name the column that holds the texts.")
    toned = len(lesson.labels) <= FEW_LABELS
    rows = rows_of(vocabularies, everything, toned)
    spanning = vocabularies[:2]
    width = sum(len(each.terms) for each in spanning)
    space = None if representation is not None else span(rows[:, :width], spanning, seed=lesson.seed)
    seen = Seen(rows, *placed(rows, everything, space, representation))
    lesson = replace(lesson, penalty=_penalty(lesson, seen))
    line, kernel = _machines(lesson, seen, None)
    unseen = _crossed(lesson, seen)
    mixing, figures = _mixed(lesson, unseen)
    scope = _scope(lesson, unseen) if lesson.scoped else None
    labels = tuple(each for place, each in enumerate(lesson.labels) if place != lesson.outside)
    outside = lesson.labels[lesson.outside] if lesson.outside is not None else None
    return TextClassifier(
        labels,
        outside,
        vocabularies,
        line,
        kernel,
        mixing,
        space,
        representation,
        scope,
        lesson.outside,
        toned,
        {**figures, "penalty": lesson.penalty},
    )


def _penalty(lesson: Lesson, seen: Seen) -> float:
    """The line's penalty. Few labels with many rows each are noisier, and one fold left out chooses; with many labels one
    penalty served all sets it was tried on.
    """
    count = len(lesson.labels)
    if count > FEW_LABELS or np.bincount(lesson.y, minlength=count).min() < 2 * FOLDS:
        return PENALTY
    out = folds_of(lesson.y, lesson.groups, FOLDS, lesson.seed) == 0
    inner, asked = np.flatnonzero(~out), np.flatnonzero(out)
    if len(np.unique(lesson.y[inner])) < 2 or not len(asked):
        return PENALTY
    right = []
    for penalty in PENALTIES:
        line = fit_line(
            seen.rows[inner], lesson.y[inner], lesson.weight[inner], count, penalty=penalty, seed=lesson.seed
        )
        told = line.decisions(seen.rows[asked]).argmax(axis=1)
        right.append(float(np.sum(lesson.weight[asked] * (told == lesson.y[asked]))))
    return PENALTIES[int(np.argmax(right))]


def _machines(lesson: Lesson, seen: Seen, inner: Places | None) -> tuple[Line, Kernel]:
    """Both machines, learnt from the rows `inner` of the lesson (all where None) and from the texts without labels."""
    count = len(lesson.labels)
    rows = np.arange(len(lesson.y)) if inner is None else inner
    if not len(lesson.unlabelled):
        line = fit_line(
            seen.rows[rows], lesson.y[rows], lesson.weight[rows], count, penalty=lesson.penalty, seed=lesson.seed
        )
        shares = np.eye(count, dtype=np.float32)[lesson.y[rows]]
        return line, KernelFit(seen.places[rows], shares, lesson.weight[rows], seed=lesson.seed).machine()
    believed = _believed(lesson, seen, rows)
    line = fit_line(
        seen.rows[believed.rows], believed.labels[believed.rows], believed.weight, count, penalty=1.0, seed=lesson.seed
    )
    fit = KernelFit(seen.places, believed.shares, np.ones(len(seen.places)), seed=lesson.seed)
    return line, fit.machine()


def _believed(lesson: Lesson, seen: Seen, rows: Places) -> Believed:
    return spread(seen.rows, seen.places, rows, lesson.y[rows], len(lesson.labels), seed=lesson.seed)


def _crossed(lesson: Lesson, seen: Seen) -> Unseen:
    """What machines say of rows that were left out. With texts without labels one fold in four is left out once: the
    beliefs are made anew without it.
    """
    folds = folds_of(lesson.y, lesson.groups, FOLDS, lesson.seed)
    hidden = _hidden(lesson)
    parts = []
    for fold in range(1 if len(lesson.unlabelled) else FOLDS):
        strange = hidden[lesson.y] == fold
        out = (folds == fold) | strange
        inner = np.flatnonzero(~out)
        if len(np.unique(lesson.y[inner])) < 2:
            continue
        asked = np.flatnonzero((folds == fold) | (strange & (folds == (fold + 1) % FOLDS)))
        line, kernel = _machines(lesson, seen, inner)
        found, nearest = kernel.decisions(seen.places[asked])
        said = Decisions(line.decisions(seen.rows[asked]), found, nearest, seen.known[asked])
        parts.append(Unseen(asked, strange[asked], said))
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
        return Unseen(np.zeros(0, np.int64), np.zeros(0, bool), Decisions(empty, empty, none, none))
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
    both = [unseen.said.line[kept], unseen.said.kernel[kept]]
    count = len(lesson.labels)
    if lesson.outside is not None:
        both = [np.delete(each, lesson.outside, axis=1) for each in both]
        y = y - (y > lesson.outside)
        count -= 1
    weight = lesson.weight[unseen.row][kept]
    mixing = fit_mixing(both, y, weight, count)
    if not len(y):
        return mixing, {"unseen_rows": 0, "unseen_accuracy": None, "calibration_error": None}
    likely = mixing.probabilities(both)
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

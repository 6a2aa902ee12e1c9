"""Readers of intent, urgency, effort and leaving taught by an organisation's people: a classifier of texts beside the rules.

Both are blended by a few numbers fitted on rows the classifier did not learn from, so that the probability is one for
this organisation's texts. A reader takes over only where it is better than the rules on rows held out.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heed.core.errors.rules import Invalid, phrase
from heed.stats.arrays import Floats
from heed.text.classifying.calibrating import reliability
from heed.text.classifying.classifier import TextClassifier, train
from heed.text.classifying.machines import Places, folds_of
from heed.text.reading.blending import Blend, F1Difference, f1_difference, fit_blend, rule_shares
from heed.text.reading.judging import LABELS
from heed.text.reading.reader import read
from heed.text.reading.taught import NOTHING, TaughtReader, keep_reader, load_reader

__all__ = ["READABLE", "Learnt", "Lesson", "TaughtReader", "keep_reader", "learn_reader", "load_reader"]

READABLE = ("intent", "urgency", "effort", "churn")
LEAST_ROWS = 60
LEAST_EACH = 10  # rows of a label, and groups that have it, for it to be learnt
FOLDS = 4


@dataclass(frozen=True)
class Lesson:
    """A masked text, its language, what a person said it is, and who wrote it: a group stays whole when rows are held out."""

    text: str
    language: str
    label: str
    group: str


@dataclass(frozen=True)
class Learnt:
    """What came of learning: a reader where it is better than the rules, figures in any case, and why there is none."""

    reader: TaughtReader | None
    figures: dict[str, Any]
    reason: str = ""


def learn_reader(name: str, lessons: Sequence[Lesson], *, seed: int = 0) -> Learnt:
    """A reader of one label (READABLE) from what people said. The empty intent means that nothing is wanted.

    The same rows and seed give the same numbers. Raises Invalid for a label that is not readable, or a value it cannot have.
    """
    _check(name, lessons)
    kept = _enough(lessons)
    counts = Counter(each.label for each in kept)
    figures: dict[str, Any] = {"n": len(kept), "counts": dict(sorted(counts.items()))}
    if len(kept) < LEAST_ROWS or len(counts) < 2:
        reason = f"fewer than {LEAST_ROWS} texts, or not {LEAST_EACH} of two labels from as many people"
        return Learnt(None, figures, reason)
    held = _held_out(name, kept, seed)
    figures |= held.figures
    if not held.difference.low > 0:
        return Learnt(None, figures, "the rules do as well on texts held out")
    model = _trained(kept, seed)
    return Learnt(TaughtReader(name, model, held.blend), figures)


def _check(name: str, lessons: Sequence[Lesson]) -> None:
    if name not in READABLE:
        raise Invalid(
            phrase("{name} is not read.", name=name),
            code="unknown_label",
            hint=phrase("Name one of: {known}.", known=", ".join(READABLE)),
        )
    if name in LABELS:
        odd = sorted({each.label for each in lessons} - set(LABELS[name]))
        if odd:
            raise Invalid(
                phrase("{name} cannot be {value}.", name=name, value=odd[0]),
                code="unknown_value",
                hint=phrase("Name one of: {known}.", known=", ".join(LABELS[name])),
            )


def _enough(lessons: Sequence[Lesson]) -> list[Lesson]:
    """The lessons with words, of labels that enough texts of enough people have."""
    having = [
        Lesson(each.text, each.language, each.label or NOTHING, each.group) for each in lessons if each.text.strip()
    ]
    rows = Counter(each.label for each in having)
    groups = Counter(label for label, _ in {(each.label, each.group) for each in having})
    return [each for each in having if min(rows[each.label], groups[each.label]) >= LEAST_EACH]


def _trained(lessons: Sequence[Lesson], seed: int) -> TextClassifier:
    return train(
        [each.text for each in lessons],
        [each.label for each in lessons],
        groups=[each.group for each in lessons],
        seed=seed,
    )


@dataclass(frozen=True)
class HeldOut:
    """How reader and rules did on rows held out, and the blend fitted on all of these."""

    blend: Blend
    difference: F1Difference
    figures: dict[str, Any]


def _held_out(name: str, lessons: Sequence[Lesson], seed: int) -> HeldOut:
    labels = tuple(sorted({each.label for each in lessons}))
    y = np.array([labels.index(each.label) for each in lessons], dtype=np.int64)
    groups = [each.group for each in lessons]
    ruled = rule_shares(name, labels, [read(each.text, each.language).judgement for each in lessons])
    folds = folds_of([each.label for each in lessons], groups, FOLDS, seed)
    unseen = _unseen(lessons, labels, folds, seed)
    blended = np.zeros_like(ruled)
    for fold in range(FOLDS):
        inner, asked = folds != fold, folds == fold
        blended[asked] = fit_blend(labels, unseen[inner], ruled[inner], y[inner]).of(unseen[asked], ruled[asked])
    told, before = blended.argmax(axis=1), ruled.argmax(axis=1)
    difference = f1_difference(y, told, before, groups, len(labels), seed=seed)
    figures = {
        "taught_f1": difference.first,
        "rules_f1": difference.second,
        "difference": difference.value,
        "difference_low": difference.low,
        "difference_high": difference.high,
        "calibration_error": reliability(blended.max(axis=1), told == y)[1],
        "rules_calibration_error": reliability(ruled.max(axis=1), before == y)[1],
        "seed": seed,
    }
    return HeldOut(fit_blend(labels, unseen, ruled, y), difference, figures)


def _unseen(lessons: Sequence[Lesson], labels: tuple[str, ...], folds: Places, seed: int) -> Floats:
    """Probabilities by classifiers that had not seen the row's group."""
    shares = np.full((len(lessons), len(labels)), 1e-6)
    for fold in range(FOLDS):
        inner = [each for each, mine in zip(lessons, folds, strict=True) if mine != fold]
        asked = np.flatnonzero(folds == fold)
        if not len(asked) or len({each.label for each in inner}) < 2:
            continue
        model = _trained(inner, seed)
        places = [labels.index(label) for label in model.labels]
        shares[asked[:, None], places] = model.probabilities([lessons[row].text for row in asked.tolist()])
    return shares

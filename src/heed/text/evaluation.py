"""How well labels are told: train on one set, tell another, and only then look at what is right.

Texts are masked first, as `train` and `predict` mask them: what is measured is what is used.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heed.core.errors.rules import Invalid, Refused, phrase
from heed.stats.intervals.proportion import proportion
from heed.text.classifying.calibrating import reliability
from heed.text.classifying.classifier import TextClassifier, train
from heed.text.classifying.files import masked_texts
from heed.text.classifying.measuring import as_rows, by_label
from heed.text.classifying.model import NAME
from heed.text.representations.port import Representation


@dataclass(frozen=True)
class Few:
    """`shots` rows a label are drawn `draws` times; the rest is used without labels."""

    shots: int
    draws: int = 1

    def __post_init__(self) -> None:
        if self.shots < 1 or self.draws < 1:
            raise Invalid("Shots and draws are 1 or more.", code="bad_shots", hint="For instance --shots 10 --draws 5.")


@dataclass(frozen=True)
class Learnt:
    """What is learnt from: masked texts and their labels, masked texts without, the label that is out of scope, what takes
    the place of the built-in representation.
    """

    texts: Sequence[str]
    labels: Sequence[str]
    unlabelled: Sequence[str]
    out_of_scope: str | None
    representation: Representation | None


@dataclass(frozen=True, eq=False)
class Attempt:
    """One training and one telling. `told` are labels, that of out of scope where a text was refused; `sure` how sure."""

    told: Any
    sure: Any
    seconds_train: float
    seconds_told: float
    n_train: int
    model: TextClassifier


def evaluate(
    texts: Sequence[str],
    labels: Sequence[str],
    test: Sequence[str],
    truth: Callable[[], Sequence[str]],
    *,
    few: Few | None = None,
    curve: Sequence[int] = (),
    out_of_scope: str | None = None,
    representation: Representation | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """The contract of `heed text evaluate`. `truth` is asked for after everything was told.

    Training rows without a text are left out, those without a label are learnt from without; test rows without a label
    are told and not counted. `curve` are numbers of labels a class for a learning curve, each drawn as with `few`.
    """
    if not test:
        raise Refused("There is no text to tell.", code="no_texts", hint="Name a file with rows for --test.")
    if any(each < 1 for each in curve):
        raise Invalid("A curve counts 1 label a class or more.", code="bad_curve", hint="For instance --curve 5,10,25.")
    learnt = _learnt(texts, labels, out_of_scope, representation)
    began = time.perf_counter()
    asked = masked_texts(test)
    masking = time.perf_counter() - began
    attempts = [_attempt(learnt, few, asked, seed + draw) for draw in range(few.draws if few else 1)]
    most = max((list(learnt.labels).count(each) for each in set(learnt.labels)), default=0)
    steps = [(each, _attempt(learnt, Few(each), asked, seed)) for each in sorted(set(curve)) if each < most]
    right = _right(truth(), len(test))
    figures = _figures(attempts, right, out_of_scope)
    speed = len(test) / max(float(np.mean([each.seconds_told for each in attempts])) + masking, 1e-9)
    return {
        **figures,
        "docs_per_second_with_masking": speed,
        "labels_not_learnt": sorted(set(right[right != ""]) - set(learnt.labels) - {out_of_scope}),
        "curve": _curve(steps, attempts[0], right) if curve else None,
    }


def _right(truth: Sequence[str], many: int) -> Any:
    """The true labels, "" where there is none."""
    right = np.asarray([each.strip() for each in truth], dtype=object)
    if len(right) != many:
        raise Invalid(
            phrase("{texts} texts have {many} {name}.", texts=many, many=len(right), name="labels"),
            code="lengths_differ",
            hint="Give one for each text.",
        )
    if not (right != "").any():
        raise Refused("No row to be told has a label.", code="no_labels", hint="Measure on rows whose label is known.")
    return right


def _learnt(
    texts: Sequence[str], labels: Sequence[str], out_of_scope: str | None, representation: Representation | None
) -> Learnt:
    if len(texts) != len(labels):
        raise Invalid(
            phrase("{texts} texts have {many} {name}.", texts=len(texts), many=len(labels), name="labels"),
            code="lengths_differ",
            hint="Give one for each text.",
        )
    rows = [(text, label.strip()) for text, label in zip(masked_texts(texts), labels, strict=True) if text.strip()]
    if texts and not rows:
        raise Refused("The texts hold no words.", code="no_words", hint="Name the column that holds the texts.")
    known = [row for row in rows if row[1]]
    rest = [text for text, label in rows if not label]
    return Learnt([text for text, _ in known], [label for _, label in known], rest, out_of_scope, representation)


def _attempt(learnt: Learnt, few: Few | None, asked: Sequence[str], seed: int) -> Attempt:
    chosen, rest = _drawn(learnt.labels, few, seed)
    began = time.perf_counter()
    model = train(
        [learnt.texts[place] for place in chosen],
        [learnt.labels[place] for place in chosen],
        unlabelled=[*(learnt.texts[place] for place in rest), *learnt.unlabelled],
        out_of_scope=learnt.out_of_scope,
        representation=learnt.representation,
        seed=seed,
    )
    trained = time.perf_counter()
    found = model.tell(asked)
    ended = time.perf_counter()
    told = [each.label if each.label is not None else learnt.out_of_scope for each in found]
    sure = np.array([each.confidence if each.label is not None else np.nan for each in found])
    return Attempt(np.asarray(told, dtype=object), sure, trained - began, ended - trained, len(chosen), model)


def _drawn(labels: Sequence[str], few: Few | None, seed: int) -> tuple[Sequence[int], Sequence[int]]:
    """The rows learnt from with labels and those without. Texts out of scope are drawn like any label."""
    if few is None:
        return range(len(labels)), ()
    chance = np.random.default_rng(seed)
    known = np.asarray(labels, dtype=object)
    chosen: list[int] = []
    for label in sorted(set(labels)):
        there = np.flatnonzero(known == label)
        chosen += chance.permutation(there)[: few.shots].tolist()
    taken = set(chosen)
    return sorted(chosen), [place for place in range(len(labels)) if place not in taken]


def _figures(attempts: Sequence[Attempt], right: Any, out_of_scope: str | None) -> dict[str, Any]:
    known = right != ""
    hits = np.mean([each.told == right for each in attempts], axis=0)
    figure = proportion(float(hits[known].sum()), float(known.sum())).figure()
    scoped = out_of_scope is not None
    inside, outside = known & scoped & (right != out_of_scope), known & scoped & (right == out_of_scope)
    f1 = [macro_f1(right[known], each.told[known]) for each in attempts]
    first = attempts[0]
    return {
        "model": _name(first.model),
        "n_train": first.n_train,
        "n_test": int(known.sum()),
        "accuracy": figure.value,
        "accuracy_interval": [figure.low, figure.high],
        "macro_f1": float(np.mean([each for each in f1 if each is not None])),
        "in_scope_accuracy": float(hits[inside].mean()) if inside.any() else None,
        "oos_recall": float(hits[outside].mean()) if outside.any() else None,
        "docs_per_second": len(right) * len(attempts) / max(sum(each.seconds_told for each in attempts), 1e-9),
        "seconds_train": float(np.mean([each.seconds_train for each in attempts])),
        **_reliable(attempts, right, known & (right != out_of_scope)),
        "labels": as_rows(by_label(right[known], first.told[known])),
    }


def _reliable(attempts: Sequence[Attempt], right: Any, counted: Any) -> dict[str, Any]:
    """How far confidences are from the share right: of texts in scope that were answered."""
    sure = np.concatenate([each.sure[counted] for each in attempts])
    hits = np.concatenate([(each.told == right)[counted] for each in attempts]).astype(bool)
    answered = ~np.isnan(sure)
    if not answered.any():
        return {"calibration_error": None, "brier": None}
    _, error = reliability(sure[answered], hits[answered])
    return {"calibration_error": error, "brier": float(np.mean((sure[answered] - hits[answered]) ** 2))}


def _curve(steps: Sequence[tuple[int, Attempt]], whole: Attempt, right: Any) -> list[dict[str, Any]]:
    """Accuracy by labels a class; the last point is what was asked for."""
    known = right != ""
    points = []
    for many, attempt in [*steps, (None, whole)]:
        hits = (attempt.told == right)[known]
        figure = proportion(float(hits.sum()), float(len(hits))).figure()
        points.append(
            {
                "labels_per_class": many,
                "n_train": attempt.n_train,
                "accuracy": figure.value,
                "accuracy_interval": [figure.low, figure.high],
            }
        )
    return points


def _name(model: TextClassifier) -> str:
    return f"{NAME}; {model.signed}" if model.signed else NAME


def macro_f1(truth: Any, told: Any) -> float | None:
    """The mean over the true labels of 2·hits / (told + true)."""
    labels = sorted(set(truth))
    if not labels:
        return None
    hits = [
        2 * np.sum((truth == each) & (told == each)) / (np.sum(truth == each) + np.sum(told == each)) for each in labels
    ]
    return float(np.mean(hits))

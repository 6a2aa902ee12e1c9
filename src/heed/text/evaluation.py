"""How well labels are told: train on one set, tell another, and only then look at what is right."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heed.core.errors.rules import Invalid, Refused, phrase
from heed.stats.intervals.proportion import proportion
from heed.text.classifying.classifier import TextClassifier, train
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


@dataclass(frozen=True, eq=False)
class Attempt:
    """One training and one telling. `told` are labels, that of out of scope where a text was refused."""

    told: Any
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
    out_of_scope: str | None = None,
    representation: Representation | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """The contract of `heed text evaluate`. `truth` is asked for after everything was told."""
    if not test:
        raise Refused("There is no text to tell.", code="no_texts", hint="Name a file with rows for --test.")
    attempts = []
    for draw in range(few.draws if few else 1):
        chosen, rest = _drawn(labels, few, seed + draw, out_of_scope)
        attempts.append(_attempt(texts, labels, chosen, rest, test, out_of_scope, representation, seed + draw))
    right = np.asarray(truth(), dtype=object)
    if len(right) != len(test):
        raise Invalid(
            phrase("{texts} texts have {many} {name}.", texts=len(test), many=len(right), name="labels"),
            code="lengths_differ",
            hint="Give one for each text.",
        )
    return _figures(attempts, right, out_of_scope)


def _attempt(
    texts: Sequence[str],
    labels: Sequence[str],
    chosen: Sequence[int],
    rest: Sequence[int],
    test: Sequence[str],
    out_of_scope: str | None,
    representation: Representation | None,
    seed: int,
) -> Attempt:
    began = time.perf_counter()
    model = train(
        [texts[place] for place in chosen],
        [labels[place] for place in chosen],
        unlabelled=[texts[place] for place in rest],
        out_of_scope=out_of_scope,
        representation=representation,
        seed=seed,
    )
    trained = time.perf_counter()
    told = [each.label if each.label is not None else out_of_scope for each in model.tell(test)]
    ended = time.perf_counter()
    return Attempt(np.asarray(told, dtype=object), trained - began, ended - trained, len(chosen), model)


def _drawn(
    labels: Sequence[str], few: Few | None, seed: int, out_of_scope: str | None
) -> tuple[Sequence[int], Sequence[int]]:
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
    hits = np.mean([each.told == right for each in attempts], axis=0)
    figure = proportion(float(hits.sum()), float(len(right))).figure()
    inside = right != out_of_scope if out_of_scope is not None else np.zeros(len(right), dtype=bool)
    outside = right == out_of_scope if out_of_scope is not None else inside
    f1 = [macro_f1(right, each.told) for each in attempts]
    first = attempts[0]
    return {
        "model": _name(first.model),
        "n_train": first.n_train,
        "n_test": len(right),
        "accuracy": figure.value,
        "accuracy_interval": [figure.low, figure.high],
        "macro_f1": float(np.mean([each for each in f1 if each is not None])),
        "in_scope_accuracy": float(hits[inside].mean()) if inside.any() else None,
        "oos_recall": float(hits[outside].mean()) if outside.any() else None,
        "docs_per_second": len(right) * len(attempts) / max(sum(each.seconds_told for each in attempts), 1e-9),
        "seconds_train": float(np.mean([each.seconds_train for each in attempts])),
    }


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

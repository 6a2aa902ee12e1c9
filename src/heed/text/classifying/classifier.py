"""Training a classifier of texts: `train` gives a TextClassifier (see model.py), whatever the labels mean."""

from collections.abc import Sequence

import numpy as np

from heed.core.errors.rules import Invalid, Refused, phrase
from heed.text.classifying.model import TextClassifier, Told
from heed.text.classifying.scope import ScopeCost
from heed.text.classifying.training import Lesson, learn
from heed.text.representations.port import Representation

__all__ = ["ScopeCost", "TextClassifier", "Told", "train"]


def train(
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    unlabelled: Sequence[str] = (),
    representation: Representation | None = None,
    out_of_scope: str | None = None,
    groups: Sequence[str] | None = None,
    weights: Sequence[float] | None = None,
    seed: int = 0,
    cost: ScopeCost | None = None,
) -> TextClassifier:
    """A classifier learnt from masked texts and their labels, and from masked texts without labels where labels are few.

    `out_of_scope` asks for the decision not to answer, and names the label of training texts that are out of scope;
    there need not be any. `groups` (such as authors) stay whole when rows are left out to measure. `weights` are rows'
    worth. The same arguments and seed give the same numbers. Raises Invalid where the lengths differ, Refused where
    there are fewer than two labels in scope.
    """
    _check(texts, labels, groups, weights)
    known = sorted(set(labels))
    inner = [label for label in known if label != out_of_scope]
    if len(inner) < 2:
        raise Refused("There is one label only.", code="one_label", hint="Give texts of two labels or more.")
    numbers = {label: place for place, label in enumerate(known)}
    return learn(
        Lesson(
            texts,
            np.array([numbers[label] for label in labels], dtype=np.int64),
            tuple(known),
            unlabelled,
            groups,
            np.ones(len(texts)) if weights is None else np.asarray(weights, dtype=np.float64),
            numbers.get(out_of_scope) if out_of_scope is not None else None,
            out_of_scope is not None,
            cost or ScopeCost(),
            seed,
        ),
        representation,
    )


def _check(
    texts: Sequence[str], labels: Sequence[str], groups: Sequence[str] | None, weights: Sequence[float] | None
) -> None:
    for name, column in (("labels", labels), ("groups", groups), ("weights", weights)):
        if column is not None and len(column) != len(texts):
            raise Invalid(
                phrase("{texts} texts have {many} {name}.", texts=len(texts), many=len(column), name=name),
                code="lengths_differ",
                hint="Give one for each text.",
            )
    if weights is not None and (not np.all(np.isfinite(weights)) or min(weights, default=0.0) < 0 or not any(weights)):
        raise Invalid("Weights must be numbers from 0 up, and not all 0.", code="bad_weights", hint="Leave them out.")

"""Sentiment in three classes, told by the one classifier of texts (`classifying`) where people gave labels enough."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heed.core.errors.rules import Refused, phrase
from heed.stats.arrays import Floats
from heed.text.analyzer import SENTIMENTS, Sentiment
from heed.text.classifying.classifier import train
from heed.text.classifying.model import TextClassifier
from heed.text.mood import Judged
from heed.text.vectors import Vocabulary

LEAST_ROWS = 60
LEAST_A_CLASS = 10


@dataclass(frozen=True, eq=False)
class SentimentModel:
    """A trained classifier whose labels are classes of SENTIMENTS, two of them or all."""

    classifier: TextClassifier

    @property
    def words(self) -> Vocabulary:
        """The words and pairs of words it counts."""
        return self.classifier.vocabularies[0]

    @property
    def penalty(self) -> float:
        """The penalty of its line, chosen inside the training rows."""
        return float(self.classifier.figures["penalty"])

    @property
    def unseen_accuracy(self) -> float:
        """The weighted share of rows told right by machines that had not learnt from them."""
        return float(self.classifier.figures["unseen_accuracy"] or 0.0)

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """One row a masked text, one column a class of SENTIMENTS; 0 for a class that was not learnt."""
        whole = np.zeros((len(texts), len(SENTIMENTS)))
        columns = {name: place for place, name in enumerate(SENTIMENTS)}
        whole[:, [columns[_class(each)] for each in self.classifier.labels]] = self.classifier.probabilities(texts)
        return whole

    def judge(self, texts: Sequence[str]) -> list[Judged]:
        """How each masked text sounds, in order."""
        return [judged(row) for row in self.probabilities(texts)] if texts else []


def _class(label: str) -> Sentiment:
    return next(each for each in SENTIMENTS if each == label)


def judged(probabilities: Floats) -> Judged:
    """The likeliest class of one row of probabilities in the order of SENTIMENTS."""
    best = int(np.argmax(probabilities))
    return Judged(SENTIMENTS[best], float(probabilities[best]), float(probabilities[2] - probabilities[0]))


def why_too_thin(labels: Sequence[str]) -> str:
    """Why these labels do not train a machine; empty when they do."""
    if len(labels) < LEAST_ROWS:
        return f"{len(labels)} labelled texts are fewer than {LEAST_ROWS}"
    return "" if len(_enough(labels)) >= 2 else f"fewer than two classes have {LEAST_A_CLASS} texts"


def _enough(labels: Sequence[str]) -> list[str]:
    held = list(labels)
    return [label for label in SENTIMENTS if held.count(label) >= LEAST_A_CLASS]


def train_sentiment(
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    groups: Sequence[str] | None = None,
    weights: Sequence[float] | None = None,
    seed: int = 0,
) -> SentimentModel:
    """Train on masked texts and their labels. Rows of one group (an author) never stand on both sides of an inner fold;
    a class of fewer than ten texts is left out. Raises Refused where the labels are too thin.
    """
    if reason := why_too_thin(labels):
        raise Refused(
            phrase("Too little to train on: {reason}.", reason=reason),
            code="too_few_labels",
            hint="Label or import more texts.",
        )
    classes = _enough(labels)
    rows = [place for place, label in enumerate(labels) if label in classes]
    found = train(
        [texts[place] for place in rows],
        [labels[place] for place in rows],
        groups=[groups[place] for place in rows] if groups is not None else None,
        weights=[weights[place] for place in rows] if weights is not None else None,
        seed=seed,
    )
    return SentimentModel(found)

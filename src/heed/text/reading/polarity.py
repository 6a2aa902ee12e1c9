"""What is thought of an aspect, learnt from an organisation's own labelled aspects: a linear machine on the words around it,
with the sum of opinions the rules find as its strongest hint. Plain numbers; nothing of any public set is shipped.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from heed.core.errors.rules import Invalid, Refused, Unavailable, phrase
from heed.stats.arrays import Floats
from heed.text.analyzer import SENTIMENTS
from heed.text.classifying.calibrating import reliability, softmax
from heed.text.classifying.machines import Places, folds_of
from heed.text.reading.aspects import Place, probabilities
from heed.text.reading.blending import f1_difference
from heed.text.reading.reader import place_of

LEAST_ROWS = 60
LEAST_EACH = 10
FOLDS = 5
NEAR = 4  # words either side that count as near
PENALTY = 0.3  # the inverse of the ridge; of 0.3, 1 and 3 by folds over the training sentences of SemEval 2014
RARE = 0.4  # how much more rare sentiments weigh, 0 as they come, 1 all alike; on the same sentences, by folds
FORM = 1


@dataclass(frozen=True)
class AspectLesson:
    """A masked text, where its aspect stands (code points), its language, what is thought of it, and who wrote it."""

    text: str
    start: int
    end: int
    language: str
    sentiment: str
    group: str


@dataclass(frozen=True, eq=False)
class Polarity:
    """Weights of terms: a row a sentiment (in the order of SENTIMENTS), a column a term; `bias` a sentiment."""

    terms: Mapping[str, int]
    weights: Floats
    bias: Floats

    def shares(self, place: Place) -> list[float]:
        """Probabilities of negative, neutral and positive of the aspect at a place."""
        sums = self.bias.copy()
        for term, value in terms_of(place).items():
            column = self.terms.get(term)
            if column is not None:
                sums += value * self.weights[:, column]
        return [float(each) for each in softmax(sums[None, :])[0]]


@dataclass(frozen=True)
class LearntPolarity:
    """What came of learning: a machine where it is better than the rules on people held out, figures, and why not."""

    polarity: Polarity | None
    figures: dict[str, Any]
    reason: str = ""


def terms_of(place: Place) -> dict[str, float]:
    """What the machine sees of an aspect: the words of its clause, those near it, pairs, and what the rules sum up."""
    words, first, last = place.words, place.thing.first, place.thing.last
    low = max((bound for bound in place.bounds if bound <= first), default=0)
    high = min((bound for bound in place.bounds if bound > last), default=len(words))
    found: dict[str, float] = {}
    around = [at for at in range(len(words)) if not first <= at <= last]
    for at in around:
        found[f"w {words[at].text}"] = max(found.get(f"w {words[at].text}", 0.0), 0.6 if low <= at < high else 0.2)
        if first - NEAR <= at <= last + NEAR:
            found[f"n {words[at].text}"] = 0.6
    for one, two in pairwise(around):
        if low <= one and two < high and two == one + 1:
            found[f"p {words[one].text} {words[two].text}"] = 0.4
    for at in range(first, last + 1):
        found[f"a {words[at].text}"] = 0.3
    squeezed = place.total / (1 + abs(place.total))
    found |= {"sum": 2 * squeezed, "much": 2 * abs(squeezed), "none": float(place.total == 0)}
    return found


def learn_polarity(lessons: Sequence[AspectLesson], *, seed: int = 0) -> LearntPolarity:
    """A machine from what people thought of aspects. The same rows and seed give the same numbers.

    It is given only where its macro-F1 on people held out is above that of the rules (95 % interval of the difference
    above 0). Raises Invalid where a sentiment is none of SENTIMENTS or an aspect does not stand in its text.
    """
    places = [_checked(each) for each in lessons]
    counts = Counter(each.sentiment for each in lessons)
    figures: dict[str, Any] = {"n": len(lessons), "counts": dict(sorted(counts.items()))}
    if len(lessons) < LEAST_ROWS or sum(many >= LEAST_EACH for many in counts.values()) < 2:
        return LearntPolarity(None, figures, f"fewer than {LEAST_ROWS} aspects, or not {LEAST_EACH} of two sentiments")
    y = np.array([SENTIMENTS.index(each.sentiment) for each in lessons], dtype=np.int64)
    groups = [each.group for each in lessons]
    terms = [terms_of(each) for each in places]
    figures |= _held_out(places, terms, y, groups, seed)
    if not figures["difference_low"] > 0:
        return LearntPolarity(None, figures, "the rules do as well on people held out")
    return LearntPolarity(_fitted(terms, y), figures)


def _checked(lesson: AspectLesson) -> Place:
    if lesson.sentiment not in SENTIMENTS:
        raise Invalid(
            phrase("{name} is no sentiment.", name=lesson.sentiment),
            code="unknown_value",
            hint=phrase("Name one of: {known}.", known=", ".join(SENTIMENTS)),
        )
    place = place_of(lesson.text, lesson.start, lesson.end, lesson.language)
    if place is None:
        raise Invalid(
            phrase("An aspect does not stand in its text: {text}.", text=lesson.text[:80]),
            code="aspect_not_there",
            hint="Give the words as they stand in the text.",
        )
    return place


def _held_out(
    places: Sequence[Place], terms: Sequence[dict[str, float]], y: Places, groups: Sequence[str], seed: int
) -> dict[str, Any]:
    folds = folds_of([str(each) for each in y], groups, FOLDS, seed)
    told = np.zeros((len(y), len(SENTIMENTS)))
    for fold in range(FOLDS):
        inner = np.flatnonzero(folds != fold)
        asked = np.flatnonzero(folds == fold)
        if len(asked) and len(np.unique(y[inner])) > 1:
            machine = _fitted([terms[row] for row in inner.tolist()], y[inner])
            told[asked] = [machine.shares(places[row]) for row in asked.tolist()]
    ruled = np.array([probabilities(each) for each in places])
    best, before = told.argmax(axis=1), ruled.argmax(axis=1)
    difference = f1_difference(y, best, before, groups, len(SENTIMENTS), seed=seed)
    return {
        "accuracy": float(np.mean(best == y)),
        "rules_accuracy": float(np.mean(before == y)),
        "taught_f1": difference.first,
        "rules_f1": difference.second,
        "difference": difference.value,
        "difference_low": difference.low,
        "difference_high": difference.high,
        "calibration_error": reliability(told.max(axis=1), best == y)[1],
        "rules_calibration_error": reliability(ruled.max(axis=1), before == y)[1],
        "seed": seed,
    }


def _fitted(terms: Sequence[dict[str, float]], y: Places) -> Polarity:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    many = Counter(term for row in terms for term in row)
    columns = {term: place for place, term in enumerate(sorted(term for term, count in many.items() if count > 1))}
    ends, inside, values = [0], [], []
    for row in terms:
        for term, value in row.items():
            if term in columns:
                inside.append(columns[term])
                values.append(value)
        ends.append(len(inside))
    x = csr_matrix((values, inside, ends), shape=(len(terms), len(columns)))
    counts = np.bincount(y, minlength=len(SENTIMENTS)).clip(1).astype(np.float64)
    weight = (counts**-RARE)[y]
    machine = LogisticRegression(C=PENALTY, max_iter=300).fit(x, y, sample_weight=weight * len(y) / weight.sum())
    weights, bias = np.zeros((len(SENTIMENTS), len(columns))), np.full(len(SENTIMENTS), -30.0)
    rows, shifts = np.asarray(machine.coef_), np.asarray(machine.intercept_)
    if len(machine.classes_) == 2:  # the library has one row for two classes
        rows, shifts = np.vstack([-rows, rows]) / 2, np.concatenate([-shifts, shifts]) / 2
    for place, label in enumerate(machine.classes_):
        weights[label], bias[label] = rows[place], shifts[place]
    return Polarity(columns, np.round(weights, 4), np.round(bias, 4))


def keep_polarity(file: Path, polarity: Polarity, card: Mapping[str, Any]) -> Path:
    """Write a machine as one JSON file with its digest. Raises Refused where the file is there already."""
    if file.exists():
        raise Refused(phrase("{folder} is there already.", folder=file), code="file_in_use", hint="Name another one.")
    held = {"terms": list(polarity.terms), "weights": polarity.weights.tolist(), "bias": polarity.bias.tolist()}
    body = json.dumps(held, ensure_ascii=False)
    whole = {"kind": "polarity", "form": FORM, "card": dict(card), "digest": _digest(body), "model": held}
    draft = file.with_name(f".{file.name}.new")
    draft.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    draft.rename(file)
    return file


def load_polarity(file: Path) -> Polarity:
    """A machine as it was kept. Raises Unavailable where it is gone or is not what it was."""
    try:
        whole = json.loads(file.read_text(encoding="utf-8"))
        if (whole["kind"], whole["form"]) != ("polarity", FORM):
            raise ValueError("it holds no polarity of this version")
        held = whole["model"]
        if _digest(json.dumps(held, ensure_ascii=False)) != whole["digest"]:
            raise ValueError("it was changed since it was made")
        return Polarity(
            {term: place for place, term in enumerate(held["terms"])}, np.array(held["weights"]), np.array(held["bias"])
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unavailable(
            phrase("The model {name} cannot be read: {error}.", name=file, error=error),
            code="model_broken",
            hint="Train it again.",
        ) from error


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()

"""Fits how signs become probabilities, and what is thought of aspects, and writes `heed/text/lexicon/reading.json`.

    python bench/reading_fit.py [--write]

Labels of a text: on `tests/text/reading/lines.jsonl`, written for heed. The rules were made on its part `rules`; its part
`unseen` was written afterwards and weighs ten times, since only there do mistakes show as they will. Aspects: two numbers a
class, on `tests/text/reading/aspects.jsonl`, written for heed: the public sets may not be used for everything.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from heed.text.analyzer import SENTIMENTS
from heed.text.reading.aspects import Place, polarity_features, weighed
from heed.text.reading.judging import (
    GLAD,
    INTENTS,
    LABELS,
    UNDOING_ANYWHERE,
    Seen,
    counting,
    features,
    present,
    strengths,
)
from heed.text.reading.reader import looked_at, named_things, place_of
from heed.text.reading.together import rules

HERE = Path(__file__).resolve().parents[1]
LINES = HERE / "tests" / "text" / "reading" / "lines.jsonl"
ASPECTS = HERE / "tests" / "text" / "reading" / "aspects.jsonl"
TARGET = HERE / "src" / "heed" / "text" / "lexicon" / "reading.json"
UNSEEN_WEIGHT = 10.0
FOLDS = 5
IDEAS_RIDGE = 0.3
FREER = 4.0  # signs are held by the ridge so many times less than ideas
# What each label is told more readily: of 0, 0.5 and 1 the most that loses no F1 on the part `unseen` when fitted without
# it, and tells no more of the praising tweets of the airline set (its training split).
SHIFTS = {"urgency": 0.5, "effort": 1.0, "churn": 1.0}
MATTER_RIDGE = 1.0
POLARITY_RIDGE = 1.0
RARE = 0.75  # how much more rare classes weigh: 0 by their number, 1 all alike; on the training splits of SemEval 2014, of 0 to 1
SOFTENED = 1.5  # customers write less plainly than these lines; on the same splits, of 1 to 2


def lines() -> list[dict[str, str]]:
    return [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]


def fitted_labels(rows: list[dict[str, str]]) -> dict[str, Any]:
    from sklearn.linear_model import LogisticRegression

    seen = [looked_at(row["text"], row["language"]).seen for row in rows]
    counted = [{label: counting(each, label) for label in LABELS} for each in seen]
    weight = np.array([UNSEEN_WEIGHT if row["part"] == "unseen" else 1.0 for row in rows])
    weight *= len(rows) / weight.sum()
    found: dict[str, Any] = {}
    for label, (_without, having) in LABELS.items():
        own = np.array([strengths(each[label]) for each in counted])
        y = np.array([row[label] == having for row in rows])
        found[label] = fitted_label(label, own, seen, y, weight)
    x = np.array([features(*each) for each in zip(seen, counted, strict=True)])
    y = np.array([INTENTS.index(row["intent"]) for row in rows])
    machine = LogisticRegression(C=1.0, max_iter=3000).fit(x, y, sample_weight=weight)
    found["intent"] = {"weights": [plain(row) for row in machine.coef_], "bias": plain(machine.intercept_)}
    return found


def fitted_aspects(places: list[Place], classes: Any) -> dict[str, Any]:
    """What is thought of given aspects; classes 0 negative, 1 neutral, 2 positive, rare ones weighing more."""
    from sklearn.linear_model import LogisticRegression

    x = np.array([polarity_features(place) for place in places])
    classes = np.asarray(classes)
    weight = (np.bincount(classes).astype(float) ** -RARE)[classes]
    machine = LogisticRegression(C=POLARITY_RIDGE, max_iter=1000)
    machine.fit(x, classes, sample_weight=weight * len(classes) / weight.sum())
    return {"weights": [plain(row / SOFTENED) for row in machine.coef_], "bias": plain(machine.intercept_ / SOFTENED)}


def fitted_label(label: str, own: Any, seen: Sequence[Seen], y: Any, weight: Any) -> dict[str, Any]:
    """A logistic of signs and ideas: an idea that some rule of the label names weighs for it or nothing, what undoes signs
    and gladness weigh against it or nothing.
    """
    from scipy.optimize import minimize

    mine = sorted({idea for each in rules().values() for rule in each if rule.label == label for idea in rule.ideas})
    against = [*UNDOING_ANYWHERE, GLAD]
    names = [*mine, *against]
    met = np.array([[name in held for name in names] for held in (set(present(each)) for each in seen)], dtype=float)
    x = np.hstack([own, met])
    held_by = np.array([1 / IDEAS_RIDGE / FREER**2] * own.shape[1] + [1 / IDEAS_RIDGE] * len(names))

    def loss(asked: Any) -> tuple[float, Any]:
        sums = x @ asked[:-1] + asked[-1]
        over = (1 / (1 + np.exp(-sums)) - y) * weight
        value = float((weight * (np.logaddexp(0, sums) - y * sums)).sum() + 0.5 * (held_by * asked[:-1] ** 2).sum())
        return value, np.append(x.T @ over + held_by * asked[:-1], over.sum())

    free = [(None, None)] * own.shape[1]
    limits = [*free, *[(0.0, None)] * len(mine), *[(None, 0.0)] * len(against), (None, None)]
    best = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=limits).x
    told = plain(best)
    return {
        "weights": told[: own.shape[1]],
        "ideas": {name: value for name, value in zip(names, told[own.shape[1] : -1], strict=True) if value},
        "bias": round(told[-1] + SHIFTS[label], 4),
    }


def own_places() -> Iterator[tuple[Place, int]]:
    """Each aspect of the lines written for heed, where it stands, and its class."""
    for row in own_comments():
        for each in row["aspects"]:
            place = place_of(row["text"], each["start"], each["end"], row["language"])
            if place is not None:
                yield place, SENTIMENTS.index(each["sentiment"])


def own_comments() -> list[dict[str, Any]]:
    return [json.loads(line) for line in ASPECTS.read_text(encoding="utf-8").splitlines()]


def named_rows(rows: Sequence[dict[str, Any]]) -> tuple[list[list[float]], list[bool], list[int], list[int]]:
    """Every thing named in comments: its features, whether a person marked it, the comment it stands in and its clause."""
    x: list[list[float]] = []
    y: list[bool] = []
    of: list[int] = []
    clauses: list[int] = []
    for at, row in enumerate(rows):
        for values, named in weighed(named_things(row["text"], row["language"])):
            words = named.place.words
            start, end = words[named.place.thing.first].start, words[named.place.thing.last].end
            x.append(values)
            y.append(any(start < each["end"] and end > each["start"] for each in row["aspects"]))
            of.append(at)
            clauses.append(100_000 * at + 300 * named.order + named.clause[1])
    return x, y, of, clauses


def fitted_matter(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Which things are the matter, and from which likelihood on they are told: where F1 of comments held out is highest."""
    from sklearn.linear_model import LogisticRegression

    x, y, of, clauses = (np.array(each) for each in named_rows(rows))
    folds = of % FOLDS
    unseen = np.zeros(len(y))
    for fold in range(FOLDS):
        inner = folds != fold
        machine = LogisticRegression(C=MATTER_RIDGE, max_iter=1000).fit(x[inner], y[inner])
        unseen[~inner] = machine.predict_proba(x[~inner])[:, 1]
    top = np.array([unseen[clauses == each].max() for each in clauses])
    tried = [(f1_from(np.where(unseen >= part * top, unseen, 0.0), y, cut), cut, part)
             for cut in np.arange(0.15, 0.5, 0.05) for part in (0.0, 0.3, 0.4, 0.5, 0.6)]  # fmt: skip
    best, least, part = max(tried)
    machine = LogisticRegression(C=MATTER_RIDGE, max_iter=1000).fit(x, y)
    print(f"matter: F1 held out {best:.3f} from {least:.2f}, named {len(y)}, marked {int(y.sum())}", file=sys.stderr)
    return {
        "weights": plain(machine.coef_[0]),
        "bias": round(float(machine.intercept_[0]), 4),
        "least": round(float(least), 2),
        "of_best": part,
    }


def f1_from(shares: Any, y: Any, cut: float) -> float:
    told = shares >= cut
    right = float((told & y).sum())
    return 2 * right / max(float(told.sum() + y.sum()), 1.0)


def plain(values: Any) -> list[float]:
    return [round(float(each), 4) for each in values]


def main() -> None:
    held = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
    rows = lines()
    found = {**held, **fitted_labels(rows)}
    places, classes = zip(*own_places(), strict=True)
    found["aspects"] = fitted_aspects(list(places), np.array(classes))
    found["matter"] = fitted_matter([row for row in own_comments() if row.get("part") == "comments"])
    found["provenance"] = {
        "labels": f"{len(rows)} lines of tests/text/reading/lines.jsonl, logistic regression, by bench/reading_fit.py",
        "aspects": "each aspect of tests/text/reading/aspects.jsonl, written for heed: opinions about it and the mood around",
        "matter": "the things named in the comments of the same file, and which of them a person marked",
        "limits": "Fitted where every second line is pressing, hard or a farewell: elsewhere fewer are, and it says too much.",
    }
    text = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if "--write" in sys.argv:
        TARGET.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()

"""Fits how signs become probabilities, and what is thought of aspects, and writes `heed/text/lexicon/reading.json`.

    python bench/reading_fit.py [--write]

Labels of a text: on `tests/text/reading/lines.jsonl`, written for heed. The rules were made on its part `rules`; its part
`unseen` was written afterwards and weighs ten times, since only there do mistakes show as they will. Aspects: two numbers a
class, on the public training splits under HEED_TEST_DATA; without them what is there stays.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from heed.text.reading.judging import INTENTS, LABELS, counting, features, strengths
from heed.text.reading.reader import looked_at

HERE = Path(__file__).resolve().parents[1]
LINES = HERE / "tests" / "text" / "reading" / "lines.jsonl"
TARGET = HERE / "src" / "heed" / "text" / "lexicon" / "reading.json"
UNSEEN_WEIGHT = 10.0


def lines() -> list[dict[str, str]]:
    return [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]


def fitted_labels(rows: list[dict[str, str]]) -> dict[str, Any]:
    from sklearn.linear_model import LogisticRegression

    seen = [looked_at(row["text"], row["language"])[0] for row in rows]
    counted = [{label: counting(each, label) for label in LABELS} for each in seen]
    weight = np.array([UNSEEN_WEIGHT if row["part"] == "unseen" else 1.0 for row in rows])
    weight *= len(rows) / weight.sum()
    found: dict[str, Any] = {}
    for label, (_without, having) in LABELS.items():
        x = np.array([strengths(each[label]) for each in counted])
        y = np.array([row[label] == having for row in rows])
        machine = LogisticRegression(C=1.0, max_iter=1000).fit(x, y, sample_weight=weight)
        found[label] = {"weights": plain(machine.coef_[0]), "bias": round(float(machine.intercept_[0]), 4)}
    x = np.array([features(*each) for each in zip(seen, counted, strict=True)])
    y = np.array([INTENTS.index(row["intent"]) for row in rows])
    machine = LogisticRegression(C=1.0, max_iter=3000).fit(x, y, sample_weight=weight)
    found["intent"] = {"weights": [plain(row) for row in machine.coef_], "bias": plain(machine.intercept_)}
    return found


def fitted_aspects(sums: Any, classes: Any) -> dict[str, Any]:
    """`sums` of the opinions about given aspects; classes 0 negative, 1 neutral, 2 positive, each weighing alike."""
    from sklearn.linear_model import LogisticRegression

    squeezed = sums / (1 + np.abs(sums))
    x = np.column_stack([squeezed, np.abs(squeezed)])
    machine = LogisticRegression(C=10.0, max_iter=1000).fit(x, classes)
    return {"weights": [plain(row) for row in machine.coef_], "bias": plain(machine.intercept_)}


def plain(values: Any) -> list[float]:
    return [round(float(each), 4) for each in values]


def main() -> None:
    from reading import aspect_sets, given_sums

    held = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
    rows = lines()
    found = {**held, **fitted_labels(rows)}
    sets = aspect_sets()
    if sets:
        sums, classes = zip(*(pair for rows in sets.values() for pair in given_sums(rows)), strict=True)
        found["aspects"] = fitted_aspects(np.array(sums), np.array(classes))
    found["provenance"] = {
        "labels": f"{len(rows)} lines of tests/text/reading/lines.jsonl, logistic regression, by bench/reading_fit.py",
        "aspects": "SemEval 2014 restaurants and laptops, training splits: the sum of opinions about each given aspect",
        "limits": "Fitted where every second line is pressing, hard or a farewell: elsewhere fewer are, and it says too much.",
    }
    text = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if "--write" in sys.argv:
        TARGET.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()

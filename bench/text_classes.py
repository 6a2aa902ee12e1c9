"""Telling labels on public sets: heed beside TF-IDF + linear SVM on the same split, and VADER on tweets.

    python bench/text_classes.py [banking77|few|clinc150|tweets …]

Only training files are read: a fifth of Banking77 is kept back, CLINC150 is measured on its validation part, tweets by
authors kept back. `ratio` is the peer's errors over heed's (above 1: heed makes fewer). `peak_mb` is the most memory the
process has held until then, both machines and the file with it: name one set for its own. VADER takes part where
vaderSentiment can be imported (`HEED_BENCH_PEERS` may name a folder it is in). The public files lie outside of the
project (HEED_TEST_DATA).
"""

import csv
import gzip
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from heed.text.evaluation import Few, evaluate, macro_f1

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"
FOLDER = Path(os.environ.get("HEED_TEST_DATA", DEFAULT))
Rows = tuple[list[str], list[str]]
SEED, SHOTS, DRAWS = 1, 10, 2


def svm(texts: Sequence[str], labels: Sequence[str], test: Sequence[str]) -> Any:
    """The usual baseline: words and pairs of words, TF-IDF, a linear machine a label."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    machine = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LinearSVC()).fit(texts, labels)
    return machine, np.asarray(machine.predict(test), dtype=object)


def peer(learn: Rows, test: Rows) -> dict[str, Any]:
    began = time.perf_counter()
    machine, _ = svm(*learn, test[0][:1])
    trained = time.perf_counter()
    told = np.asarray(machine.predict(test[0]), dtype=object)
    ended = time.perf_counter()
    right = np.asarray(test[1], dtype=object)
    return {
        "accuracy": float(np.mean(told == right)),
        "macro_f1": macro_f1(right, told),
        "docs_per_second": len(right) / (ended - trained),
        "seconds_train": trained - began,
    }


def show(name: str, other: str, theirs: dict[str, Any], ours: dict[str, Any], figure: str = "accuracy") -> None:
    """Both lines, and by how much heed errs less."""
    keys = ("accuracy", "macro_f1", "in_scope_accuracy", "oos_recall", "calibration_error", "brier", "docs_per_second",
            "docs_per_second_with_masking", "seconds_train")  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    ratio = (1 - theirs[figure]) / max(1 - ours[figure], 1e-9)
    for of, told in ((other, theirs), ("heed", ours)):
        line = {"bench": "text_classes", "set": name, "of": of, "n": ours["n_test"]}
        line |= {key: told[key] for key in keys if told.get(key) is not None}
        print(json.dumps(line | ({"ratio": ratio, "peak_mb": round(peak)} if of == "heed" else {})), flush=True)


def split(texts: list[str], labels: list[str]) -> tuple[Rows, Rows]:
    from sklearn.model_selection import train_test_split

    a, b, c, d = train_test_split(texts, labels, test_size=0.2, random_state=SEED, stratify=labels)
    return (a, c), (b, d)


def banking() -> tuple[Rows, Rows]:
    with (FOLDER / "banking77" / "train.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return split([row["text"] for row in rows], [row["category"] for row in rows])


def all_labels() -> None:
    learn, test = banking()
    show("banking77", "tf-idf + svm", peer(learn, test), evaluate(*learn, test[0], lambda: test[1]))


def few_labels() -> None:
    learn, test = banking()
    known = np.asarray(learn[1], dtype=object)
    parts = []
    for draw in range(DRAWS):
        chance = np.random.default_rng(draw)
        rows = [
            place for each in sorted(set(known)) for place in chance.permutation(np.flatnonzero(known == each))[:SHOTS]
        ]
        parts.append(peer(([learn[0][place] for place in rows], [learn[1][place] for place in rows]), test))
    theirs = {key: float(np.mean([part[key] for part in parts])) for key in parts[0]}
    ours = evaluate(*learn, test[0], lambda: test[1], few=Few(SHOTS, DRAWS))
    show(f"banking77, {SHOTS} a label", "tf-idf + svm", theirs, ours)


def scope() -> None:
    """The peer refuses where its best decision is below the threshold that heed's cost chooses on a fifth of train."""
    from heed.text.classifying.scope import ScopeCost, cheapest

    found = json.loads(gzip.decompress((FOLDER / "clinc150" / "clinc150_train_val.json.gz").read_bytes()))
    learnt, asked = found["train"] + found["oos_train"], found["val"] + found["oos_val"]
    learn: Rows = ([text for text, _ in learnt], [label for _, label in learnt])
    test: Rows = ([text for text, _ in asked], [label for _, label in asked])
    (texts, labels), (kept, truth) = split(*learn)
    machine, _ = svm(*_inside(texts, labels), kept[:1])
    best = 1 / (1 + np.exp(-machine.decision_function(kept).max(axis=1)))
    least, _, _ = cheapest(best, np.asarray(truth) != "oos", ScopeCost())
    machine, told = svm(*_inside(*learn), test[0])
    sure = 1 / (1 + np.exp(-machine.decision_function(test[0]).max(axis=1)))
    told = np.where(sure < least, "oos", told)
    right = np.asarray(test[1], dtype=object)
    inside = right != "oos"
    theirs = {
        "accuracy": float(np.mean(told == right)),
        "in_scope_accuracy": float(np.mean((told == right)[inside])),
        "oos_recall": float(np.mean((told == right)[~inside])),
    }
    ours = evaluate(*learn, test[0], lambda: test[1], out_of_scope="oos")
    show("clinc150", "tf-idf + svm + threshold", theirs, ours)


def _inside(texts: Sequence[str], labels: Sequence[str]) -> Rows:
    rows = [place for place, label in enumerate(labels) if label != "oos"]
    return [texts[place] for place in rows], [labels[place] for place in rows]


def tweets() -> None:
    from bench.sentiment import heed_model, measured, plain_model, rows_of

    rows = rows_of(FOLDER / "airline_tweets" / "tweets_dev.csv.gz")
    ours = measured("heed", heed_model, rows) | {"n_test": len(rows[0])}
    show("airline tweets", "tf-idf + svm", measured("tf-idf + svm", plain_model, rows), ours)
    if lines := vader(rows):
        show("airline tweets", "vader", lines, ours)
    else:
        print(json.dumps({"bench": "text_classes", "set": "airline tweets", "of": "vader", "reason": "not installed"}))


def vader(rows: tuple[list[str], list[str], list[str]]) -> dict[str, Any] | None:
    """Hutto and Gilbert 2014, with their thresholds; nothing where it is not installed."""
    if peers := os.environ.get("HEED_BENCH_PEERS"):
        sys.path.append(peers)
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return None
    judge = SentimentIntensityAnalyzer()
    began = time.perf_counter()
    scores = [judge.polarity_scores(text)["compound"] for text in rows[0]]
    seconds = time.perf_counter() - began
    told = np.asarray(["positive" if s >= 0.05 else "negative" if s <= -0.05 else "neutral" for s in scores], object)
    right = np.asarray(rows[1], dtype=object)
    return {
        "accuracy": float(np.mean(told == right)),
        "macro_f1": macro_f1(right, told),
        "docs_per_second": len(right) / seconds,
    }


SETS: dict[str, Callable[[], None]] = {
    "banking77": all_labels, "few": few_labels, "clinc150": scope, "tweets": tweets,
}  # fmt: skip


def main(names: list[str]) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    for name in names or SETS:
        SETS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])

"""Sentiment on public tweets to airlines, three classes, split by author: heed beside a plain TF-IDF + linear SVM.

    python bench/sentiment.py [FILE]

Every setting is chosen inside the training folds. The public file lies outside of the project (HEED_TEST_DATA).
"""

import csv
import gzip
import io
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from heed.stats.intervals.proportion import proportion
from heed.text.analyzer import SENTIMENTS
from heed.text.masking.mask import mask
from heed.text.sentiment import train_sentiment

FOLDS = 5
DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"


def rows_of(file: Path) -> tuple[list[str], list[str], list[str]]:
    """Texts (masked, as heed keeps them), labels and authors."""
    text = gzip.decompress(file.read_bytes()).decode("utf-8", errors="replace")
    rows = [row for row in csv.DictReader(io.StringIO(text, newline="")) if row["airline_sentiment"] in SENTIMENTS]
    masked = [mask(row["text"]).text for row in rows]
    return masked, [row["airline_sentiment"] for row in rows], [row["name"] for row in rows]


def f1(truth: Any, told: Any) -> float:
    """The mean over classes of 2 hits / (told + true)."""
    parts = [
        2 * np.sum((truth == each) & (told == each)) / (np.sum(truth == each) + np.sum(told == each))
        for each in SENTIMENTS
    ]
    return float(np.mean(parts))


def heed_model(texts: list[str], labels: list[str], groups: list[str]) -> Any:
    model = train_sentiment(texts, labels, groups=groups)
    return lambda unseen: model.probabilities(unseen)


def plain_model(texts: list[str], labels: list[str], groups: list[str]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    machine = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LinearSVC()).fit(texts, labels)
    order = [list(machine.classes_).index(each) for each in SENTIMENTS]
    return lambda unseen: machine.decision_function(unseen)[:, order]


def measured(name: str, fit: Any, rows: tuple[list[str], list[str], list[str]]) -> dict[str, Any]:
    from sklearn.model_selection import GroupKFold

    texts, labels, authors = (np.array(part, dtype=object) for part in rows)
    told, scores = np.empty(len(texts), dtype=object), np.zeros((len(texts), 3))
    seconds_train = seconds_told = 0.0
    for inside, outside in GroupKFold(FOLDS).split(texts, labels, authors):
        started = time.perf_counter()
        model = fit(list(texts[inside]), list(labels[inside]), list(authors[inside]))
        seconds_train += time.perf_counter() - started
        started = time.perf_counter()
        scores[outside] = model(list(texts[outside]))
        seconds_told += time.perf_counter() - started
        told[outside] = [SENTIMENTS[place] for place in np.argmax(scores[outside], axis=1)]
    figure = proportion(float(np.sum(told == labels)), float(len(labels))).figure()
    line = {"bench": "sentiment", "of": name, "n": len(labels), "authors": len(set(authors)), "folds": FOLDS}
    line |= {"accuracy": figure.value, "low": figure.low, "high": figure.high, "macro_f1": f1(labels, told)}
    line |= {"docs_per_second": len(texts) / seconds_told, "seconds_train": seconds_train / FOLDS}
    if np.allclose(scores.sum(axis=1), 1.0):
        line["calibration_error"] = calibration_error(scores, told == labels)
    return line


def calibration_error(probabilities: Any, right: Any) -> float:
    """Expected calibration error over ten bins of the highest probability (Guo et al. 2017)."""
    best = probabilities.max(axis=1)
    bins = np.minimum((best * 10).astype(int), 9)
    parts = [abs(best[bins == each].mean() - right[bins == each].mean()) * np.mean(bins == each) for each in set(bins)]
    return float(np.sum(parts))


def main() -> None:
    folder = Path(os.environ.get("HEED_TEST_DATA", DEFAULT))
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else folder / "airline_tweets" / "tweets_dev.csv.gz"
    rows = rows_of(file)
    for name, fit in (("tf-idf + svm", plain_model), ("heed", heed_model)):
        print(json.dumps(measured(name, fit, rows)), flush=True)


if __name__ == "__main__":
    main()

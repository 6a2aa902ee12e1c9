"""What is read of texts: how fast, how much memory, and how well what is thought of aspects is told.

    python bench/reading.py [texts | aspects]

Texts: banking77's training texts through the whole analyzer (every label), VADER beside for sentiment where it is installed.
Aspects: the training splits of SemEval 2014 (restaurants, laptops): polarity given the aspect, by the rules and by a machine
taught on four of five parts of the sentences, and how well aspects are found. The public files lie outside of the project (HEED_TEST_DATA).
"""

import csv
import gzip
import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from heed.text.analyzer import SENTIMENTS
from heed.text.reading.polarity import AspectLesson, learn_polarity
from heed.text.reading.reader import read

DATA = Path(os.environ.get("HEED_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
SETS = {"restaurants": "Restaurants_Train.xml.seg.gz", "laptops": "Laptops_Train.xml.seg.gz"}
Row = tuple[str, list[tuple[int, int, str]]]


def aspect_sets() -> dict[str, list[Row]]:
    """Sentences with their aspects, by set; nothing where the files are not there."""
    folder = DATA / "absa"
    return {name: rows_of(folder / file) for name, file in SETS.items()} if folder.exists() else {}


def rows_of(file: Path) -> list[Row]:
    lines = gzip.decompress(file.read_bytes()).decode("utf-8").split("\n")
    found: dict[str, dict[tuple[int, int, str], None]] = {}
    for at in range(0, len(lines) - 2, 3):
        text, term = (line.replace("-LRB-", "(").replace("-RRB-", ")") for line in (lines[at], lines[at + 1].strip()))
        told = lines[at + 2].strip().lower()
        start = text.find("$T$")
        found.setdefault(text.replace("$T$", term, 1), {})[start, start + len(term), told] = None
    return [(text, list(spans)) for text, spans in found.items()]


def polarity(rows: Sequence[Row]) -> dict[str, Any]:
    """What is thought of given aspects: by the rules as they are shipped, and by a machine taught on four parts of the
    sentences and measured on the fifth (`heed.text.reading.polarity`).
    """
    lessons = [
        AspectLesson(text, start, end, "en", told, str(group))
        for group, (text, spans) in enumerate(rows)
        for start, end, told in spans
        if told in SENTIMENTS
    ]
    figures = learn_polarity(lessons).figures
    return {**figures, "largest_class": max(figures["counts"].values()) / figures["n"]}


def extraction(rows: Sequence[Row]) -> dict[str, Any]:
    """Precision, recall and F1 of aspects found: by the very words, and by words that overlap."""
    exact = overlapped = told = true = 0
    for text, spans in rows:
        found = {(each.start, each.end) for each in read(text, "en").aspects}
        gold = {(start, end) for start, end, _ in spans}
        told, true = told + len(found), true + len(gold)
        exact += len(found & gold)
        overlapped += sum(any(a < end and b > start for a, b in found) for start, end in gold)
    precision, recall = exact / told, exact / true
    line = {"n": true, "precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}
    return {**line, "recall_overlapping": overlapped / true}


def bank_texts() -> list[str]:
    with (DATA / "banking77" / "train.csv").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def throughput(texts: Sequence[str]) -> dict[str, Any]:
    """Texts a second of the whole analyzer, and of its parts; peak memory of the process in MB."""
    from heed.text.builtin import Builtin

    analyzer = Builtin("bench")
    analyzer.analyze(texts[:50])
    started, worked = time.perf_counter(), time.process_time()
    analyzer.analyze(texts)
    worked = time.process_time() - worked
    line = {"bench": "reading", "of": "heed, every label", "n": len(texts)}
    line["docs_per_second"] = len(texts) / (time.perf_counter() - started)
    line["docs_per_second_of_one_core"] = len(texts) / worked  # what others run beside it changes this less
    started = time.perf_counter()
    for text in texts:
        read(text, "en")
    line["reading_alone_per_second"] = len(texts) / (time.perf_counter() - started)
    return {**line, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def vader(texts: Sequence[str]) -> dict[str, Any]:
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return {"bench": "reading", "of": "vader, sentiment alone", "skipped": "vaderSentiment is not installed"}
    judge = SentimentIntensityAnalyzer()
    started = time.perf_counter()
    for text in texts:
        judge.polarity_scores(text)
    return {
        "bench": "reading", "of": "vader, sentiment alone", "n": len(texts),
        "docs_per_second": len(texts) / (time.perf_counter() - started),
    }  # fmt: skip


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    if wanted in ("", "texts"):
        texts = bank_texts()
        print(json.dumps(throughput(texts)), flush=True)
        print(json.dumps(vader(texts)), flush=True)
    for name, rows in aspect_sets().items() if wanted in ("", "aspects") else ():
        print(json.dumps({"bench": "reading", "of": f"aspects, polarity given: {name}", **polarity(rows)}), flush=True)
        print(json.dumps({"bench": "reading", "of": f"aspects, found: {name}", **extraction(rows)}), flush=True)


if __name__ == "__main__":
    main()

"""Aspects over files: learn from labelled aspects what is thought of things, and tell the aspects of other texts. Masked first."""

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from heed.core.errors.rules import Invalid, Refused, phrase
from heed.core.tables import csv_lines, keep_csv
from heed.text.analyzer import SENTIMENTS, Aspect
from heed.text.classifying.kept import fingerprint
from heed.text.files import read_columns
from heed.text.language import languages_of
from heed.text.masking.mask import mask
from heed.text.reading.aspects import Judge
from heed.text.reading.polarity import AspectLesson, keep_polarity, learn_polarity, load_polarity
from heed.text.reading.reader import READER, read

FILE = "aspects.json"
RULES = "rules"  # instead of a folder: as heed reads without having learnt
COLUMNS = ("row", "term", "matter", "start", "end", "sentiment", "confidence", "said")


@dataclass(frozen=True)
class Row:
    """An aspect of a file as it was written: the text, the words of the aspect, what is thought of it, and who wrote it."""

    text: str
    term: str
    sentiment: str
    author: str


def train_aspects(
    file: str, out: str, column: str, term: str, label: str, *, author: str = "", seed: int = 0
) -> dict[str, Any]:
    """Learn from a file, a row an aspect, and keep what was learnt as the folder `out` where it is better than the rules on
    people (or texts) held out. Gives its card; `kept` says whether. Raises Invalid and Refused.
    """
    if Path(out).exists():
        raise Refused(phrase("{folder} is there already.", folder=out), code="folder_in_use", hint="Name another one.")
    rows = list(_rows(file, column, term, label, author))
    lessons = _lessons(rows)
    began = time.perf_counter()
    learnt = learn_polarity(lessons, seed=seed)
    card = {
        "model": f"aspects+{READER}",
        "trained_at": datetime.now(UTC).isoformat(),
        "fingerprint": fingerprint([(each.text, f"{each.start} {each.sentiment}") for each in lessons]),
        "rows": len(rows),
        "not_found": len(rows) - len(lessons),
        "seconds_train": time.perf_counter() - began,
        **learnt.figures,
        "kept": learnt.polarity is not None,
        "reason": learnt.reason,
    }
    if learnt.polarity is not None:
        Path(out).mkdir(parents=True)
        keep_polarity(Path(out) / FILE, learnt.polarity, card)
    return {"folder": out if learnt.polarity is not None else "", **card}


def _rows(file: str, column: str, term: str, label: str, author: str) -> Iterator[Row]:
    names = [column, term, label, *([author] if author else [])]
    for place, (text, words, told, *who) in enumerate(zip(*read_columns(file, *names), strict=True), start=1):
        sentiment = told.strip().lower()
        if not (text.strip() and words.strip() and sentiment):
            continue
        if sentiment not in SENTIMENTS:
            raise Invalid(
                phrase("Row {row}: {name} is no sentiment.", row=place, name=told.strip()[:40]),
                code="unknown_value",
                hint=phrase("Name one of: {known}.", known=", ".join(SENTIMENTS)),
            )
        # Without authors a text is a group of its own: its aspects are held out together.
        yield Row(text, words.strip(), sentiment, who[0].strip() if who and who[0].strip() else f"text {text}")


def _lessons(rows: Sequence[Row]) -> list[AspectLesson]:
    """The rows with the place of their aspect in the masked text; those whose words do not stand there are left out."""
    masked = {text: mask(text).text for text in {each.text for each in rows}}
    texts = sorted(set(masked.values()))
    languages = {text: told.language for text, told in zip(texts, languages_of(texts), strict=True)}
    found = []
    for each in rows:
        text = masked[each.text]
        place = _standing(text, each.term)
        if place is not None:
            found.append(AspectLesson(text, *place, languages[text], each.sentiment, each.author))
    return found


def _standing(text: str, term: str) -> tuple[int, int] | None:
    """Where the words of an aspect stand, whole words before parts of some."""
    words = re.escape(" ".join(term.split())).replace(r"\ ", r"\s+")
    for shape in (rf"(?<!\w){words}(?!\w)", words):
        if met := re.search(shape, text, re.IGNORECASE):
            return met.span()
    return None


def judge_in(folder: str) -> Judge | None:
    """What was learnt and kept as a folder; None for RULES. Raises Unavailable where it is gone or was changed."""
    return None if folder == RULES else load_polarity(Path(folder) / FILE)


def predict_aspects(file: str, folder: str, column: str) -> tuple[list[tuple[str, tuple[Aspect, ...]]], dict[str, Any]]:
    """The masked texts of a file with their aspects, and what is said of them: how many, what is thought, how fast."""
    judge = judge_in(folder)
    (texts,) = read_columns(file, column)
    began = time.perf_counter()
    masked = [mask(text).text for text in texts]
    told = [
        (text, read(text, each.language, (), judge).aspects)
        for text, each in zip(masked, languages_of(masked), strict=True)
    ]
    seconds = time.perf_counter() - began
    aspects = [aspect for _, found in told for aspect in found]
    return told, {
        "n": len(told),
        "aspects": len(aspects),
        "sentiments": dict(sorted(Counter(each.sentiment for each in aspects).items())),
        "matters": dict(Counter(each.matter for each in aspects if each.matter).most_common()),
        "docs_per_second_with_masking": len(told) / seconds if told else None,
    }


def write_aspects(to: str | TextIO, told: Sequence[tuple[str, tuple[Aspect, ...]]]) -> None:
    """Write a row an aspect: `row,term,matter,start,end,sentiment,confidence,said`. Rows count from 1; `start` and `end` are
    code points of the masked text, `said` the words that show the sentiment. Raises Invalid where it cannot be written.
    """
    rows = (
        (row, each.term, each.matter, each.start, each.end, each.sentiment, f"{each.confidence:.3f}",
         text[each.said_start : each.said_end])
        for row, (text, found) in enumerate(told, 1)
        for each in found
    )  # fmt: skip
    if isinstance(to, str):
        keep_csv(to, COLUMNS, rows)
    else:
        to.writelines(csv_lines(COLUMNS, rows))

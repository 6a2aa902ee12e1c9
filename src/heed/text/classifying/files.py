"""Classifiers over files: train one from a file into a folder, tell the texts of another file. Masked first."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from heed.core.errors.rules import Refused, phrase
from heed.core.tables import csv_lines, keep_csv
from heed.text.classifying.classifier import TextClassifier, Told, train
from heed.text.classifying.kept import fingerprint, keep, load
from heed.text.classifying.model import NAME
from heed.text.files import read_columns
from heed.text.representations.port import Representation

WORST = 5


def masked_texts(texts: Sequence[str]) -> list[str]:
    """The texts without what tells who somebody is."""
    from heed.text.masking.mask import mask

    return [mask(text).text for text in texts]


def train_file(
    file: str,
    out: str,
    column: str,
    label: str,
    *,
    out_of_scope: str | None = None,
    representation: Representation | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Train on a file and keep the model as the folder `out`. Gives its card. Rows without a label are learnt from
    without one; empty texts are left out.
    """
    if Path(out).exists():
        raise Refused(phrase("{folder} is there already.", folder=out), code="folder_in_use", hint="Name another one.")
    texts, labels = read_columns(file, column, label)
    rows = [(text, name.strip()) for text, name in zip(masked_texts(texts), labels, strict=True) if text.strip()]
    known = [row for row in rows if row[1]]
    if not known:
        raise Refused("No row has both a text and a label.", code="no_labels", hint="Label some texts first.")
    began = time.perf_counter()
    model = train(
        [text for text, _ in known],
        [name for _, name in known],
        unlabelled=[text for text, name in rows if not name],
        out_of_scope=out_of_scope,
        representation=representation,
        seed=seed,
    )
    card = _card(model, known, len(rows) - len(known), seed, time.perf_counter() - began)
    keep(Path(out), model, card)
    return {"folder": out, **card}


def _card(
    model: TextClassifier, known: Sequence[tuple[str, str]], unlabelled: int, seed: int, seconds: float
) -> dict[str, Any]:
    counts = Counter(name for _, name in known)
    figures = dict(model.figures)
    labels = figures.pop("labels", [])
    rule = model.scope
    return {
        "model": NAME,
        "representation": model.signed,
        "trained_at": datetime.now(UTC).isoformat(),
        "seed": seed,
        "fingerprint": fingerprint(known),
        "n_train": len(known),
        "n_unlabelled": unlabelled,
        "seconds_train": seconds,
        **figures,
        "scope_threshold": rule.threshold if rule else None,
        "scope_missed": rule.expected_missed if rule else None,
        "scope_needless": rule.expected_needless if rule else None,
        "counts": dict(sorted(counts.items())),
        "worst_labels": labels[:WORST],
    }


def predict_file(
    file: str, folder: str, column: str, *, representation: Representation | None = None
) -> tuple[list[Told], dict[str, Any]]:
    """What the texts of a file are, and what is said of it: how many, how many were refused, how fast."""
    model = load(Path(folder), representation=representation)
    (texts,) = read_columns(file, column)
    began = time.perf_counter()
    masked = masked_texts(texts)
    telling = time.perf_counter()
    told = model.tell(masked)
    ended = time.perf_counter()
    refused = sum(each.label is None for each in told)
    counts = Counter(each.label for each in told if each.label is not None)
    return told, {
        "n": len(told),
        "refused": refused,
        "labels": dict(counts.most_common()),
        "docs_per_second": len(told) / (ended - telling) if told else None,
        "docs_per_second_with_masking": len(told) / (ended - began) if told else None,
    }


def write_told(to: str | TextIO, told: Sequence[Told]) -> None:
    """Write `row,label,confidence,scope_confidence`; rows count from 1. Raises Invalid where it cannot be written."""
    columns = ("row", "label", "confidence", "scope_confidence")
    rows = (
        (row, each.label, f"{each.confidence:.6f}", f"{each.scope_confidence:.6f}") for row, each in enumerate(told, 1)
    )
    if isinstance(to, str):
        keep_csv(to, columns, rows)
    else:
        to.writelines(csv_lines(columns, rows))

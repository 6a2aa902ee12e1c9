"""The bars of telling labels, on public training files alone: a part is kept back, the rest learnt from."""

import csv
import gzip
import json
from typing import Any

import pytest

from heed.text.evaluation import Few, evaluate
from tests.places import shared_data

Rows = tuple[list[str], list[str]]


def banking() -> tuple[Rows, Rows]:
    """A fifth of the training file kept back, by label, from a seed."""
    from sklearn.model_selection import train_test_split

    with (shared_data("banking77") / "train.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    texts, labels = [row["text"] for row in rows], [row["category"] for row in rows]
    a, b, c, d = train_test_split(texts, labels, test_size=0.2, random_state=1, stratify=labels)
    return (a, c), (b, d)


def told(learn: Rows, test: Rows, **more: Any) -> dict[str, Any]:
    found = evaluate(*learn, test[0], lambda: test[1], **more)
    print(found)
    return found


@pytest.mark.prove
def test_intents_of_a_bank_are_told() -> None:
    assert told(*banking())["accuracy"] >= 0.90  # TF-IDF + linear SVM on the same rows: 0.885


@pytest.mark.prove
def test_ten_labels_of_each_and_texts_without_are_enough_for_most() -> None:
    assert told(*banking(), few=Few(10, 1))["accuracy"] >= 0.77  # the SVM on the ten alone: 0.70


@pytest.mark.prove
@pytest.mark.parametrize(("outside", "intents", "least"), [("oos_train", 150, 0.55), (None, 50, 0.30)])
def test_what_is_out_of_scope_is_refused_and_the_rest_told(outside: str | None, intents: int, least: float) -> None:
    file = shared_data("clinc150") / "clinc150_train_val.json.gz"
    found = json.loads(gzip.decompress(file.read_bytes()))
    some = set(sorted({label for _, label in found["train"]})[:intents])
    learnt = [row for row in found["train"] if row[1] in some] + (found[outside] if outside else [])
    asked = [row for row in found["val"] if row[1] in some] + found["oos_val"]
    figures = told(
        ([text for text, _ in learnt], [label for _, label in learnt]),
        ([text for text, _ in asked], [label for _, label in asked]),
        out_of_scope="oos",
    )
    assert figures["in_scope_accuracy"] >= 0.92
    assert figures["oos_recall"] >= least

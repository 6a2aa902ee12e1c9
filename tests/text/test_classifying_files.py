"""`heed text train`, `predict` and `evaluate` on files of each kind, and what they say of bad ones."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from heed.cli import main
from tests.text.test_classifying import STRANGE, made


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """The exit code of `heed text …` and the JSON it prints."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["text", *arguments, "--json"])
    out = capsys.readouterr().out
    return int(ended.value.code or 0), json.loads(out) if out else None


def written(file: Path, texts: list[str], labels: list[str]) -> str:
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([("words", "topic"), *zip(texts, labels, strict=True)])
    return str(file)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("files")
    return written(folder / "train.csv", *made(30, 1)), written(folder / "test.csv", *made(20, 2))


COLUMNS = ("--text", "words", "--label", "topic")
KEYS = [
    "model",
    "n_train",
    "n_test",
    "accuracy",
    "accuracy_interval",
    "macro_f1",
    "in_scope_accuracy",
    "oos_recall",
    "docs_per_second",
    "seconds_train",
    "calibration_error",
    "brier",
    "labels",
    "docs_per_second_with_masking",
    "labels_not_learnt",
    "curve",
]


def test_evaluate_prints_the_keys_of_its_contract(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    code, told = run(capsys, "evaluate", "--train", files[0], "--test", files[1], *COLUMNS)
    assert code == 0
    assert list(told) == KEYS
    assert (told["n_train"], told["n_test"], told["in_scope_accuracy"], told["oos_recall"]) == (240, 160, None, None)
    assert told["accuracy_interval"][0] < told["accuracy"] <= told["accuracy_interval"][1]
    assert told["accuracy"] > 0.9
    assert told["docs_per_second_with_masking"] <= told["docs_per_second"]
    assert (told["labels_not_learnt"], told["curve"]) == ([], None)
    assert told["calibration_error"] < 0.15
    assert told["brier"] < 0.1
    worst, best = told["labels"][0], told["labels"][-1]
    assert worst["f1"] <= best["f1"]
    assert worst["precision_low"] <= worst["precision"] <= worst["precision_high"]
    assert worst["recall_low"] <= worst["recall"] <= worst["recall_high"]


def test_a_learning_curve_and_the_labels_told_worst_are_shown(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("evaluate", "--train", files[0], "--test", files[1], *COLUMNS)
    _, told = run(capsys, *asked, "--curve", "2,500")
    first, last = told["curve"]
    assert (first["labels_per_class"], first["n_train"]) == (2, 16)
    assert (last["labels_per_class"], last["n_train"]) == (None, 240)
    assert first["accuracy"] < last["accuracy"] == told["accuracy"]
    assert first["accuracy_interval"][0] < first["accuracy"] < first["accuracy_interval"][1]
    for wrong in ("five", "0,5"):
        code, refused = run(capsys, *asked, "--curve", wrong)
        assert (code, refused["error"]["code"]) == (1, "bad_curve")
    with pytest.raises(SystemExit):
        main(["text", *asked, "--curve", "2"])
    shown = capsys.readouterr().out
    assert "Told worst" in shown
    assert "Learning curve" in shown


def test_what_is_measured_is_masked_and_rows_without_text_or_label_are_no_rows(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, labels = made(30, 1)
    named = [f"{text} mail {label}.desk@example.com" for text, label in zip(texts, labels, strict=True)]
    train = written(tmp_path / "train.csv", [*named, "", " "], [*labels, "none", "none"])
    bare = ["mail parcel.desk@example.com"] * 6
    test = written(tmp_path / "test.csv", [*bare, "parcel driver", "no label"], [*["noise"] * 6, "weather", ""])
    _, told = run(capsys, "evaluate", "--train", train, "--test", test, *COLUMNS)
    assert (told["n_train"], told["n_test"]) == (240, 7)
    assert told["labels_not_learnt"] == ["weather"]
    assert "parcel" not in [each["label"] for each in told["labels"] if each["told"] >= 6]
    empty = written(tmp_path / "empty.csv", texts, [""] * len(texts))
    code, refused = run(capsys, "evaluate", "--train", train, "--test", empty, *COLUMNS)
    assert (code, refused["error"]["code"]) == (1, "no_labels")


def test_one_text_without_a_label_changes_little_where_labels_are_many(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, labels = made(30, 1)
    some = written(tmp_path / "some.csv", [*texts, "parcel late"], [*labels, ""])
    test = written(tmp_path / "test.csv", *made(20, 2))
    _, told = run(capsys, "evaluate", "--train", some, "--test", test, *COLUMNS)
    assert told["n_train"] == 240
    assert told["accuracy"] > 0.9


def test_a_few_labels_a_class_are_drawn_several_times(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("evaluate", "--train", files[0], "--test", files[1], *COLUMNS, "--shots", "3", "--draws", "2")
    _, told = run(capsys, *asked)
    assert told["n_train"] == 24
    assert told["accuracy"] > 0.5
    _, again = run(capsys, *asked)
    assert again["accuracy"] == told["accuracy"]
    code, refused = run(capsys, *asked[:-4], "--shots", "0", "--draws", "2")
    assert (code, refused["error"]["code"]) == (1, "bad_shots")


@pytest.mark.parametrize("labelled", [True, False])
def test_what_is_out_of_scope_counts_where_it_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], labelled: bool
) -> None:
    outside, _ = made(60, 3, kinds={"oos": STRANGE})
    texts, labels = made(40, 1)
    more = outside[:30] if labelled else []
    train = written(tmp_path / "train.csv", [*texts, *more], [*labels, *["none"] * len(more)])
    texts, labels = made(10, 2)
    test = written(tmp_path / "test.csv", [*texts, *outside[30:]], [*labels, *["none"] * 30])
    _, told = run(capsys, "evaluate", "--train", train, "--test", test, *COLUMNS, "--out-of-scope", "none")
    assert told["in_scope_accuracy"] > 0.85
    assert 0.0 <= told["oos_recall"] <= 1.0
    hits = told["in_scope_accuracy"] * 80 + told["oos_recall"] * 30
    assert told["accuracy"] == pytest.approx(hits / 110)
    if labelled:
        assert told["oos_recall"] > 0.5


def test_a_model_is_trained_kept_and_asked(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "topics", tmp_path / "told.csv"
    code, card = run(capsys, "train", files[0], *COLUMNS, "--out", str(folder))
    assert code == 0
    assert card["n_train"] == 240
    assert card["unseen_accuracy"] > 0.9
    assert len(card["worst_labels"]) == 5
    assert {"label", "n", "precision_low", "recall_high", "mistaken_for"} <= set(card["worst_labels"][0])
    code, about = run(capsys, "predict", files[1], "--text", "words", "--model", str(folder), "--out", str(out))
    assert code == 0
    assert (about["n"], about["refused"]) == (160, 0)
    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    assert list(rows[0]) == ["row", "label", "confidence", "scope_confidence"]
    assert sum(row["label"] == right for row, right in zip(rows, made(20, 2)[1], strict=True)) > 140
    code, refused = run(capsys, "train", files[0], *COLUMNS, "--out", str(folder))
    assert (code, refused["error"]["code"]) == (1, "folder_in_use")
    code, refused = run(capsys, "predict", files[1], "--text", "words", "--model", str(tmp_path / "none"))
    assert (code, refused["error"]["code"]) == (1, "model_gone")


def test_what_is_learnt_from_is_masked_and_rows_without_a_label_help(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, labels = made(6, 1)
    texts = [f"{text} mail anna.secret@example.com" for text in texts]
    rest, _ = made(30, 2)
    file = written(tmp_path / "some.csv", [*texts, *rest], [*labels, *[""] * len(rest)])
    code, card = run(capsys, "train", file, *COLUMNS, "--out", str(tmp_path / "model"))
    assert code == 0
    assert (card["n_train"], card["n_unlabelled"]) == (48, 240)
    assert "secret" not in (tmp_path / "model" / "terms.json").read_text()


@pytest.mark.parametrize("kind", ["tsv", "gz", "jsonl", "parquet"])
def test_files_of_each_kind_say_the_same(
    kind: str, files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, labels = made(30, 1)
    file = tmp_path / f"train.{kind}"
    rows = list(zip(texts, labels, strict=True))
    if kind == "tsv":
        file.write_text("words\ttopic\n" + "".join(f"{a}\t{b}\n" for a, b in rows))
    elif kind == "gz":
        file.write_bytes(gzip.compress(Path(files[0]).read_bytes()))
    elif kind == "jsonl":
        file.write_text("".join(json.dumps({"words": a, "topic": b, "n": 1}) + "\n" for a, b in rows))
    else:
        pq.write_table(pa.table({"topic": labels, "words": texts}), file)
    _, told = run(capsys, "evaluate", "--train", str(file), "--test", files[1], *COLUMNS)
    _, plain = run(capsys, "evaluate", "--train", files[0], "--test", files[1], *COLUMNS)
    assert told["accuracy"] == plain["accuracy"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty_file"),
        (b"words,other\na,b\n", "unknown_column"),
        (b'{"words": "a", "topic": "b"}\n{"words": \n', "bad_json_line"),
        (b'{"words": "a", "topic": "b"}\n[1]\n', "bad_json_line"),
        (b"PAR1 but nothing more", "unreadable_file"),
        (b"\x1f\x8b\x08 cut short", "unreadable_file"),
        (b"words,topic\n", "one_label"),
        (b"words,topic\na,x\nb,x\n", "one_label"),
        (b"words,topic\n,x\n ,y\n", "no_words"),
    ],
)
def test_bad_files_are_refused_with_a_reason(
    raw: bytes, code: str, files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad"
    file.write_bytes(raw)
    exit_code, told = run(capsys, "evaluate", "--train", str(file), "--test", files[1], *COLUMNS)
    assert (exit_code, told["error"]["code"]) == (1, code)
    assert told["error"]["hint"]

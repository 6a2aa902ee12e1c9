"""`heed text themes` as a user runs it: what it prints, what it writes, what it refuses."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from heed.core.errors.rules import Invalid
from heed.text.discovery.telling import tell_themes
from tests.running import runs
from tests.text.discovery.test_finding import KINDS, planted


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts, kinds = planted()
    file = tmp_path_factory.mktemp("answers") / "answers.csv"
    with file.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(("said", "about"))
        writer.writerows([*zip(texts, kinds, strict=True), ("", "9")])
    return file


def test_themes_of_a_file_beside_the_true_groups(answers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    run = runs(tmp_path)
    told = run("text", "themes", str(answers), "--text", "said", "--truth", "about", "--out", str(out))
    assert list(told) == ["n", "themes", "unassigned", "docs_per_second", "nmi", "ari"]
    assert (told["n"], len(told["themes"]), told["unassigned"], told["nmi"], told["ari"]) == (241, 4, 1, 1.0, 1.0)
    assert list(told["themes"][0]) == ["id", "name", "words", "size"]
    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    assert [row["row"] for row in rows] == [str(number) for number in range(1, 242)]
    assert {row["theme"] for row in rows[:-1]} == {theme["id"] for theme in told["themes"]}
    assert rows[-1]["theme"] == ""


def test_the_truth_changes_nothing(answers: Path) -> None:
    with_truth, keys = tell_themes(str(answers), "said", truth="about")
    without, same_keys = tell_themes(str(answers), "said")
    assert keys == same_keys
    assert with_truth["themes"] == without["themes"]
    assert (without["nmi"], without["ari"]) == (None, None)
    assert len(tell_themes(str(answers), "said", k=2)[0]["themes"]) == 2


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--text", "sad"), "unknown_column"),
        (("--text", "said", "--truth", "abaut"), "unknown_column"),
        (("--text", "said", "--k", "500"), "too_many_themes"),
        (("--text", "said", "--out", "/nowhere/there/out.csv"), "unwritable_file"),
    ],
)
def test_what_is_wrong_is_said(answers: Path, tmp_path: Path, more: tuple[str, ...], code: str) -> None:
    error: Any = runs(tmp_path)("text", "themes", str(answers), *more, code=1)["error"]
    assert error["code"] == code
    assert error["hint"]


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        tell_themes(str(tmp_path / "none.csv"), "text")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(Invalid, match="is empty"):
        tell_themes(str(tmp_path / "empty.csv"), "text")


def test_strange_files_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    (tmp_path / "header.csv").write_text("text,label\n")
    assert tell_themes(str(tmp_path / "header.csv"), "text", truth="label")[0]["themes"] == []
    latin = "text\n" + "".join(f"Die Rechnung über {number} € ist falsch\n" for number in range(50))
    (tmp_path / "latin.csv").write_bytes(latin.encode("cp1252") + b'\x00\xff\n"open quote\n')
    assert tell_themes(str(tmp_path / "latin.csv"), "text")[0]["n"] >= 50


def test_personal_words_name_no_theme(tmp_path: Path) -> None:
    texts, _ = planted()
    rows = [{"text": f"{text} call +49 170 1234567 or anna.maurer@example.com"} for text in texts]
    (tmp_path / "rows.jsonl").write_text("text\n" + "\n".join(row["text"] for row in rows))
    told, _ = tell_themes(str(tmp_path / "rows.jsonl"), "text")
    assert len(told["themes"]) == len(KINDS)
    assert "maurer" not in json.dumps(told)

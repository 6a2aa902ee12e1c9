"""`heed text train --kind aspects` and `heed text predict --aspects`: labelled aspects of a file, learnt and told."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from heed.text.cli import app

RUN = CliRunner()
GOOD, BAD = ("runs true", "sits flush", "holds its edge"), ("chatters", "walks off line", "burns the stock")
TOOLS = ("bit", "chuck", "spindle", "collet", "fence", "table")


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("aspects") / "aspects.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(("words", "thing", "thought", "who"))
        for place in range(90):
            tool, told = TOOLS[place % 6], (GOOD, BAD)[place % 2][place // 2 % 3]
            words = f"The {tool} {told} on job {place}, mail me at c{place}@shop.example"
            rows.writerow((words, tool.upper(), ("Positive", "negative")[place % 2], f"c{place}"))
        rows.writerow(("Nothing of the kind", "lathe", "negative", "x"))
    return file


@pytest.fixture(scope="module")
def folder(labelled: Path) -> Path:
    return labelled.parent / "learnt"


@pytest.fixture(scope="module")
def card(labelled: Path, folder: Path) -> dict[str, object]:
    asked = ["--text", "words", "--term", "thing", "--label", "thought", "--author", "who", "--out", str(folder)]
    done = RUN.invoke(app, ["train", str(labelled), "--kind", "aspects", *asked, "--json"])
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def test_labelled_aspects_are_learnt_where_they_beat_the_rules(card: dict[str, object], folder: Path) -> None:
    assert (card["kept"], card["rows"], card["not_found"]) == (True, 91, 1)
    assert float(str(card["taught_f1"])) > 0.9 > float(str(card["rules_f1"]))
    assert "example" not in (folder / "aspects.json").read_text(encoding="utf-8")  # nothing that was masked


def test_what_was_learnt_tells_other_texts(card: dict[str, object], folder: Path, tmp_path: Path) -> None:
    assert card["kept"]
    new, out = tmp_path / "new.csv", tmp_path / "told.csv"
    new.write_text("text\nThe chuck walks off line\nThe staff was friendly.\n", encoding="utf-8")
    done = RUN.invoke(app, ["predict", str(new), "--aspects", str(folder), "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["n"] == 2
    with out.open(newline="", encoding="utf-8") as file:
        told = list(csv.DictReader(file))
    assert (told[0]["row"], told[0]["sentiment"]) == ("1", "negative")
    assert [told[-1][name] for name in ("row", "term", "matter", "said")] == ["2", "staff", "staff", "friendly"]


def test_rules_tell_without_having_learnt(tmp_path: Path) -> None:
    new = tmp_path / "new.csv"
    new.write_text("text\nDie Lieferung kam zu spät\n", encoding="utf-8")
    done = RUN.invoke(app, ["predict", str(new), "--aspects", "rules"])
    assert done.exit_code == 0
    assert "lieferung,delivery,4,13,negative" in done.stdout


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (["predict", "FILE"], "no_model"),
        (["predict", "FILE", "--aspects", "nowhere"], "model_broken"),
        (["train", "FILE", "--kind", "moods", "--out", "there"], "unknown_kind"),
        (
            ["train", "FILE", "--kind", "aspects", "--term", "text", "--label", "text", "--out", "there"],
            "unknown_value",
        ),
    ],
)
def test_what_cannot_be_done_is_said(
    asked: list[str], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.csv").write_text("text\nThe room was dirty\n", encoding="utf-8")
    done = RUN.invoke(app, [each.replace("FILE", "f.csv") for each in asked] + ["--json"])
    assert done.exit_code != 0
    assert code in done.output


def test_few_aspects_are_not_kept_and_the_card_says_why(tmp_path: Path) -> None:
    file, out = tmp_path / "few.csv", tmp_path / "learnt"
    file.write_text("text,term,label\nThe room was dirty,room,negative\n", encoding="utf-8")
    done = RUN.invoke(app, ["train", str(file), "--kind", "aspects", "--out", str(out), "--json"])
    assert done.exit_code == 0
    card = json.loads(done.stdout)
    assert (card["kept"], card["folder"]) == (False, "")
    assert "fewer than 60" in card["reason"]
    assert not out.exists()

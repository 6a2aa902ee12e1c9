"""`heed text mask`: the same lines masked, or where each stretch stands."""

import json
from pathlib import Path

import pytest

from heed.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["text", "mask", *arguments])
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


def test_lines_are_written_with_their_masks(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "lines.txt"
    file.write_text("Call me on +49 30 901820\n\nBSN 111222333, kenteken 12-AB-34\n", encoding="utf-8")
    assert run(capsys, str(file))[:2] == (0, "Call me on [PHONE]\n\nBSN [NATIONAL_ID], kenteken [PLATE]\n")


def test_places_are_code_points_of_the_original_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("id,words\n1,nothing here\n2,👍 mail a@b.org\n", encoding="utf-8")
    code, out, _ = run(capsys, str(file), "--text", "words", "--json")
    assert code == 0
    assert json.loads(out) == {"lines": 2, "spans": [{"line": 2, "start": 7, "end": 14, "kind": "EMAIL"}]}


def test_a_column_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("id,words\n1,hello\n", encoding="utf-8")
    code, _, err = run(capsys, str(file), "--text", "word")
    assert code == 1
    assert "words" in err

"""`heed text mask`: the same lines masked, or where each stretch stands."""

import gzip
import io
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


def test_marks_of_order_ends_of_lines_and_empty_signs_move_no_place(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    raw = b"\xef\xbb\xbfmail a@b.org\r\n\r\nx\x00y +49 30 901820"
    file, packed = tmp_path / "lines.txt", tmp_path / "lines.gz"
    file.write_bytes(raw)
    packed.write_bytes(gzip.compress(raw))
    wanted = {
        "lines": 3,
        "spans": [
            {"line": 1, "start": 5, "end": 12, "kind": "EMAIL"},
            {"line": 3, "start": 4, "end": 17, "kind": "PHONE"},
        ],
    }
    for path in (file, packed):
        assert json.loads(run(capsys, str(path), "--json")[1]) == wanted
    assert run(capsys, str(file))[1] == "mail [EMAIL]\n\nx\x00y [PHONE]\n"


def test_a_line_break_within_quotes_is_part_of_the_text_and_stdin_is_a_table_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = b'id,words\r\n1,"one a@b.org\ntwo +49 30 901820"\r\n2,"say ""hi"" to a@b.org"\r\n'
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(table)))
    found = json.loads(run(capsys, "--text", "words", "--json")[1])
    assert found["lines"] == 2
    assert [(span["line"], span["start"], span["end"]) for span in found["spans"]] == [
        (1, 4, 11),
        (1, 16, 29),
        (2, 12, 19),
    ]

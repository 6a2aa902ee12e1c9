"""Tables as files: no cell is run by a spreadsheet, and one place writes them all."""

import ast
import csv
import gzip
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import heed
from heed.core.tables import FORMULA_STARTS, PLAIN_NUMBER, csv_lines, csv_of, plain_cell
from tests.places import shared_data

SOURCE = Path(heed.__file__).parent
WRITERS = frozenset({"writer", "DictWriter", "write_csv", "to_csv", "CSVWriter"})


def test_cells_that_a_spreadsheet_would_run_are_made_plain() -> None:
    for text in ("=1+1", "+cmd|' /C calc'!A0", "-x", "@SUM(A1)", "\tx", "\r=x", " =x", "\ufeff=x", "\uff1dx", "-1+2"):
        assert plain_cell(text) == "'" + text
    for text in ("-5.2", "+3", "-.5", "-1e-9", "a=b", "", "a@b.example", "'=x"):
        assert plain_cell(text) == text


def test_numbers_stay_numbers_and_times_are_told() -> None:
    assert [plain_cell(value) for value in (-3.5, -5, 0, True)] == [-3.5, -5, 0, True]
    assert [plain_cell(value) for value in (Decimal("-12.50"), None)] == ["-12.50", ""]
    assert plain_cell(datetime(2026, 5, 3, 9, tzinfo=UTC)) == "2026-05-03T09:00:00+00:00"
    assert plain_cell(date(2026, 5, 3)) == "2026-05-03"
    (row,) = csv.reader(io.StringIO(csv_of([{"value": -3.5, "n": 4}]).splitlines()[1]))
    assert [float(cell) for cell in row] == [-3.5, 4.0]


def test_names_of_columns_are_cells_as_well() -> None:
    assert list(csv_lines(["=a", "b"], [["x,y", None], ['@"', 2]])) == ["'=a,b\r\n", '"x,y",\r\n', '"\'@""",2\r\n']
    assert csv_of([]) == ""


@given(st.lists(st.text(), min_size=2, max_size=4))
def test_what_is_read_back_starts_no_formula_and_loses_nothing(cells: list[str]) -> None:
    (back,) = csv.reader(io.StringIO("".join(list(csv_lines(["a", "b"], [cells]))[1:]), newline=""))
    for cell, read in zip(cells, back, strict=True):
        assert read in (cell, "'" + cell)
        assert PLAIN_NUMBER.fullmatch(read) or not read.lstrip().startswith(FORMULA_STARTS)


def test_what_people_tweeted_leaves_as_words() -> None:
    """Nearly every tweet to an airline starts with an @."""
    with gzip.open(shared_data("airline_tweets/tweets_dev.csv.gz"), "rt", newline="", encoding="utf-8") as source:
        tweets = [row["text"] for row in csv.DictReader(source)]
    assert sum(text.startswith("@") for text in tweets) > 5_000
    back = list(csv.DictReader(io.StringIO(csv_of([{"text": text} for text in tweets]), newline="")))
    assert len(back) == len(tweets)
    assert not any(row["text"].startswith(FORMULA_STARTS) for row in back)
    assert [row["text"].removeprefix("'") for row in back] == [text.removeprefix("'") for text in tweets]


def test_no_other_place_writes_csv() -> None:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = node.attr if isinstance(node, ast.Attribute) else node.name if isinstance(node, ast.alias) else ""
            if named in WRITERS and (named != "writer" or _is_csv(node)):
                found.append(path.relative_to(SOURCE).as_posix())
    assert set(found) == {"core/tables.py"}


def test_every_answer_that_is_csv_is_written_by_that_place() -> None:
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "text/csv" in text:
            assert "heed.core.tables" in text, path


def _is_csv(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "csv"

"""Readers: every kind of file gives the same rows, each under its true line, and damage is repaired and told."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heed.core.errors.rules import Invalid
from heed.service.formats.definition import Mapping
from heed.service.formats.importers.reading import Reader, reader_for
from heed.service.formats.importers.source import Source

TEXTS = {
    "columns": ["a", "b"],
    "targets": [{"table": "verbatims", "columns": {"said_at": {"from": "a"}, "text": {"from": "b"}}}],
}
Open = Callable[..., Reader]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    def run(words: bytes, name: str = "x.csv", **options: object) -> Reader:
        (tmp_path / name).write_bytes(words)
        return reader_for(Source(tmp_path / name, name), Mapping.model_validate({**TEXTS, **options}))

    return run


def rows(reader: Reader) -> list[tuple[int, str | None, str | None]]:
    """(line, a, b) of every good row."""
    found = []
    for batch in reader.batches():
        table = batch.table
        found += zip(batch.lines.tolist(), table.column("a").to_pylist(), table.column("b").to_pylist(), strict=True)
    return found


PLAIN = [(2, "1", "one"), (3, "2", "two")]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (b"a,b\n1,one\n2,two\n", "x.csv"),
        (b"a,b\r\n1,one\r\n2,two", "x.csv"),
        (b"a,b\r1,one\r2,two\r", "x.csv"),
        (b"\xef\xbb\xbfa;b\n1;one\n2;two\n", "x.csv"),
        (b"a\tb\n1\tone\n2\ttwo\n", "x.tsv"),
        (b"a|b\n1|one\n2|two\n", "x.txt"),
        ("\ufeffa,b\n1,one\n2,two\n".encode("utf-16-le"), "x.csv"),
        ("\ufeffa,b\n1,one\n2,two\n".encode("utf-16-be"), "x.csv"),
        (gzip.compress(b"a,b\n1,one\n2,two\n", mtime=0), "x.csv.gz"),
        (gzip.compress(b"a,b\n1,one\n2,two\n", mtime=0), "no_name"),
    ],
)
def test_text_files_are_told_by_what_they_are(opened: Open, words: bytes, name: str) -> None:
    assert rows(opened(words, name)) == PLAIN


@pytest.mark.parametrize(
    ("words", "name", "lines"),
    [
        (b'{"a": 1, "b": "one"}\n\n{"a": 2, "b": "two"}\n', "x.jsonl", (1, 3)),
        (b'[{"a": 1, "b": "one"},\n {"a": 2, "b": "two"}]', "x.json", (1, 2)),
        (b'[\n{"a": "1",\n "b": "one"},\n{"a": "2", "b": "two"}\n]\n', "x.json", (2, 4)),
    ],
)
def test_json_rows_stand_under_their_lines(opened: Open, words: bytes, name: str, lines: tuple[int, int]) -> None:
    assert rows(opened(words, name)) == [(lines[0], "1", "one"), (lines[1], "2", "two")]


def test_a_list_in_a_json_object(opened: Open) -> None:
    words = b'{"count": 1, "items": [{"a": 1, "b": "one"}]}'
    assert [row[1:] for row in rows(opened(words, "x.json", records="items"))] == [("1", "one")]
    with pytest.raises(Invalid):
        opened(words, "x.json", records="rows")


def test_objects_in_objects_are_columns_with_a_dot(opened: Open) -> None:
    body = {
        "columns": ["a", "b.c"],
        "targets": [{"table": "verbatims", "columns": {"said_at": {"from": "a"}, "text": {"from": "b.c"}}}],
    }
    (batch,) = opened(b'{"a": 1, "b": {"c": [2, 3]}}\n', "x.jsonl", **body).batches()
    assert batch.table.column("b.c").to_pylist() == ["[2, 3]"]


def test_a_line_that_is_not_json_is_rejected_alone(opened: Open) -> None:
    (batch,) = opened(b'{"a": 1, "b": "x"}\n{"a": \n[1]\n{"a": 2, "b": "y"}\n', "x.jsonl").batches()
    assert [(row.row, row.line, row.faults[0].rule) for row in batch.rejected] == [
        (1, 2, "not_json"),
        (2, 3, "not_json"),
    ]
    assert batch.rows.tolist() == [0, 3]


def test_a_json_list_that_is_not_closed_is_refused(opened: Open) -> None:
    with pytest.raises(Invalid) as refused:
        list(opened(b'[{"a": 1, "b": "x"},\n{"a": 2, "b": ', "x.json").batches())
    assert refused.value.code == "wrong_format"


def test_parquet_and_excel_give_the_text_a_csv_would_hold(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 5, 9, 30)  # noqa: DTZ001  spreadsheets know no zones
    pq.write_table(pa.table({"a": [moment, None], "b": [1.5, 2.0]}), tmp_path / "x.parquet")
    book = openpyxl.Workbook()
    for row in (("a", "b"), (moment, 1.5), (None, None), (None, 2.0)):
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    mapping = Mapping.model_validate(TEXTS)
    parquet = rows(reader_for(Source(tmp_path / "x.parquet", "x.parquet"), mapping))
    assert parquet == [(1, "2026-01-05 09:30:00.000000", "1.5"), (2, None, "2")]
    assert rows(reader_for(Source(tmp_path / "x.xlsx", "x.xlsx"), mapping)) == [
        (2, "2026-01-05 09:30:00", "1.5"),
        (4, None, "2"),
    ]


def test_fixed_width_with_a_code_page(opened: Open) -> None:
    fields = {"a": {"start": 1, "width": 3}, "b": {"start": 4, "width": 5}}
    reader = opened("001Käse \n002Brot \n9\n".encode("cp850"), "x.txt", format="fixed", encoding="cp850", fields=fields)
    (batch,) = reader.batches()
    assert batch.table.to_pylist() == [{"a": "001", "b": "Käse "}, {"a": "002", "b": "Brot "}]
    assert [row.line for row in batch.rejected] == [3]


XES = """<?xml version="1.0"?>
<log xmlns="http://www.xes-standard.org/">
<global scope="event"><string key="concept:name" value="default"/></global>
<trace><string key="concept:name" value="c1"/>
 <event><string key="a" value="2026-01-05T09:00:00+01:00"/>
  <string key="b" value="x &amp; y"><string key="inner" value="no"/></string></event>
 <event><string key="a" value="2026"/><int key="b" value="2"/></event>
</trace></log>"""


@pytest.mark.parametrize("packed", [False, True])
def test_events_of_a_log_with_the_attributes_of_their_trace(opened: Open, packed: bool) -> None:
    words = XES.encode()
    reader = opened(gzip.compress(words) if packed else words, "x.xes.gz" if packed else "x.xes")
    assert reader.columns == ["case:concept:name", "a", "b"]
    assert rows(reader) == [(5, "2026-01-05T09:00:00+01:00", "x & y"), (7, "2026", "2")]


def test_a_log_with_a_document_type_is_refused(opened: Open) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaa">]><log><trace><event/></trace></log>'
    with pytest.raises(Invalid) as refused:
        opened(bomb.encode(), "x.xes")
    assert refused.value.code == "wrong_format"


def test_a_log_that_is_not_well_formed_is_refused_with_its_line(opened: Open) -> None:
    with pytest.raises(Invalid) as refused:
        list(opened(XES.replace("</trace>", "").encode(), "x.xes").batches())
    assert "Line 8" in refused.value.message


def test_lines_are_those_of_the_file_whatever_rows_hold(opened: Open) -> None:
    text = 'a,b\n1,"two\nlines\n\nand more"\n\n2,x,y\n3,"q""q"\n"4","5\n6"\n7,8\n'
    reader = opened(text.encode())
    (batch,) = reader.batches()
    assert batch.lines.tolist() == [2, 8, 9, 11]
    assert [(row.line, row.row) for row in batch.rejected] == [(7, 1)]
    assert batch.rows.tolist() == [0, 2, 3, 4]
    assert batch.table.column("b").to_pylist()[0] == "two\nlines\n\nand more"


def test_lines_stay_true_over_many_blocks(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heed.service.formats.importers.delimited.BLOCK_SIZE", 512)
    monkeypatch.setattr("heed.service.formats.importers.text.BLOCK", 300)
    text, wanted, odd, line = ["a,b"], [], [], 2
    for number in range(400):
        if number % 7 == 3:
            text.append(f'{number},"x\ny"')
        elif number % 11 == 5:
            text.append(f"{number}")
        else:
            text.append(f"{number},z")
        (odd if number % 7 != 3 and number % 11 == 5 else wanted).append((line, str(number)))
        line += 2 if number % 7 == 3 else 1
    reader = opened("\n".join(text).encode())
    batches = list(reader.batches())
    assert len(batches) > 3
    good = [
        pair
        for batch in batches
        for pair in zip(batch.lines.tolist(), batch.table.column("a").to_pylist(), strict=True)
    ]
    assert good == wanted
    assert [(row.line, row.raw["a"]) for batch in batches for row in batch.rejected] == odd


def test_stray_bytes_nul_and_returns_are_repaired_and_told(opened: Open) -> None:
    reader = opened(b"a,b\n1,caf\xe9 \x93so\x94\n2,n\0ul\n3,one\rtwo\n4,fine\xc3\xa9\n")
    assert [row[2] for row in rows(reader)] == ["café “so”", "nul", "one two", "fineé"]
    told = {item["rule"]: (item["count"], item["first"]["line"]) for item in reader.notes.as_list()}
    assert told == {"stray_bytes": (1, 2), "nul_byte": (1, 3), "stray_carriage_return": (1, 4)}


def test_a_value_that_holds_a_row_is_noticed(opened: Open) -> None:
    reader = opened(b'a,b\n1,"lost\n2,"x"\n3,y\n')
    list(reader.batches())
    assert [item["rule"] for item in reader.notes.as_list()] == ["row_inside_a_value"]


def test_the_mapping_decides_between_formats_that_look_alike_and_no_others(opened: Open) -> None:
    assert rows(opened(b"a\tb\n1\tone\n2\ttwo\n", "x.csv", format="tsv")) == PLAIN
    with pytest.raises(Invalid) as refused:
        opened(b'{"a": 1, "b": 2}\n', "x.csv", format="csv")
    assert refused.value.code == "wrong_format"


def test_a_header_further_down_and_columns_without_a_name(opened: Open) -> None:
    reader = opened(b"Export of 2026\n\n,a,b\n0,1,one\n", header_line=3)
    assert reader.columns == ["column 1", "a", "b"]
    assert rows(reader) == [(4, "1", "one")]


def test_columns_that_come_late_in_a_json_file_are_found(opened: Open) -> None:
    lines = [json.dumps({"a": number}) for number in range(1500)] + ['{"a": 1, "b": "late"}']
    assert opened("\n".join(lines).encode(), "x.jsonl").columns == ["a", "b"]


def test_reading_is_told_as_it_goes(tmp_path: Path) -> None:
    words = b"a,b\n" + b"1,one\n" * 1000
    (tmp_path / "x.csv").write_bytes(words)
    told: list[float] = []
    reader = reader_for(Source(tmp_path / "x.csv", "x.csv", told.append), Mapping.model_validate(TEXTS))
    told.clear()
    list(reader.batches())
    assert sum(told) == len(words)


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=("Cs",)), max_size=8)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows_=st.lists(st.tuples(CELL, CELL), max_size=12), ends=st.sampled_from(["\n", "\r\n"]))
def test_what_python_writes_is_read_as_it_was_under_the_lines_it_has(
    tmp_path: Path, rows_: list[tuple[str, str]], ends: str
) -> None:
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, lineterminator=ends, quoting=csv.QUOTE_ALL)
    writer.writerow(("a", "b"))
    wanted = []
    for first, second in rows_:
        line = sink.getvalue().count("\n") + 1
        writer.writerow((first, second))
        if first or second:
            wanted.append((line, first, second))
    (tmp_path / "x.csv").write_bytes(sink.getvalue().encode())
    reader = reader_for(Source(tmp_path / "x.csv", "x.csv"), Mapping.model_validate(TEXTS))
    assert rows(reader) == wanted

"""The same log in every form that is no XES or OCEL; times in the ways people write them; files that are not as they should be."""

import gzip
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from heed.core.errors.rules import Invalid
from heed.mining.columns import Columns
from heed.mining.mined import mined
from heed.mining.readers.opening import opened
from tests.mining.logs import REFUNDS

FORMS = ("csv", "csv.gz", "tsv", "semicolons", "jsonl", "json", "parquet", "xlsx", "utf-16")


def rows() -> list[dict[str, str | None]]:
    header, *lines = (line.split(",") for line in REFUNDS.splitlines())
    return [dict(zip(header, (cell or None for cell in line), strict=True)) for line in lines]


def in_form(form: str, folder: Path) -> Path:
    """The log of refunds as a file whose name does not tell its form."""
    path = folder / "log"
    if form == "parquet":
        pq.write_table(arrow_csv.read_csv(io.BytesIO(REFUNDS.encode()), convert_options=arrow_csv.ConvertOptions(
            column_types={"time:timestamp": pa.string()}, strings_can_be_null=True)), path)  # fmt: skip
    elif form == "xlsx":
        book = Workbook()
        book.active.append(list(rows()[0]))
        for row in rows():
            cells = list(row.values())
            zoned = datetime.fromisoformat(str(cells[2]).replace("Z", "+00:00"))
            cells[2] = (zoned - (zoned.utcoffset() or zoned - zoned)).replace(tzinfo=None)  # type: ignore[call-overload]
            book.active.append(cells)
        book.save(path)
    else:
        path.write_bytes(in_text(form))
    return path


def in_text(form: str) -> bytes:
    if form == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in rows()).encode()
    if form == "json":
        return json.dumps(rows(), indent=1).encode()
    if form == "utf-16":
        return REFUNDS.encode("utf-16")
    text = REFUNDS.replace(",", {"tsv": "\t", "semicolons": ";"}.get(form, ","))
    return gzip.compress(text.encode()) if form.endswith("gz") else text.encode()


def told(file: Path | str, columns: Columns | None = None) -> dict[str, Any]:
    with opened(str(file), columns) as log:
        return mined(log) | {"notes": [str(note) for note in log.notes]}


@pytest.mark.parametrize("form", FORMS)
def test_a_log_is_told_by_what_is_in_it(form: str, tmp_path: Path) -> None:
    plain = tmp_path / "refunds.csv"
    plain.write_text(REFUNDS)
    assert told(in_form(form, tmp_path)) == told(plain)


@pytest.mark.parametrize(
    ("first", "second", "seconds"),
    [
        ("2024-03-04 09:00:00", "2024-03-04 10:00:00", 3600),
        ("2024-03-31T01:30:00+01:00", "2024-03-31T03:30:00+02:00", 3600),
        ("2024-03-04T09:00:00.250Z", "2024-03-04T09:00:01Z", 0.75),
        ("04.03.2024 09:00", "13.03.2024 09:00", 9 * 86_400),
        ("4/3/2024 09:00:00", "13/3/2024 09:00:00", 9 * 86_400),
        ("3/4/2024 9:00 AM", "3/13/2024 9:00 PM", 9.5 * 86_400),
        ("04-Mar-2024", "05-Mar-2024", 86_400),
        ("1709542800", "1709546400", 3600),
        ("1709542800000", "1709542800500", 0.5),
    ],
)
def test_times_are_read_as_people_write_them(first: str, second: str, seconds: float, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(f"case,activity,at\na,x,{first}\na,y,{second}\n")
    found = told(file, Columns("case", "activity", "at"))
    assert found["edges"][0]["median_seconds"] == pytest.approx(seconds)


def test_a_day_that_may_be_a_month_is_told_of(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("case,activity,at\na,x,04/03/2024 09:00\na,y,05/03/2024 09:00\n")
    found = told(file, Columns("case", "activity", "at"))
    assert (found["edges"][0]["median_seconds"], "day/month" in found["notes"][0]) == (86_400, True)


def test_a_time_that_cannot_be_read_is_counted_and_its_event_stays_in_its_place(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("case,activity,at\na,x,2024-03-04\na,y,soon\na,z,2024-03-05\nb,x,\n")
    found = told(file, Columns("case", "activity", "at"))
    assert found["notes"] == ["1 times cannot be read; the first is 'soon' on line 3."]
    assert [row["activities"] for row in found["top_variants"]] == [["x"], ["x", "y", "z"]]
    assert (found["untimed"], found["edges"][0]["count"], found["edges"][0]["median_seconds"]) == (2, 1, None)


def test_what_has_no_case_or_activity_or_too_many_cells_is_left_out_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("case,activity,at\na,x,2024-03-04\n,y,2024-03-04\na,,2024-03-05\na,x,2024-03-05,too,many\n")
    found = told(file, Columns("case", "activity", "at"))
    assert found["events"] == 1
    assert found["left_out"] == {"no_case": 1, "no_activity": 1, "broken_row": 1}


REFUSED = {
    "a,b\n1,2\n": "unknown_column",
    "case,case\n1,2\n": "doubled_column",
    "": "empty_file",
    "case:concept:name,concept:name,time:timestamp\n": "empty_log",
    "case:concept:name,concept:name,time:timestamp\na,x,soon\n": "bad_times",
    "case:concept:name,concept:name,time:timestamp\n,x,2024-03-04\n": "empty_log",
    "<log><trace><event></trace></log>": "broken_xml",
    "<log><trace></trace></log>": "empty_log",
    "<!DOCTYPE log []><log/>": "broken_xml",
    "<html><body/></html>": "broken_xml",
    "PAR1 and no more": "unreadable_file",
    "PK\x03\x04 and no more": "unreadable_file",
    "SQLite format 3\x00 and no more": "unreadable_file",
    '{"objectTypes": [': "unreadable_file",
    '{"a": 1}\n{"a": \n': "unreadable_file",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_log_is_refused_with_a_reason(text: str, tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text(text)
    with pytest.raises(Invalid) as refused:
        told(file)
    assert (refused.value.code, bool(refused.value.hint)) == (REFUSED[text], True)


def test_the_nearest_column_is_named(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("case_id,activity,timestamp\na,x,2024-03-04\n")
    with pytest.raises(Invalid) as refused:
        told(file, Columns("caseid", "activity", "timestamp"))
    assert refused.value.hint == "Name it with --case. Did you mean case_id?"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        told(tmp_path / "nowhere.csv")

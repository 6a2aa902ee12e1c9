"""What public logs hold that no tutorial has: the edges of each are those pm4py 2.7 finds in the same file, as numbers."""

from pathlib import Path

import pytest

from heed.mining.columns import Columns
from heed.mining.mined import mined
from heed.mining.readers.opening import opened

HEAD = """<?xml version="1.0" encoding="{encoding}"?>
<log xes.version="1.0" xes.features="nested-attributes" openxes.version="1.0RC7" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<global scope="trace"><string key="concept:name" value="__INVALID__"/></global>
<global scope="event"><string key="concept:name" value="__INVALID__"/><string key="lifecycle:transition" value="complete"/></global>
<classifier name="Activity classifier" keys="concept:name lifecycle:transition"/>
<string key="concept:name" value="the log itself"/>
"""
NESTED = """<list key="items"><string key="concept:name" value="WRONG"/><values><date key="time:timestamp" value="1999-01-01T00:00:00Z"/>
</values></list><string key="outer" value="v"><string key="concept:name" value="WRONG"/></string>"""


def event(name: str, at: str, more: str = "", state: str = "", who: str = "") -> str:
    parts = [f'<string key="concept:name" value="{name}"/>', f'<date key="time:timestamp" value="{at}"/>']
    parts += [f'<string key="lifecycle:transition" value="{state}"/>'] * bool(state)
    parts += [f'<string key="org:resource" value="{who}"/>'] * bool(who)
    return f"<event>{''.join(parts)}{more}</event>\n"


def trace(case: str, *events: str, more: str = "") -> str:
    return f'<trace>{more}<string key="concept:name" value="{case}"/>{"".join(events)}</trace>\n'


LOGS = {
    "states of the lifecycle, which differ in nothing else, and events nobody is named for": (
        trace(
            "173688",
            event("A", "2011-10-01T00:38:44.546+02:00", state="COMPLETE", who="112"),
            event("W", "2011-10-01T11:00:00.000+02:00", state="SCHEDULE"),
            event("W", "2011-10-01T11:45:25.447+02:00", state="START", who="10862"),
            event("W", "2011-10-01T11:46:00+02:00", state="COMPLETE", who="10862"),
            more='<date key="REG_DATE" value="2011-10-01T00:38:44.546+02:00"/><string key="AMOUNT_REQ" value="20000"/>',
        ),
        (1, 4, {("A", "W"): (1, 37275.454, 37275.454), ("W", "W"): (2, 1380, 1380)}),
    ),
    "events at one time, and some that are not in order": (
        trace(
            "a",
            *(event(name, f"2013-01-01T{hour}:00:00+01:00") for name, hour in
              [("x", 10), ("y", 10), ("z", "09"), ("x", 10), ("y", "09")]),
        )
        + trace("b", event("y", "2013-01-01T10:00:00+01:00"), event("x", "2013-01-01T09:00:00.000+00:00")),
        (2, 7, {("x", "y"): (1, 0, 0), ("y", "x"): (3, 1200, 0), ("z", "y"): (1, 0, 0)}),
    ),
    "zones that differ, the hour that comes twice, names with blanks": (
        trace(
            "a b c",
            event("x", "2014-10-26T02:30:00.000+02:00"),
            event("y", "2014-10-26T02:10:00.000+01:00"),
            event("z", "2014-10-26T03:10:00+01:00"),
        )
        + trace(" lead", event("x", "2014-10-26T02:30:00.000Z"), event("y", "2014-10-26T02:30:00.123456+00:00"))
        + trace("a  b", event("x ", "2014-10-26T02:30:00.000-05:30"), event("y", "2014-10-26T02:30:00")),
        (3, 7, {("x", "y"): (2, 1200.061728, 1200.061728), ("y", "x "): (1, 19800, 19800), ("y", "z"): (1, 3600, 3600)}),
    ),
    "attributes within attributes": (
        trace(
            "a",
            event("x", "2014-10-26T02:30:00.000+02:00", NESTED),
            event("y", "2014-10-26T03:30:00.000+02:00", NESTED),
            more='<string key="dept" value="d"><string key="concept:name" value="WRONG"/></string>',
        ),
        (1, 2, {("x", "y"): (1, 3600, 3600)}),
    ),
    "a case in two traces": (
        trace("a", event("x", "2014-10-26T02:30:00Z"), event("y", "2014-10-26T04:30:00Z"))
        + trace("b", event("x", "2014-10-26T02:30:00Z"))
        + trace("a", event("z", "2014-10-26T03:30:00Z")),
        (2, 4, {("x", "z"): (1, 3600, 3600), ("z", "y"): (1, 3600, 3600)}),
    ),
    "times in all ways of ISO 8601": (
        trace(
            "a",
            *(event(name, at) for name, at in [
                ("x", "2014-10-26T02:30:00.000+0200"), ("y", "2014-10-26T02:30:01.1234567+02:00"),
                ("z", "2014-10-26T02:30:02.123456789Z"), ("u", "2014-10-26 05:30:02+02"), ("v", "2014-10-27"),
                ("w", "2014-10-27T05:30+02:00"),
            ]),
        ),
        (1, 6, {("x", "y"): (1, 1.123456, 1.123456), ("y", "z"): (1, 7201, 7201), ("z", "u"): (1, 3599.876544, 3599.876544),
                ("u", "v"): (1, 73798, 73798), ("v", "w"): (1, 12600, 12600)}),
    ),
    "a case named after its events": (
        '<trace><!-- first the events -->' + event("x", "2014-10-26T02:30:00Z") + event("y", "2014-10-26T02:31:00Z")
        + '<string key="concept:name" value="late"/></trace>',
        (1, 2, {("x", "y"): (1, 60, 60)}),
    ),
    "times centuries apart": (
        trace("a", event("x", "0014-10-26T02:30:00Z"), event("y", "1899-10-26T02:31:00Z"), event("z", "2214-10-26T02:31:00Z")),
        (1, 3, {("x", "y"): (1, 59484844860, 59484844860), ("y", "z"): (1, 9940406400, 9940406400)}),
    ),
    "signs that no name should have": (
        trace("a&#9;b", event("straße &amp; &lt;co&gt;", "2014-10-26T02:30:00Z"), event("y&#10;z", "2014-10-26T02:31:00Z")),
        (1, 2, {("straße & <co>", "y\nz"): (1, 60, 60)}),
    ),
}  # fmt: skip
# Only the encoding that the file declares is right; what pm4py does with them depends on the parser it finds.
ENCODINGS = ("utf-8", "utf-8-sig", "ISO-8859-1", "windows-1252", "utf-16")


def edges(
    file: Path, columns: Columns | None = None
) -> tuple[int, int, dict[tuple[str, str], tuple[int, float, float]]]:
    with opened(str(file), columns) as log:
        found = mined(log)
    assert (found["untimed"], found["left_out"]) == (0, {})
    told = {
        (row["from"], row["to"]): (row["count"], row["mean_seconds"], row["median_seconds"]) for row in found["edges"]
    }
    return found["cases"], found["events"], told


@pytest.mark.parametrize("what", LOGS)
def test_an_odd_log_has_the_edges_that_others_find(what: str, tmp_path: Path) -> None:
    traces, (cases, events, expected) = LOGS[what]
    file = tmp_path / "odd.xes"
    file.write_text(HEAD.format(encoding="UTF-8") + traces + "</log>\n", encoding="utf-8")
    found = edges(file)
    assert found[:2] == (cases, events)
    assert found[2].keys() == expected.keys()
    for edge, figures in expected.items():
        assert found[2][edge] == pytest.approx(figures, rel=1e-9), edge


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_log_is_read_in_the_encoding_it_declares(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "odd.xes"
    log = trace("straße", event("prüfen", "2014-10-26T02:30:00Z"), event("züge", "2014-10-26T02:31:00Z"))
    head = HEAD.format(encoding=encoding.removesuffix("-sig"))
    file.write_text(head + log + "</log>\n", encoding=encoding)
    assert edges(file) == (1, 2, {("prüfen", "züge"): (1, 60, 60)})


def test_a_table_as_windows_writes_it_loses_no_row_wherever_its_signs_are(tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    for end in ("b", "€", "ü", "ü\r\n"):
        text = "case;activity;at;note\r\n1;a;2012-10-09;x\r\n1;b;2012-10-10;" + end
        file.write_bytes(text.encode("cp1252"))
        assert edges(file, Columns("case", "activity", "at"))[1] == 2


NAMED = Columns("Case ID", "Aktivität", "Complete Timestamp")
TABLES = {
    "semicolons, Latin-1, the lines of Windows": (
        "Case ID;Aktivität;Complete Timestamp\r\n1;prüfen;2012/10/09 14:50:17.000\r\n1;b, c;2012/10/09 14:51:17.500\r\n", "latin-1",
    ),
    "a byte order mark, quotation marks, a column without a name, an empty line at the end": (
        ',"Case ID","Aktivität","Complete Timestamp"\n0,"1","prüfen","09.10.2012 14:50:17"\n1,"1","b, c","09.10.2012 14:51:17.5"\n\n',
        "utf-8-sig",
    ),
    "a line end within a cell, tabs": (
        'Case ID\tNote\tAktivität\tComplete Timestamp\n1\t"a\nb"\tprüfen\t2012-10-09 14:50:17+02:00\n'
        "1\t\tb, c\t2012-10-09 12:51:17.5+00:00\n",
        "utf-8",
    ),
    "columns in another order, case that is a number with a point": (
        "Complete Timestamp,Case ID,Aktivität\n2012-10-09T14:50:17Z,1.0,prüfen\n2012-10-09T14:51:17.500Z,1.0,\"b, c\"\n", "utf-8",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TABLES)
def test_an_odd_table_is_the_same_log(what: str, tmp_path: Path) -> None:
    text, encoding = TABLES[what]
    file = tmp_path / "odd.csv"
    file.write_bytes(text.encode(encoding))
    assert edges(file, NAMED) == (1, 2, {("prüfen", "b, c"): (1, 60.5, 60.5)})

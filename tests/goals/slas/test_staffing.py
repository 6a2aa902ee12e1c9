"""`heed staffing plan`: the least number of agents, beside the closed forms tried one by one, and what it refuses."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heed.cli import main
from heed.core.errors.rules import Invalid
from heed.goals.slas.rules.staffing import Demand, demand, demands, plan, promised, scheduled
from heed.stats.queues.erlang import erlang_c
from heed.stats.queues.impatience import erlang_a
from tests.stats.references import Case, cases

ONE = ("--calls", "100", "--interval", "1800", "--aht", "180")


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    with pytest.raises(SystemExit) as stopped:
        main(["staffing", "plan", "--target", "0.8", "--within", "20", *arguments, "--json"])
    assert (stopped.value.code or 0) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_plan_of_one_interval(capsys: pytest.CaptureFixture[str]) -> None:
    found = run(capsys, *ONE, "--shrinkage", "0.3")
    (only,) = found["intervals"]
    assert (found["model"], found["target"], found["within_seconds"]) == ("erlang_c", 0.8, 20)
    assert (only["start"], only["agents"], only["scheduled"]) == (None, 14, 20)
    assert only["service_level"] == pytest.approx(0.88835, rel=1e-6)
    assert only["asa_seconds"] == pytest.approx(7.83593, rel=1e-5)
    assert (only["occupancy"], only["abandonment"]) == (pytest.approx(10 / 14), 0)


def test_who_gives_up_needs_fewer(capsys: pytest.CaptureFixture[str]) -> None:
    found = run(capsys, *ONE, "--patience", "120")
    (only,) = found["intervals"]
    assert (found["model"], only["agents"]) == ("erlang_a", 12)
    assert only["abandonment"] > 0.05


@pytest.mark.parametrize("case", cases("erlang", "agents_required"), ids=lambda case: case.id)
def test_the_reference_cases(case: Case) -> None:
    given, wanted = case.input, case.expected
    promise = promised(
        given["target_sl"],
        given["threshold_s"],
        shrinkage=given["shrinkage"],
        max_occupancy=given["max_occupancy"],
    )
    (found,) = plan([demand(None, given["calls"], given["aht_s"], given["interval_s"])], promise)
    assert (found.agents, found.scheduled) == (wanted["agents"], wanted["scheduled_with_shrinkage"])
    assert found.service_level == pytest.approx(wanted["service_level"], rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    calls=st.floats(0.01, 400),
    aht=st.floats(5, 900),
    target=st.floats(0.05, 0.99),
    within=st.floats(0, 120),
    patience=st.one_of(st.none(), st.floats(5, 900)),
    most=st.floats(0.5, 1.0),
)
def test_one_agent_less_would_not_do(
    calls: float, aht: float, target: float, within: float, patience: float | None, most: float
) -> None:
    each = demand(None, calls, aht, 1800)
    (found,) = plan([each], promised(target, within, patience, max_occupancy=most))

    def keeps(agents: int) -> bool:
        if patience is None:
            reached = erlang_c(each.erlangs, 1.0, agents, within / aht)
            return bool(reached.stable and reached.service_level >= target and reached.occupancy <= most * (1 + 1e-12))
        left = erlang_a(each.erlangs, 1.0, aht / patience, agents, within / aht)
        return left.served_within >= target and left.occupancy <= most * (1 + 1e-12)

    least = next(agents for agents in range(1, 10_000) if keeps(agents))
    assert found.agents == least


@given(st.integers(0, 5000), st.integers(0, 99))
def test_the_roster_is_exact(agents: int, percent: int) -> None:
    assert scheduled(agents, percent / 100) == -(-agents * 100 // (100 - percent))


def test_a_whole_load_is_no_rounding_off() -> None:
    """100 calls of 180 s in half an hour are 10 erlangs, which floats make 9.999999999999998 of: 10 agents are no queue."""
    (found,) = plan([demand(None, 100, 180, 1800)], promised(0.0, 20))
    assert found.agents == 11


@pytest.mark.parametrize("patience", [None, 60.0])
def test_nobody_calls_and_very_many_call(patience: float | None) -> None:
    none, many = plan([demand("a", 0, 0, 900), demand("b", 1e6, 300, 1800)], promised(0.8, 20, patience, 0.3))
    assert (none.agents, none.scheduled, none.service_level, none.reason) == (0, 0, None, "no_calls")
    assert many.service_level is not None
    assert 0.8 <= many.service_level < 0.81
    assert many.scheduled > many.agents > 100_000


def test_a_low_limit_on_occupancy_decides_alone() -> None:
    promise = promised(0.8, 20, max_occupancy=0.05)
    found = plan([demand("a", 1e6, 180, 1800), demand("b", 3, 180, 1800)], promise)
    assert [each.agents for each in found] == [2_000_000, 6]
    assert [each.service_level for each in found] == pytest.approx([1.0, 1.0], abs=1e-4)


def test_a_file_in_any_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from openpyxl import Workbook

    rows = [("2026-03-02T09:00", 100.0, 180.0), ("2026-03-02T09:30", 80.5, 200.0), ("2026-03-02T10:30", 0.0, None)]
    head = ("start", "calls", "aht_seconds")
    lines = [head, *[(start, str(calls), str(aht or "")) for start, calls, aht in rows]]
    (tmp_path / "a.csv").write_text("\n".join(",".join(line) for line in lines))
    (tmp_path / "b.tsv.gz").write_bytes(gzip.compress("\n".join("\t".join(line) for line in lines).encode()))
    (tmp_path / "c.json").write_text(json.dumps([dict(zip(head, row, strict=True)) for row in rows], indent=1))
    (tmp_path / "d.jsonl").write_text("\n".join(json.dumps(dict(zip(head, row, strict=True))) for row in rows))
    pq.write_table(pa.Table.from_pylist([dict(zip(head, row, strict=True)) for row in rows]), tmp_path / "e.parquet")
    book = Workbook()
    sheet = book.create_sheet(index=0)
    for line in (head, *rows):
        sheet.append(list(line))
    book.save(tmp_path / "f.xlsx")
    found = [run(capsys, "--intervals", str(file))["intervals"] for file in sorted(tmp_path.iterdir())]
    assert len(found) == 6
    assert all(each == found[0] for each in found)
    assert [each["agents"] for each in found[0]] == [14, 12, 0]
    assert [each["interval_seconds"] for each in found[0]] == [1800, 1800, 1800]


def test_ninety_six_intervals_are_one_pass() -> None:
    day = [Demand(str(at), 5 + at, 180 + at % 7, 900) for at in range(96)]
    promise = promised(0.8, 20)
    assert [each.agents for each in plan(day, promise)] == [plan([each], promise)[0].agents for each in day]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--calls", "-1", "--interval", "1800", "--aht", "180"), "invalid_calls"),
        (("--calls", "nan", "--interval", "1800", "--aht", "180"), "invalid_calls"),
        (("--calls", "5", "--interval", "0", "--aht", "180"), "invalid_seconds"),
        (("--calls", "5", "--interval", "1800", "--aht", "inf"), "invalid_seconds"),
        (("--calls", "1e12", "--interval", "1800", "--aht", "180"), "too_many_calls"),
        ((*ONE, "--target", "80"), "invalid_share"),
        ((*ONE, "--target", "1"), "invalid_share"),
        ((*ONE, "--shrinkage", "1"), "invalid_share"),
        ((*ONE, "--max-occupancy", "0"), "invalid_share"),
        ((*ONE, "--patience", "0"), "invalid_seconds"),
        ((*ONE, "--within", "-1"), "invalid_seconds"),
        (("--intervals", "/no/such/file.csv"), "unreadable_file"),
    ],
)
def test_what_is_no_plan_is_refused(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: str) -> None:
    error = run(capsys, *arguments, code=1)["error"]
    assert error["code"] == code
    assert error["hint"]


@pytest.mark.parametrize("arguments", [("--calls", "5"), (), ("--intervals", "a.csv", "--calls", "5")])
def test_half_a_question_is_a_mistake_of_usage(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["staffing", "plan", "--target", "0.8", "--within", "20", *arguments])
    assert stopped.value.code == 2


def rows(*lines: str) -> list[dict[str, str]]:
    return [dict(zip(("start", "calls", "aht_seconds"), line.split(","), strict=True)) for line in lines]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (rows("9:00,5,180"), "unknown_interval"),
        (rows("9:00,5,180", "morning,5,180"), "invalid_time"),
        (rows("9:00,5,180", "9:30,many,180"), "invalid_number"),
        (rows("9:00,5,180", "9:30,-4,180"), "invalid_calls"),
        (rows("9:00,5,180", "9:30,4,"), "invalid_number"),
        ([], "empty_file"),
        ([{"start": "9:00", "call": "5", "aht_seconds": "1"}], "unknown_column"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_row(lines: list[dict[str, str]], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        demands(lines)
    assert refused.value.code == code


def test_how_long_an_interval_is() -> None:
    assert [each.interval_seconds for each in demands(rows("9:00,5,180", "9:15,5,180", "13:00,5,180"))] == [900] * 3
    assert [each.interval_seconds for each in demands(rows("morning,5,180"), 3600)] == [3600]
    over_midnight = demands(rows("2026-03-01T23:30:00Z,5,180", "2026-03-02T00:30:00+00:30,5,180"))
    assert [each.interval_seconds for each in over_midnight] == [1800, 1800]
    told = [{"start": "x", "calls": "5", "aht_seconds": "180", "interval_seconds": "600"}]
    assert demands(told)[0].interval_seconds == 600

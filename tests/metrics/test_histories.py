"""Histories read from a store are those of the tables; what is excluded, outbound or nobody's is left out."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from heed.metrics import histories
from heed.metrics.foretelling import foretell
from heed.metrics.histories import history_of, read_history
from tests.feedback.triggers.foretold import DAYS, START, planted
from tests.metrics.facts import ENGINES, facts, rows_of

SPAN = (START, START + timedelta(days=DAYS))


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    return planted(0, 0.05)


def stored(tables: dict[str, pa.Table]) -> dict[str, Any]:
    """As rows of the store, with some that do not count."""
    found = {name: table.to_pylist() for name, table in tables.items()}
    found["finance"] = [{**row, "amount": Decimal("20")} for row in found["finance"]]
    one = found["interactions"][0]
    found["interactions"] += [
        {**one, "interaction_id": "out", "direction": "outbound"},
        {**one, "interaction_id": "test", "excluded_reason": "test"},
        {**one, "interaction_id": "nobody", "customer_key": None},
    ]
    return {name: rows_of(name, rows) for name, rows in found.items()}


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_read_foretells_as_the_tables_do(tables: dict[str, pa.Table], engine: str, tmp_path: Path) -> None:
    with facts(tmp_path, engine, **stored(tables)) as opened:
        found = foretell(read_history(opened, *SPAN), "left")
    assert found and found == foretell(history_of(tables, *SPAN), "left")


def test_of_too_much_the_newest_part_is_read(
    tables: dict[str, pa.Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "MOST_ROWS", sum(table.num_rows for table in tables.values()) // 2)
    with facts(tmp_path, **stored(tables)) as opened:
        found = read_history(opened, *SPAN)
    assert SPAN[0] < found.since < SPAN[1] and found.until == SPAN[1]


def test_scores_on_other_scales_are_set_side_by_side() -> None:
    told = pa.table({
        "customer_key": ["a", "b", "c"], "answered_at": pa.array([0, 0, 0], pa.timestamp("us", "UTC")),
        "touchpoint": ["x"] * 3, "instrument": ["csat"] * 3, "score": [5.0, 10.0, 3.0], "scale_min": [1.0, 0.0, None],
        "scale_max": [5.0, 10.0, None],
    })  # fmt: skip
    assert history_of({"responses": told}, *SPAN).answers.value.tolist() == [1.0, 1.0, 3.0]


def test_without_facts_nothing_is_told(tmp_path: Path) -> None:
    with facts(tmp_path) as opened:
        found = read_history(opened, *SPAN)
    assert found.touchpoints == () and foretell(found, "left") == ()

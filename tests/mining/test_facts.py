"""The facts as a log, and the same expressions on Spark."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from heed.core.errors.rules import Invalid
from heed.facts.engine.engine import Engine, open_engine
from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store
from heed.mining.columns import Columns
from heed.mining.handoffs import audited
from heed.mining.mined import mined
from heed.mining.readers.facts import log_of
from heed.mining.stages import (
    StageNames,
    Window,
    cases_going,
    inside,
    journey_log,
    passes,
    running,
    staged_steps,
    variants_of,
    ways,
)
from tests.mining import plain
from tests.services.spark import spark_home

START = datetime(2024, 3, 30, 22, tzinfo=UTC)
TEAMS = ("desk", "back", "", "lab")


def events() -> list[dict[str, Any]]:
    """Forty cases of some ten steps, walked by a rule; some at one time, some without a team."""
    made = []
    for case in range(40):
        for step in range(5 + case % 7):
            made.append(
                {
                    "case": f"c{case:02d}",
                    "activity": ("ask", "check", "pay", "thank")[(case * 7 + step * step) % 4],
                    "at": START + timedelta(seconds=97.25 * ((case * 31 + step * 13) % 50)),
                    "resource": ("ann", "bob", "")[(case + step) % 3],
                    "group": TEAMS[(case + step // 2) % 4],
                }
            )
    return made


def rows() -> pa.Table:
    columns: dict[str, list[Any]] = {name: [] for name in arrow_schema(TABLES["events"]).names}
    for at, event in enumerate(events()):
        row = {
            "event_id": f"e{at:05d}", "at": event["at"], "case_id": event["case"], "activity": event["activity"],
            "resource": event["resource"] or None, "team": event["group"] or None, "source": "import", "batch": "b",
            "recorded_at": START, "excluded_reason": "",
        }  # fmt: skip
        for name, column in columns.items():
            column.append(row.get(name))
    columns["event_id"].append("left")
    for name, column in columns.items():
        if name != "event_id":
            column.append("a test" if name == "excluded_reason" else column[-1])
    return pa.table(columns, schema=arrow_schema(TABLES["events"]))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store(tmp_path_factory.mktemp("facts"))
    made.append_new("events", rows())
    return made


@pytest.fixture(scope="module")
def duck(store: Store) -> Iterator[Engine]:
    with open_engine("duckdb", store) as engine:
        yield engine


def test_the_facts_are_mined_like_a_file(duck: Engine) -> None:
    log = log_of(duck, "events", Columns())
    found, passed = mined(log), audited(log)
    expected, handed = plain.mined(events()), plain.audited(events())
    for row in found["edges"]:
        edge = expected["edges"][row["from"], row["to"]]
        assert {name: row[name] for name in edge} == pytest.approx(edge)
    for name in ("cases", "events", "activities", "variants", "starts", "ends", "rework"):
        assert found[name] == expected[name]
    assert found["left_out"] == {"excluded": 1}
    assert (passed["handoffs"], passed["ping_pong"]["cases"]) == (handed["handoffs"], handed["ping_pong"])
    assert passed["ownerless_seconds"] == pytest.approx(handed["ownerless_seconds"])


def test_another_column_may_be_the_activity(duck: Engine) -> None:
    found = mined(log_of(duck, "events", Columns(activity="team")))
    assert set(found["starts"]) <= {"desk", "back", "lab"}


def test_what_is_no_log_in_the_facts_is_refused(duck: Engine) -> None:
    with pytest.raises(Invalid, match="no log event"):
        log_of(duck, "event", Columns())
    with pytest.raises(Invalid) as refused:
        log_of(duck, "interactions", Columns())
    assert refused.value.code == "empty_log"


STAGES = (
    StageNames("first", {"activity": ("ask", "check"), "stage": (), "topic": (), "touchpoint": ()}),
    StageNames("last", {"activity": ("pay",), "stage": (), "topic": (), "touchpoint": ()}),
)


def journey(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """All that the report of a journey asks of events, each part in an order of its own."""
    window = Window(START, START + timedelta(days=2), {"team": ("desk", "lab")})
    log, still_open = journey_log(
        engine, "events", STAGES, window, work=("minutes", 60.0), finished_by=("pay", "thank")
    )
    steps = staged_steps(log)
    stages, weeks = running(log, steps, {"first": 900.0})
    went = ways(log, steps)
    variants = variants_of(log, went)
    count, cases = cases_going(log, went, variants[:2], 5)
    activities, edges = inside(log, steps)
    told = {
        "stages": stages, "weeks": weeks, "variants": variants, "cases": cases, "activities": activities, "edges": edges,
        "passes": passes(log), "mined": mined(log)["edges"], "counts": [{"open": still_open, "going": count}],
    }  # fmt: skip
    return {name: sorted((_rounded(row) for row in rows), key=repr) for name, rows in told.items()}


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    """The last bits of a mean and a quantile are the engine's own."""
    at = {name: value.astimezone(UTC) for name, value in row.items() if isinstance(value, datetime)}
    return {name: round(value, 6) if isinstance(value, float) else at.get(name, value) for name, value in row.items()}


@pytest.mark.spark
def test_spark_gives_the_same(store: Store, duck: Engine, tmp_path: Path) -> None:
    spark_home()
    on_duck = log_of(duck, "events", Columns())
    with open_engine("local[2]", store) as engine:
        log = log_of(engine, "events", Columns())
        found, passed, found_journey = mined(log), audited(log), journey(engine)
    expected, handed, expected_journey = mined(on_duck), audited(on_duck), journey(duck)
    assert [*map(_rounded, found["edges"])] == [*map(_rounded, expected["edges"])]
    for name in ("starts", "ends", "handovers", "rework", "variants", "top_variants", "loops", "reworked"):
        assert found[name] == expected[name], name
    assert passed == handed
    assert len(expected_journey["stages"]) == 2
    for name, rows in expected_journey.items():
        assert rows, name
        assert found_journey[name] == rows, name

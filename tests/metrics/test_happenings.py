"""What happened beside a figure: in order, in time, and within reach."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from heed.facts.engine.engine import open_engine
from heed.facts.store.store import Store
from heed.metrics.happenings import happenings

AT = datetime(2026, 5, 4, 8, tzinfo=UTC)
ROWS = (
    ("c", AT + timedelta(days=2), "release", "Later", None, None),
    ("a", AT, "policy", "For all", None, None),
    ("b", AT + timedelta(days=1), "staffing", "South only", "south", None),
    ("d", AT + timedelta(days=1), "staffing", "One team", None, "north-mail"),
)
NAMES = ("operation_change_id", "at", "kind", "title", "region", "team")


def test_they_come_in_order_in_time_and_within_reach(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    origin = {"source": "test", "batch": "test"}
    rows = pa.Table.from_pylist([dict(zip(NAMES, row, strict=True)) | origin for row in ROWS])
    store.append("changes", rows, app="test", number=1)
    with open_engine("duckdb", store) as engine:

        def titles(since: datetime, until: datetime, **within: set[str]) -> list[str]:
            return [item.title for item in happenings(engine, since, until, within or None)]

        assert titles(AT, AT + timedelta(days=9)) == ["For all", "One team", "South only", "Later"]
        assert titles(AT, AT + timedelta(days=2)) == ["For all", "One team", "South only"]
        assert titles(AT + timedelta(seconds=1), AT + timedelta(days=9))[0] == "One team"
        assert titles(AT, AT + timedelta(days=9), region={"south"}, team=set()) == ["For all", "South only", "Later"]
        assert titles(AT, AT + timedelta(days=9), region=set(), team=set()) == ["For all", "Later"]


def test_without_a_log_nothing_happened(tmp_path: Path) -> None:
    with open_engine("duckdb", Store(str(tmp_path))) as engine:
        assert happenings(engine, AT, AT + timedelta(days=9)) == ()

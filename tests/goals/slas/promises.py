"""A small operation's cases as facts: a year of weeks, some late, some open at the end; and calls."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from heed.core.settings.rules import current
from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store

FIRST = datetime(2025, 11, 3, 9, tzinfo=UTC)  # a Monday
WEEKS = 20
A_WEEK = 40
HOUR = timedelta(hours=1)
BODY: dict[str, Any] = {"name": "Cases put right", "promise": "resolution", "within_seconds": 36_000, "target": 0.9}


def hours_of(number: int) -> float:
    """How long a case takes: one hour, or, two of ten, twenty; those that last two hours mostly last long."""
    return 20.0 if number % 10 < 2 else 1.0 + number % 4 / 4


def rows() -> list[dict[str, Any]]:
    """All but the last are resolved: it is three hours old at the last fact, so it will break like most that were."""
    made: list[dict[str, Any]] = []
    for number in range(WEEKS * A_WEEK):
        week, place = divmod(number, A_WEEK)
        opened = FIRST + timedelta(weeks=week, days=place % 5, minutes=place)
        team = "north-phone" if place % 4 else "south-phone"
        known = {"case_id": f"k{number}", "team": team, "region": team.split("-")[0], "priority": "normal"}
        made += [
            {**known, "change": "opened", "at": opened},
            {**known, "change": "resolved", "at": opened + hours_of(number) * HOUR},
        ]
    last = max(row["at"] for row in made)
    for name, opened in (("risky", last - 3 * HOUR), ("young", last), ("late", last - 12 * HOUR)):
        known = {"case_id": name, "team": "north-phone", "region": "north", "priority": "normal"}
        made.append({**known, "change": "opened", "at": opened})
    return made


def table(name: str, found: list[dict[str, Any]]) -> pa.Table:
    origin = {"source": "test", "batch": "test", "recorded_at": FIRST}
    schema = arrow_schema(TABLES[name])
    return pa.Table.from_pylist([{**dict.fromkeys(schema.names), **row, **origin} for row in found], schema=schema)


@contextmanager
def facts_in(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    patch.setenv("HEED_FACTS_URL", str(folder))
    current.cache_clear()
    found = [{**row, "change_id": f"{place}"} for place, row in enumerate(rows())]
    Store(current().facts_location).append("case_changes", table("case_changes", found), app="test", number=1)
    yield
    patch.undo()
    current.cache_clear()

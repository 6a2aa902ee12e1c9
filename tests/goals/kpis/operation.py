"""A small operation as facts: calls of four teams over twenty weeks. In the last full week of the south many more give up."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from heed.core.settings.rules import current
from heed.facts.store.store import Store

FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
WEEKS = 20
TEAMS = ("north-phone", "north-mail", "south-phone", "south-mail")
A_TEAM = 60  # calls a week and team
LAST = FIRST + timedelta(weeks=WEEKS, days=1)  # Tuesday of a week that has only begun


def abandoned(team: str, week: int, number: int) -> bool:
    """A twentieth gives up; of the south in the last full week three tenths."""
    return number % 10 < 3 if team.startswith("south") and week == WEEKS - 1 else number % 20 == 0


def interactions() -> pa.Table:
    rows = []
    for week in range(WEEKS + 1):
        for team in TEAMS:
            for number in range(A_TEAM if week < WEEKS else 4):
                left = abandoned(team, week, number)
                at = FIRST + timedelta(weeks=week, days=number % (5 if week < WEEKS else 2), minutes=number)
                rows.append(
                    {
                        "interaction_id": f"i-{week}-{team}-{number}",
                        "started_at": at,
                        "customer_key": f"c-{number}",
                        "agent_key": f"a-{team}-{number % 3}",
                        "region": team.split("-")[0],
                        "team": team,
                        "channel": "phone",
                        "topic": "billing" if number % 2 else "contract",
                        "offered": True,
                        "answered": not left,
                        "abandoned": left,
                        "wait_seconds": 90.0 if left else float(5 + number % 30),
                        "source": "test",
                        "batch": "test",
                    }
                )
    rows += [
        {
            "interaction_id": f"small-{number}",
            "started_at": FIRST + timedelta(weeks=WEEKS - 2, minutes=number),
            "team": "press",
            "channel": "phone",
            "offered": True,
            "answered": True,
            "abandoned": False,
            "wait_seconds": 3.0,
            "source": "test",
            "batch": "test",
        }
        for number in range(3)
    ]
    beside = [[("Filiale", "Kiel" if number % 2 else "Ulm"), ("file", "one")] for number in range(len(rows))]
    return pa.Table.from_pylist(rows).append_column("attributes", pa.array(beside, pa.map_(pa.string(), pa.string())))


def changes() -> pa.Table:
    at = FIRST + timedelta(weeks=12)
    rows: list[tuple[Any, ...]] = [("d1", at, "release", "New phone menu", None)]
    rows.append(("d2", at + timedelta(weeks=2), "staffing", "Six new colleagues in the south", "south"))
    names = ("operation_change_id", "at", "kind", "title", "region")
    origin: dict[str, Any] = {"source": "test", "batch": "test"}
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) | origin for row in rows])


@contextmanager
def facts_in(folder: Path, patch: pytest.MonkeyPatch, *, filled: bool = True) -> Iterator[Store]:
    """A store of facts of the test's own, which the settings name."""
    patch.setenv("HEED_FACTS_URL", str(folder))
    current.cache_clear()
    store = Store(current().facts_location)
    if filled:
        store.append("interactions", interactions(), app="test", number=1)
        store.append("changes", changes(), app="test", number=1)
    yield store
    patch.undo()
    current.cache_clear()

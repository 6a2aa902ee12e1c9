"""A line with two regions as facts: twelve weeks of calls by a queue, the people on it, and what callers said; on Mondays the
south has half the people it needs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.stats.queues.simulation.arrivals import Rates
from heed.stats.queues.simulation.contact_centre import Centre, Group, Kind, Staffing, play
from tests.goals.slas.promises import table

FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday
WEEKS, SLOTS, CALLS, HANDLE, PATIENCE = 12, 6, 12.0, 240.0, 200.0
AGENTS, SHORT = 4, 2
BODY: dict[str, Any] = {
    "name": "Calls answered",
    "promise": "answer",
    "within_seconds": 20,
    "target": 0.8,
    "population": 'channel == "phone"',
}


def agents(region: str, weekday: int) -> int:
    return SHORT if (region, weekday) == ("south", 0) else AGENTS


def rows() -> dict[str, list[dict[str, Any]]]:
    generator = np.random.default_rng(5)
    calls: list[dict[str, Any]] = []
    people: list[dict[str, Any]] = []
    said: list[dict[str, Any]] = []
    edges = tuple(1800.0 * slot for slot in range(SLOTS))
    for week in range(WEEKS):
        for weekday in range(5):
            start = FIRST + timedelta(weeks=week, days=weekday)
            for region in ("north", "south"):
                there = agents(region, weekday)
                kind = Kind("calls", Rates(edges, (CALLS / 1800.0,) * SLOTS), HANDLE, PATIENCE)
                staffing = Staffing(edges, (there,) * SLOTS)
                found = play(
                    Centre((kind,), (Group("all", frozenset({"calls"}), staffing),)), 1800.0 * SLOTS, generator
                )
                place = {"region": region, "channel": "phone"}
                for slot in range(SLOTS):
                    at = start + timedelta(minutes=30 * slot)
                    people += [
                        {
                            **place,
                            "start_at": at,
                            "end_at": at + timedelta(minutes=30),
                            "state": state,
                            "agents": float(there),
                            "worked_seconds": 1800.0 * there,
                            "cost": Decimal(there * 17) if state == "logged_in" else None,
                            "currency": "EUR",
                        }
                        for state in ("scheduled", "logged_in")
                    ]
                for came, wait, served in zip(found.came[0], found.waits[0], found.served[0], strict=True):
                    key = f"i{len(calls)}"
                    calls.append(
                        {
                            **place,
                            "interaction_id": key,
                            "started_at": start + timedelta(seconds=float(came)),
                            "offered": True,
                            "answered": bool(served),
                            "abandoned": not served,
                            "wait_seconds": float(wait),
                            "handle_seconds": float(generator.exponential(HANDLE)) if served else None,
                        }
                    )
                    if served and generator.random() < 0.4:
                        happy = generator.random() < (0.85 if wait < 30 else 0.45)
                        said.append(
                            {
                                "response_id": f"r{key}",
                                "answer_id": f"a{key}",
                                "answered_at": start + timedelta(days=1),
                                "interaction_id": key,
                                "survey_key": "after_call",
                                "instrument": "csat",
                                "score": 5.0 if happy else 2.0,
                                "scale_max": 5.0,
                            }
                        )
    for number, row in enumerate(people):
        row["interval_id"] = f"w{number}"
    return {"interactions": calls, "workforce": people, "responses": said}


@contextmanager
def line_in(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    patch.setenv("HEED_FACTS_URL", str(folder))
    current.cache_clear()
    store = Store(current().facts_location)
    for name, found in rows().items():
        store.append(name, table(name, found), app=f"test-{name}", number=1)
    yield
    patch.undo()
    current.cache_clear()

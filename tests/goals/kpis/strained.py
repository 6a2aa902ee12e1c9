"""An operation under strain: from a week on two of eight teams hurry, and more of their customers come back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from heed.core.settings.rules import current
from heed.facts.store.store import Store

FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday
WEEKS, SINCE, A_WEEK = 36, 20, 45
TEAMS = tuple(f"{place}-{what}" for place in ("north", "south", "east", "west") for what in ("phone", "mail"))
HURRIED = ("north-phone", "north-mail")


def interactions(seed: int = 1) -> pa.Table:
    """A contact a row; who was not helped calls again the next day."""
    rng = np.random.default_rng(seed)
    team = np.tile(np.arange(len(TEAMS)), WEEKS * A_WEEK)
    week = np.repeat(np.arange(WEEKS), len(TEAMS) * A_WEEK)
    number = np.arange(len(team))
    day = number // len(TEAMS) % 5
    hurried = (team < len(HURRIED)) & (week >= SINCE)
    handle = 400.0 * np.where(hurried, 0.75, 1.0) * rng.lognormal(0, 0.3, len(team))
    again = np.flatnonzero(rng.random(len(team)) < np.where(hurried, 0.35, 0.12))
    rows = np.concatenate([number, again])
    later = np.concatenate([np.zeros(len(number)), np.ones(len(again))])
    days = week[rows] * 7 + day[rows] + later
    many = len(rows)
    columns: dict[str, object] = {
        "interaction_id": [f"i{place}" for place in range(many)],
        "started_at": [FIRST + timedelta(days=float(each), seconds=place % 3600) for place, each in enumerate(days)],
        "customer_key": [f"c{row}" for row in rows],
        "agent_key": [f"{TEAMS[team[row]]}-{row // len(TEAMS) % 3}" for row in rows],
        "region": [TEAMS[team[row]].split("-")[0] for row in rows],
        "team": [TEAMS[team[row]] for row in rows],
        "channel": ["phone"] * many,
        "topic": ["billing" if row % 3 else "contract" for row in rows],
        "direction": ["inbound"] * many,
        "offered": [True] * many,
        "answered": [True] * many,
        "handle_seconds": handle[rows].round(1),
        "source": ["test"] * many,
        "batch": ["test"] * many,
    }
    return pa.table(columns)


@contextmanager
def strained_in(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store of facts of the test's own, which the settings name."""
    patch.setenv("HEED_FACTS_URL", str(folder))
    current.cache_clear()
    store = Store(current().facts_location)
    store.append("interactions", interactions(), app="test", number=1)
    yield store
    patch.undo()
    current.cache_clear()

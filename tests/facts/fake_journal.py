"""A journal in an SQLite file, and projections of its two events into two tables: what a follower needs to run."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from heed.core.journal.rules import Entry
from heed.facts.projections import Projection, Row

START = datetime(2025, 1, 1, tzinfo=UTC)


def write_entries(file: Path, first: int, end: int) -> None:
    """Entries first … end - 1: two in three are logins, one in five a change, one in seven something else."""
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, name TEXT, payload TEXT)")
        rows = [
            (number, name_of(number), json.dumps({"customer": f"c{number % 10}", "count": number}))
            for number in range(first, end)
        ]
        database.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows)
    database.close()


def name_of(number: int) -> str:
    if number % 7 == 0:
        return "something-else"
    return "policy-changed" if number % 5 == 0 else "customer-came"


def expected(end: int) -> dict[str, list[str]]:
    """The keys each table must hold once entries 1 … end - 1 are carried on."""
    came = [number for number in range(1, end) if name_of(number) == "customer-came"]
    changed = [number for number in range(1, end) if name_of(number) == "policy-changed"]
    return {
        "usage": sorted(f"journal:{number}.{place}" for number in came for place in range(2)),
        "changes": sorted(f"journal:{number}.0" for number in changed),
    }


class FakeJournal:
    """Reads entries as the journal does."""

    def __init__(self, file: Path) -> None:
        self.database = sqlite3.connect(file)
        self.asked: list[int] = []

    def entries_after(self, position: int, limit: int) -> list[Entry]:
        self.asked.append(position)
        rows = self.database.execute(
            "SELECT id, name, payload FROM entry WHERE id > ? ORDER BY id LIMIT ?", (position, limit)
        )
        return [entry(number, name, json.loads(payload)) for number, name, payload in rows]

    def count_after(self, position: int, names: object) -> int:
        marks = ",".join("?" * len(list(names)))  # type: ignore[call-overload]
        found = self.database.execute(
            f"SELECT count(*) FROM entry WHERE id > ? AND name IN ({marks})", (position, *names)
        )  # type: ignore[misc]
        return int(found.fetchone()[0])


def entry(number: int, name: str, payload: dict[str, Any] | None) -> Entry:
    return Entry(number, START + timedelta(seconds=number), name, "system", "customer", "c1", payload)


def came_twice(payload: Mapping[str, Any], entry: Entry) -> list[Row]:
    return [{"customer_key": payload["customer"], "quantity": payload["count"]} for _ in range(2)]


def changed(payload: Mapping[str, Any], entry: Entry) -> Row:
    return {"title": "a policy", "kind": "policy", "attributes": {"count": payload["count"]}}


PROJECTIONS = (
    Projection("customer-came", "usage", {"customer_key": "customer", "quantity": "count"}, came_twice),
    Projection("policy-changed", "changes", {"title": "", "kind": "", "attributes": "count"}, changed),
)

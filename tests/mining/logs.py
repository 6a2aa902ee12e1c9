"""Small logs for tests, written as files."""

import csv
from pathlib import Path
from typing import Any

HEADER = ("case:concept:name", "concept:name", "time:timestamp", "org:resource", "lifecycle:transition", "team")
KEYS = ("case", "activity", "at", "resource", "lifecycle", "group")


def written(path: Path, events: list[dict[str, Any]]) -> Path:
    """Events as a CSV file under the names of XES."""
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(HEADER)
        for event in events:
            at = event.get("at")
            cells = [event.get(key) or "" for key in KEYS]
            cells[2] = at.isoformat() if at else ""
            writer.writerow(cells)
    return path


# Three refunds. Hand-made: the second is checked twice, the third goes out and back between two teams.
REFUNDS = """case:concept:name,concept:name,time:timestamp,org:resource,team
r1,ask,2024-03-04T09:00:00Z,ann,desk
r1,check,2024-03-04T09:10:00Z,bob,back
r1,pay,2024-03-04T10:10:00Z,bob,back
r2,ask,2024-03-04T11:00:00+01:00,ann,desk
r2,check,2024-03-04 10:30:00,bob,back
r2,check,2024-03-04T11:00:00Z,cid,back
r2,pay,2024-03-04T12:00:00Z,,
r3,ask,2024-03-05T09:00:00Z,ann,desk
r3,check,2024-03-05T09:20:00Z,,
r3,ask,2024-03-05T09:50:00Z,bob,back
r3,pay,2024-03-05T10:50:00Z,ann,desk
"""

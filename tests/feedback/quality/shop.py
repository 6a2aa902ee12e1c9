"""A planted operation as facts: what was decided about each contact, and the questionnaires that came back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store
from tests.feedback.quality.planting import Planted

FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)
LAST_HALF = 0.4  # share of contacts that are of the second quarter


def written(folder: Path, plant: Planted, survey: str = "helped") -> None:
    """Two quarters of a survey with one question of yes or no, one of five, and one that most leave out."""
    store = Store(folder)
    store.append("invitations", _table("invitations", _decisions(plant, survey)), app="test", number=1)
    store.append("responses", _table("responses", _answers(plant, survey)), app="test", number=1)


def when(plant: Planted, place: int) -> datetime:
    late = place >= (1.0 - LAST_HALF) * plant.asked.size
    return FIRST + timedelta(days=90 if late else 0, minutes=place % 50_000)


def _table(name: str, rows: Sequence[dict[str, Any]]) -> pa.Table:
    told = {"source": "test", "batch": "1", "recorded_at": FIRST}
    return pa.Table.from_pylist([{**told, **row} for row in rows], schema=arrow_schema(TABLES[name]))


def _place(plant: Planted, place: int, survey: str) -> dict[str, Any]:
    return {
        "survey_key": survey,
        "customer_key": f"c{place}",
        "segment": str(plant.segment[place]),
        "region": str(plant.region[place]),
        "team": f"{plant.region[place]}-phone",
        "channel": "email",
    }


def _decisions(plant: Planted, survey: str) -> list[dict[str, Any]]:
    rows = []
    for place, asked in enumerate(plant.asked.tolist()):
        at = when(plant, place)
        rows.append(
            {
                **_place(plant, place, survey),
                "invitation_id": f"i{place}",
                "decided_at": at,
                "sent_at": at if asked else None,
                "asked": asked,
                "reason": "condition_met" if asked else "held_out",
                "probability": float(plant.probability[place]),
                "attributes": {"trend": str(plant.trend[place])},
            }
        )
    return rows


def _answers(plant: Planted, survey: str) -> list[dict[str, Any]]:
    rows = []
    for place in plant.answered.nonzero()[0].tolist():
        whole = {
            **_place(plant, place, survey),
            "response_id": f"r{place:06}",
            "answered_at": when(plant, place) + timedelta(hours=5),
            "duration_seconds": 30.0 + place % 60,
        }
        content = bool(plant.content[place])
        questions: list[tuple[str, str, float | None, float, float]] = [
            ("helped", "resolved", float(content), 0.0, 1.0),
            ("satisfaction", "csat", (4.0 if content else 2.0), 1.0, 5.0),
            ("rarely", "number", 3.0 if place % 3 == 0 else None, 0.0, 10.0),
        ]
        for key, instrument, score, low, high in questions:
            named = {"answer_id": f"{place}:{key}", "question_key": key, "instrument": instrument}
            rows.append({**whole, **named, "score": score, "scale_min": low, "scale_max": high})
    return rows

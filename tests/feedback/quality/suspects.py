"""A store of facts whose answers hold the careless, machines, and an agent who chooses whom to ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from heed.core.settings.rules import current
from heed.facts.store.store import Store
from tests.feedback.quality.answer_worlds import START, answers
from tests.feedback.quality.picking_worlds import AGENTS, world
from tests.metrics.facts import rows_of

SURVEY, AFTER_CALL = "check", "after_call"
FIRST = datetime.fromtimestamp(START / 1e6, UTC)


def check_answers(*, planted: bool = True, people: int = 300) -> list[dict[str, Any]]:
    """The survey `check`: people of two teams, and bots of none."""
    made = answers(7, planted=planted, people=people)
    rows = []
    for place, kind in enumerate(made.kind):
        at = datetime.fromtimestamp(int(made.at[place]) / 1e6, UTC)
        head = {
            "response_id": f"{kind}-{place}",
            "survey_key": SURVEY,
            "answered_at": at,
            "invited_at": at - timedelta(hours=2) if made.invited[place] else None,
            "customer_key": made.customer[place],
            "duration_seconds": float(made.seconds[place]),
            "team": "" if kind == "bot" else ("north", "south")[place % 2],
            "instrument": "csat",
            "scale_min": 1.0,
            "scale_max": 5.0,
        }
        for item, score in enumerate(made.scores[place]):
            if np.isfinite(score):
                rows.append(
                    {**head, "answer_id": f"{kind}-{place}:{item}", "question_key": f"q{item}", "score": float(score)}
                )
    return rows


def calls(*, picker: bool = True, contacts: int = 400) -> dict[str, list[dict[str, Any]]]:
    """Contacts of ten agents with the decisions to ask and the answers of the survey `after_call`."""
    made = world(1, picker=picker, contacts=contacts)
    found: dict[str, list[dict[str, Any]]] = {"interactions": [], "invitations": [], "responses": []}
    for place in range(len(made.agent)):
        at = FIRST + timedelta(minutes=7 * place)
        resolved, transferred, wait, _came_back = made.seen[place].tolist()
        same = {
            "interaction_id": f"i{place}",
            "agent_key": AGENTS[made.agent[place]],
            "team": "offering",
            "channel": ("phone", "chat", "email")[made.channel[place]],
        }
        found["interactions"].append(
            {
                **same,
                "started_at": at,
                "resolved": bool(resolved),
                "transferred": bool(transferred),
                "wait_seconds": float(np.expm1(max(0.0, wait))),
            }
        )
        asked = bool(made.asked[place])
        found["invitations"].append(
            {**same, "invitation_id": f"n{place}", "decided_at": at, "survey_key": AFTER_CALL, "asked": asked}
            | ({"sent_at": at} if asked else {"reason": "not_offered"})
        )
        if np.isfinite(made.liked[place]):
            found["responses"].append(
                {
                    **same,
                    "answer_id": f"a{place}",
                    "response_id": f"r{place}",
                    "question_key": "satisfaction",
                    "survey_key": AFTER_CALL,
                    "instrument": "csat",
                    "score": 1.0 + 4.0 * float(made.liked[place]),
                    "scale_min": 1.0,
                    "scale_max": 5.0,
                    "answered_at": at + timedelta(hours=1),
                    "invited_at": at,
                    "customer_key": f"k{place}",
                    "duration_seconds": 60.0,
                }
            )
    return found


@contextmanager
def facts_in(folder: Path, patch: pytest.MonkeyPatch, **tables: list[dict[str, Any]]) -> Iterator[Store]:
    """A store of facts of the test's own, which the settings name."""
    patch.setenv("HEED_FACTS_URL", str(folder))
    current.cache_clear()
    store = Store(current().facts_location)
    for name, rows in tables.items():
        store.append(name, rows_of(name, rows), app="test", number=1)
    yield store
    patch.undo()
    current.cache_clear()

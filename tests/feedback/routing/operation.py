"""A routing in force, and customers who say things."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from heed import flow
from heed.core.definitions import actions as definitions
from heed.core.definitions.rules import COMMAND_LINE as PROPOSER
from heed.core.journal.actions import record
from heed.feedback.verbatims.events import VerbatimRead

ROUTING: dict[str, Any] = {
    "routes": [
        {"key": "bills", "name": "Wrong bills", "themes": ["billing"], "to": {"team": "north-phone"}},
        {
            "key": "leaving",
            "name": "Who speaks of leaving",
            "when": "churn == 'at_risk'",
            "to": {"team": "south-phone"},
            "join": "none",
        },
    ],
    "catch_all": {"to": {"team": "organisation"}},
}
PLACES = ("team", "region", "channel", "touchpoint", "stage", "topic", "product", "segment", "language")
TOLD: dict[str, Any] = {
    **dict.fromkeys((*PLACES, "response", "customer", "case", "interaction", "survey_key"), ""),
    "model": "m",
    "sentiment": "negative",
    "sentiment_score": -0.8,
    "intent": "complaint",
    "urgency": "normal",
    "effort": "normal",
    "churn": "none",
    "themes": ("billing",),
    "said_at": datetime(2026, 11, 20, 9, tzinfo=UTC).isoformat(),
}


def in_force(**more: Any) -> None:
    """Put a routing in force, changed so."""
    version = definitions.propose(PROPOSER, "routing", "default", {**ROUTING, **more})
    definitions.approve(PROPOSER, "routing", "default", version.number)
    definitions.put_in_force(PROPOSER, "routing", "default", version.number)


def say(verbatim: str, **more: Any) -> None:
    """A customer says something, and it is read."""
    with transaction.atomic():
        record(VerbatimRead(**{**TOLD, "verbatim_id": verbatim, **more}), subject=("verbatim", verbatim))


def carry_on() -> None:
    reader = flow.follower()
    while reader.carry():
        pass

"""A shop for tests of asking: a survey, a trigger, customers, and facts that happen to them."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from heed.core.definitions.actions import ensure
from heed.core.journal.rules import Entry
from heed.feedback.triggers.actions.asking import consider_facts
from heed.service.customers.actions import keep_customers
from heed.service.customers.rules import CustomerRow, customer_key
from tests.feedback.surveys.surveys import in_force

TRIGGER: dict[str, Any] = {
    "name": "After a call",
    "source": "interactions",
    "when": 'channel == "phone" && answered',
    "never_when": 'topic == "complaint"',
    "survey": "after_call",
}


def open_shop(trigger: str = "after_call", **changes: Any) -> None:
    """A survey and a trigger in force, with the rest period as heed brings it."""
    in_force()
    ensure("contact_policy", "contact", {})
    ensure("trigger", trigger, {**TRIGGER, **changes})


def customer(identifier: str, **known: Any) -> str:
    """A customer heed knows, and their key."""
    row = CustomerRow(identifier, **{"email": f"{identifier}@customer.example", "name": identifier.title(), **known})
    keep_customers([row], "test", system="shop")
    return customer_key(settings.SECRET_KEY, "shop", identifier)


def call(key: str, number: str = "1", **said: Any) -> dict[str, Any]:
    """A phone call of a customer, as it is read from its table."""
    at: datetime = said.pop("started_at", timezone.now())
    told = {"channel": "phone", "answered": True, "topic": "delivery", "region": "north", "team": "desk"}
    return {"interaction_id": f"call-{number}", "started_at": at, "customer_key": key, **told, **said}


def happen(*facts: dict[str, Any], entry: int = 1) -> int:
    """Facts come in with one entry of the journal. Returns how many customers are asked."""
    told = Entry(entry, timezone.now(), "event-received", "system", "", "", {})
    return consider_facts(told, [("interactions", fact) for fact in facts])

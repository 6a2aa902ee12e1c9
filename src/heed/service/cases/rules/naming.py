"""Keys and texts as a case keeps them, and the causes a new store begins with. Pure."""

import re
from collections.abc import Callable
from typing import Any

from heed.core.errors.rules import Invalid

OWN_KEY = re.compile(r"c_[0-9a-f]{20}")
DEFAULT_CAUSES = (
    {"key": "billing_error", "name": {"en": "Billing error", "de": "Fehler in der Rechnung"}},
    {"key": "defect", "name": {"en": "Product or service at fault", "de": "Mangel an Produkt oder Leistung"}},
    {"key": "process_delay", "name": {"en": "Took too long", "de": "Zu lange gedauert"}},
    {
        "key": "missing_information",
        "name": {"en": "Information missing or wrong", "de": "Auskunft fehlte oder war falsch"},
    },
    {"key": "staff_conduct", "name": {"en": "How we treated the customer", "de": "Unser Umgang mit dem Kunden"}},
    {"key": "policy", "name": {"en": "Our rules or prices", "de": "Unsere Regeln oder Preise"}},
    {"key": "customer_error", "name": {"en": "Misunderstanding", "de": "Missverständnis"}},
    {"key": "other", "name": {"en": "Something else", "de": "Etwas anderes"}},
)


def cut(value: Any, longest: int = 255) -> str:
    """A fact's value as a case keeps it; empty where it is not known."""
    return "" if value is None else str(value)[:longest]


def customer_named(said: str, pseudonym: Callable[[str, str], str]) -> str:
    """heed's key of a customer, given as such or as system:identifier; empty stays empty."""
    said = said.strip()
    if not said or OWN_KEY.fullmatch(said):
        return said
    system, colon, identifier = said.partition(":")
    if not (colon and system.strip() and identifier.strip()):
        raise Invalid(
            "A customer is named by heed's key or as system:identifier.",
            code="invalid_customer",
            hint="Such as crm:48213.",
        )
    return pseudonym(system.strip(), identifier)

"""The definitions the sample operation works under: those heed brings along, and two of its own."""

from collections.abc import Mapping
from typing import Any

from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions import actions
from heed.core.definitions.queries import in_force, newest
from heed.core.definitions.rules import canonical, validate
from heed.feedback.privacy.actions import ensure_policy
from heed.goals.kpis.actions import ensure_catalogue
from heed.sample.names import ZONE

NAME = "Nordlicht Telecom"
NOTE = "The sample operation."
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
HOTLINE = {
    "name": "Hotline of the sample operation",
    "time_zone": ZONE,
    "hours": {**dict.fromkeys(_WEEKDAYS, ("08:00-20:00",)), "saturday": ("09:00-16:00",)},
    "holidays_country": "DE",
}
SETTLED = {"name": NAME, "time_zone": ZONE, "currency": "EUR", "languages": ("en", "de"), "calendar": "sample_hotline"}
# Kind, key and body of what goes with the sample; what somebody has settled themselves stays.
OWN: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("calendar", "sample_hotline", HOTLINE),
    ("organisation", "organisation", SETTLED),
)


def ensure_definitions() -> None:
    """Put in force what is not: the catalogue of KPIs, a privacy policy, the hours and settings of the operation."""
    ensure_catalogue()
    if not newest("privacy_policy"):
        ensure_policy()
    for kind, key, body in OWN:
        if in_force(kind, key) is None:
            _hold(kind, key, body)


def _hold(kind: str, key: str, body: Mapping[str, Any]) -> None:
    """From the beginning of time where there never was one; from this moment where one was retired."""
    if not any(row.key == key for row in newest(kind)):
        actions.ensure(kind, key, body, note=NOTE)
        return
    version = actions.propose(COMMAND_LINE, kind, key, body, note=NOTE)
    actions.approve(COMMAND_LINE, kind, key, version.number)
    actions.put_in_force(COMMAND_LINE, kind, key, version.number)


def retire_definitions() -> None:
    """Retire the sample's own, where nobody has changed them since."""
    for kind, key, body in OWN:
        found = in_force(kind, key)
        if found is not None and canonical(found.body) == canonical(validate(kind, body)):
            actions.retire(COMMAND_LINE, kind, key)

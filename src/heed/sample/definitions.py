"""The definitions the sample operation works under: those heed brings along, and its own."""

from collections.abc import Mapping
from typing import Any

from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions import actions
from heed.core.definitions.queries import in_force, newest
from heed.core.definitions.rules import KINDS, canonical, validate
from heed.feedback.privacy.actions import ensure_policy
from heed.goals.kpis.actions import ensure_catalogue
from heed.sample.names import DEPARTMENTS, REGIONS, ZONE
from heed.service.cases.definition import CaseOpening

NAME = "Nordlicht Telecom"
CASES = next(name for name, kind in KINDS.items() if kind.model is CaseOpening)
NOTE = "The sample operation."
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
HOTLINE = {
    "name": "Hotline of the sample operation",
    "time_zone": ZONE,
    "hours": {**dict.fromkeys(_WEEKDAYS, ("08:00-20:00",)), "saturday": ("09:00-16:00",)},
    "holidays_country": "DE",
}
SETTLED = {"name": NAME, "time_zone": ZONE, "currency": "EUR", "languages": ("en", "de"), "calendar": "sample_hotline"}
CLOSE_THE_LOOP = {
    "name": "Call back who is unhappy",
    "source": "responses",
    "when": '(instrument == "nps" && score <= 6.0) || (instrument == "csat" && score <= 2.0)',
    "never_when": "!has_customer_key",
    "one_case_days": 30,
    "severities": (
        {"when": 'segment == "business" && score <= 2.0', "severity": "urgent"},
        {"when": "score <= 2.0", "severity": "high"},
    ),
    "severity": "normal",
    # Who answers a survey of the whole relationship was served by nobody in particular.
    "owners": tuple(
        {"when": f'!has_team && region == "{region}"', "team": f"{region}-{DEPARTMENTS[0]}"} for region in REGIONS
    ),
    "promises": (
        {"severity": "urgent", "first_contact_seconds": 4 * 3600},
        {"severity": "high", "first_contact_seconds": 8 * 3600},
        {"severity": "normal", "first_contact_seconds": 24 * 3600},
    ),
    "calendar": "sample_hotline",
}
STAGE_NAMES = {
    "join": ("Becoming a customer", "Kunde werden"),
    "activate": ("Getting connected", "Anschluss"),
    "use": ("Using it", "Nutzung"),
    "bill": ("The bill", "Rechnung"),
    "move": ("Moving home", "Umzug"),
    "help": ("Getting help", "Hilfe"),
}
AFTER_CONTACT = {
    "name": "After a contact",
    "purpose": "How the contact went, and whether it settled the matter.",
    "languages": ("en", "de"),
    "questions": (
        {
            "key": "satisfaction",
            "type": "csat",
            "required": True,
            "text": {
                "en": "How satisfied are you with this contact?",
                "de": "Wie zufrieden sind Sie mit diesem Kontakt?",
            },
        },
        {
            "key": "ease",
            "type": "ces",
            "text": {
                "en": "It was easy to get my matter dealt with.",
                "de": "Es war einfach, mein Anliegen zu erledigen.",
            },
        },
        {
            "key": "resolved",
            "type": "choice",
            "instrument": "resolved",
            "text": {"en": "Is your matter settled?", "de": "Ist Ihr Anliegen erledigt?"},
            "options": (
                {"key": "yes", "text": {"en": "Yes", "de": "Ja"}, "score": 1.0},
                {"key": "no", "text": {"en": "No", "de": "Nein"}, "score": 0.0},
            ),
        },
        {
            "key": "comment",
            "type": "text",
            "text": {"en": "What should we have done better?", "de": "Was hätten wir besser machen sollen?"},
            "show_when": "satisfaction <= 3.0",
        },
    ),
}
RELATIONSHIP = {
    "name": "Relationship survey",
    "purpose": "Once a quarter: whether customers would recommend us, and which stage matters most to them.",
    "languages": ("en", "de"),
    "questions": (
        {
            "key": "recommend",
            "type": "nps",
            "required": True,
            "text": {
                "en": f"How likely is it that you recommend {NAME}?",
                "de": f"Wie wahrscheinlich ist es, dass Sie {NAME} weiterempfehlen?",
            },
        },
        {
            "key": "matters_most",
            "type": "choice",
            "text": {"en": "What matters most to you?", "de": "Was ist Ihnen am wichtigsten?"},
            "options": tuple(
                {"key": key, "text": {"en": english, "de": german}} for key, (english, german) in STAGE_NAMES.items()
            ),
        },
        {
            "key": "comment",
            "type": "text",
            "text": {"en": "What is the main reason?", "de": "Was ist der wichtigste Grund?"},
        },
    ),
}
# Kind, key and body of what goes with the sample; what somebody has settled themselves stays.
OWN: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("calendar", "sample_hotline", HOTLINE),
    (CASES, "sample_close_the_loop", CLOSE_THE_LOOP),
    ("survey", "post_contact", AFTER_CONTACT),
    ("survey", "relationship", RELATIONSHIP),
    ("organisation", "organisation", SETTLED),
)


def ensure_definitions() -> None:
    """Put in force what is not: the catalogue of KPIs, a privacy policy, the hours, settings and promises of the operation."""
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
    for kind, key, body in reversed(OWN):
        found = in_force(kind, key)
        if found is not None and canonical(found.body) == canonical(validate(kind, body)):
            actions.retire(COMMAND_LINE, kind, key)

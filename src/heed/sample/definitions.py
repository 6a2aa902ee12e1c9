"""The definitions the sample operation works under: those heed brings along, and its own."""

from collections.abc import Mapping
from typing import Any

from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions import actions
from heed.core.definitions.queries import in_force, newest
from heed.core.definitions.rules import KINDS, canonical, validate
from heed.feedback.privacy.actions.policy import ensure_policy
from heed.goals.kpis.actions import ensure_catalogue
from heed.sample.names import CHANNELS, DEPARTMENTS, REGIONS, ZONE
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
CALLS_ANSWERED = {
    "name": "Calls answered",
    "promise": "answer",
    "within_seconds": 20,
    "target": 0.8,
    "population": 'channel == "phone"',
}
CASES_PUT_RIGHT = {
    "name": "Cases put right",
    "promise": "resolution",
    "within_seconds": 40 * 3600,
    "priorities": {"urgent": 8 * 3600, "high": 20 * 3600},
    "target": 0.85,
    "hours": HOTLINE,
}
ESCALATION = {
    "name": "Escalation of service cases",
    # The last clause is read from the customer's words.
    "when": 'severity == "high" || asked_for_help || sla_risk >= 0.8 || impact >= 12.0'
    ' || (urgency == "high" && sentiment <= -0.5)',
    "severe_when": 'severity == "urgent" || impact >= 60.0',
    "levels": (
        {
            "key": "lead",
            "name": "Team lead",
            "role": "supervisor",
            "handles": 'severity != "urgent"',
            "acknowledge_seconds": 3600,
        },
        {
            "key": "duty",
            "name": "Duty supervisor",
            "rota": {"people": tuple(f"sample-s{place:02d}" for place in range(12)), "at_once": 3},
            "acknowledge_seconds": 1200,
        },
        {"key": "manager", "name": "Manager", "role": "manager", "held_in": "organisation"},
    ),
    "daily_budget": 8,
    "kept_for_severe": 2,
    "time_zone": ZONE,
    "impact": {
        "values": ({"when": 'segment == "business"', "factor": 3.0},),
        "vulnerabilities": ({"when": "sentiment <= -0.8", "factor": 1.5},),
    },
    "group": {"by": ("topic", "region"), "from_cases": 8, "within_seconds": 7200},
    "promise_seconds": {"urgent": 4 * 3600, "high": 8 * 3600, "normal": 24 * 3600},
    "history": {
        "source": "events",
        "escalated": 'activity == "escalate"',
        "reached": 'activity == "senior review"',
        "unit": "region",
    },
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
_OPENING, _CLOSING = ("open case", "assign", "first reply"), ("close",)
_ASKED, _SENIOR = ("ask customer", "customer replied"), ("escalate", "senior review")
# Stage: topics, days promised, the work behind it in its order, and what of it a case may do without.
_WORK: dict[str, tuple[tuple[str, ...], int, tuple[str, ...], tuple[str, ...]]] = {
    "join": (("contract",), 5, ("check credit", *_ASKED, "draw up contract"), _ASKED),
    "activate": (
        ("engineer_visit", "port_number"),
        10,
        ("ship router", "book engineer", "engineer visit", "activate line", "request port", "port confirmed"),
        ("ship router", "book engineer", "engineer visit", "activate line", "request port", "port confirmed"),
    ),
    "use": (
        ("outage", "router", "app_login"),
        5,
        (*_ASKED, "check line remotely", "book engineer", "engineer visit"),
        (*_ASKED, "book engineer", "engineer visit"),
    ),
    "bill": (
        ("billing",),
        5,
        (*_ASKED, "check account", "correct bill", "approve credit"),
        (*_ASKED, "correct bill", "approve credit"),
    ),
    "move": (
        ("moving_home",),
        7,
        ("check address", *_ASKED, "plan move", "book engineer", "engineer visit"),
        (*_ASKED, "book engineer", "engineer visit"),
    ),
    "help": (("complaint",), 5, ("investigate", *_ASKED, "approve credit"), (*_ASKED, "approve credit")),
}
JOURNEY = {
    "name": "Life with Nordlicht",
    "purpose": "To be connected, to use what was bought, to pay what is right, and to be helped when something fails.",
    "stages": tuple(
        {
            "key": key,
            "title": STAGE_NAMES[key][0],
            "promise": {"words": f"Settled within {days} days", "within_seconds": days * 86_400, "share": 0.8},
            "topics": topics,
            "questions": (f"stage_{key}",),
            "activities": (*work, *_SENIOR, "resolve"),
            "optional": (*optional, *_SENIOR),
        }
        for key, (topics, days, work, optional) in _WORK.items()
    ),
    "channels": CHANNELS,
    "case_runs": "one_stage",
    "opening": _OPENING,
    "closing": _CLOSING,
    "passing": ("hand over", "take over"),
    "finished_by": _CLOSING,
    "satisfaction": 'survey_key == "service_check" && has_stage && has_score',
    "importance": {"by": "chosen", "where": 'question_key == "matters_most" && has_choice'},
    "costs": 'kind == "cost" && has_stage',
    "work": {"attribute": "work_minutes", "unit": "minutes"},
}
# What each department aims at, and its part of the answers in percent; its teams ask a little more of the north, less of the east.
_AIMS = {"service": (0.74, 30.0), "billing": (0.68, 30.0), "technical": (0.69, 40.0)}
_EASIER = {"north": 0.02, "east": -0.02}
SATISFACTION = {
    "name": "Satisfaction after a contact",
    "kpi": "csat",
    "units": (
        {"unit": "organisation", "target": 0.7, "volume": 100.0},
        *(
            {"unit": department, "parent": "organisation", "target": target, "volume": volume}
            for department, (target, volume) in _AIMS.items()
        ),
        *(
            {
                "unit": f"{region}-{department}",
                "parent": department,
                "target": round(target + _EASIER.get(region, 0.0), 2),
                "volume": volume / len(REGIONS),
            }
            for department, (target, volume) in _AIMS.items()
            for region in REGIONS
        ),
    ),
}
# Who acts on what customers say; what has no route goes to those who run service.
ROUTING = {
    "name": "Who acts on what",
    "routes": (
        {
            "key": "bills",
            "name": "Bills and refunds",
            "themes": ("billing", "refund", "price"),
            "to": {"team": "billing"},
        },
        {
            "key": "line",
            "name": "The line and who mends it",
            "themes": ("outage", "appointment", "delay", "product"),
            "to": {"team": "technical"},
            "acknowledge_hours": 8.0,
            "accept_hours": 24.0,
        },
        {"key": "leaving", "name": "Who speaks of leaving", "when": "churn == 'at_risk'", "to": {"team": "service"}},
    ),
    "catch_all": {"to": {"team": "service"}},
}
# Four small sites of their own, and one that could answer for all but is yet to be rented.
_SITE = {"time_zone": ZONE, "hours": HOTLINE["hours"], "overlay": 0.12}
FOOTPRINT = {
    "name": "One hotline or four",
    "shrinkage": 0.3,
    "max_occupancy": 0.9,
    "regions": tuple(
        {
            "key": region,
            "name": region.title(),
            "time_zone": ZONE,
            "hours": HOTLINE["hours"],
            "languages": {"en": 0.75, "de": 0.25},
            "home": region,
        }
        for region in REGIONS
    ),
    "sites": (
        *(
            {
                **_SITE,
                "key": region,
                "name": f"{region.title()} centre",
                "languages": ("en", "de"),
                "cost_per_hour": cost,
                "fixed_cost_per_week": "1800.00",
                "seats": 6,
            }
            for region, cost in zip(REGIONS, ("34.00", "33.00", "32.50", "35.00"), strict=True)
        ),
        {
            **_SITE,
            "key": "harbour",
            "name": "Harbour house",
            "languages": ("en", "de"),
            "cost_per_hour": "35.50",
            "language_premium": "0.50",
            "fixed_cost_per_week": "5200.00",
        },
    ),
}
ASKING = {
    "name": "After a contact",
    "source": "interactions",
    "when": 'outcome == "answered"',
    "survey": "post_contact",
    "delay_seconds": 3600,
    "probability": 0.2,
    "stratum": "segment",
    "probabilities": ({"value": "business", "share": 0.5},),
    "reminder_days": (5,),
}
# Kind, key and body of what goes with the sample; what somebody has settled themselves stays.
OWN: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("calendar", "sample_hotline", HOTLINE),
    (CASES, "sample_close_the_loop", CLOSE_THE_LOOP),
    ("survey", "post_contact", AFTER_CONTACT),
    ("survey", "relationship", RELATIONSHIP),
    ("trigger", "sample_after_contact", ASKING),
    ("sla", "sample_calls_answered", CALLS_ANSWERED),
    ("sla", "sample_cases_put_right", CASES_PUT_RIGHT),
    ("escalation", "sample_escalation", ESCALATION),
    ("journey", "sample_journey", JOURNEY),
    ("target", "csat", SATISFACTION),
    ("footprint", "sample_footprint", FOOTPRINT),
    ("routing", "default", ROUTING),
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

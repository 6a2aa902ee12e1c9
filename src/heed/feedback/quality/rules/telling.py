"""What becomes of exclusions as facts, and the personal columns of flags, exclusions and audits. Pure."""

from heed.core.consent.rules import personal
from heed.core.journal.rules import Entry
from heed.core.people.rules import notice
from heed.facts.projections import Payload, Row, projects
from heed.feedback.quality.events import ResponsePutBack, ResponseSetAside

personal("feedback.AnswerFlag", "customer_key", "key", "to forget whose answer shows signs when they are erased")
personal("feedback.AnswerFlag", "kept_why", "words", "why an answer with signs counts")
personal("feedback.Exclusion", "customer_key", "key", "to forget whose answer was set aside when they are erased")
personal("feedback.Exclusion", "why", "words", "why an answer does not count")
personal("feedback.Exclusion", "put_back_why", "words", "why an answer counts again")
personal("feedback.QualityAudit", "agents", "key", "to show which agents' customers were asked by choice")
personal("feedback.QualityAudit", "accepted_why", "words", "why figures are used though an audit failed")

notice("answers-audit-failed", "The answers of %(survey)s failed their audit; figures that rest on them are marked.")

_COLUMNS = {
    "response_id": "response",
    "survey_key": "survey",
    "customer_key": "customer",
    "turn": "turn",
    "region": "region",
    "set_aside": "",
}


@projects(ResponseSetAside, "exclusions", columns={**_COLUMNS, "sign": "sign"})
def set_aside(payload: Payload, entry: Entry) -> Row:
    return {**_row(payload), "set_aside": True, "sign": payload["sign"] or None}


@projects(ResponsePutBack, "exclusions", columns=_COLUMNS)
def put_back(payload: Payload, entry: Entry) -> Row:
    return {**_row(payload), "set_aside": False}


def _row(payload: Payload) -> Row:
    return {
        "response_id": payload["response"],
        "survey_key": payload["survey"],
        "customer_key": payload["customer"] or None,
        "turn": payload["turn"],
        "region": payload.get("region") or None,
    }

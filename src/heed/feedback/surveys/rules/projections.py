"""What invitations and responses become as facts. Pure."""

from typing import Any

from heed.core.journal.rules import Entry
from heed.facts.projections import Payload, Row, projects
from heed.feedback.surveys.events import InvitationFailed, InvitationSent, ResponseReceived
from heed.feedback.surveys.rules.links import PLACE

COLUMNS = {
    "survey_key": "survey",
    "customer_key": "customer",
    "language": "language",
    **dict.fromkeys((*PLACE, "interaction_id", "agent_key"), "context"),
}


def _where(payload: Payload, *names: str) -> Row:
    """Columns that every row of an invitation or a response has."""
    context = payload.get("context") or {}
    return {
        "survey_key": payload["survey"],
        # Who answers at an open link is nobody that heed knows.
        "customer_key": payload["customer"] or None,
        "language": payload["language"],
        **{name: context.get(name) for name in (*PLACE, "interaction_id", "agent_key", *names)},
    }


@projects(
    InvitationSent,
    "invitations",
    columns={
        **COLUMNS,
        "invitation_id": "invitation",
        "decided_at": "decided_at",
        "sent_at": "",
        "asked": "",
        "reason": "reason",
        "trigger_key": "trigger",
        "probability": "probability",
    },
)
def invitation_sent(payload: Payload, entry: Entry) -> Row:
    return {**_decision(payload), "sent_at": entry.at, "asked": True, "reason": payload["reason"]}


@projects(
    InvitationFailed,
    "invitations",
    columns={
        **COLUMNS,
        "invitation_id": "invitation",
        "decided_at": "decided_at",
        "asked": "",
        "reason": "code",
        "trigger_key": "trigger",
        "probability": "probability",
    },
)
def invitation_failed(payload: Payload, entry: Entry) -> Row:
    return {**_decision(payload), "asked": False, "reason": payload["code"]}


def _decision(payload: Payload) -> Row:
    return {
        **_where(payload),
        "invitation_id": payload["invitation"],
        "decided_at": payload["decided_at"],
        "trigger_key": payload["trigger"],
        "probability": payload["probability"],
    }


@projects(
    ResponseReceived,
    "responses",
    columns={
        **COLUMNS,
        "answer_id": "answers",
        "response_id": "response",
        "answered_at": "answered_at",
        "invited_at": "invited_at",
        "question_key": "answers",
        "instrument": "answers",
        "score": "answers",
        "scale_min": "answers",
        "scale_max": "answers",
        "choice": "answers",
        "duration_seconds": "duration_seconds",
        "case_id": "context",
    },
)
def answers_given(payload: Payload, entry: Entry) -> list[Row]:
    """One row an answer; of a question with several choices one for each."""
    several = _several(payload["answers"])
    whole = {
        **_where(payload, "case_id"),
        "response_id": payload["response"],
        "answered_at": payload["answered_at"],
        # Of an anonymous response it is not told.
        "invited_at": payload["invited_at"] or None,
        "duration_seconds": payload["duration_seconds"],
        "attributes": None if payload["complete"] else {"complete": "false"},
    }
    return [
        {
            **whole,
            "answer_id": _answer_id(payload["response"], answer, several),
            "question_key": answer["question"],
            "instrument": answer["instrument"],
            "score": answer["score"],
            "scale_min": answer["scale_min"],
            "scale_max": answer["scale_max"],
            "choice": answer["choice"] or None,
        }
        for answer in payload["answers"]
    ]


@projects(
    ResponseReceived,
    "verbatims",
    columns={
        **COLUMNS,
        "verbatim_id": "words",
        "said_at": "answered_at",
        "text": "words",
        "response_id": "response",
        "question_key": "words",
        "direction": "",
        "case_id": "context",
    },
)
def words_said(payload: Payload, entry: Entry) -> list[Row]:
    """One row for each answer in the customer's own words; `words` is read from the database, by question."""
    return [
        {
            **_where(payload, "case_id"),
            "verbatim_id": f"{payload['response']}:{question}",
            "said_at": payload["answered_at"],
            "text": text,
            "response_id": payload["response"],
            "question_key": question,
            "direction": "inbound",
        }
        for question, text in (payload.get("words") or {}).items()
    ]


def _several(answers: list[dict[str, Any]]) -> set[str]:
    keys = [answer["question"] for answer in answers]
    return {key for key in keys if keys.count(key) > 1}


def _answer_id(response: str, answer: dict[str, Any], several: set[str]) -> str:
    named = f"{response}:{answer['question']}"
    return f"{named}:{answer['choice']}" if answer["question"] in several else named

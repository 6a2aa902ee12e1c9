"""What every verb on a case shares: holding it against others, and keeping what was done, with its step and its journal entry."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Forbidden, Invalid, NotFound, Refused, nearest, phrase
from heed.core.journal.actions import record
from heed.core.people.queries import names_of
from heed.service.cases import events
from heed.service.cases.models import Case, CaseStep
from heed.service.cases.queries import case, clock_of, escalations_of, may_work, reachable, timed, workers_of
from heed.service.cases.rules import clocks
from heed.service.cases.rules.changes import PLACE


def held_case(scope: Scope, key: str, *, closed: bool = False) -> Case:
    """The case, held against others until commit; refused when it is closed (or, with `closed`, when it is not)."""
    scope.demand("work_cases")
    rows = reachable(scope).filter(key=key) if "\0" not in key else Case.objects.none()
    row = (rows.select_for_update() if connection.features.has_select_for_update else rows).first()
    if row is None:
        case(scope, key)
        raise NotFound("There is no such case.", code="unknown_case")
    if not may_work(scope, row):
        raise Forbidden(
            "Your role does not reach this case.", code="not_permitted_here", hint="Ask the team it is with."
        )
    if (row.state == "closed") != closed:
        last = row.steps.filter(verb="closed" if row.state == "closed" else "reopened").order_by("-id").first()
        raise too_late(
            row,
            phrase("{who} closed this case", who=name_of(last.actor)) if last and row.state == "closed" else "",
            last,
        )
    return row


def too_late(row: Case, what: str, step: CaseStep | None) -> Refused:
    """The refusal of who came second: what stands, by whom, since when."""
    if not what or step is None:
        return Refused("This case is not closed.", code="not_closed", hint="Look at the case again.")
    at, today = timezone.localtime(step.at), timezone.localtime(timezone.now()).date()
    said = at.strftime("%H:%M" if at.date() == today else "%Y-%m-%d %H:%M")
    return Refused(phrase("{what} at {time}.", what=what, time=said), code="too_late", hint="Look at the case again.")


def name_of(actor: str) -> str:
    return names_of({actor}).get(actor, actor)


def keep(
    row: Case,
    happened: type,
    actor: str,
    now: datetime,
    verb: str,
    *,
    from_value: str = "",
    to_value: str = "",
    words: str = "",
    source: str = "",
    **more: Any,
) -> int:
    """Save the case, note the step and write the journal."""
    row.save()
    CaseStep.objects.create(
        case=row, at=now, actor=actor, verb=verb, from_value=from_value, to_value=to_value, words=words, source=source
    )
    standing = {name: getattr(row, name) for name in (*PLACE, "owner", "severity")}
    told = happened(
        case=row.key, at=now.isoformat(), customer=row.customer_key, interaction=row.interaction_id, **standing, **more
    )
    return record(told, actor=actor, subject=("case", row.key))


def closing_of(row: Case, now: datetime) -> events.CaseClosed:
    """What is told of a case that was closed."""
    standing = {name: getattr(row, name) for name in (*PLACE, "owner", "severity", "cause", "outcome")}
    return events.CaseClosed(
        case=row.key, at=now.isoformat(), customer=row.customer_key, interaction=row.interaction_id, **standing
    )


def run_clocks(row: Case) -> None:
    """Set when promises are due, which is due next, and when somebody must hear of it."""
    clock, known = clock_of(row.calendar), timed(row)
    row.first_contact_due_at = clocks.first_contact_due_at(clock, known)
    row.resolution_due_at = clocks.resolution_due_at(clock, known)
    open_dues = [None if row.first_contact_at else row.first_contact_due_at]
    open_dues.append(None if row.waiting_since else row.resolution_due_at)
    row.due_at = min((due for due in open_dues if due), default=None) if row.closed_at is None else None
    row.next_escalation_at = clocks.next_escalation(clock, known, escalations_of(row), row.escalations_done)


def dues(row: Case) -> dict[str, Any]:
    return {
        name: at.isoformat() if (at := getattr(row, name)) else None
        for name in ("first_contact_due_at", "resolution_due_at")
    }


def own(scope: Scope, row: Case, now: datetime) -> None:
    """Who works on a case that nobody owns owns it from then on."""
    if not row.owner and workers_of(row.team, row.region).filter(key=scope.person).exists():
        row.owner = scope.person
        keep(row, events.CaseTaken, scope.person, now, "taken", to_value=scope.person, former_owner="")


def demand_worker(row: Case, owner: str) -> None:
    if not workers_of(row.team, row.region).filter(key=owner).exists():
        raise Invalid(
            "This person does not work on the cases of this team.",
            code="unknown_worker",
            hint="Choose one of the team.",
        )


def demand_one_of(value: str, choices: Sequence[tuple[str, Any]], field: str) -> None:
    known = [name for name, _title in choices]
    if value not in known:
        raise Invalid(
            phrase("{value} is no {field}.", value=value, field=field),
            code=f"unknown_{field}",
            hint=nearest(value, known),
        )


def needed_words(words: str, message: str) -> str:
    if not words.strip():
        raise Invalid(message, code="no_words", hint="A few words are enough.")
    return words.strip()

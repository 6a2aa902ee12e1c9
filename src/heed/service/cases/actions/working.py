"""What people do about a case. One transaction a verb: may they? → the case, held → rules → saved, a step, a journal entry."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, Refused, nearest, phrase
from heed.core.people.queries import unit_nodes
from heed.service.cases import events
from heed.service.cases.actions.keeping import (
    demand_one_of,
    demand_worker,
    dues,
    held_case,
    keep,
    name_of,
    needed_words,
    own,
    run_clocks,
    too_late,
)
from heed.service.cases.models import OUTCOMES, WAITS_FOR, WAYS, Case
from heed.service.cases.queries import causes_in_force, clock_of, region_of

LONGEST_WAIT = timedelta(days=366)


@transaction.atomic
def take(scope: Scope, key: str) -> Case:
    """Take a case that nobody owns. Of two at once one has it, and the other is told who."""
    row, now = held_case(scope, key), timezone.now()
    if row.owner == scope.person:
        return row
    if row.owner:
        step = row.steps.filter(verb__in=("taken", "assigned"), to_value=row.owner).order_by("-id").first()
        raise too_late(row, phrase("{who} took this case", who=name_of(row.owner)), step)
    demand_worker(row, scope.person)
    row.owner = scope.person
    keep(row, events.CaseTaken, scope.person, now, "taken", to_value=scope.person, former_owner="")
    return row


@transaction.atomic
def assign(scope: Scope, key: str, owner: str, *, seen_owner: str | None = None) -> Case:
    """Give a case to somebody of its team. With `seen_owner`, refused when somebody else has it by now."""
    row, now, former = held_case(scope, key), timezone.now(), ""
    if seen_owner is not None and seen_owner != row.owner:
        step = row.steps.filter(verb__in=("taken", "assigned"), to_value=row.owner).order_by("-id").first()
        raise too_late(row, phrase("{who} took this case", who=name_of(row.owner)) if row.owner else "", step)
    if row.owner == owner:
        return row
    demand_worker(row, owner)
    former, row.owner = row.owner, owner
    keep(
        row, events.CaseAssigned, scope.person, now, "assigned", from_value=former, to_value=owner, former_owner=former
    )
    return row


@transaction.atomic
def transfer(scope: Scope, key: str, team: str, *, words: str = "") -> Case:
    """Hand a case to another team. Nobody owns it until somebody there takes it; its promises run on."""
    row, now = held_case(scope, key), timezone.now()
    known = unit_nodes()
    if team not in known:
        raise Invalid(phrase("There is no unit {unit}.", unit=team), code="unknown_unit", hint=nearest(team, known))
    if team == row.team:
        raise Refused("The case is with this team already.", code="same_team", hint="Choose another team.")
    _move(row, scope.person, now, team, words)
    return row


def _move(row: Case, actor: str, now: datetime, team: str, words: str = "") -> None:
    former, owner = row.team, row.owner
    row.team, row.owner, row.region = team, "", region_of(team) or row.region
    told: dict[str, Any] = {"former_team": former, "former_owner": owner}
    keep(row, events.CaseTransferred, actor, now, "transferred", from_value=former, to_value=team, words=words, **told)


@transaction.atomic
def contact(scope: Scope, key: str, *, way: str = "phone", words: str = "") -> Case:
    """Somebody spoke to the customer. The first time keeps the promise of a first contact."""
    demand_one_of(way, WAYS, "way")
    row, now = held_case(scope, key), timezone.now()
    own(scope, row, now)
    first = row.first_contact_at is None
    row.first_contact_at = row.first_contact_at or now
    run_clocks(row)
    keep(row, events.CaseContacted, scope.person, now, "contacted", to_value=way, words=words, first=first, way=way)
    return row


@transaction.atomic
def note(scope: Scope, key: str, words: str) -> Case:
    """Write down something that the next person should know."""
    row = held_case(scope, key)
    keep(
        row,
        events.CaseNoted,
        scope.person,
        timezone.now(),
        "noted",
        words=needed_words(words, phrase("A note needs words.")),
    )
    return row


@transaction.atomic
def wait(scope: Scope, key: str, waiting_for: str, *, until: datetime | None = None, words: str = "") -> Case:
    """Let a case wait. The clock of its resolution stands meanwhile; with `until` it goes on by itself then."""
    demand_one_of(waiting_for, WAITS_FOR, "waiting_for")
    row, now = held_case(scope, key), timezone.now()
    if row.state == "waiting":
        raise Refused("This case waits already.", code="waits_already", hint="Let it go on first.")
    if until is not None and not now < until <= now + LONGEST_WAIT:
        hint = "Give a day to come, within a year."
        raise Invalid("A case waits until a time to come, a year at most.", code="invalid_until", hint=hint)
    own(scope, row, now)
    row.state, row.waiting_since, row.waiting_for, row.waiting_until = "waiting", now, waiting_for, until
    run_clocks(row)
    told: dict[str, Any] = {"waiting_for": waiting_for}
    keep(row, events.CaseWaiting, scope.person, now, "waiting", to_value=waiting_for, words=words, **told)
    return row


@transaction.atomic
def resume(scope: Scope, key: str) -> Case:
    """Go on with a case that waited; its resolution is due later by the business time it waited."""
    row = held_case(scope, key)
    if row.state != "waiting":
        raise Refused("This case does not wait.", code="does_not_wait", hint="Look at the case again.")
    carry_on(row, scope.person, timezone.now())
    return row


def stop_waiting(row: Case, now: datetime) -> None:
    assert row.waiting_since is not None
    row.waited_seconds += clock_of(row.calendar).between(row.waiting_since, now)
    row.state, row.waiting_since, row.waiting_for, row.waiting_until = "open", None, "", None


def carry_on(row: Case, actor: str, now: datetime) -> None:
    stop_waiting(row, now)
    run_clocks(row)
    told: dict[str, Any] = {"waited_seconds": row.waited_seconds, "resolution_due_at": dues(row)["resolution_due_at"]}
    keep(row, events.CaseResumed, actor, now, "resumed", **told)


@transaction.atomic
def close(scope: Scope, key: str, *, cause: str, outcome: str = "resolved", words: str = "") -> Case:
    """Close a case with a cause of the list in force."""
    row, now = held_case(scope, key), timezone.now()
    known = {each.key for each in causes_in_force()}
    if cause not in known:
        hint = nearest(cause, known) if cause else "Choose why the customer was unhappy."
        raise Invalid("Closing needs a cause of the list in force.", code="no_cause", hint=hint)
    demand_one_of(outcome, OUTCOMES, "outcome")
    own(scope, row, now)
    if row.state == "waiting":
        stop_waiting(row, now)
    row.state, row.closed_at, row.cause, row.outcome, row.note = "closed", now, cause, outcome, words
    run_clocks(row)
    told: dict[str, Any] = {"cause": cause, "outcome": outcome}
    keep(row, events.CaseClosed, scope.person, now, "closed", from_value=outcome, to_value=cause, words=words, **told)
    return row


@transaction.atomic
def reopen(scope: Scope, key: str, *, words: str) -> Case:
    """Open a closed case again, with a reason. It is promised anew, and the cause it had is no longer its own."""
    row, now = held_case(scope, key, closed=True), timezone.now()
    reason, former = needed_words(words, phrase("Say why the case is opened again.")), row.cause
    row.state, row.closed_at, row.cause, row.outcome, row.note = "open", None, "", "", ""
    row.merged_into = ""
    row.clock_started_at, row.waited_seconds, row.first_contact_at, row.escalations_done = now, 0, None, 0
    run_clocks(row)
    keep(
        row,
        events.CaseReopened,
        scope.person,
        now,
        "reopened",
        from_value=former,
        words=reason,
        former_cause=former,
        **dues(row),
    )
    return row

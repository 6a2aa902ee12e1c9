"""What people do about an escalation: acknowledge it, hand it up, stand it down; and stand in for one another."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Forbidden, Invalid, NotFound, Refused, nearest, phrase
from heed.core.journal.actions import record
from heed.core.people.queries import names_of, person_by_key
from heed.goals.escalation import events
from heed.goals.escalation.actions.carrying import Round, end_one
from heed.goals.escalation.actions.desk import hold_the_door
from heed.goals.escalation.actions.writing import Ink
from heed.goals.escalation.models import DutySwap, Escalation
from heed.goals.escalation.queries import body_of, case_rows, escalation, may_work, protocols, reachable, seen
from heed.goals.escalation.rules.placing import place

LIVE = ("given", "acknowledged", "deferred", "unattended")
LONGEST_SWAP = timedelta(days=366)


def _held(scope: Scope, key: str) -> Escalation:
    """The escalation, held against others until commit; the lead where it is part of an incident. Hold the door before."""
    scope.demand("work_cases")
    escalation(scope, key)
    row = Escalation.objects.select_for_update().get(key=key)
    if row.state == "joined" and row.incident_id is not None:
        row = Escalation.objects.select_for_update().get(incident=row.incident_id, leads=True, ended_at=None)
        if not reachable(scope).filter(pk=row.pk).exists():
            raise _not_here()
    if not may_work(scope, row):
        raise _not_here()
    if row.ended_at is not None:
        raise _too_late(row, "stood_down", "{who} stood this escalation down at {time}.")
    return row


def _not_here() -> Forbidden:
    return Forbidden(
        "Your role does not reach this escalation.", code="not_permitted_here", hint="Ask the team the case is with."
    )


def _too_late(row: Escalation, verb: str, said: str) -> Refused:
    """The refusal of who came second: who was first, and when."""
    step = row.steps.filter(verb=verb).order_by("-id").first()
    who = names_of({step.actor}).get(step.actor, step.actor) if step else "heed"
    at = timezone.localtime(step.at).strftime("%H:%M") if step else ""
    return Refused(phrase(said, who=who, time=at), code="too_late", hint="Look at the escalation again.")


def acknowledge(scope: Scope, key: str) -> Escalation:
    """Take it up. Of two at once one has it, and the other is told who."""
    with transaction.atomic():
        hold_the_door()
        row = _held(scope, key)
        if row.state == "acknowledged":
            if row.person == scope.person:
                return row
            raise _too_late(row, "acknowledged", "{who} acknowledged this escalation at {time}.")
        ink = Ink(timezone.now())
        row.state, row.person, row.acknowledged_at, row.look_at = "acknowledged", scope.person, ink.now, None
        row.deferred_until = None
        ink.touch(row)
        ink.note(row, events.EscalationAcknowledged, "acknowledged", actor=scope.person)
        ink.keep()
    return row


def hand_up(scope: Scope, key: str, words: str) -> Escalation:
    """Bring it to the level above, with a reason. Where nobody there has room and it is not severe, who has it keeps it."""
    if not words.strip():
        raise Invalid("Say why it is handed up.", code="no_words", hint="A few words are enough.")
    with transaction.atomic():
        hold_the_door()
        row, now = _held(scope, key), timezone.now()
        desk_round = Round(now, [row])
        desk = next((each for each in desk_round.desks if each.held.key == row.protocol_key), None)
        case = case_rows([row.case_key]).get(row.case_key)
        if desk is None or case is None or row.level + 1 >= len(desk.protocol.levels):
            raise Refused("There is no level above.", code="highest_level", hint="Stand it down, or keep it.")
        fact = seen(case, now, row)
        found = place(desk.protocol, row.level + 1, row.severe, lambda level: desk.people(level, fact), desk)
        if found.code != "given":
            raise Refused(
                "Nobody above has room for it today.",
                code="no_room",
                hint="Keep it, or try again when the day's budget renews.",
            )
        former = row.person
        desk.take(found.person)
        row.acknowledged_at, row.tried = None, []
        desk_round.ink.touch(row)
        desk_round.ink.note(
            row, events.EscalationHandedUp, "handed_up", actor=scope.person, words=words.strip()[:10_000], former=former
        )
        desk_round.give(row, desk, found.level, found.person, "handed_up")
        desk_round.loads.keep()
        desk_round.ink.keep()
    return row


def stand_down(scope: Scope, key: str, words: str) -> Escalation:
    """End it, with a reason: nobody above is needed any more. An incident ends with all that joined it."""
    if not words.strip():
        raise Invalid("Say why it is stood down.", code="no_words", hint="A few words are enough.")
    with transaction.atomic():
        hold_the_door()
        row = _held(scope, key)
        ink = Ink(timezone.now())
        end_one(ink, row, scope.person, "stood_down", words.strip()[:10_000], whole=True)
        ink.keep()
    return row


# the rota ------------------------------------------------------------------------------------------------------------


def swap_duty(
    scope: Scope, protocol: str, level: str, person: str, substitute: str, since: date, until: date
) -> DutySwap:
    """Somebody stands in for another on the rota of a level, from a day to a day, both included."""
    scope.demand("work_cases")
    if scope.person != person:
        scope.demand("propose")
    _demand_on_rota(protocol, level, person)
    found = person_by_key(substitute) if "\0" not in substitute else None
    if found is None or not found.is_active or substitute == person:
        raise Invalid("Somebody else who is active must stand in.", code="unknown_person", hint="Choose somebody else.")
    if until < since or until - since > LONGEST_SWAP or not date(2000, 1, 1) <= since <= date(2200, 1, 1):
        raise Invalid(
            "A swap lasts from a day to a later one, a year at most.", code="invalid_days", hint="Look at the days."
        )
    who = {"person": person, "substitute": substitute}
    with transaction.atomic():
        row = DutySwap.objects.create(
            protocol_key=protocol, level_key=level, since=since, until=until, made_by=scope.person, **who
        )
        days = {"since": since.isoformat(), "until": until.isoformat()}
        told = events.DutySwapped(swap=row.key, protocol=protocol, level=level, **who, **days)
        record(told, actor=scope.person, subject=("duty-swap", row.key))
    return row


def _demand_on_rota(protocol: str, level: str, person: str) -> None:
    held = {each.key: each for each in protocols()}
    if protocol not in held:
        raise Invalid(
            phrase("No protocol {key} is in force.", key=protocol),
            code="unknown_protocol",
            hint=nearest(protocol, held),
        )
    rotas = {each.key: each.rota for each in body_of(held[protocol]).levels if each.rota is not None}
    if level not in rotas:
        raise Invalid(
            phrase("{level} is no level with a rota.", level=level), code="unknown_level", hint=nearest(level, rotas)
        )
    if person not in rotas[level].people:
        raise Invalid("This person is not on the rota.", code="not_on_rota", hint="Choose one of the rota.")


def withdraw_swap(scope: Scope, key: str) -> None:
    """Take a swap back: who is on the rota has the turn again."""
    scope.demand("work_cases")
    row = DutySwap.objects.filter(key=key, withdrawn_at=None).first() if "\0" not in key else None
    if row is None:
        raise NotFound("There is no such swap.", code="unknown_swap", hint="Look at the rota again.")
    if scope.person not in (row.person, row.made_by):
        scope.demand("propose")
    row.withdrawn_at = timezone.now()
    row.save(update_fields=["withdrawn_at", "changed_at"])

"""What is due for a look: a portion in one transaction, so that a killed worker leaves each case looked at once or not at all."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from heed.core.people.queries import root_unit
from heed.goals.escalation import events
from heed.goals.escalation.actions.desk import LiveDesk, Loads, hold_the_door
from heed.goals.escalation.actions.writing import Ink
from heed.goals.escalation.models import Escalation, MajorIncident
from heed.goals.escalation.queries import case_rows, next_risk, protocol_of, protocols, seen
from heed.goals.escalation.rules.deciding import decide
from heed.goals.escalation.rules.judging import covers, judge, likeness
from heed.goals.escalation.rules.placing import passed_on
from heed.goals.escalation.rules.rotas import next_midnight
from heed.rehearsal.replay.deciders import Decision
from heed.service.cases.queries import Case, people_to_tell

HEED = "heed"
PORTION = 200
# Until somebody is looked for again where nobody is on call.
AGAIN = timedelta(minutes=1)
NOBODY_AGAIN = timedelta(minutes=15)


def carry_on(now: datetime | None = None, limit: int = PORTION) -> int:
    """Look at the escalations that are due: new cases, acknowledgements that did not come, budgets that are whole again.
    The severest and heaviest first. Returns how many were looked at.
    """
    moment = now or timezone.now()
    due = Escalation.objects.filter(ended_at=None, look_at__lte=moment)
    if not due.exists():
        return 0
    with transaction.atomic():
        hold_the_door()
        skips = connection.features.has_select_for_update_skip_locked
        held = due.select_for_update(skip_locked=True) if skips else due
        rows = list(held.order_by("-severe", "-impact", "look_at", "id")[:limit])
        Round(moment, rows).look()
    return len(rows)


class Round:
    """One portion: its cases, the protocols, what people were given so far, and what is to be written at the end."""

    def __init__(self, now: datetime, rows: list[Escalation]) -> None:
        self.now, self.rows = now, rows
        self.cases = case_rows(row.case_key for row in rows)
        self.loads, self.ink = Loads(), Ink(now)
        self.desks = [LiveDesk(held, now, self.loads) for held in protocols(now)]
        self.moved: set[int] = set()

    def look(self) -> None:
        self._prepare()
        for row in self.rows:
            if row.pk not in self.moved:
                self._look_at(row)
        self.loads.keep()
        self.ink.keep()

    def _prepare(self) -> None:
        facts = [seen(case, self.now) for case in self.cases.values()]
        for desk in self.desks:
            if desk.protocol.group is not None:
                desk.prepare(likeness(desk.protocol.group, fact) for fact in facts)

    def _look_at(self, row: Escalation) -> None:
        case = self.cases.get(row.case_key)
        self.ink.touch(row)
        if case is None or case.state == "closed":
            self.end(row, "case_closed")
            return
        row.severity, row.team, row.region = case.severity, case.team, case.region
        if row.state == "given":
            self._not_acknowledged(row, case)
        elif row.state in ("watched", "deferred", "unattended"):
            self._decide(row, case)
        else:
            row.look_at = None

    def _desk_for(self, fact: dict[str, Any]) -> LiveDesk | None:
        return next((desk for desk in self.desks if covers(desk.protocol, fact)), None)

    def _decide(self, row: Escalation, case: Case) -> None:
        fact = seen(case, self.now, row)
        desk = self._desk_for(fact)
        if desk is None:
            row.state, row.look_at = "watched", None
            return
        row.protocol_key, row.protocol_version = desk.held.key, desk.held.version
        row.group_key = likeness(desk.protocol.group, fact)
        decision = decide(desk.protocol, desk, fact)
        told = decision.details
        row.severe, row.impact, row.customers = told["severe"], told["impact"], told["customers"]
        if decision.code != "not_escalated":
            row.wanted_at = row.wanted_at or self.now
        # A method for each code: not_escalated, given, deferred, joined, unattended.
        getattr(self, f"_{decision.code}")(row, case, desk, decision)

    def _not_escalated(self, row: Escalation, case: Case, desk: LiveDesk, decision: Decision) -> None:
        row.state, row.deferred_until = "watched", None
        row.look_at = next_risk(desk.protocol, case, self.now)

    def _given(self, row: Escalation, case: Case, desk: LiveDesk, decision: Decision) -> None:
        told = decision.details
        if told.get("takes"):
            desk.take(told["person"])
            self.give(row, desk, told["level"], told["person"], decision.reason)
            desk.gave(row)
        if told.get("declares"):
            self._declare(row, desk, decision)

    def give(self, row: Escalation, desk: LiveDesk, level: int, person: str, reason: str) -> None:
        """It is somebody's from now on, until they acknowledge or the time for that is over."""
        held, former = desk.protocol.levels[level], row.person
        row.state, row.level, row.level_key, row.person = "given", level, held.key, person
        row.given_at, row.deferred_until = self.now, None
        row.acknowledge_by = row.look_at = self.now + timedelta(seconds=held.acknowledge_seconds)
        self.ink.note(row, events.EscalationGiven, "given", reason=reason, former=former)
        self.ink.tell(
            row, "escalation-given", [person], {"number": row.case_number, "minutes": held.acknowledge_seconds // 60}
        )

    def _deferred(self, row: Escalation, case: Case, desk: LiveDesk, decision: Decision) -> None:
        first = row.state != "deferred"
        row.state, row.level, row.level_key = "deferred", decision.details["level"], ""
        row.level_key = desk.protocol.levels[row.level].key
        row.deferred_at = row.deferred_at or self.now
        row.times_deferred += 1
        until = next_midnight(desk.protocol.time_zone, self.now)
        if decision.reason == "nobody_on_call":
            until = min(until, self.now + NOBODY_AGAIN)
        row.deferred_until = until
        row.look_at = min(until, next_risk(desk.protocol, case, self.now) or until)
        if first:
            self.ink.note(row, events.EscalationDeferred, "deferred", reason=decision.reason, until=until.isoformat())

    def _joined(self, row: Escalation, case: Case, desk: LiveDesk, decision: Decision) -> None:
        self._join(row, desk.by_key(decision.details["incident"]), decision.reason)

    def _join(self, row: Escalation, incident: MajorIncident, reason: str) -> None:
        row.state, row.incident, row.look_at, row.deferred_until = "joined", incident, None, None
        row.person = row.level_key = ""
        row.wanted_at = row.wanted_at or self.now
        incident.last_joined_at, incident.cases = self.now, incident.cases + 1
        self.ink.incidents[incident.pk] = incident
        self.ink.note(row, events.EscalationJoined, "joined", reason=reason)
        if row.severe:
            self.ink.severe_leads.add(incident.pk)

    def _declare(self, row: Escalation, desk: LiveDesk, decision: Decision) -> None:
        """Like cases become one incident, led by who has one of them; or the severe cases of the day that nobody had room for."""
        told, kind = decision.details, decision.details["declares"]
        key = told["key"] if kind == "alike" else desk.surge_key
        incident = MajorIncident.objects.create(
            kind=kind,
            protocol_key=desk.held.key,
            group_key=key,
            title=key.replace("|", ", ").replace("=", ": ") if kind == "alike" else f"{desk.day}",
            declared_at=self.now,
            last_joined_at=self.now,
            cases=1,
        )
        desk.declared(key, incident)
        lead = row if told.get("takes") else desk.holder(key)
        assert lead is not None
        lead = next((each for each in self.rows if each.pk == lead.pk), lead)
        lead.incident, lead.leads = incident, True
        self.ink.touch(lead)
        if lead is not row:
            self._join(row, incident, "alike")
        if kind == "alike":
            self._absorb(lead, incident, desk, key)
        self.ink.note(lead, events.MajorIncidentDeclared, "given", reason="major_incident", cases=incident.cases)
        self.ink.tell(lead, "escalation-incident", [lead.person], {"title": incident.title})

    def _absorb(self, lead: Escalation, incident: MajorIncident, desk: LiveDesk, key: str) -> None:
        """What is like the cases of the incident becomes part of it; what others were given before stays theirs."""
        mine = {row.pk: row for row in self.rows}
        waiting = desk.like(key).filter(ended_at=None, incident=None)
        found = [mine.get(row.pk, row) for row in waiting.order_by("id")]
        fresh = [row for row in self.rows if row.pk in self.ink.touched and row.group_key == key]
        for row in {each.pk: each for each in (*found, *fresh)}.values():
            if row.pk == lead.pk or row.incident_id is not None:
                continue
            self.ink.touch(row)
            self.moved.add(row.pk)
            if row.state in ("given", "acknowledged"):
                row.incident, incident.cases = incident, incident.cases + 1
                self.ink.incidents[incident.pk] = incident
            else:
                self._join(row, incident, "alike")

    def _unattended(self, row: Escalation, case: Case, desk: LiveDesk, decision: Decision) -> None:
        first = row.state != "unattended"
        row.state, row.level, row.person = "unattended", decision.details["level"], ""
        row.level_key, row.look_at = desk.protocol.levels[row.level].key, self.now + AGAIN
        if first:
            self.ink.note(row, events.EscalationUnattended, "unattended", reason=decision.reason)
            root = root_unit()
            told = people_to_tell(root.key if root else "", "manager")
            self.ink.tell(row, "escalation-unattended", told, {"number": row.case_number})

    def _not_acknowledged(self, row: Escalation, case: Case) -> None:
        """Time is over for who has it: somebody else of the level, the level above where it is severe, or they again."""
        protocol = protocol_of(row)
        desk = next((each for each in self.desks if each.held.key == row.protocol_key), None)
        if protocol is None or desk is None or row.level >= len(desk.protocol.levels):
            row.look_at = None
            return
        fact = seen(case, self.now, row)
        found = judge(desk.protocol, {**fact, "customers": row.customers})
        row.severe, row.impact = row.severe or found.severe, max(row.impact, found.impact.score)
        row.tried = [*dict.fromkeys([*row.tried, row.person])]
        placed = passed_on(
            desk.protocol, row.level, row.severe, row.tried, lambda level: desk.people(level, fact), desk
        )
        if placed is not None:
            desk.take(placed.person)
            self.give(row, desk, placed.level, placed.person, "not_acknowledged")
            return
        row.look_at = self.now + timedelta(seconds=desk.protocol.levels[row.level].acknowledge_seconds)
        self.ink.note(row, events.EscalationReminded, "reminded", reason="not_acknowledged")
        self.ink.tell(row, "escalation-reminded", [row.person], {"number": row.case_number})

    def end(self, row: Escalation, reason: str) -> None:
        if row.state == "watched":
            row.delete()
            self.ink.drop(row)
            return
        end_one(self.ink, row, HEED, reason)


def end_one(ink: Ink, row: Escalation, actor: str, reason: str, words: str = "", *, whole: bool = False) -> None:
    """An escalation is over. Of an incident the next case leads, or with `whole` it is over with all that joined it."""
    incident, led, state, person = row.incident, row.leads, row.state, row.person
    row.state, row.ended_at, row.look_at, row.leads = "ended", ink.now, None, False
    ink.touch(row)
    ink.note(row, events.EscalationStoodDown, "stood_down", actor=actor, reason=reason, words=words)
    if incident is None or not led:
        return
    row.save()
    joined = Escalation.objects.filter(incident=incident, ended_at=None).exclude(pk=row.pk).order_by("id")
    if whole:
        for each in joined.exclude(state="acknowledged"):
            end_one(ink, each, actor, "incident_over")
    heir = None if whole else joined.filter(state="joined").first()
    if heir is None:
        incident.ended_at = ink.now
        incident.save()
        return
    heir = ink.touched.get(heir.pk, heir)
    same = ("level", "level_key", "given_at", "acknowledge_by", "acknowledged_at")
    for name in same:
        setattr(heir, name, getattr(row, name))
    heir.state, heir.person, heir.leads = state, person, True
    heir.look_at = heir.acknowledge_by if state == "given" else None
    heir.save()
    ink.touch(heir)

"""Opening cases: by the rules in force, from the facts that come in, and by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.consent.rules import pseudonym
from heed.core.definitions.actions import ensure
from heed.core.definitions.queries import InForce
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.core.journal.rules import Entry
from heed.core.people.queries import unit_nodes
from heed.facts.schema.tables import TABLES
from heed.service.cases import events
from heed.service.cases.actions.keeping import dues, keep, run_clocks
from heed.service.cases.definition import CaseOpening
from heed.service.cases.models import Case, CaseStep
from heed.service.cases.queries import CAUSES, latest_opened, openings, region_of
from heed.service.cases.rules.changes import PLACE
from heed.service.cases.rules.naming import DEFAULT_CAUSES, customer_named, cut
from heed.service.cases.rules.numbers import case_number
from heed.service.cases.rules.opening import JOINED, NOT_OPENED, decide

Told = Sequence[tuple[str, Mapping[str, Any]]]


def ensure_causes() -> None:
    """A new store has a list of causes in force, so that a case can be closed on the first day."""
    ensure(CAUSES, CAUSES, {"causes": DEFAULT_CAUSES})


class _Past:
    """What decide asks of the past, from the cases there are."""

    def __init__(self, opening: str) -> None:
        self.opening = opening

    def opened_at(self, customer: str) -> datetime | None:
        return latest_opened(customer, self.opening)


def consider_facts(entry: Entry, rows: Told) -> None:
    """Open the cases that facts open, by the rules that held when they came in; keep what customers said beside them.

    In the caller's transaction. The same entry again changes nothing: a fact opens one case a rule, and is one step.
    """
    with transaction.atomic():
        for rule in openings(entry.at) if rows else ():
            assert isinstance(rule.body, CaseOpening)
            for table, row in rows:
                if table == rule.body.source:
                    _consider(rule, rule.body, row, entry.at)
        for table, row in rows:
            if table == "verbatims" and row.get("text") and row.get("direction") != "outbound":
                _keep_words(row, entry.at)


def _consider(rule: InForce, body: CaseOpening, fact: Mapping[str, Any], now: datetime) -> None:
    table = TABLES[body.source]
    named = cut(fact[table.key])
    if Case.objects.filter(opening_key=rule.key, opened_by_fact=named).exists():
        return
    decision = decide(body, _Past(rule.key), fact)
    if decision.code == JOINED:
        _join(rule.key, fact, f"{table.name}:{named}", now)
    if decision.code in (JOINED, NOT_OPENED):
        return
    team = cut(decision.details["team"], 60)
    place = {name: cut(fact.get(name)) for name in PLACE if name not in ("team", "language")}
    row = Case(
        **{**place, "region": place["region"] or region_of(team)},
        team=team,
        language=cut(fact.get("language"), 40),
        customer_key=cut(fact.get("customer_key"), 64),
        opening_key=rule.key,
        opening_version=rule.version,
        opened_by_fact=named,
        fact_at=fact[table.time],
        title=body.name,
        instrument=cut(fact.get("instrument"), 40),
        score=fact.get("score"),
        scale_max=fact.get("scale_max"),
        response_id=cut(fact.get("response_id")),
        interaction_id=cut(fact.get("interaction_id")),
        severity=decision.details["severity"],
        first_contact_seconds=decision.details["first_contact_seconds"],
        resolution_seconds=decision.details["resolution_seconds"],
        calendar=decision.details["calendar"],
    )
    _open(row, "heed", now, f"{table.name}:{named}")
    if table.name == "verbatims":
        _said(row, fact)


def _open(row: Case, actor: str, now: datetime, fact: str, words: str = "") -> None:
    row.opened_at = row.clock_started_at = now
    row.save()
    row.number = case_number(row.pk)
    run_clocks(row)
    opened: dict[str, Any] = {"opening": row.opening_key, "version": row.opening_version, "fact": fact, **dues(row)}
    keep(row, events.CaseOpened, actor, now, "opened", to_value=row.team, words=words, **opened)


def _join(opening: str, fact: Mapping[str, Any], source: str, now: datetime) -> None:
    row = Case.objects.filter(customer_key=fact["customer_key"], opening_key=opening).order_by("-fact_at").first()
    if row is not None and not row.steps.filter(source=source).exists():
        score = "" if fact.get("score") is None else f"{fact.get('instrument') or ''} {fact['score']:g}".strip()
        keep(row, events.CaseJoined, "heed", now, "heard", to_value=cut(score, 120), source=source, fact=source)


def _keep_words(row: Mapping[str, Any], now: datetime) -> None:
    """Words that belong to an answer which opened a case stand in that case."""
    response = cut(row.get("response_id"))
    for found in Case.objects.filter(response_id=response) if response else ():
        _said(found, row)


def _said(row: Case, fact: Mapping[str, Any]) -> None:
    source = f"verbatims:{cut(fact['verbatim_id'])}"
    if not row.steps.filter(source=source).exists():
        words = str(fact.get("text") or "")[:10_000]
        CaseStep.objects.create(case=row, at=fact["said_at"], actor="customer", verb="said", words=words, source=source)


def _rule_named(key: str) -> Any:
    """The case opening in force of this key; the first one when none is named, None when there is none at all."""
    known = {rule.key: rule for rule in openings()}
    if key and key not in known:
        raise Invalid(
            phrase("There is no case opening {key}.", key=key), code="unknown_opening", hint=nearest(key, known)
        )
    return known.get(key) or next(iter(known.values()), None)


@transaction.atomic
def open_case(
    scope: Scope,
    *,
    title: str,
    team: str,
    customer: str = "",
    severity: str = "normal",
    opening: str = "",
    words: str = "",
    take: bool = False,
) -> Case:
    """Open a case by hand. Its promises, calendar and escalation are those of a case opening in force (the first, unless named)."""
    scope.demand_in("work_cases", team)
    if team not in unit_nodes():
        raise Invalid(
            phrase("There is no unit {unit}.", unit=team), code="unknown_unit", hint=nearest(team, unit_nodes())
        )
    if not title.strip():
        raise Invalid("A case needs a title.", code="no_title", hint="Say in a few words what it is about.")
    rule = _rule_named(opening)
    promise = next((each for each in rule.body.promises if each.severity == severity), None) if rule else None
    now = timezone.now()
    row = Case(
        title=title.strip()[:200],
        team=team,
        region=region_of(team),
        customer_key=customer_named(customer, lambda system, name: pseudonym(settings.SECRET_KEY, "c", system, name)),
        severity=severity,
        opening_key=rule.key if rule else "",
        opening_version=rule.version if rule else None,
        fact_at=now,
        first_contact_seconds=promise.first_contact_seconds if promise else None,
        resolution_seconds=promise.resolution_seconds if promise else None,
        calendar=rule.body.calendar if rule else "",
        owner=scope.person if take else "",
    )
    _open(row, scope.person, now, "", words)
    return row

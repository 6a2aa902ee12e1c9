"""Rehearsing a rule for opening cases over the weeks just gone, beside the one in force; and bringing it into force."""

import time as stopwatch
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol, cast

import numpy as np
import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.definitions import actions as definitions
from heed.core.definitions.queries import all_in_force, in_force
from heed.core.definitions.rules import canonical, digest, validate
from heed.core.settings.rules import current
from heed.facts.engine.engine import Engine, open_engine
from heed.facts.schema.tables import TABLES
from heed.metrics.case_times import case_times
from heed.rehearsal.replay.deciders import decider_of
from heed.rehearsal.replay.replay import rehearse
from heed.rehearsal.replay.weeks import full_weeks
from heed.service.cases.definition import CaseOpening
from heed.service.cases.queries import OPENING, clock_of
from heed.service.cases.rules.rehearsing import GROUPS, Breaches, Part, Tally, expected_breaches, in_all, parts
from heed.stats.arrays import Floats

WEEKS = 13
PAST = timedelta(days=365)
USUAL_LEAST = 10


class LeastGroup(Protocol):
    """What is read of a privacy policy in force."""

    @property
    def min_n_customers(self) -> int: ...


@dataclass(frozen=True)
class Tried:
    """What one rule would have opened in the weeks rehearsed."""

    cases: int
    customers: int
    unowned: int
    joined: int
    weeks: Mapping[date, int]
    severities: Mapping[str, int]
    parts: Mapping[str, list[Part]]
    breaches: list[Breaches]
    in_all: tuple[float, float, float] | None


@dataclass(frozen=True)
class Rehearsed:
    """A rule beside the one in force (None where nothing is; the same object where it says the same)."""

    since: datetime
    until: datetime
    facts: int
    past: int
    least: int
    tried: Tried
    now: Tried | None
    seconds: float


def least_group() -> int:
    """How many customers a group must have to be told of, by the strictest privacy policy in force."""
    policies = [cast(LeastGroup, found.body) for found in all_in_force("privacy_policy")]
    return max((each.min_n_customers for each in policies), default=USUAL_LEAST)


def rehearse_opening(scope: Scope, key: str, body: Mapping[str, Any], weeks: int = WEEKS) -> Rehearsed:
    """What a rule would have opened in the last weeks. It looks at all of the operation, so it asks for a role over all of it."""
    scope.demand_everywhere("see_figures")
    started = stopwatch.monotonic()
    wanted = validate(OPENING, body)
    assert isinstance(wanted, CaseOpening)
    since, until = full_weeks(timezone.now(), weeks)
    least, holding = least_group(), in_force(OPENING, key)
    with open_engine(current()) as engine:
        past = _past(engine, until)
        tried, facts = _tried(engine, wanted, since, until, past, least)
        if holding is None:
            now = None
        elif digest(canonical(holding.body)) == digest(canonical(wanted)):
            now = tried
        else:
            assert isinstance(holding.body, CaseOpening)
            now, _facts = _tried(engine, holding.body, since, until, past, least)
    seconds = stopwatch.monotonic() - started
    return Rehearsed(since, until, facts, len(past["opened_at"]), least, tried, now, seconds)


def _tried(
    engine: Engine, body: CaseOpening, since: datetime, until: datetime, past: Mapping[str, Floats], least: int
) -> tuple[Tried, int]:
    """A rule's replay, begun earlier by as many days as a customer has one case in."""
    time = TABLES[body.source].time
    decider = replace(
        decider_of(OPENING),
        columns=lambda definition: ("customer_key", *GROUPS),
        tally=lambda definition, start, end: Tally(since, time),
    )
    found = rehearse(engine, decider, body, since - timedelta(days=body.one_case_days), until)
    tally: Tally = found.figures["tally"]
    breaches = expected_breaches(body, tally.severities, past, clock_of(body.calendar))
    told = Tried(
        cases=tally.weeks.total,
        customers=len(tally.customers),
        unowned=tally.unowned,
        joined=tally.joined,
        weeks=tally.weeks.between(since, until),
        severities=tally.severities,
        parts={name: parts(tally, name, least) for name in GROUPS},
        breaches=breaches,
        in_all=in_all(breaches),
    )
    return told, found.facts


def _past(engine: Engine, until: datetime) -> dict[str, Floats]:
    """Times of the cases of the last year, in seconds since 1970; NaN where a thing has not happened."""
    table = case_times(engine, until - PAST, until)
    columns = {}
    for name in table.column_names:
        micros = table[name].cast(pa.timestamp("us", tz="UTC")).cast("int64").to_numpy(zero_copy_only=False)
        columns[name] = np.asarray(micros, dtype=np.float64) / 1e6
    return columns


def propose_opening(scope: Scope, key: str, body: Mapping[str, Any], note: str) -> int:
    """Propose what was rehearsed. Returns the version's number."""
    return int(definitions.propose(scope, OPENING, key, body, note=note).number)


@transaction.atomic
def enact_opening(scope: Scope, key: str, body: Mapping[str, Any], note: str) -> int:
    """Propose, approve and put in force what was rehearsed, at once, where one person may."""
    row = definitions.propose(scope, OPENING, key, body, note=note)
    definitions.approve(scope, OPENING, key, row.number)
    definitions.put_in_force(scope, OPENING, key, row.number)
    return int(row.number)

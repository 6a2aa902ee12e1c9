"""Advice for each touchpoint out of the operation's own history: what foretells, what may be asked, and what to do."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.cache import cache

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.feedback.quality.queries.audits import AuditMark, marks_of_answers
from heed.feedback.surveys.queries.surveys import least_shown
from heed.feedback.triggers.definition import ContactPolicy
from heed.feedback.triggers.queries.engine import engine, versions
from heed.feedback.triggers.queries.log import MAY
from heed.feedback.triggers.queries.state import ledger_for, policy_in_force
from heed.feedback.triggers.rules.advising import OUTCOMES, Advice, Terms, advise, weigh_all
from heed.feedback.triggers.rules.ledger import Account, standing
from heed.metrics.selection import Slice

if TYPE_CHECKING:
    from heed.metrics.histories import History
    from heed.stats.arrays import Flags

TABLES = ("interactions", "responses", "exclusions", "invitations", "usage", "finance")
KEPT_SECONDS = 3600
LONG_AGO = 0  # whatever stands against asking then is no pause and no wave
LEAST_DAYS, MOST_DAYS, DAYS = 60, 1830, 548


@dataclass(frozen=True)
class Asked:
    """What the advice is to be about: an outcome by key (empty: the gravest there is) and so many days up to `until`."""

    outcome: str = ""
    days: int = DAYS
    until: date | None = None


@dataclass(frozen=True)
class Advising:
    """Advice by touchpoint, in order. `outcomes`: those that can be told from the facts; `min_n`: touchpoints of fewer
    customers are left out and counted as `withheld`. marks: failed audits of the answers in which it looks for signs.
    """

    outcome: str
    outcomes: tuple[str, ...]
    since: datetime
    until: datetime
    rest_days: int
    min_n: int
    advice: tuple[Advice, ...]
    withheld: int
    level: float = 0.95
    marks: tuple[AuditMark, ...] = ()


def check_asked(asked: Asked) -> Asked:
    """Raises Invalid naming the nearest outcome, or the days there can be."""
    if asked.outcome and asked.outcome not in OUTCOMES:
        raise Invalid(
            phrase("There is no outcome {name}.", name=asked.outcome),
            code="unknown_outcome",
            hint=nearest(asked.outcome, OUTCOMES),
        )
    if not LEAST_DAYS <= asked.days <= MOST_DAYS:
        raise Invalid(
            phrase("{days} days are not looked at.", days=asked.days),
            code="invalid_period",
            hint=phrase("From {least} to {most}.", least=LEAST_DAYS, most=MOST_DAYS),
        )
    if asked.until is not None and not date(1990, 1, 1) <= asked.until <= datetime.now(UTC).date() + timedelta(
        days=366
    ):
        raise Invalid(
            phrase("{day} is too far off.", day=asked.until), code="invalid_time", hint="Take a day nearer to now."
        )
    return asked


def advising(scope: Scope, asked: Asked | None = None, *, read: bool = True) -> Advising | None:
    """The advice, kept while nothing it rests on has changed; None where it is not at hand and must not be read.

    For who may ask everybody. Raises Forbidden and Invalid.
    """
    scope.demand_everywhere(MAY)
    asked = check_asked(asked or Asked())
    policy, _version = policy_in_force()
    name = _name(asked, policy)
    found: Advising | None = cache.get(name)
    if found is None and read:
        found = _advising(asked, policy)
        cache.set(name, found, KEPT_SECONDS)
    return replace(found, marks=marks_of_answers(Slice(found.since, found.until))) if found else None


def _name(asked: Asked, policy: ContactPolicy) -> str:
    rests_on = (versions(TABLES), engine().store.url, policy.model_dump_json(), least_shown(), asked)
    return f"advising:{hashlib.blake2s(repr((rests_on, datetime.now(UTC).date())).encode()).hexdigest()}"


def _advising(asked: Asked, policy: ContactPolicy) -> Advising:
    from heed.metrics.foretelling import foretell, outcomes_of
    from heed.metrics.headroom import headroom
    from heed.metrics.histories import read_history

    end = asked.until or _newest() or datetime.now(UTC).date()
    until = datetime(end.year, end.month, end.day, tzinfo=UTC) + timedelta(days=1)
    history = read_history(engine(), until - timedelta(days=asked.days), until)
    outcomes = tuple(outcomes_of(history))
    outcome = asked.outcome or (outcomes[0] if outcomes else "")
    weighed = weigh_all(foretell(history, outcome))
    rest, least = effective_rest(policy), least_shown()
    rooms = {each.touchpoint: each for each in headroom(history, rest, _reach(history, policy))}
    guessed = policy.coverage.response_rate if policy.coverage else Terms().response_rate
    told = []
    for touchpoint in history.touchpoints:
        room = rooms.get(touchpoint)
        if room is not None and room.customers >= least:
            some = [each for each in weighed if each.foretold.touchpoint == touchpoint]
            told.append(advise(touchpoint, some, room, Terms(guessed)))
    withheld = len(history.touchpoints) - len(told)
    return Advising(outcome, outcomes, history.since, history.until, rest, least, tuple(told), withheld)


def _newest() -> date | None:
    """The day of the newest contact; an operation that was brought in from files ends when they do."""
    from heed.metrics.traffic import call_span

    _first, last = call_span(engine())
    return min(last.date(), datetime.now(UTC).date()) if last else None


def effective_rest(policy: ContactPolicy) -> int:
    """Days that lie between two invitations in the long run: the rest period, or what a cap comes to where that is longer."""
    return max(policy.rest_days, *(-(-cap.days // cap.most) for cap in policy.caps), 0)


def _reach(history: "History", policy: ContactPolicy) -> "Flags | None":
    """Of each contact whether its customer can be asked at all; None where heed knows no customer, so that all may be."""
    import numpy as np

    ledger = ledger_for(policy)
    if not ledger.accounts:
        return None
    unknown = Account(ledger.unknown)
    people = [not standing(ledger, ledger.accounts.get(key, unknown), key, "", LONG_AGO, "") for key in history.people]
    return np.asarray(np.array([*people, False])[history.contacts.customer], bool)


# As scripts read it


def as_contract(found: Advising) -> dict[str, Any]:
    """Advice as the API and the command give it."""
    return {
        "outcome": found.outcome,
        "outcomes": list(found.outcomes),
        "since": found.since,
        "until": found.until,
        "rest_days": found.rest_days,
        "level": found.level,
        "min_n": found.min_n,
        "withheld": found.withheld,
        "marks": [mark.told() for mark in found.marks],
        "touchpoints": [_touchpoint(each) for each in found.advice],
    }


def _touchpoint(each: Advice) -> dict[str, Any]:
    room = each.room
    told: Mapping[str, Any] = {
        "contacts": room.contacts,
        "customers": room.customers,
        "weeks": room.weeks,
        "rested_share": room.rested_share,
        "asked": room.asked,
        "further": room.further,
        "possible_a_week": room.possible_a_week,
    } if room else {}  # fmt: skip
    return {
        "touchpoint": each.touchpoint,
        "advice": each.code,
        "sign": each.sign,
        "as_good": list(each.as_good),
        "weeks_for_a_figure": each.weeks,
        "customers_missing": each.missing,
        "response_rate": each.response_rate,
        "response_rate_supposed": each.rate_is_guessed,
        "answers_a_week": each.answers_a_week,
        "headroom": told,
        "signs": [
            {
                "sign": one.foretold.sign,
                "asked": one.foretold.asked,
                "verdict": one.verdict,
                "concordance": one.foretold.found.value,
                "low": one.foretold.found.low,
                "high": one.foretold.found.high,
                "adjusted_p": one.adjusted_p,
                "events": one.foretold.found.events,
                "others": one.foretold.found.others,
                "customers": one.foretold.found.clusters,
                "left_out": one.foretold.open_,
                "reason": one.foretold.found.reason,
            }
            for one in each.weighed
        ],
    }

"""Which sign foretells what a customer does next: answers to surveys, and what they did without being asked.

A sign is read at a moment; only what happens after that moment counts, and only where the whole time after it is known.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heed.metrics.histories import COMPLAINT_TOPICS, History, Ints, Line
from heed.stats.arrays import Flags, Floats
from heed.stats.discrimination.concordance import Concordance, concordance

DAY = 86_400
WAIT_DAYS = 7  # what a customer does is read a week after the contact: by then they came back, or did not
USE_DAYS = 30
DROP = 0.2
BEHAVIOUR = ("recontact", "complaint", "lapse", "downgrade")


@dataclass(frozen=True)
class Sign:
    """Signs of one kind: whose, when it was known, at which touchpoint, and its value; low is bad."""

    key: str
    asked: bool
    customer: Ints
    at: Ints
    touchpoint: Ints
    value: Floats


@dataclass(frozen=True)
class Outcome:
    """What may happen within so many days: of each (customer, moment) whether it can be told, and whether it did."""

    key: str
    days: int
    ends: int
    told: Callable[[Ints, Ints], tuple[Flags, Flags]]


@dataclass(frozen=True)
class Foretold:
    """How well a sign foretells an outcome at a touchpoint; `open_`: moments left out because the time after them is not over."""

    touchpoint: str
    sign: str
    asked: bool
    outcome: str
    found: Concordance
    open_: int


def outcomes_of(history: History) -> dict[str, Outcome]:
    """What can be foretold with the facts there are, the gravest first: left, lapse, downgrade, complaint, recontact."""
    found: dict[str, Outcome] = {}
    contacts = _contacts(history)
    complaints = _contacts(history, COMPLAINT_TOPICS)
    if len(history.departures.at):
        known = max(history.departures.last, history.bills.last, history.uses.last)
        found["left"] = Outcome("left", 90, known, _leaving(history.departures, 90))
    if len(history.uses.at):
        found["lapse"] = Outcome("lapse", 60, history.uses.last, _lapsing(history.uses, 60))
    spent = history.bills if len(history.bills.at) else history.uses
    if len(spent.at):
        found["downgrade"] = Outcome("downgrade", 60, spent.last, _falling(spent, 60))
    if len(complaints.at):
        found["complaint"] = Outcome("complaint", 30, contacts.last, _happening(complaints, 30))
    if len(contacts.at):
        found["recontact"] = Outcome("recontact", 14, contacts.last, _happening(contacts, 14))
    return found


def signs_of(history: History) -> Iterator[Sign]:
    """Each instrument that was answered, then what customers did after a contact without being asked."""
    told = history.answers
    for place, name in enumerate(told.names):
        some = told.name == place
        if some.any():
            yield Sign(name, True, told.customer[some], told.at[some], told.touchpoint[some], told.value[some])
    contacts = history.contacts
    if not len(contacts.at):
        return
    who, at = contacts.customer, contacts.at + WAIT_DAYS * DAY
    same_topic = Line.of(who * len(contacts.names) + contacts.name, contacts.at)
    back, _ = same_topic.between(who * len(contacts.names) + contacts.name, contacts.at, at)
    yield Sign("recontact", False, who, at, contacts.touchpoint, -back)
    complaints = _contacts(history, COMPLAINT_TOPICS)
    if len(complaints.at):
        many, _ = complaints.between(who, contacts.at - 1, at)
        yield Sign("complaint", False, who, at, contacts.touchpoint, -many)
    if len(history.uses.at):
        now, much = history.uses.between(who, at - USE_DAYS * DAY, at)
        ever, before = history.uses.between(who, at - 2 * USE_DAYS * DAY, at - USE_DAYS * DAY)
        some = ever > 0
        lapsed = np.where(now > 0, 0.0, -1.0)
        yield Sign("lapse", False, who[some], at[some], contacts.touchpoint[some], lapsed[some])
        change = np.minimum(much - before, 0.0)[some] / np.maximum(before[some], 1e-12)
        yield Sign("downgrade", False, who[some], at[some], contacts.touchpoint[some], change)


def foretell(history: History, outcome: str, *, level: float = 0.95) -> tuple[Foretold, ...]:
    """Every sign at every touchpoint against an outcome, in order of touchpoint; nothing where the outcome cannot be told."""
    found = outcomes_of(history).get(outcome)
    if found is None:
        return ()
    told = []
    for sign in signs_of(history):
        over = sign.at + found.days * DAY <= found.ends
        may, happened = found.told(sign.customer, sign.at)
        for place, touchpoint in enumerate(history.touchpoints):
            here = sign.touchpoint == place
            some = here & over & may
            if here.any():
                read = concordance(sign.value[some], happened[some], sign.customer[some], level=level)
                told.append(Foretold(touchpoint, sign.key, sign.asked, outcome, read, int((here & may & ~over).sum())))
    return tuple(sorted(told, key=lambda each: (each.touchpoint, not each.asked, each.sign)))


def by_touchpoint(found: Sequence[Foretold]) -> Mapping[str, tuple[Foretold, ...]]:
    told: dict[str, list[Foretold]] = {}
    for each in found:
        told.setdefault(each.touchpoint, []).append(each)
    return {name: tuple(each) for name, each in told.items()}


def _contacts(history: History, topics: Sequence[str] = ()) -> Line:
    told = history.contacts
    if not topics:
        return Line.of(told.customer, told.at)
    wanted = np.array([name in topics for name in told.names] + [False])
    some = wanted[told.name] if len(told.name) else np.zeros(0, bool)
    return Line.of(told.customer[some], told.at[some])


def _leaving(line: Line, days: int) -> Callable[[Ints, Ints], tuple[Flags, Flags]]:
    def told(who: Ints, at: Ints) -> tuple[Flags, Flags]:
        # Who has left already can neither leave nor stay: an answer given afterwards foretells nothing.
        gone, _ = line.between(who, np.zeros_like(at) - 1, at)
        many, _ = line.between(who, at, at + days * DAY)
        return gone == 0, many > 0

    return told


def _lapsing(line: Line, days: int) -> Callable[[Ints, Ints], tuple[Flags, Flags]]:
    def told(who: Ints, at: Ints) -> tuple[Flags, Flags]:
        before, _ = line.between(who, at - days * DAY, at)
        after, _ = line.between(who, at, at + days * DAY)
        return before > 0, after == 0

    return told


def _falling(line: Line, days: int) -> Callable[[Ints, Ints], tuple[Flags, Flags]]:
    def told(who: Ints, at: Ints) -> tuple[Flags, Flags]:
        _, before = line.between(who, at - days * DAY, at)
        _, after = line.between(who, at, at + days * DAY)
        return (before > 0) & (after > 0), after < (1.0 - DROP) * before

    return told


def _happening(line: Line, days: int) -> Callable[[Ints, Ints], tuple[Flags, Flags]]:
    def told(who: Ints, at: Ints) -> tuple[Flags, Flags]:
        many, _ = line.between(who, at, at + days * DAY)
        return np.ones(len(who), bool), many > 0

    return told

"""How many more could be asked at each touchpoint without breaking the rest period: contacts against the asks there were."""

from dataclasses import dataclass

import numpy as np

from heed.metrics.histories import History, Ints, Line
from heed.stats.arrays import Flags

DAY = 86_400
ANSWER_DAYS = 30
WEEK = 7 * DAY


@dataclass(frozen=True)
class Headroom:
    """A touchpoint over so many weeks: contacts of known customers, those customers, how many of the contacts found a customer
    who had rested, asks made there, answers to them within 30 days, and asks that the rest period would have let besides.
    """

    touchpoint: str
    weeks: float
    contacts: int
    customers: int
    rested: int
    asked: int
    asks_told: int
    answered: int
    further: int

    @property
    def rested_share(self) -> float | None:
        return self.rested / self.contacts if self.contacts else None

    @property
    def possible_a_week(self) -> float:
        return (self.asked + self.further) / self.weeks if self.weeks else 0.0


def headroom(history: History, rest_days: int, reach: Flags | None = None) -> tuple[Headroom, ...]:
    """Each touchpoint, in order. A contact could be asked about when nothing asked its customer within the rest period before
    or after it; of a customer's contacts the first, then the first after each rest. `reach`: by contact, who can be asked.
    """
    contacts, asks = history.contacts, history.asks
    if not len(contacts.at):
        return ()
    asked = Line.of(asks.customer, asks.at)
    rest = rest_days * DAY
    before, _ = asked.between(contacts.customer, contacts.at - rest, contacts.at)
    around, _ = asked.between(contacts.customer, contacts.at - rest, contacts.at + rest)
    free = around == 0
    if reach is not None:
        free &= reach
    answered, over = _answered(history)
    begins, ends = int(contacts.at.min()), int(contacts.at.max())
    weeks = max((ends - begins) / WEEK, 1.0 / 7.0)
    told = []
    for place, touchpoint in enumerate(history.touchpoints):
        here, asked_here = contacts.touchpoint == place, asks.touchpoint == place
        if not here.any():
            continue
        some = np.flatnonzero(here & free)
        told.append(
            Headroom(
                touchpoint,
                weeks,
                int(here.sum()),
                len(np.unique(contacts.customer[here])),
                int((before[here] == 0).sum()),
                int(asked_here.sum()),
                int((asked_here & over).sum()),
                int((asked_here & over & answered).sum()),
                _spaced(contacts.customer[some], contacts.at[some], rest),
            )
        )
    return tuple(told)


def _answered(history: History) -> tuple[Flags, Flags]:
    """Of each ask whether its customer answered anything within 30 days, and whether those 30 days are over."""
    asks, answers = history.asks, history.answers
    line = Line.of(answers.customer, answers.at)
    many, _ = line.between(asks.customer, asks.at, asks.at + ANSWER_DAYS * DAY)
    end = max(line.last, int(asks.at.max()) if len(asks.at) else 0)
    return many > 0, asks.at + ANSWER_DAYS * DAY <= end


def _spaced(customer: Ints, at: Ints, rest: int) -> int:
    """How many of the moments can be taken so that two of one customer lie at least `rest` apart, each time the first that can."""
    order = np.lexsort((at, customer))
    customer, at = customer[order], at[order]
    left, many = np.arange(len(at)), 0
    last = np.full(int(customer.max()) + 1 if len(customer) else 0, -(1 << 40), np.int64)
    while len(left):
        # Of each customer the first that is left is taken; then what lies too near after it goes.
        first = np.ones(len(left), bool)
        first[1:] = customer[left][1:] != customer[left][:-1]
        taken = left[first]
        last[customer[taken]] = at[taken]
        many += len(taken)
        left = left[(at[left] >= last[customer[left]] + rest) & ~first]
    return many

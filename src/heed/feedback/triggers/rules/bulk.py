"""Decisions about a great many facts at once, by the same clauses in the same order as `deciding.decide`. Pure; numpy.

Who cannot be asked at all is told in one step. What a clock, a cap or the coverage decides is worked out a day at a time:
within a day the first fact of each customer together, then each one's second, since only what a customer was asked before
stands against asking them again. A property test holds each row equal to the plain form (Ledger, decide, carry).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from heed.feedback.triggers.definition import Trigger
from heed.feedback.triggers.rules.coverage import LOOK_BACK_DAYS
from heed.feedback.triggers.rules.ledger import Account, Ledger
from heed.feedback.triggers.rules.programmes import Calm, group_of, is_wanted
from heed.feedback.triggers.rules.reasons import REASONS
from heed.feedback.triggers.rules.terms import DAY, Terms, is_control
from heed.feedback.triggers.rules.walls import after_quiet_many

CODES = ("", *REASONS)
CODE = {name: number for number, name in enumerate(CODES)}
ASKED, HELD_OUT = CODE["condition_met"], CODE["held_out"]
NEVER = -(2**61)
SECOND = 1_000_000
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Candidates:
    """Facts that came past the conditions of a trigger, one row a fact and trigger, in order of time and key.

    `customer` is a place in `customers` (-1: none), `trigger` one in the triggers, `cell` one in the coverage (-1: none);
    `region`, `segment` and `touchpoint` are places in their lists; `share` is what the trigger asks by itself. Times in microseconds.
    """

    at: Ints
    customer: Ints
    trigger: Ints
    draw: Floats
    share: Floats
    cell: Ints
    region: Ints
    segment: Ints
    touchpoint: Ints
    customers: Sequence[str]
    regions: Sequence[str]
    segments: Sequence[str]
    touchpoints: Sequence[str]

    def __len__(self) -> int:
        return len(self.at)


@dataclass
class Decided:
    """What was decided of each candidate: the place of its reason in CODES, the chance it had (0: none), and when due."""

    reason: npt.NDArray[np.uint8]
    share: Floats
    due: Ints

    @property
    def asked(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.reason == ASKED, np.bool_)


def decide_many(ledger: Ledger, triggers: Sequence[Trigger], rows: Candidates) -> Decided:
    """Decide about all candidates. Triggers may have no quotas: those are decided one by one (`quotas_stand`)."""
    people = People.of(ledger, rows.customers)
    found = Decided(np.zeros(len(rows), np.uint8), np.zeros(len(rows)), rows.at.copy())
    _stand(ledger, triggers, rows, people, found)
    _wait(ledger, triggers, rows, people, found)
    Clocks(ledger, triggers, rows, people, found).run()
    return found


def quotas_stand(triggers: Sequence[Trigger]) -> bool:
    return any(each.quotas for each in triggers)


@dataclass
class People:
    """The accounts of customers as columns, in order of the candidates' customers."""

    obstacle: npt.NDArray[np.uint8]
    zone: Ints
    zones: list[str]
    region: list[str]
    last_ask: Ints
    accounts: list[Any]
    spans: tuple[Ints, Ints, Ints]

    @classmethod
    def of(cls, ledger: Ledger, customers: Sequence[str]) -> "People":
        # Who has no account stands for nobody in particular: no object is made of each.
        nobody = Account(ledger.unknown)
        accounts = [ledger.accounts.get(key, nobody) for key in customers]
        obstacle = np.array([CODE[each.obstacle] for each in accounts], np.uint8)
        if ledger.terms.control_share:
            control = np.fromiter((is_control(ledger.terms, key) for key in customers), bool, len(customers))
            obstacle[(obstacle == 0) & control] = CODE["control_group"]
        zones = sorted({each.zone or ledger.zone for each in accounts})
        places = {name: number for number, name in enumerate(zones)}
        zone = np.array([places[each.zone or ledger.zone] for each in accounts], np.int64)
        last = np.array([NEVER if each.last_ask is None else each.last_ask for each in accounts], np.int64)
        spans = [(place, start, end) for place, each in enumerate(accounts) for start, end in sorted(each.cases)]
        told = np.array(spans, np.int64).reshape(-1, 3)
        region = [each.region for each in accounts]
        return cls(obstacle, zone, zones, region, last, accounts, (told[:, 0], told[:, 1], told[:, 2]))


def _put(found: Decided, where: Any, code: str) -> None:
    """Give a reason to those that have none yet."""
    found.reason[where & (found.reason == 0)] = CODE[code]


def _stand(ledger: Ledger, triggers: Sequence[Trigger], rows: Candidates, people: People, found: Decided) -> None:
    """What stands against asking whatever the clocks say."""
    terms, nobody = ledger.terms, rows.customer < 0
    _put(found, nobody, "no_customer")
    missing = np.array([not ledger.surveys(each.survey) for each in triggers], bool)
    _put(found, missing[rows.trigger], "survey_not_in_force")
    if not len(people.obstacle):
        return
    who = np.maximum(rows.customer, 0)
    obstacle = people.obstacle[who]
    open_ = found.reason == 0
    found.reason[open_] = obstacle[open_]
    for channel in {each.channel for each in triggers}:
        lack = np.array([_lack(each, channel) for each in people.accounts], np.uint8)[who]
        here = np.array([each.channel == channel for each in triggers], bool)[rows.trigger] & (found.reason == 0)
        found.reason[here] = lack[here]
    if terms.incident_waits:
        for pause in ledger.pauses:
            within = (rows.at >= pause.since) & (rows.at < pause.until)
            if pause.region:
                here = np.array([each == pause.region for each in rows.regions], bool)
                home = np.array([each == pause.region for each in people.region], bool)
                within &= here[rows.region] | home[who]
            _put(found, within, "incident")
    if terms.case_waits and len(people.spans[0]):
        _put(found, _in_span(people.spans, who, rows.at), "case_open")
    for calm in ledger.calms:
        _put(found, _left_to(calm, triggers, rows, people, who), "wave_near")


def _lack(account: Account, channel: str) -> int:
    """Why a customer cannot be reached by a channel; 0 when they can."""
    if not account.lacks or account.way(channel):
        return 0
    return CODE[account.lacks[channel.split("_or_")[0]]]


def _left_to(
    calm: Calm, triggers: Sequence[Trigger], rows: Candidates, people: People, who: Ints
) -> npt.NDArray[np.bool_]:
    """Whether a customer is left to a programme then, and another survey would ask them."""
    found = np.array([each.survey != calm.programme.survey for each in triggers], bool)[rows.trigger]
    near = np.full(len(rows), -1, np.int64)
    for since, until, group in calm.spans:
        start, end = np.searchsorted(rows.at, [since, until])
        near[start:end] = group
    found &= near >= 0
    group_of_each = np.full(len(rows.customers), -2, np.int64)
    for place in np.unique(who[found]):
        account = people.accounts[place]
        if is_wanted(calm.programme, account.segment, account.region):
            group_of_each[place] = group_of(calm.key, calm.programme, rows.customers[place])
    return np.asarray(found & (group_of_each[who] == near), np.bool_)


def _in_span(spans: tuple[Ints, Ints, Ints], who: Ints, at: Ints) -> npt.NDArray[np.bool_]:
    """Whether a customer had an open case; spans by customer and start, which do not overlap."""
    times = np.unique(np.concatenate([spans[1], at]))
    width = len(times) + 1
    held = spans[0] * width + np.searchsorted(times, spans[1])
    place = np.searchsorted(held, who * width + np.searchsorted(times, at), side="right") - 1
    known = np.maximum(place, 0)
    return np.asarray((place >= 0) & (spans[0][known] == who) & (at < spans[2][known]), np.bool_)


def _wait(ledger: Ledger, triggers: Sequence[Trigger], rows: Candidates, people: People, found: Decided) -> None:
    """When each would be due, after the quiet hours where the customer lives."""
    delay = np.array([each.delay_seconds * SECOND for each in triggers], np.int64)[rows.trigger]
    found.due = rows.at + delay
    if ledger.terms.quiet is None or not len(people.zone):
        return
    zone = people.zone[np.maximum(rows.customer, 0)]
    for number, name in enumerate(people.zones):
        some = np.flatnonzero((zone == number) & (found.reason == 0))
        found.due[some] = after_quiet_many(ledger.terms.quiet, found.due[some], name)
    fresh = np.array([each.fresh_days * DAY for each in triggers], np.int64)[rows.trigger]
    late = (found.due > rows.at + fresh + delay) & (found.due > rows.at + delay)
    _put(found, late, "expired")


@dataclass
class Clocks:
    """The part that runs day by day: rests, caps, the coverage, and the draw."""

    ledger: Ledger
    triggers: Sequence[Trigger]
    rows: Candidates
    people: People
    found: Decided
    recent: Ints = field(init=False)
    last: Ints = field(init=False)
    last_of: Ints = field(init=False)
    seen: dict[int, dict[int, tuple[int, int]]] = field(init=False)

    def __post_init__(self) -> None:
        terms = self.ledger.terms
        names = sorted({name for name, _ in terms.purposes.values()})
        self.places = {name: number + 1 for number, name in enumerate(names)}
        told = [terms.purpose(each.survey) for each in self.triggers]
        self.purpose = np.array([self.places.get(name, 0) for name, _ in told], np.int64)
        self.rest = np.array([rest for _, rest in told], np.int64)
        self.last = self.people.last_ask.copy()
        self.last_of = np.full((len(self.last), len(names) + 1), NEVER, np.int64)
        for place, account in enumerate(self.people.accounts):
            for name, at in account.last.items():
                self.last_of[place, self.places.get(name, 0)] = at
        reminders = max((len(each.reminder_days) for each in self.triggers), default=0)
        self.after = np.full((len(self.triggers), 1 + reminders), NEVER, np.int64)
        self.after[:, 0] = 0
        for number, each in enumerate(self.triggers):
            self.after[number, 1 : 1 + len(each.reminder_days)] = [days * DAY for days in each.reminder_days]
        self._remember(terms)
        self.seen = self.ledger.seen

    def _remember(self, terms: Terms) -> None:
        """The newest contacts of each customer, rising, filled up in front with none."""
        most = max((most for _, most in terms.caps), default=0)
        held = max((len(each.recent) for each in self.people.accounts), default=0)
        self.recent = np.full(
            (len(self.last), max(most + 2 + self.after.shape[1], held) if most else 1), NEVER, np.int64
        )
        for place, account in enumerate(self.people.accounts):
            if most and account.recent:
                self.recent[place, -len(account.recent) :] = account.recent

    def run(self) -> None:
        """Each day's facts, in turns in which each customer comes once."""
        open_ = np.flatnonzero(self.found.reason == 0)
        day, who = self.rows.at[open_] // DAY, self.rows.customer[open_]
        order = np.lexsort((np.arange(len(open_)), who, day))
        fresh = np.ones(len(order), bool)
        fresh[1:] = (day[order][1:] != day[order][:-1]) | (who[order][1:] != who[order][:-1])
        begins = np.flatnonzero(fresh)
        turn = np.empty(len(order), np.int64)
        turn[order] = np.arange(len(order)) - np.repeat(begins, np.diff(np.append(begins, len(order))))
        order = np.lexsort((turn, day))
        days, turns = day[order], turn[order]
        ends = np.flatnonzero((np.diff(days) != 0) | (np.diff(turns) != 0)) + 1
        bounds = np.concatenate([[0], ends, [len(order)]]) if len(order) else np.array([0])
        today = -1
        for start, end in pairwise(bounds):
            if days[start] != today:
                today = int(days[start])
                share = self._shares(today)
            self._turn(open_[order[start:end]], share, today)

    def _shares(self, day: int) -> Floats:
        """The share of each cell on a day; not a number where the trigger's own holds."""
        coverage = self.ledger.terms.coverage
        if coverage is None:
            return np.empty(0)
        back = max(LOOK_BACK_DAYS, coverage.period_days)
        for cell, told in self.seen.items():
            self.seen[cell] = {on: many for on, many in told.items() if on >= day - back}
        shares = [self.ledger.rate(coverage, cell, day).share for cell in range(len(coverage.targets))]
        return np.array([np.nan if each is None else each for each in shares])

    def _turn(self, some: Ints, shares: Floats, day: int) -> None:
        """Facts of as many customers, none twice."""
        rows, found, terms = self.rows, self.found, self.ledger.terms
        who, trigger, due = rows.customer[some], rows.trigger[some], found.due[some]
        code = np.zeros(len(some), np.uint8)
        purpose = self.purpose[trigger]
        rested = (purpose > 0) & (due < self.last_of[who, purpose] + self.rest[trigger])
        code[rested] = CODE["purpose_rested"]
        code[(code == 0) & (due < self.last[who] + terms.rest)] = CODE["rested"]
        if terms.caps:
            left = np.flatnonzero(code == 0)
            code[left[self._beyond(who[left], due[left], trigger[left])]] = CODE["budget_spent"]
        left = np.flatnonzero(code == 0)
        share, cell = rows.share[some[left]], rows.cell[some[left]]
        if len(shares):
            aimed = np.where(cell >= 0, shares[np.maximum(cell, 0)], np.nan)
            share = np.where(np.isnan(aimed), share, aimed)
        asked = rows.draw[some[left]] < share
        code[left] = np.where(asked, ASKED, HELD_OUT)
        found.reason[some], found.share[some[left]] = code, share
        self._spend(some[left[asked]])
        for each in np.unique(cell[cell >= 0]):
            here = cell == each
            came, many = self.seen.setdefault(int(each), {}).get(day, (0, 0))
            self.seen[int(each)][day] = came + int(here.sum()), many + int(asked[here].sum())

    def _planned(self, due: Ints, trigger: Ints) -> Ints:
        return np.where(self.after[trigger] == NEVER, NEVER, due[:, None] + self.after[trigger])

    def _beyond(self, who: Ints, due: Ints, trigger: Ints) -> npt.NDArray[np.bool_]:
        """Whether an invitation and its reminders would break a cap."""
        planned, recent = self._planned(due, trigger), self.recent[who]
        new = np.concatenate([np.zeros(recent.shape, bool), planned != NEVER], axis=1)
        every = np.concatenate([recent, planned], axis=1)
        order = np.argsort(every, axis=1, kind="stable")
        every, new = np.take_along_axis(every, order, 1), np.take_along_axis(new, order, 1)
        added = np.concatenate([np.zeros((len(who), 1), np.int64), np.cumsum(new, axis=1)], axis=1)
        broken = np.zeros(len(who), bool)
        for window, most in self.ledger.terms.caps:
            first, last = every[:, :-most], every[:, most:]
            fresh = added[:, most + 1 :] > added[:, : -most - 1]
            broken |= ((first > NEVER) & (last - first < window) & fresh).any(axis=1)
        return broken

    def _spend(self, some: Ints) -> None:
        who, trigger, due = self.rows.customer[some], self.rows.trigger[some], self.found.due[some]
        self.last[who] = np.maximum(self.last[who], due)
        purpose = self.purpose[trigger]
        self.last_of[who, purpose] = np.maximum(self.last_of[who, purpose], due)
        if not self.ledger.terms.caps or not len(some):
            return
        whole = np.sort(np.concatenate([self.recent[who], self._planned(due, trigger)], axis=1), axis=1)
        spare = whole.shape[1] - self.recent.shape[1]
        oldest = self.rows.at[some].min() - max(window for window, _ in self.ledger.terms.caps)
        if (whole[:, :spare] > oldest).any():
            # Contacts planned far ahead fill the row: it grows, so that none that counts is forgotten.
            more = np.full((len(self.recent), spare), NEVER, np.int64)
            self.recent = np.concatenate([more, self.recent], axis=1)
            spare = 0
        self.recent[who] = whole[:, spare:]

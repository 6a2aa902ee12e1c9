"""The attention ledger: what was spent of each customer's attention, and whether more may be. Pure.

One budget for all that asks, and a clock for each purpose. Times are microseconds since 1970, UTC.
"""

from bisect import insort
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from heed.feedback.triggers.definition import Coverage, Trigger
from heed.feedback.triggers.rules.coverage import Rate, cell_name, cell_of, rate_on
from heed.feedback.triggers.rules.programmes import Calm, kept_by
from heed.feedback.triggers.rules.reasons import NOT_ASKED
from heed.feedback.triggers.rules.terms import DAY, Terms, after_quiet, is_control, micros, moment
from heed.rehearsal.replay.deciders import Decision

FOREVER = 2**62
Spans = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Account:
    """What is known of one customer. `obstacle`: why they cannot be asked at all, by code; `last`: purpose → when asked last;
    `recent`: every contact that counts, rising; `cases`: from when to when they had a case; `lacks`: channel → why they
    cannot be reached by it.
    """

    obstacle: str = ""
    zone: str = ""
    segment: str = ""
    region: str = ""
    last: dict[str, int] = field(default_factory=dict)
    last_ask: int | None = None
    recent: list[int] = field(default_factory=list)
    cases: Spans = ()
    control: bool | None = None
    lacks: Mapping[str, str] = field(default_factory=dict)

    def way(self, channel: str) -> str:
        """The channel to take, of one or of two joined by `_or_`; empty where none leads to them."""
        return next((each for each in channel.split("_or_") if each not in self.lacks), "")

    def spend(self, purpose: str, due: int, planned: Sequence[int]) -> None:
        """An invitation that is due then, with all it plans (itself and its reminders)."""
        self.last[purpose] = max(due, self.last.get(purpose, due))
        self.last_ask = due if self.last_ask is None else max(due, self.last_ask)
        for at in planned:
            insort(self.recent, at)

    def spend_other(self, at: int) -> None:
        """A contact that is no invitation: a reminder, or one of another channel."""
        insort(self.recent, at)


@dataclass(frozen=True)
class Pause:
    """A time in which nobody is asked: of a region, or of all (empty)."""

    since: int
    until: int
    region: str = ""


@dataclass
class Ledger:
    """All that a decision must know besides the fact. A rehearsal takes each decision when the fact happened (`at` None)."""

    terms: Terms
    at: datetime | None = None
    accounts: dict[str, Account] = field(default_factory=dict)
    unknown: str = ""  # the obstacle of who has no account
    surveys: Callable[[str], bool] = lambda survey: True
    pauses: tuple[Pause, ...] = ()
    calms: tuple[Calm, ...] = ()
    zone: str = "UTC"
    seen: dict[int, dict[int, tuple[int, int]]] = field(default_factory=dict)
    rates: dict[tuple[int, int], Rate] = field(default_factory=dict)
    spent: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def now(self, happened_at: datetime) -> int:
        return micros(self.at if self.at is not None else happened_at)

    def account(self, customer: str) -> Account:
        found = self.accounts.get(customer)
        if found is None:
            found = self.accounts[customer] = Account(self.unknown)
        return found

    def rate(self, coverage: Coverage, cell: int, day: int) -> Rate:
        """The share of a cell on a day; worked out once."""
        if (cell, day) not in self.rates:
            self.rates[cell, day] = rate_on(coverage, cell, day, self.seen.get(cell, {}))
        return self.rates[cell, day]

    def note_drawn(self, cell: int, day: int, asked: bool) -> None:
        """Somebody of a cell came to the draw."""
        came, many = self.seen.setdefault(cell, {}).get(day, (0, 0))
        self.seen[cell][day] = came + 1, many + asked


def standing(
    ledger: Ledger, account: Account, customer: str, survey: str, now: int, region: str, channel: str = "email"
) -> str:
    """Why a customer cannot be asked at a moment, whatever the clocks say; empty when they can."""
    if not ledger.surveys(survey):
        return "survey_not_in_force"
    if account.obstacle:
        return account.obstacle
    terms = ledger.terms
    if terms.control_share:
        if account.control is None:
            account.control = is_control(terms, customer)
        if account.control:
            return "control_group"
    if account.lacks and not account.way(channel):
        return account.lacks[channel.split("_or_")[0]]
    if terms.incident_waits and is_paused(ledger.pauses, now, (region, account.region)):
        return "incident"
    if terms.case_waits and any(start <= now < end for start, end in account.cases):
        return "case_open"
    if ledger.calms and kept_by(ledger.calms, customer, account.segment, account.region, survey, now):
        return "wave_near"
    return ""


def is_paused(pauses: Sequence[Pause], now: int, regions: Sequence[str]) -> bool:
    return any(each.since <= now < each.until and (not each.region or each.region in regions) for each in pauses)


def stopped_by(terms: Terms, account: Account, survey: str, due: int, reminders: Sequence[int]) -> str:
    """The clock that stops an invitation that would be due then; empty when none does."""
    purpose, rest = terms.purpose(survey)
    if purpose and purpose in account.last and due < account.last[purpose] + rest:
        return "purpose_rested"
    if account.last_ask is not None and due < account.last_ask + terms.rest:
        return "rested"
    return "" if within_caps(terms.caps, account.recent, planned_of(due, reminders)) else "budget_spent"


def planned_of(due: int, reminders: Sequence[int]) -> list[int]:
    """An invitation and its reminders, given as days after it."""
    return [due, *(due + days * DAY for days in reminders)]


def within_caps(caps: Sequence[tuple[int, int]], recent: Sequence[int], planned: Sequence[int]) -> bool:
    """Whether, with what is planned, every window that holds some of it stays within each cap."""
    if not caps:
        return True
    every = sorted([*((at, False) for at in recent), *((at, True) for at in planned)])
    for window, most in caps:
        for first in range(len(every) - most):
            run = every[first : first + most + 1]
            if run[-1][0] - run[0][0] < window and any(new for _, new in run):
                return False
    return True


def free_at(ledger: Ledger, account: Account, survey: str, due: int, reminders: Sequence[int]) -> int | None:
    """The first moment from `due` on at which no clock would stop an invitation, as things are; None where it would break
    a cap by itself.
    """
    terms = ledger.terms
    purpose, rest = terms.purpose(survey)
    ends = [due]
    if purpose in account.last:
        ends.append(account.last[purpose] + rest)
    if account.last_ask is not None:
        ends.append(account.last_ask + terms.rest)
    steps = {0, *(days * DAY for days in reminders)}
    ends += [at + window - step for at in account.recent for window, _ in terms.caps for step in steps]
    zone = account.zone or ledger.zone
    for end in sorted({each for each in ends if each >= due}):
        at = after_quiet(terms.quiet, end, zone)
        if not stopped_by(terms, account, survey, at, reminders):
            return at
    return None


def may_ask(
    ledger: Ledger,
    customer: str,
    survey: str,
    *,
    now: int,
    delay: int = 0,
    before: int = FOREVER,
    region: str = "",
    reminders: Sequence[int] = (),
    tells_when: bool = True,
    channel: str = "email",
) -> tuple[Decision | None, int]:
    """The refusal that holds for whatever asks this customer now, None when they may be asked; and when it would be due.

    An invitation waits for the end of the quiet hours, unless that is after `before`.
    """
    account, terms = ledger.account(customer), ledger.terms
    obstacle = standing(ledger, account, customer, survey, now, region, channel)
    if obstacle:
        return Decision(NOT_ASKED, obstacle), now
    due = after_quiet(terms.quiet, now + delay, account.zone or ledger.zone)
    if due > before and due > now + delay:
        return Decision(NOT_ASKED, "expired"), due
    clock = stopped_by(terms, account, survey, due, reminders)
    if clock:
        until = free_at(ledger, account, survey, due, reminders) if tells_when else None
        return Decision(NOT_ASKED, clock, {} if until is None else {"rested_until": moment(until)}), due
    return None, due


def share_for(
    ledger: Ledger, trigger: Trigger, fact: Mapping[str, object], segment: str, now: int
) -> tuple[float, int, str]:
    """The chance of who may be asked, the number of the cell it is of (-1: none), and the stratum's name."""
    own, value = trigger.probability, ""
    if trigger.stratum:
        value = str(fact.get(trigger.stratum) or "")
        own = next((each.share for each in trigger.probabilities if each.value == value), own)
    coverage = ledger.terms.coverage
    if trigger.adaptive and coverage is not None:
        cell = cell_of(coverage, str(fact.get("segment") or segment or ""), str(fact.get("touchpoint") or ""))
        if cell >= 0:
            share = ledger.rate(coverage, cell, now // DAY).share
            return own if share is None else share, cell, cell_name(coverage, cell)
    return own, -1, value[:120]


def quota_buckets(trigger: Trigger, now: int) -> list[tuple[tuple[str, str, str], int]]:
    """Key and limit of each quota of a trigger at a moment."""
    if not trigger.quotas:
        return []
    at = moment(now)
    week = at.isocalendar()
    names = {"day": f"{at:%Y-%m-%d}", "week": f"{week.year}-W{week.week:02}", "month": f"{at:%Y-%m}"}
    return [((trigger.name, each.per, names[each.per]), each.most) for each in trigger.quotas]

"""Until when a person must have an answer, and an authority be told. Pure.

A term in months ends on the same day of a later month, or its last day where there is no such one; where a policy says so,
one that ends on a Saturday or Sunday ends on the Monday after (Regulation 1182/71 art. 3, for GDPR art. 12(3); ICO, "time
limits"). A term in days counts from the day after the request came in (Cal. Civ. Code 1798.130(a)(2), LGPD art. 19 II).
"""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar


class Term(Protocol):
    """A policy, by how long it gives."""

    @property
    def jurisdiction(self) -> str: ...

    @property
    def request_days(self) -> int: ...

    @property
    def request_months(self) -> int: ...

    @property
    def extension_days(self) -> int: ...

    @property
    def extension_months(self) -> int: ...

    @property
    def rolls_over_weekends(self) -> bool: ...

    @property
    def breach_hours(self) -> int: ...


T = TypeVar("T", bound=Term)


@dataclass(frozen=True)
class Reminder:
    """A reminder that is due: how many days are left (less than 0: over)."""

    stage: str
    days_left: int


# Days before the end at which whoever answers is reminded; then on the day after it.
STAGES = (("week", 7), ("days", 3), ("day", 1), ("over", -1))


def months_later(day: date, months: int) -> date:
    """The same day some months later; the last of that month where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def rolled(day: date) -> date:
    """The day, or the Monday after when it is a Saturday or Sunday."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= 5 else day


def due_of(policy: Term, received: date) -> date:
    """The last day on which an answer is in time under one policy."""
    due = (
        months_later(received, policy.request_months)
        if policy.request_months
        else received + timedelta(policy.request_days)
    )
    return rolled(due) if policy.rolls_over_weekends else due


def extended_of(policy: Term, received: date) -> date | None:
    """The last day once the answer was put off; None when the policy knows no such thing."""
    if not policy.extension_months and not policy.extension_days:
        return None
    if policy.request_months or policy.extension_months:
        end = months_later(received, policy.request_months + policy.extension_months)
        end += timedelta(policy.extension_days + (0 if policy.request_months else policy.request_days))
    else:
        end = received + timedelta(policy.request_days + policy.extension_days)
    return rolled(end) if policy.rolls_over_weekends else end


def that_apply(policies: Sequence[T], jurisdiction: str) -> list[T]:
    """Policies that apply to a person: those of their jurisdiction and those of everywhere; all where it is not known."""
    found = [each for each in policies if not jurisdiction or each.jurisdiction in ("", jurisdiction)]
    return found or list(policies)


def due_on(policies: Iterable[Term], received: date) -> date:
    """The earliest of the days the policies give; a month where there is none."""
    return min((due_of(each, received) for each in policies), default=months_later(received, 1))


def extended_on(policies: Sequence[Term], received: date) -> date | None:
    """The earliest end of an extension; None when one of the policies that apply knows none."""
    ends = [extended_of(each, received) for each in policies]
    return min((each for each in ends if each), default=None) if ends and all(ends) else None


def breach_due_at(policies: Iterable[Term], noticed_at: datetime) -> datetime:
    """When the authority must have been told: the fewest hours of the policies (72 in GDPR art. 33(1))."""
    return noticed_at + timedelta(hours=min((each.breach_hours for each in policies), default=72))


def reminder(due: date, today: date) -> Reminder | None:
    """The reminder that stands on a day; None when the end is far."""
    left = (due - today).days
    if left < 0:
        return Reminder("over", left)
    return next((Reminder(stage, left) for stage, days in reversed(STAGES[:3]) if left <= days), None)

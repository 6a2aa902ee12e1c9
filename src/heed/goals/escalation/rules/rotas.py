"""Who is on call: turns of a rota, its hours, and those who stand in. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from heed.core.calendar.rules import windows
from heed.goals.escalation.definition import Rota


@dataclass(frozen=True)
class Swap:
    """Somebody stands in for another, from a day to a day, both included."""

    person: str
    substitute: str
    since: date
    until: date


def local_day(zone: str, at: datetime) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def next_midnight(zone: str, at: datetime) -> datetime:
    """When the next local day begins, and with it every budget."""
    day = local_day(zone, at) + timedelta(days=1)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def in_turn(rota: Rota, day: date, swaps: Iterable[Swap] = ()) -> tuple[str, ...]:
    """Who has the turn on a day, substitutes in their places, nobody twice."""
    turn = (day - rota.starts_on).days // rota.turn_days
    many = len(rota.people)
    usual = [rota.people[(turn * rota.at_once + place) % many] for place in range(rota.at_once)]
    stands_in = {swap.person: swap.substitute for swap in swaps if swap.since <= day <= swap.until}
    return tuple(dict.fromkeys(stands_in.get(person, person) for person in usual))


def is_open(rota: Rota, at: datetime) -> bool:
    if rota.hours is None:
        return True
    return any(True for _ in windows(rota.hours, at, at + timedelta(seconds=1)))


def on_call(rota: Rota, zone: str, at: datetime, swaps: Sequence[Swap] = ()) -> tuple[str, ...]:
    """Who is on call at a moment; nobody outside the hours."""
    return in_turn(rota, local_day(zone, at), swaps) if is_open(rota, at) else ()

"""The contact policy in whole microseconds, as it is reckoned with: clocks, caps, quiet hours, coverage. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from heed.feedback.triggers.definition import ContactPolicy, Coverage

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
MINUTE = 60_000_000
DAY = 86_400_000_000
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
THURSDAY = 3  # 1 January 1970


def micros(at: datetime) -> int:
    return (at - EPOCH) // MICRO


def moment(at: int) -> datetime:
    return EPOCH + at * MICRO


@dataclass(frozen=True)
class Quiet:
    """Minutes of the day, `start` included and `end` excluded, and whole days of the week (Monday is 0)."""

    start: int
    end: int
    days: frozenset[int]

    def left(self, local: int) -> int:
        """Microseconds from a local time to the end of the quiet it lies in; 0 when it lies in none."""
        at = local
        for _ in range(16):
            day, minute = at // DAY, at % DAY // MINUTE
            if (day + THURSDAY) % 7 in self.days:
                at = (day + 1) * DAY
            elif self.start < self.end and self.start <= minute < self.end:
                at = day * DAY + self.end * MINUTE
            elif self.start > self.end and minute >= self.start:
                at = (day + 1) * DAY + self.end * MINUTE
            elif self.start > self.end and minute < self.end:
                at = day * DAY + self.end * MINUTE
            else:
                break
        return at - local


@dataclass(frozen=True)
class Terms:
    """A contact policy in microseconds. `caps`: (window, most); `purposes`: survey → (name, rest)."""

    rest: int
    purposes: Mapping[str, tuple[str, int]]
    caps: tuple[tuple[int, int], ...]
    quiet: Quiet | None
    case_waits: bool
    incident_waits: bool
    consent_purpose: str
    control_share: float
    control_salt: str
    coverage: Coverage | None

    @property
    def longest(self) -> int:
        """How far back the past matters."""
        rests = (self.rest, *(rest for _, rest in self.purposes.values()))
        return max((*rests, *(window for window, _ in self.caps)))

    def purpose(self, survey: str) -> tuple[str, int]:
        """Name and rest of the purpose a survey serves; one of no purpose has no clock of its own."""
        return self.purposes.get(survey, ("", 0))


@lru_cache(maxsize=64)
def terms_of(policy: ContactPolicy) -> Terms:
    quiet = None
    if policy.quiet is not None:
        start, end = policy.quiet.minutes()
        quiet = Quiet(start, end, frozenset(DAYS.index(each) for each in policy.quiet.days))
    return Terms(
        rest=policy.rest_days * DAY,
        purposes={key: (each.name, each.rest_days * DAY) for each in policy.purposes for key in each.surveys},
        caps=tuple((cap.days * DAY, cap.most) for cap in policy.caps),
        quiet=quiet,
        case_waits=policy.while_case_open == "wait",
        incident_waits=policy.while_incident == "wait",
        consent_purpose=policy.consent_purpose,
        control_share=policy.control_share,
        control_salt=policy.control_name,
        coverage=policy.coverage,
    )


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo | None:
    """The zone of a name; None where there is none of that name."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def offset_at(zone: ZoneInfo | None, at: int) -> int:
    """Microseconds by which the clocks of a zone are ahead of UTC at a moment; without a zone: none."""
    if zone is None:
        return 0
    found = moment(at).astimezone(zone).utcoffset()
    return found // MICRO if found is not None else 0


def after_quiet(quiet: Quiet | None, at: int, zone: str) -> int:
    """The first moment from `at` on that is not quiet where the customer lives. Clocks that are put on or back are heeded."""
    if quiet is None:
        return at
    place = zone_of(zone)
    for _ in range(4):
        local = at + offset_at(place, at)
        left = quiet.left(local)
        if not left:
            break
        guess = at + left
        # The clocks may have been put on or back in between: the end is a time on the wall.
        at = max(guess + offset_at(place, at) - offset_at(place, guess), at + 1)
    return at


def share_of(words: str) -> float:
    """A number in 0..1 that looks drawn by chance and is always the same for the same words."""
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:8]) / 2**64


def is_control(terms: Terms, customer: str) -> bool:
    """Whether a customer is of the group that is never asked."""
    return terms.control_share > 0 and share_of(f"control\x1f{terms.control_salt}\x1f{customer}") < terms.control_share

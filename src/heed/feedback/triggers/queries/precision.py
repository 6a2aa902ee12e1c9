"""How closely each segment is known from who was asked: its figure with customers as clusters, and with what the operation knows of
every contact that came to the draw.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.cache import cache

from heed.core.access.rules import Scope
from heed.core.definitions.queries import all_in_force, in_force
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.feedback.surveys.queries.surveys import least_shown
from heed.feedback.triggers.queries.engine import engine, versions
from heed.feedback.triggers.queries.log import MAY
from heed.metrics.measures import Measure, Nps, Proportion

if TYPE_CHECKING:
    from heed.metrics.assisting import Cell
    from heed.stats.survey_design.assisted import Known

TABLES = ("interactions", "responses", "exclusions", "invitations")
FIRST = ("csat", "nps", "ces")
KEPT_SECONDS = 3600
WEEKS, MOST_WEEKS = 13, 104


@dataclass(frozen=True)
class Precise:
    """A figure by its KPI (empty: the first of csat, nps, ces that is in force) over so many weeks up to `until`."""

    kpi: str = ""
    weeks: int = WEEKS
    until: date | None = None


@dataclass(frozen=True)
class SegmentLine:
    """A segment: contacts that came to the draw, the figure without and with help, and how many answers it takes to know it
    within the margin (None: it cannot be said). Withheld where fewer customers answered than may be shown.
    """

    cell: "Cell"
    withheld: bool
    answers_for: int | None

    @property
    def segment(self) -> str:
        return self.cell.segment

    @property
    def plain(self) -> "Known":
        return self.cell.found.plain

    @property
    def helped(self) -> "Known":
        return self.cell.found.assisted

    @property
    def narrower(self) -> float | None:
        """By what share the interval is narrower than without help."""
        one, other = self.plain.width, self.helped.width
        return 1.0 - other / one if one and other is not None else None


@dataclass(frozen=True)
class Precision:
    """A KPI by segment. `known`: what helped; margin: half the width that `answers_for` aims at, in the KPI's unit."""

    kpi: str
    short: str
    unit: str
    since: datetime
    until: datetime
    margin: float
    lines: tuple[SegmentLine, ...]
    known: tuple[str, ...]
    outside: int
    min_n: int
    level: float = 0.95


def precision(scope: Scope, asked: Precise | None = None, *, read: bool = True) -> Precision | None:
    """How closely segments are known, kept while nothing it rests on has changed; None where it is not at hand and must not be
    read, or no KPI of answers is in force. For who may ask everybody. Raises Forbidden and Invalid.
    """
    scope.demand_everywhere(MAY)
    asked = _checked(asked or Precise())
    name, body = _kpi(asked.kpi)
    if body is None:
        return None
    day = asked.until or datetime.now(UTC).date()
    rests_on = (versions(TABLES), engine().store.url, str(body.resolve().measure), asked, day, least_shown())
    key = f"precision:{hashlib.blake2s(repr(rests_on).encode()).hexdigest()}"
    found: Precision | None = cache.get(key)
    if found is None and read:
        found = _read(name, body, asked.weeks, day)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _checked(asked: Precise) -> Precise:
    if not 1 <= asked.weeks <= MOST_WEEKS:
        raise Invalid(
            phrase("{weeks} weeks cannot be looked at.", weeks=asked.weeks),
            code="invalid_weeks",
            hint=phrase("Ask for {least} to {most}.", least=1, most=MOST_WEEKS),
        )
    latest = datetime.now(UTC).date() + timedelta(days=366)
    if asked.until is not None and not date(1995, 1, 1) <= asked.until <= latest:
        raise Invalid(
            phrase("{day} is too far off.", day=asked.until), code="invalid_time", hint="Take a day nearer to now."
        )
    return asked


def _kpi(key: str) -> tuple[str, Any]:
    """The key and definition of the KPI meant; None where none is. Raises Invalid naming the nearest."""
    from heed.metrics.assisting import can_be_assisted

    for name in (key,) if key else FIRST:
        found = in_force("kpi", name)
        if found is not None and (key or can_be_assisted(found.body.resolve().measure)):  # type: ignore[attr-defined]
            return name, found.body
    if key:
        keys = [each.key for each in all_in_force("kpi")]
        raise Invalid(phrase("No KPI {key} is in force.", key=key), code="unknown_kpi", hint=nearest(key, keys))
    return "", None


def _read(name: str, body: Any, weeks: int, day: date) -> Precision:
    from heed.metrics.assisting import read_assisted

    resolved, least = body.resolve(), least_shown()
    until = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    since = until - timedelta(weeks=weeks)
    told, margin = read_assisted(engine(), resolved.measure, since, until), margin_for(resolved.measure)
    lines = tuple(_line(cell, least, margin) for cell in told.cells if cell.segment or cell.found.plain.n)
    return Precision(
        name, body.short or body.name, resolved.unit, since, until, margin, lines, told.known, told.outside, least
    )


def margin_for(measure: Measure) -> float:
    """Half the width worth aiming at: 5 points of a share, 10 of an NPS, a tenth on any other scale."""
    return 0.05 if isinstance(measure, Proportion) else 10.0 if isinstance(measure, Nps) else 0.1


def _line(cell: "Cell", least: int, margin: float) -> SegmentLine:
    helped = cell.found.assisted
    wanted = None if helped.width is None else max(round(helped.n * (helped.width / 2.0 / margin) ** 2), 1)
    return SegmentLine(cell, 0 < helped.persons < least, wanted)


def precision_told(found: Precision | None) -> dict[str, Any]:
    """As the API and the command give it."""
    if found is None:
        return {"kpi": "", "segments": []}
    return {
        "kpi": found.kpi,
        "unit": found.unit,
        "since": found.since,
        "until": found.until,
        "level": found.level,
        "margin": found.margin,
        "helped_by": list(found.known),
        "outside": found.outside,
        "min_n": found.min_n,
        "segments": [_told(each) for each in found.lines],
    }


def _told(line: SegmentLine) -> dict[str, Any]:
    if line.withheld:
        return {"segment": line.segment, "suppressed": True}
    found = line.cell.found
    return {
        "segment": line.segment,
        "suppressed": False,
        "contacts": found.frame,
        "answers": line.plain.n,
        "customers": line.plain.persons,
        "plain": _figure(line.plain),
        "assisted": _figure(line.helped),
        "share": found.share,
        "worth": found.worth,
        "alike": found.alike,
        "answers_for_margin": line.answers_for,
    }


def _figure(known: "Known") -> dict[str, Any]:
    return {
        "value": known.value, "low": known.low, "high": known.high, "method": known.method, "reason": known.reason,
    }  # fmt: skip

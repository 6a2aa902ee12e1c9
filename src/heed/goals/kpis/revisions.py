"""Two versions of a KPI beside one another: a figure that moved is split into what the definition did and what is real.

A published figure is never rewritten: it stays what its version reads. The version after it is read over the same time,
so that nobody takes a new way of counting for a change of the operation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from heed.core.access.rules import Scope
from heed.core.definitions.queries import all_in_force, in_force, versions
from heed.core.errors.rules import Invalid, NotFound, phrase
from heed.feedback.quality.queries.audits import AuditMark
from heed.goals.kpis.definition import Direction, Kpi, Resolved
from heed.goals.kpis.queries import (
    KIND,
    Question,
    ShownKpi,
    engine,
    kpi_as,
    organisation_zone,
    show_kpi,
    slice_of,
    weighed,
)
from heed.stats.intervals.recovered import difference_of

if TYPE_CHECKING:
    from heed.metrics.readings import Row
    from heed.metrics.selection import Slice

WEEK = timedelta(days=7)
WEEKS = 4
SPLIT_WEEKS = 13
EARLIEST, LATEST = 1900, 2200
NOT_COMPARABLE = "another_unit"


@dataclass(frozen=True)
class Version:
    """A version of a KPI: its state, and from when until when it held (None: never, or still)."""

    number: int
    state: str
    since: datetime | None
    until: datetime | None

    @property
    def is_published(self) -> bool:
        """Whether figures were read by it: it held once."""
        return self.since is not None


@dataclass(frozen=True)
class Part:
    """A part of a change, with its limits and how they were found; None, with a reason, where it cannot be told."""

    value: float | None
    low: float | None
    high: float | None
    method: str
    reason: str = ""

    @property
    def is_noise(self) -> bool:
        return self.low is not None and self.high is not None and self.low <= 0.0 <= self.high

    @property
    def difference(self) -> float:
        """As pages call what a change is shown by."""
        return self.value or 0.0


@dataclass(frozen=True)
class Week:
    """A week under both versions."""

    start: date
    older: "Row | None"
    newer: "Row | None"


@dataclass(frozen=True)
class Revision:
    """Both versions over two stretches of time. What was published: the older before, the newer now. Its change is
    `definition` (the newer less the older, before) and `real` (the newer now less the newer before); they add up to it.
    The same by the older version stands beside it: where both agree, nothing hangs on which of them is asked.
    """

    key: str
    name: str
    unit: str
    currency: str
    direction: Direction
    older: Version
    newer: Version
    before: tuple[date, date]
    now: tuple[date, date]
    figures: "dict[str, Row]"
    published: Part
    definition: Part
    real: Part
    definition_now: Part
    real_by_older: Part
    weeks: tuple[Week, ...]
    level: float
    cutoff: datetime | None
    marks: tuple[AuditMark, ...] = ()

    @property
    def told_unit(self) -> str:
        return f"{self.unit} {self.currency}".rstrip()


def known_versions(key: str) -> tuple[Version, ...]:
    """Every version of a KPI that was not withdrawn, newest first. Raises NotFound."""
    return tuple(_version(row) for row in versions(KIND, key) if row.state != "withdrawn")


def _version(row: Any) -> Version:
    return Version(row.number, row.state, row.effective_from, row.effective_until)


def pair_of(key: str, older: int | None = None, newer: int | None = None) -> tuple[Version, Version]:
    """The two versions to compare: those asked for, else the newest (which may only be proposed yet) and the one before it.

    Raises NotFound, and Invalid where there is only one.
    """
    known = {each.number: each for each in known_versions(key)}
    for number in (older, newer):
        if number is not None and number not in known:
            raise NotFound(
                phrase("There is no version {number} of {kind} {key}.", number=number, kind=KIND, key=key),
                code="unknown_version",
                hint=phrase("Known are: {names}", names=", ".join(map(str, sorted(known)))),
            )
    last = newer if newer is not None else max((each for each in known if each != older), default=None)
    first = older if older is not None else max((each for each in known if last and each < last), default=None)
    if first is None or last is None or first == last:
        raise Invalid(
            phrase("{key} has one version only: there is nothing to compare.", key=key),
            code="one_version",
            hint="Propose a change; it can be read beside the one in force before it is approved.",
        )
    return known[first], known[last]


def redefined_since(day: date | None) -> frozenset[str]:
    """The KPIs whose measure another version changed in the four weeks up to a day."""
    if day is None:
        return frozenset()
    start = datetime.combine(day - WEEK * WEEKS, datetime.min.time(), organisation_zone())
    found = set()
    for held in all_in_force(KIND):
        if held.effective_from >= start and held.version > 1:
            was = in_force(KIND, held.key, start)
            if was is not None and cast(Kpi, was.body).resolve().measure != cast(Kpi, held.body).resolve().measure:
                found.add(held.key)
    return frozenset(found)


def compare(
    key: str, scope: Scope, question: Question | None = None, *, older: int | None = None, newer: int | None = None
) -> Revision:
    """Two versions of a KPI over a stretch of time and the one before it with the same days of the week; the last four full
    weeks where nobody says. Raises NotFound, Forbidden and Invalid.
    """
    pair = pair_of(key, older, newer)
    asked = {each.number: _asked(key, each.number, question or Question()) for each in pair}
    first, last = (each.number for each in pair)
    spans = dict(zip(("before", "now"), _stretches(key, scope, asked[last]), strict=True))
    shown = {
        f"{which}_{place}": show_kpi(key, scope, replace(asked[number], since=span[0], until=span[1]))
        for which, number in (("older", first), ("newer", last))
        for place, span in spans.items()
    }
    rows = {place: _row(found) for place, found in shown.items()}
    old, new = (cast(Kpi, kpi_as(key, number).body).resolve(asked[number].settings) for number in (first, last))
    parts = {place: _slice(scope, asked[last], span) for place, span in spans.items()}
    level, newest = asked[last].level, shown["newer_now"]
    return Revision(
        key=key,
        name=newest.name,
        unit=newest.unit,
        currency=newest.currency,
        direction=newest.direction,
        older=pair[0],
        newer=pair[1],
        **spans,
        figures=rows,
        published=_moved(rows["newer_now"], rows["older_before"], old, new),
        definition=_redefined(rows["older_before"], rows["newer_before"], old, new, parts["before"], level),
        real=_moved(rows["newer_now"], rows["newer_before"], new, new),
        definition_now=_redefined(rows["older_now"], rows["newer_now"], old, new, parts["now"], level),
        real_by_older=_moved(rows["older_now"], rows["older_before"], old, old),
        weeks=_weeks(key, scope, asked, spans["now"][1]),
        level=level,
        cutoff=newest.cutoff,
        marks=_marks(shown.values()),
    )


def _marks(shown: Iterable[ShownKpi]) -> tuple[AuditMark, ...]:
    """The failed audits that any of the figures rests on."""
    return tuple({mark.audit: mark for found in shown for mark in found.marks}.values())


def _asked(key: str, number: int, question: Question) -> Question:
    """The question put to a version, with the settings that version knows."""
    known = cast(Kpi, kpi_as(key, number).body).parameters
    settings = {name: value for name, value in (question.settings or {}).items() if name in known}
    return replace(question, version=number, settings=settings)


def _slice(scope: Scope, question: Question, span: tuple[date, date]) -> "Slice":
    return slice_of(replace(question, since=span[0], until=span[1]), scope, organisation_zone())


def _stretches(key: str, scope: Scope, question: Question) -> tuple[tuple[date, date], tuple[date, date]]:
    """The stretch before, and the one asked for."""
    zone = organisation_zone()
    since, until = (_day(moment) for moment in (question.since, question.until))
    if until is None:
        newest = show_kpi(key, scope, replace(question, since=None, until=None)).cutoff
        day = (newest or datetime.now(zone)).astimezone(zone).date() + timedelta(days=1)
        until = day - timedelta(days=day.weekday()) if since is None else day
    # Each end is looked at before it is reckoned with: a year before the first one overflows.
    for end in (until, since):
        if end is not None and not EARLIEST <= end.year <= LATEST:
            raise Invalid(
                phrase("{text} is no day facts could be of.", text=end),
                code="invalid_time",
                hint=phrase("Ask for a day from {first} to {last}.", first=EARLIEST, last=LATEST),
            )
    since = since or until - WEEK * WEEKS
    if since >= until:
        raise Invalid("The end is not after the start.", code="invalid_time", hint="`until` is the first day left out.")
    shift = WEEK * -(-(until - since).days // 7)
    return (since - shift, until - shift), (since, until)


def _day(moment: date | datetime | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def _row(shown: ShownKpi) -> "Row":
    from heed.metrics.readings import Row

    return shown.whole or Row({}, None, None, None, None)


def _limits(row: "Row") -> tuple[float, float, float] | None:
    if row.value is None or row.low is None or row.high is None:
        return None
    return row.value, row.low, row.high


def _cannot(*rows: "Row") -> Part:
    reason = "suppressed" if any(row.suppressed for row in rows) else "no_figure"
    return Part(None, None, None, "", reason)


def _moved(now: "Row", before: "Row", older: Resolved, newer: Resolved) -> Part:
    """The first less the second: of two stretches of time, which share no row."""
    from heed.metrics.pairing import INDEPENDENT

    first, second = _limits(now), _limits(before)
    if first is None or second is None:
        return _cannot(now, before)
    if older.unit != newer.unit:
        return Part(None, None, None, "", NOT_COMPARABLE)
    found = difference_of(first, second)
    return Part(found.difference, found.low, found.high, INDEPENDENT)


def _redefined(older: "Row", newer: "Row", old: Resolved, new: Resolved, part: "Slice", level: float) -> Part:
    """What the definition alone did: both versions of the same facts."""
    from heed.metrics.pairing import SAME, apart, can_be_paired

    if old.unit != new.unit:
        return Part(None, None, None, "", NOT_COMPARABLE)
    if older.value is None or newer.value is None:
        return _cannot(older, newer)
    if old.measure == new.measure:
        return Part(0.0, 0.0, 0.0, SAME)
    if not can_be_paired(old.measure, new.measure):
        # Taken for independent: two versions of one figure go together, so that this errs on the wide side.
        return _moved(newer, older, old, new)
    difference = newer.value - older.value
    part = weighed(new.measure if new.measure.by_card else old.measure, part)
    found = apart(engine(), old.measure, new.measure, part, difference, level=level)
    return Part(difference, found.low, found.high, found.method, "" if found.low is not None else "too_few")


def _weeks(key: str, scope: Scope, asked: Mapping[int, Question], until: date) -> tuple[Week, ...]:
    """The last weeks under both versions, side by side."""
    last = until - timedelta(days=until.weekday())
    both = []
    for question in asked.values():
        span = replace(question, since=last - WEEK * SPLIT_WEEKS, until=until)
        both.append({row.period: row for row in show_kpi(key, scope, span, period="week").rows})
    starts = sorted({week for rows in both for week in rows if week is not None})
    return tuple(Week(start, both[0].get(start), both[1].get(start)) for start in starts)


def as_contract(found: Revision) -> dict[str, Any]:
    """A revision as scripts read it; on the command line and over the API."""
    money = {"currency": found.currency} if found.unit == "money" else {}
    return {
        "kpi": found.key,
        "unit": found.unit,
        **money,
        "level": found.level,
        "cutoff": found.cutoff,
        "marks": [mark.told() for mark in found.marks],
        "versions": {
            which: {"version": each.number, "state": each.state, "since": each.since}
            for which, each in (("older", found.older), ("newer", found.newer))
        },
        "before": {"since": found.before[0], "until": found.before[1]},
        "now": {"since": found.now[0], "until": found.now[1]},
        "figures": {name: _told(row) for name, row in found.figures.items()},
        "published_change": _part(found.published),
        "definition": _part(found.definition),
        "real": _part(found.real),
        "by_the_older": {"definition": _part(found.definition_now), "real": _part(found.real_by_older)},
        "weeks": [
            {"start": each.start, "older": _told(each.older), "newer": _told(each.newer)} for each in found.weeks
        ],
    }


def _told(row: "Row | None") -> dict[str, Any] | None:
    if row is None:
        return None
    return {name: getattr(row, name) for name in ("value", "low", "high", "n", "suppressed")}


def _part(part: Part) -> dict[str, Any]:
    told = {name: getattr(part, name) for name in ("value", "low", "high", "method")}
    return told | ({"reason": part.reason} if part.reason else {})

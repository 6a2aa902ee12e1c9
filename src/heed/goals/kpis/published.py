"""A KPI by period as it was published: each period read as the version defined it that was in force when the period ended.

Where another version began to measure otherwise, the series has a break.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.definitions.queries import versions
from heed.goals.kpis.definition import Kpi, Resolved
from heed.goals.kpis.queries import KIND, Question, ShownKpi, kpi_as, kpi_in_force, organisation_zone, show_kpi

if TYPE_CHECKING:
    from heed.metrics.periods import Period
    from heed.metrics.readings import Row

ANOTHER_UNIT = "another_unit"


@dataclass(frozen=True)
class Stretch:
    """The periods that one version defined: from the first day of one (None: from the beginning), up to the next stretch."""

    number: int
    since: date | None
    resolved: Resolved
    asked: Question


def show_published(
    key: str, scope: Scope, question: Question | None = None, *, by: Sequence[str] = (), period: "Period"
) -> ShownKpi:
    """As `show_kpi` by period, but nothing that was published is read otherwise: `versions` says which version each period was
    read by, `breaks` from when on another one measured otherwise. What the newest one says of itself stands for all.

    A question that names a version is read by that one alone. Raises NotFound, Forbidden and Invalid.
    """
    question = question or Question()
    stretches = [] if question.version is not None else _stretches(key, question, period)
    if len(stretches) < 2:
        return show_kpi(key, scope, question, by=by, period=period)
    parts: list[tuple[Stretch, ShownKpi]] = []
    for stretch, after in [*pairwise(stretches), (stretches[-1], None)]:
        part = _within(stretch, after.since if after else None)
        if part is not None:
            parts.append((stretch, show_kpi(key, scope, part, by=by, period=period)))
    if not parts:
        return show_kpi(key, scope, question, by=by, period=period)
    return _joined(parts, by)


def _stretches(key: str, question: Question, period: "Period") -> list[Stretch]:
    """The stretches of all versions that held, the oldest first. A version that changed only words goes on with the one before."""
    current = kpi_in_force(key)
    cast(Kpi, current.body).resolve(question.settings)
    now = timezone.now()
    starts = [(row.effective_from, row.number) for row in versions(KIND, key) if row.effective_from is not None]
    found: list[Stretch] = []
    for start, number in sorted(each for each in starts if each[0] <= now):
        body = cast(Kpi, kpi_as(key, number).body)
        settings = {name: value for name, value in (question.settings or {}).items() if name in body.parameters}
        since = _first_day(start, period) if found else None
        # Of two in one period the later one defined it.
        while found and since is not None and found[-1].since is not None and found[-1].since >= since:
            found.pop()
        asked = replace(question, version=number, settings=settings)
        found.append(Stretch(number, since if found else None, body.resolve(settings), asked))
    return found


def _first_day(moment: datetime, period: "Period") -> date:
    """The first day of the period in which a moment lies."""
    day = moment.astimezone(organisation_zone()).date()
    if period == "month":
        return day.replace(day=1)
    return date.fromordinal(day.toordinal() - day.weekday()) if period == "week" else day


def _within(stretch: Stretch, until: date | None) -> Question | None:
    """The question as it is put to a version: of its own periods alone. None where none was asked for."""
    from heed.metrics.periods import start_of

    zone, asked = organisation_zone(), stretch.asked
    starts = [start_of(each, zone) for each in (asked.since, stretch.since) if each is not None]
    ends = [start_of(each, zone) for each in (asked.until, until) if each is not None]
    since, end = max(starts, default=None), min(ends, default=None)
    if since is not None and end is not None and since >= end:
        return None
    return replace(asked, since=since, until=end)


def _joined(parts: "Sequence[tuple[Stretch, ShownKpi]]", by: Sequence[str]) -> ShownKpi:
    newest = parts[-1][1]
    rows: list[Row] = []
    numbers: dict[date, int] = {}
    excluded: dict[str, int] = {}
    for stretch, shown in parts:
        for row in shown.rows:
            fits = shown.unit == newest.unit
            rows.append(row if fits else replace(row, value=None, low=None, high=None, n=None, reason=ANOTHER_UNIT))
            if row.period is not None:
                numbers[row.period] = stretch.number
        for reason, many in shown.excluded.items():
            excluded[reason] = excluded.get(reason, 0) + many
    breaks = tuple(
        (after.since, after.number)
        for (before, _), (after, _) in pairwise(parts)
        if after.since is not None and (before.resolved.measure, before.resolved.unit) != _meant(after)
    )
    rows.sort(key=lambda row: ([(row.group[name] is None, str(row.group[name])) for name in by], row.period))
    marks = tuple(dict.fromkeys(mark for _, shown in parts for mark in shown.marks))
    return replace(newest, rows=tuple(rows), excluded=excluded, versions=numbers, breaks=breaks, marks=marks)


def _meant(stretch: Stretch) -> tuple[object, str]:
    return stretch.resolved.measure, stretch.resolved.unit


def as_contract(found: ShownKpi) -> dict[str, Any]:
    """A figure as scripts read it; on the command line and over the API."""
    rows = []
    for row in found.rows:
        told: dict[str, Any] = {
            "group": row.group | ({"period": row.period.isoformat()} if row.period else {}),
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "n": row.n,
            "suppressed": row.suppressed,
            **({"marks": list(row.doubts)} if row.doubts else {}),
            **beside_told(row),
        }
        if row.period:
            told["definition_version"] = found.version_of(row)
        rows.append(told | ({"reason": row.reason} if row.reason else {}))
    same = ("unit", "method", "level", "cutoff", "excluded")
    return {
        "kpi": found.key,
        "name": found.name,
        "definition_version": found.definition_version,
        **{name: getattr(found, name) for name in same},
        **({"currency": found.currency} if found.unit == "money" else {}),
        "settings": found.settings,
        "min_n": found.min_n,
        "target": found.target,
        **({"breaks": [{"period": day, "version": number} for day, number in found.breaks]} if found.period else {}),
        **({"marks": [each.told() for each in found.marks]} if found.marks else {}),
        **({"weights": [each.as_contract() for each in found.weights]} if found.weights else {}),
        "rows": rows,
    }


def beside_told(row: "Row") -> dict[str, Any]:
    """Of a weighted figure: what it reads without weights, and what its answers are worth."""
    if row.plain is None:
        return {}
    value, low, high = row.plain
    return {
        "unweighted": {"value": value, "low": low, "high": high},
        "effective_n": row.effective_n,
        "design_effect": row.design_effect,
    }

"""The process map of the facts: what follows what, filtered by frequency or by time, and the cases behind an edge."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, cast, get_args

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.core.settings.rules import current
from heed.goals.journeys.queries.reports import MOST_CASES, CasePage, Days, bounds
from heed.goals.kpis.queries import engine, privacy_policy
from heed.goals.kpis.rules import least_group, reached_rows

Filter = Literal["count", "time"]
TABLES = ("events", "case_changes")
Within = tuple[tuple[str, tuple[str, ...]], ...] | None


@dataclass(frozen=True)
class Process:
    """What a process map is drawn of. `edges` are those shown, the most frequent first; small ones are left out."""

    table: str
    by: Filter
    share: float
    told: dict[str, Any]
    edges: tuple[dict[str, Any], ...]
    size: dict[str, Any]
    cases: int
    least: int
    cutoff: datetime | None


def process(
    scope: Scope, table: str = "events", share: float = 0.9, by: str = "count", days: Days | None = None
) -> Process:
    """The process of the cases that ended in these days, within reach. Raises Forbidden or Invalid."""
    scope.demand("see_figures")
    if by not in get_args(Filter):
        raise Invalid(phrase("{by} is no filter.", by=by), code="unknown_filter", hint=nearest(by, get_args(Filter)))
    if not 0 <= share <= 1:
        raise Invalid("A share lies between 0 and 1.", code="invalid_share", hint="Such as 0.9.")
    since, until = bounds(days or Days())
    store = engine().store
    version = store.version(checked(table))
    least = least_group(privacy_policy(), ())
    return _process(
        table, share, cast(Filter, by), since, until, _within(scope), least, store.url, version, os.getpid()
    )


def edge_cases(
    scope: Scope, start: str, end: str, table: str = "events", days: Days | None = None, most: int = 100
) -> CasePage:
    """The cases behind an edge, the slowest first, for who may see records; none where they are too few to be shown."""
    from heed.mining.selection import behind, cases_behind

    scope.demand("see_records")
    since, until = bounds(days or Days())
    if engine().store.version(checked(table)) is None:
        return CasePage((), 0)
    least = least_group(privacy_policy(), ())
    try:
        with _log(table, since, until, _within(scope)) as log:
            found = behind(log, start, end)
            total = log.rows(found.aggregate(n=found.count()))[0]["n"]
            if not total or total < least:
                return CasePage((), None if total else 0, "suppressed" if total else "")
            return CasePage(tuple(cases_behind(log, start, end, min(most, MOST_CASES))), int(total))
    except Invalid as fault:
        if fault.code != "empty_log":
            raise
        return CasePage((), 0)


def checked(table: str) -> str:
    if table not in TABLES:
        raise Invalid(
            phrase("There is no process of {table}.", table=table), code="unknown_table", hint=nearest(table, TABLES)
        )
    return table


def _within(scope: Scope) -> Within:
    reach = reached_rows(scope)
    return None if reach is None else tuple((name, tuple(sorted(values))) for name, values in sorted(reach.items()))


@contextmanager
def _log(table: str, since: datetime | None, until: datetime | None, within: Within) -> Iterator[Any]:
    """Of an engine of its own: it keeps tables by name."""
    from heed.facts.engine.engine import open_engine
    from heed.mining.stages import Window, journey_log

    with open_engine(current()) as opened:
        window = Window(since, until, None if within is None else dict(within))
        yield journey_log(opened, table, (), window)[0]


@lru_cache(maxsize=32)
def _process(
    table: str,
    share: float,
    by: Filter,
    since: datetime | None,
    until: datetime | None,
    within: Within,
    least: int,
    place: str,
    version: int | None,
    process: int,
) -> Process:
    from heed.mining.discovery import size
    from heed.mining.mined import aware, mapped

    nothing = Process(table, by, share, {}, (), {}, 0, least, None)
    if version is None:
        return nothing
    try:
        with _log(table, since, until, within) as log:
            told, shown, about = mapped(log, share, by=by, least=least)
            whole = size(log)
    except Invalid as fault:
        if fault.code != "empty_log":
            raise
        return nothing
    return Process(table, by, share, told, tuple(shown), about, whole.cases, least, aware(whole.last))

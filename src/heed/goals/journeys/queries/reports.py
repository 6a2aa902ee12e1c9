"""Reading journeys: which there are, and the report of one: value beside cost and effort by stage, and how cases keep to it.

All of it is computed by the engine within what a person reaches; a report is kept while the facts stay the same.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Q

from heed.core.access.rules import Scope
from heed.core.conditions.rules import Condition, compile_condition
from heed.core.definitions.queries import InForce, all_in_force, in_force
from heed.core.errors.rules import Invalid, NotFound, nearest, phrase
from heed.core.settings.rules import current
from heed.facts.schema.tables import TABLES
from heed.feedback.quality.queries.audits import AuditMark, marks_of_answers
from heed.goals.journeys.definition import UNITS, Journey
from heed.goals.journeys.rules.keeping import KINDS, departing
from heed.goals.journeys.rules.report import Found, Report, made
from heed.goals.kpis.queries import engine, organisation_zone, privacy_policy
from heed.goals.kpis.rules import least_group, moment_of, reached_rows
from heed.metrics.selection import Slice
from heed.service.cases.queries import reachable

if TYPE_CHECKING:
    from heed.facts.engine.seam import Engine
    from heed.mining.stages import StageNames, Window

KIND = "journey"
READ = ("events", "case_changes", "responses", "exclusions", "finance", "interactions")
MOST_CASES = 1000


@dataclass(frozen=True)
class Days:
    """The days a report is about: since included, until not; empty = open. Of the organisation's time zone."""

    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class Shown:
    """A report with the definition it was made by, and the failed audits that its satisfaction rests on."""

    held: InForce
    journey: Journey
    report: Report
    days: Days
    zone: str
    cutoff: datetime | None
    marks: tuple[AuditMark, ...] = ()


@dataclass(frozen=True)
class CasePage:
    """Cases that depart, the last to end first; `total` counts all. `reason`: why none are listed (`suppressed`)."""

    cases: tuple[dict[str, Any], ...]
    total: int | None
    reason: str = ""


def list_journeys() -> list[InForce]:
    """The journeys in force, in order of key."""
    return all_in_force(KIND)


def journey_in_force(key: str) -> InForce:
    """The journey that holds now. Raises NotFound naming the nearest."""
    found = in_force(KIND, key)
    if found is None:
        known = [each.key for each in all_in_force(KIND)]
        raise NotFound(
            phrase("No journey {key} is in force.", key=key),
            code="unknown_journey",
            hint=nearest(key, known) if known else "Propose one under Definitions.",
        )
    return found


def reported(key: str, scope: Scope, days: Days | None = None) -> Shown:
    """The report of a journey within somebody's reach. Raises NotFound, Forbidden or Invalid."""
    scope.demand("see_figures")
    held, days = journey_in_force(key), days or Days()
    since, until = bounds(days)
    journey = cast(Journey, held.body)
    reach = reached_rows(scope)
    within = None if reach is None else tuple((name, tuple(sorted(values))) for name, values in sorted(reach.items()))
    report = _report(journey.model_dump_json(), since, until, within, least_group(privacy_policy(), ()), *_facts())
    marks = marks_of_answers(Slice(since, until, within=reach), journey.satisfaction)
    return Shown(held, journey, report, days, organisation_zone().key, report.cutoff, marks)


def departed_cases(
    key: str,
    scope: Scope,
    days: Days | None,
    kind: str,
    activity: str,
    after: str = "",
    stage: str = "",
    most: int = 100,
) -> CasePage:
    """The cases behind a departure, for who may see records; none where they are too few to be shown."""
    scope.demand("see_records")
    if kind and kind not in KINDS:
        raise Invalid(phrase("{kind} is no departure.", kind=kind), code="unknown_departure", hint=nearest(kind, KINDS))
    from heed.mining.stages import cases_going

    shown = reported(key, scope, days)
    gone = departing(shown.report.variants, shown.journey, kind, activity, after, stage)
    total = sum(int(row["count"]) for row in gone)
    if not total or total < shown.report.least:
        return CasePage((), None if total else 0, "suppressed" if total else "")
    since, until = bounds(days or Days())
    with asked(shown.journey, since, until, reached_rows(scope)) as (_opened, log, steps, _):
        from heed.mining.stages import ways

        _total, rows = cases_going(log, ways(log, steps), gone, min(most, MOST_CASES))
    return CasePage(tuple(rows), total)


def openable(scope: Scope, page: CasePage) -> dict[str, str]:
    """The keys of those cases listed, by key or number, that have a page this person may see; most of an import have none."""
    if not scope.may("see_cases"):
        return {}
    listed = [str(row["case"]) for row in page.cases if "\0" not in str(row["case"])]
    rows = reachable(scope).filter(Q(key__in=listed) | Q(number__in=listed)).values_list("key", "number")
    keys = {name: key for key, number in rows for name in (number, key)}
    return {name: keys[name] for name in listed if name in keys}


def bounds(days: Days) -> tuple[datetime | None, datetime | None]:
    """The window as instants. Raises Invalid for what is no day, and where the end is not after the start."""
    from heed.metrics.periods import start_of

    zone = organisation_zone()
    first, last = (moment_of(text) for text in (days.since, days.until))
    for each in (first, last):
        if each is not None and not 1900 <= each.year <= 2200:
            raise Invalid(
                phrase("{day} is beyond all facts.", day=str(each)), code="invalid_time", hint="Such as 2024-03-01."
            )
    since, until = (None if each is None else start_of(each, zone) for each in (first, last))
    if since and until and since >= until:
        raise Invalid("The end is not after the start.", code="invalid_time", hint="`until` is the first day left out.")
    return since, until


def newest_day() -> date | None:
    """The day of the newest event in the facts, in the organisation's zone."""
    from heed.mining.stages import newest_fact

    if engine().store.version("events") is None:
        return None
    at = newest_fact(engine(), "events")
    return at.astimezone(organisation_zone()).date() if at else None


def _facts() -> tuple[str, tuple[int | None, ...], int]:
    """What a kept report depends on: the place of the facts, the versions of their tables, this process."""
    store = engine().store
    return store.url, tuple(store.version(name) for name in READ), os.getpid()


def stage_names(journey: Journey) -> "tuple[StageNames, ...]":
    """How facts are known to belong to each stage."""
    from heed.mining.stages import StageNames

    return tuple(
        StageNames(
            stage.key,
            {
                "stage": stage.names or (stage.key,),
                "topic": stage.topics,
                "touchpoint": stage.touchpoints,
                "question_key": stage.questions,
                "activity": stage.activities,
            },
        )
        for stage in journey.stages
    )


def compiled(table: str, source: str) -> Condition | None:
    fields = {column.name: column.kind for column in TABLES[table].columns}
    return compile_condition(source, fields) if source.strip() else None


@contextmanager
def asked(
    journey: Journey, since: datetime | None, until: datetime | None, within: Mapping[str, Any] | None
) -> Iterator[tuple["Engine", Any, Any, int]]:
    """An engine of its own (it keeps tables by name), the log of the journey, its steps, and how many cases are open."""
    from heed.facts.engine.engine import open_engine
    from heed.mining.stages import Window, journey_log, staged_steps

    with open_engine(current()) as opened:
        log, still_open = journey_log(
            opened,
            journey.source,
            stage_names(journey),
            Window(since, until, within),
            condition=compiled(journey.source, journey.population),
            work=(journey.work.attribute, UNITS[journey.work.unit]) if journey.work else None,
            finished_by=journey.finished_by,
        )
        yield opened, log, staged_steps(log), still_open


@lru_cache(maxsize=32)
def _report(
    body: str,
    since: datetime | None,
    until: datetime | None,
    within: tuple[tuple[str, tuple[str, ...]], ...] | None,
    least: int,
    place: str,
    versions: tuple[int | None, ...],
    process: int,
) -> Report:
    from heed.mining.stages import Window

    journey = Journey.model_validate_json(body)
    reach = None if within is None else dict(within)
    return made(
        journey,
        found_in(journey, Window(since, until, reach), has_log=bool(versions[READ.index(journey.source)])),
        least,
    )


def found_in(journey: Journey, window: "Window", *, has_log: bool = True) -> Found:
    """All that the facts say of a journey in a window. Without a log there are answers and costs alone."""
    from heed.facts.engine.engine import open_engine

    reach = None if window.within is None else dict(window.within)
    if has_log:
        try:
            with asked(journey, window.since, window.until, reach) as (opened, log, steps, still_open):
                return read_log(journey, log, steps, still_open, _asked(opened, journey, window, Found()))
        except Invalid as fault:
            if fault.code != "empty_log":
                raise
    with open_engine(current()) as opened:
        return _asked(opened, journey, window, Found())


def read_log(journey: Journey, log: Any, steps: Any, still_open: int, found: Found) -> Found:
    """What cases of the log took and how they went, into what was found already."""
    from heed.mining import stages as of

    promised = {
        stage.key: stage.promise.within_seconds
        for stage in journey.stages
        if stage.promise and stage.promise.within_seconds
    }
    found.running, found.work = of.running(log, steps, promised)
    found.passes = of.passes(log)
    found.variants = of.variants_of(log, of.ways(log, steps))
    found.activities, found.edges = of.inside(log, steps)
    found.still_open, found.left_out, found.cutoff = still_open, dict(log.left_out), of.newest(log)
    return found


def _asked(opened: "Engine", journey: Journey, window: "Window", found: Found) -> Found:
    from heed.mining import stages as of

    names = stage_names(journey)
    answers = of.scored(opened, names, window, compiled("responses", journey.satisfaction))
    found.scores = of.satisfaction(opened, answers, ("stage_key",))
    found.channel_scores = of.satisfaction(opened, answers, ("stage_key", "channel"))
    found.contacts = of.contacts(opened, names, window)
    where = compiled("responses", journey.importance.where)
    if where is not None and journey.importance.by == "chosen":
        found.chosen = of.chosen(opened, names, window, where)
    if where is not None and journey.importance.by == "derived":
        found.together = of.together(opened, answers, window, where)
    found.costs = of.costs(opened, names, window, compiled("finance", journey.costs))
    return found

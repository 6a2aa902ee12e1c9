"""Reading KPIs: which there are, and each one's figure, trend and records within what a person reaches.

The engine and what reads with it are loaded when a figure is asked for: a list of KPIs needs neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.conditions.rules import compile_condition
from heed.core.definitions.queries import InForce, all_in_force, in_force, newest, version
from heed.core.definitions.rules import KINDS, kind_of
from heed.core.errors.rules import Invalid, NotFound, nearest, phrase
from heed.facts.engine.own import OwnEngine
from heed.feedback.quality.queries.audits import AuditMark, doubts_standing, marks_of
from heed.feedback.quality.queries.weights import card_weights
from heed.goals.kpis.definition import Direction, Kpi, Parameter, Resolved, Setting, Unit
from heed.goals.kpis.rules import PEOPLE_COLUMNS, POLICY_KIND, LeastGroups, least_group, reached_rows
from heed.metrics.sources.shapes import shape_of

if TYPE_CHECKING:
    from heed.metrics.cards import WaveTold
    from heed.metrics.measures import Measure
    from heed.metrics.periods import Period
    from heed.metrics.readings import Reading, Row
    from heed.metrics.records import Mark, Record
    from heed.metrics.selection import Slice

KIND = "kpi"
engine = OwnEngine()


@dataclass(frozen=True)
class KpiSummary:
    """A KPI in a list. `state` is that of its newest version; `definition_version` the one in force, or the newest
    when none is.
    """

    key: str
    name: str
    short: str
    unit: Unit
    direction: Direction
    formula: str
    definition_version: int
    state: str
    target: float | None = None


@dataclass(frozen=True)
class ShownKpi:
    """A KPI's figure and all that says how it came about. `by` and `period` are what the rows are split by; `versions` and
    `breaks` (first day, version) are those of a series as published; `marks` the failed audits that it rests on; `weights` the
    waves whose score cards it is weighted by.
    """

    key: str
    name: str
    short: str
    formula: str
    unit: str
    direction: Direction
    source: str
    target_hints: tuple[str, ...]
    segment_keys: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    settings: dict[str, Setting]
    definition_version: int
    definition_digest: str
    effective_from: datetime
    facts: str
    method: str
    level: float
    cutoff: datetime | None
    excluded: dict[str, int]
    rows: "tuple[Row, ...]"
    min_n: int
    by: tuple[str, ...]
    period: "Period | None"
    zone: str
    sql: str
    target: float | None = None
    currency: str = ""
    versions: "Mapping[date, int]" = field(default_factory=dict)
    breaks: tuple[tuple[date, int], ...] = ()
    marks: tuple[AuditMark, ...] = ()
    weights: "tuple[WaveTold, ...]" = ()

    def version_of(self, row: "Row") -> int:
        """The version of the definition by which a row was read: of a series as published, that of its period."""
        return self.versions.get(row.period, self.definition_version) if row.period else self.definition_version

    @property
    def whole(self) -> "Row | None":
        """The only row of a figure that is not split."""
        return self.rows[0] if not self.by and self.period is None and self.rows else None


@dataclass(frozen=True)
class Question:
    """What a reader asks of a KPI. since included, until not; days are those of the organisation's time zone. min_n
    None = the privacy policy's. version None = the definition in force. with_set_aside: answers set aside count, too.
    """

    since: date | datetime | None = None
    until: date | datetime | None = None
    where: str = ""
    settings: Mapping[str, Setting] | None = None
    min_n: int | None = None
    level: float = 0.95
    version: int | None = None
    with_set_aside: bool = False


@dataclass(frozen=True)
class RecordPage:
    """Records behind a figure, newest first. `reason` says why there are none to see (`suppressed`); `next` asks for
    more.
    """

    records: "tuple[Record, ...]"
    reason: str = ""
    next: "Mark | None" = None


def list_kpis() -> tuple[KpiSummary, ...]:
    """Every KPI that was defined, in order of key."""
    valid = {found.key: found for found in all_in_force(KIND)}
    summaries = []
    for row in newest(KIND):
        held = valid.get(row.key)
        kpi = cast(Kpi, held.body if held else kind_of(KIND).model.model_validate(row.body))
        version = held.version if held else row.number
        state = "in_force" if held else row.state
        short = kpi.short or kpi.name
        formula = kpi.resolve().formula
        summaries.append(
            KpiSummary(row.key, kpi.name, short, kpi.unit, kpi.direction, formula, version, state, kpi.target)
        )
    return tuple(sorted(summaries, key=lambda summary: summary.key))


def kpi_in_force(key: str) -> InForce:
    """The definition of a KPI that holds now. Raises NotFound naming the nearest."""
    found = in_force(KIND, key)
    if found is None:
        known = [definition.key for definition in all_in_force(KIND)]
        raise NotFound(phrase("No KPI {key} is in force.", key=key), code="unknown_kpi", hint=nearest(key, known))
    return found


def kpi_as(key: str, number: int | None = None) -> InForce:
    """A KPI as a version defines it, whatever became of that version; None = as it is in force. Raises NotFound."""
    if number is None:
        return kpi_in_force(key)
    row = version(KIND, key, number)
    body = kind_of(KIND).model.model_validate(row.body)
    return InForce(KIND, key, row.number, body, row.effective_from or row.proposed_at, row.digest)


def demand_sight(key: str, scope: Scope, question: Question, by: Sequence[str]) -> None:
    """Raise Forbidden where somebody may not see such a figure. One person's, by a split or a condition, is for who may
    see records.
    """
    scope.demand("see_figures")
    if scope.may("see_records"):
        return
    asked = set(by)
    if question.where:
        source = cast(Kpi, kpi_as(key, question.version).body).resolve(question.settings).measure.source
        asked |= compile_condition(question.where, shape_of(source).fields).field_names
    if PEOPLE_COLUMNS & asked:
        scope.demand("see_records")


def show_kpi(
    key: str,
    scope: Scope,
    question: Question | None = None,
    *,
    by: Sequence[str] = (),
    period: "Period | None" = None,
    with_sql: bool = False,
) -> ShownKpi:
    """A KPI's figure within a person's reach, split by columns and by period. Raises NotFound, Forbidden, or Invalid
    naming the nearest name.
    """
    from heed.metrics.readings import read

    question = question or Question()
    demand_sight(key, scope, question, by)
    held = kpi_as(key, question.version)
    kpi = cast(Kpi, held.body)
    resolved = kpi.resolve(question.settings)
    zone = organisation_zone()
    part = weighed(resolved.measure, slice_of(question, scope, zone))
    reading = read(
        engine(),
        resolved.measure,
        by=by,
        part=part,
        min_n=_least(question, scope, by),
        level=question.level,
        period=period,
        zone=zone,
        with_sql=with_sql,
        doubts=doubts_standing(),
    )
    shown = _shown(held, kpi, resolved, reading, tuple(by), period, zone)
    shown = replace(shown, weights=tuple(each.told for each in part.weights.waves)) if part.weights else shown
    return replace(shown, currency=_currency(resolved)) if shown.unit == "money" else shown


def _currency(resolved: Resolved) -> str:
    """The currency of a figure of money: that of its facts, and the organisation's where they name none."""
    from heed.metrics.pairing import currency_of

    settled = in_force("organisation", "organisation") if "organisation" in KINDS else None
    return currency_of(engine(), resolved.measure.source) or str(getattr(settled and settled.body, "currency", ""))


def kpi_records(
    key: str,
    scope: Scope,
    question: Question | None = None,
    *,
    group: Mapping[str, Any] | None = None,
    limit: int = 100,
    after: "Mark | None" = None,
) -> RecordPage:
    """The records behind a figure, or behind one group of a split (column -> value). A group too small to be shown
    shows no records either.
    """
    from heed.metrics.records import Mark, records

    scope.demand("see_records")
    question = question or Question()
    resolved = cast(Kpi, kpi_as(key, question.version).body).resolve(question.settings)
    part = weighed(resolved.measure, slice_of(question, scope, organisation_zone()))
    by = tuple(group or {})
    least = _least(question, scope, by)
    if least > 1 and not _may_be_shown(resolved, part, dict(group or {}), least):
        return RecordPage((), "suppressed")
    found = records(engine(), resolved.measure, group=group, part=part, limit=limit, after=after)
    last = found[-1] if len(found) == limit else None
    return RecordPage(found, "", Mark(last.at, last.key) if last and last.at else None)


def _may_be_shown(resolved: Resolved, part: "Slice", group: dict[str, Any], least: int) -> bool:
    from heed.metrics.readings import read

    reading = read(engine(), resolved.measure, by=tuple(group), part=part, min_n=least)
    return all(not row.suppressed for row in reading.rows if row.group == group)


def condition_fields(key: str, settings: Mapping[str, Setting] | None = None) -> tuple[str, ...]:
    """The names a condition on a KPI may use."""
    return tuple(sorted(shape_of(cast(Kpi, kpi_in_force(key).body).resolve(settings).measure.source).fields))


def organisation_zone() -> ZoneInfo:
    """The time zone in which the organisation cuts its days; UTC until it says otherwise."""
    from heed.metrics.periods import zone_of

    found = in_force("organisation", "organisation") if "organisation" in KINDS else None
    return zone_of(getattr(found.body, "time_zone", "UTC") if found else "UTC")


def privacy_policy() -> LeastGroups | None:
    """The strictest of the privacy policies in force, by the least group shown; None when there is none."""
    if POLICY_KIND not in KINDS:
        return None
    policies = [cast(LeastGroups, found.body) for found in all_in_force(POLICY_KIND)]
    if not policies:
        return None
    return _Strictest(max(each.min_n_customers for each in policies), max(each.min_n_employees for each in policies))


@dataclass(frozen=True)
class _Strictest:
    min_n_customers: int
    min_n_employees: int


def _least(question: Question, scope: Scope, by: Sequence[str]) -> int:
    least = least_group(privacy_policy(), by)
    if question.min_n is None:
        return least
    return question.min_n if scope == COMMAND_LINE else max(question.min_n, least)


def slice_of(question: Question, scope: Scope, zone: ZoneInfo) -> "Slice":
    """The rows asked for, within somebody's reach. Raises Invalid where the end is not after the start."""
    from heed.metrics.periods import start_of
    from heed.metrics.selection import Slice

    since = start_of(question.since, zone) if question.since else None
    until = start_of(question.until, zone) if question.until else None
    if since and until and since >= until:
        raise Invalid("The end is not after the start.", code="invalid_time", hint="`until` is the first day left out.")
    return Slice(since, until, question.where, reached_rows(scope), question.with_set_aside)


def weighed(measure: "Measure", part: "Slice") -> "Slice":
    """The same rows, with the weights of score cards where the measure is weighted by them."""
    if not measure.by_card:
        return part
    from heed.metrics.carded import surveys_measured

    surveys = surveys_measured(engine(), measure, part)
    return replace(part, weights=card_weights(surveys, part.since, part.until))


def _shown(
    held: InForce,
    kpi: Kpi,
    resolved: Resolved,
    reading: "Reading",
    by: tuple[str, ...],
    period: "Period | None",
    zone: ZoneInfo,
) -> ShownKpi:
    return ShownKpi(
        key=held.key,
        name=kpi.name,
        short=kpi.short or kpi.name,
        formula=resolved.formula,
        unit=resolved.unit,
        direction=kpi.direction,
        source=kpi.source,
        target_hints=kpi.target_hints,
        segment_keys=kpi.segment_keys,
        parameters=kpi.parameters,
        settings=resolved.settings,
        definition_version=held.version,
        definition_digest=held.digest,
        effective_from=held.effective_from,
        facts=resolved.measure.source,
        method=reading.method,
        level=reading.level,
        cutoff=reading.cutoff,
        excluded=reading.excluded,
        rows=reading.rows,
        min_n=reading.min_n,
        by=by,
        period=period,
        zone=zone.key,
        sql=reading.sql,
        target=kpi.target if _is_as_defined(kpi, resolved) else None,
        marks=marks_of([key for row in reading.rows for key in row.doubts]),
    )


def _is_as_defined(kpi: Kpi, resolved: Resolved) -> bool:
    """Whether no parameter is set otherwise than the definition has it: a target is meant for that figure alone."""
    return resolved.unit == kpi.unit and all(
        resolved.settings[name] == parameter.read(name, parameter.default) for name, parameter in kpi.parameters.items()
    )

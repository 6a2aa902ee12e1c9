"""The report of a journey, put together of what the engine counted: stages, misalignments, handoffs, conformance.

Small groups are withheld here: of answers by stage and channel, of cases by stage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from heed.goals.journeys.definition import Journey, Stage
from heed.goals.journeys.rules.keeping import Departure, Kept, kept
from heed.goals.journeys.rules.passing import Passed, passed
from heed.goals.journeys.rules.value import (
    LEVEL,
    Estimate,
    Weighed,
    chosen_shares,
    cost_shares,
    derived_shares,
    mean_scores,
    stated_shares,
    weighed,
)
from heed.metrics.suppression import suppressed_cells
from heed.stats.arrays import Floats

Rows = list[dict[str, Any]]


@dataclass
class Found:
    """What the engine gave, as rows (heed.mining.stages)."""

    running: Rows = field(default_factory=list)
    work: Rows = field(default_factory=list)
    passes: Rows = field(default_factory=list)
    variants: Rows = field(default_factory=list)
    activities: Rows = field(default_factory=list)
    edges: Rows = field(default_factory=list)
    scores: Rows = field(default_factory=list)
    channel_scores: Rows = field(default_factory=list)
    contacts: Rows = field(default_factory=list)
    chosen: Rows = field(default_factory=list)
    together: Rows = field(default_factory=list)
    costs: Rows = field(default_factory=list)
    still_open: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    cutoff: datetime | None = None


@dataclass(frozen=True)
class Reading:
    """A figure with its interval; suppressed: it is of too few to be shown, and nothing of it is."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = 0
    suppressed: bool = False


NOTHING = Reading()
WITHHELD = Reading(n=None, suppressed=True)


@dataclass(frozen=True)
class Effort:
    """What a stage takes behind the scenes, of cases that ended. Seconds by case; working and waiting where work is recorded.

    None throughout where cases are too few.
    """

    cases: int | None = None
    events_per_case: float | None = None
    median_seconds: float | None = None
    p90_seconds: float | None = None
    working_median_seconds: float | None = None
    working_p90_seconds: float | None = None
    waiting_median_seconds: float | None = None
    waiting_p90_seconds: float | None = None
    handoffs_per_case: float | None = None
    rework_share: float | None = None
    rework_per_case: float | None = None
    work_share: float | None = None
    suppressed: bool = False


@dataclass(frozen=True)
class StageRow:
    """One stage of the report. `in_time` is the share of cases within the promise; `cost` is null where none is booked."""

    stage: Stage
    importance: Reading
    satisfaction: Reading
    effort: Effort
    cost: float | None
    cost_per_case: float | None
    in_time: Reading
    weighed: Weighed | None
    fitness: float | None
    conforming_share: float | None
    channels: dict[str, tuple[Reading, int | None]]
    activities: Rows
    edges: Rows


@dataclass(frozen=True)
class Report:
    """A journey as it runs. `effort_by`: what stands for cost (cost, work, or nothing); `reason`: why nothing is ranked."""

    stages: tuple[StageRow, ...]
    misalignments: tuple[Weighed, ...]
    effort_by: str
    currency: str
    other_currencies: tuple[str, ...]
    importance_by: str
    passes: tuple[Passed, ...]
    kept: Kept
    departures: tuple[Departure, ...]
    few_departures: int
    unseen: tuple[tuple[str, str], ...]
    variants: Rows
    still_open: int
    left_out: dict[str, int]
    least: int
    level: float
    margin: float
    reason: str
    cutoff: datetime | None

    @property
    def worst(self) -> Weighed | None:
        """The stage that is farthest from even, where one is misaligned."""
        return next((row for row in self.misalignments if row.is_misaligned), None)


def made(journey: Journey, found: Found, least: int) -> Report:
    """The report of what was found; groups of fewer than `least` are withheld."""
    keys = [stage.key for stage in journey.stages]
    scores = _readings(found.scores, keys, least)
    importance, estimate = _importance(journey, found, keys, least)
    costs, currency, others = _costs(found.costs, keys)
    work = _periods(found.work, keys)
    effort_by, cost = ("cost", costs) if costs is not None else ("work", work) if work is not None else ("", None)
    ranked, reason = _ranked(journey, keys, found, scores, estimate, cost, least)
    whole = kept(found.variants, journey)
    shown = tuple(each for each in whole.departures if each.cases >= least)
    return Report(
        stages=_stages(journey, found, scores, importance, costs, ranked, whole, least),
        misalignments=ranked,
        effort_by=effort_by,
        currency=currency,
        other_currencies=others,
        importance_by=journey.importance.by,
        passes=passed(found.passes, journey.margin, least),
        kept=whole,
        departures=shown,
        few_departures=len(whole.departures) - len(shown),
        unseen=_unseen(journey, found),
        variants=found.variants,
        still_open=found.still_open,
        left_out=found.left_out,
        least=least,
        level=LEVEL,
        margin=journey.margin,
        reason=reason,
        cutoff=found.cutoff,
    )


def _sums(row: Mapping[str, Any]) -> tuple[float, float, float, float, float, float]:
    return row["n"], row["w"], row["wx"], row["ww"], row["wwx"], row["wwxx"]


def _reading(row: Mapping[str, Any] | None, least: int) -> Reading:
    """A mean score with Student's t limits."""
    from heed.stats.distributions import student_quantile

    if row is None or not row["n"]:
        return NOTHING
    if row["n"] < least:
        return WITHHELD
    estimate = mean_scores([_sums(row)])
    mean = float(estimate.value[0])
    half = float(student_quantile(max(row["n"] - 1.0, 1.0), (1 + LEVEL) / 2) * np.sqrt(estimate.covariance[0, 0]))
    return Reading(mean, max(mean - half, 0.0), min(mean + half, 1.0), int(row["n"]))


def _readings(rows: Rows, keys: Sequence[str], least: int) -> dict[str, Reading]:
    by_stage = {row["stage_key"]: row for row in rows}
    return {key: _reading(by_stage.get(key), least) for key in keys}


def _importance(
    journey: Journey, found: Found, keys: Sequence[str], least: int
) -> tuple[dict[str, Reading], Estimate | None]:
    """Importance by stage as shares, and with its error; None where it is not known."""
    from scipy import stats

    by = journey.importance.by
    estimate: Estimate | None = None
    if by == "stated":
        weights = [stage.weight for stage in journey.stages]
        estimate = stated_shares([weight or 1.0 for weight in weights])
    elif by == "chosen":
        rows = {row["stage_key"]: row for row in found.chosen}
        if sum(row["n"] for row in rows.values()) >= least:
            columns = [[rows.get(key, {}).get(name, 0.0) for key in keys] for name in ("n", "w", "ww")]
            estimate = chosen_shares(*columns)
    else:
        whole, judged = _answered(found.together, keys)
        estimate = derived_shares(whole, judged) if len(whole) >= least else None
    if estimate is None:
        return dict.fromkeys(keys, NOTHING), None
    se = np.sqrt(np.diag(estimate.covariance))
    half = se * (stats.t.ppf((1 + LEVEL) / 2, estimate.df) if np.isfinite(estimate.df) else 0.0)
    n = sum(estimate.n) if by == "chosen" else estimate.n[0] if estimate.n else None
    told = {
        key: Reading(float(value), max(float(value - half[at]), 0.0), min(float(value + half[at]), 1.0), n)
        for at, (key, value) in enumerate(zip(keys, estimate.value, strict=True))
    }
    return told, estimate


def _answered(rows: Rows, keys: Sequence[str]) -> tuple[Floats, Floats]:
    """Questionnaires that judge the whole and every stage, as arrays."""
    by_response: dict[str, dict[str, float]] = {}
    for row in rows:
        held = by_response.setdefault(row["response_id"], {"": row["whole"]})
        held[row["stage_key"]] = row["score"]
    complete = [held for held in by_response.values() if all(key in held for key in keys)]
    whole = np.array([held[""] for held in complete], dtype=np.float64)
    return whole, np.array([[held[key] for key in keys] for held in complete], dtype=np.float64).reshape(-1, len(keys))


def _periods(rows: Rows, keys: Sequence[str]) -> Floats | None:
    """Amounts by period and stage; None where there are none."""
    periods = sorted({row["period"] for row in rows})
    table = np.zeros((len(periods), len(keys)))
    for row in rows:
        if row["stage_key"] in keys and row["amount"]:
            table[periods.index(row["period"]), keys.index(row["stage_key"])] += row["amount"]
    return table if table.sum() > 0 else None


def _costs(rows: Rows, keys: Sequence[str]) -> tuple[Floats | None, str, tuple[str, ...]]:
    """Costs in the currency most of them are in: amounts of several are never added up."""
    by_currency: dict[str, float] = {}
    for row in rows:
        name = row["currency"] or ""
        by_currency[name] = by_currency.get(name, 0.0) + abs(row["amount"])
    if not by_currency:
        return None, "", ()
    main, *others = sorted(by_currency, key=lambda name: (-by_currency[name], name))
    return _periods([row for row in rows if (row["currency"] or "") == main], keys), main, tuple(others)


def _ranked(
    journey: Journey,
    keys: Sequence[str],
    found: Found,
    scores: Mapping[str, Reading],
    importance: Estimate | None,
    cost: Floats | None,
    least: int,
) -> tuple[tuple[Weighed, ...], str]:
    """Stages whose value and cost are both known, weighed; or why there are none."""
    if importance is None:
        return (), "no_importance"
    if cost is None:
        return (), "no_cost"
    rows = {row["stage_key"]: row for row in found.scores}
    at = [
        place
        for place, key in enumerate(keys)
        if scores[key].value and cost[:, place].sum() > 0 and importance.value[place] > 0
    ]
    if len(at) < 2:
        return (), "no_satisfaction"
    among = importance.value[at] / importance.value[at].sum()
    part = importance.covariance[np.ix_(at, at)] / importance.value[at].sum() ** 2
    estimate = Estimate(among, part, importance.df, importance.n)
    judged = mean_scores([_sums(rows[keys[place]]) for place in at])
    return weighed([keys[place] for place in at], estimate, judged, cost_shares(cost[:, at]), journey.margin), ""


def _effort(row: Mapping[str, Any] | None, all_work: float, least: int) -> Effort:
    if row is None:
        return Effort(cases=0)
    cases = int(row["cases"])
    if cases < least:
        return Effort(suppressed=True)
    times = (
        "median_seconds", "p90_seconds", "working_median_seconds", "working_p90_seconds", "waiting_median_seconds",
        "waiting_p90_seconds",
    )  # fmt: skip
    return Effort(
        cases=cases,
        events_per_case=row["events"] / cases,
        handoffs_per_case=row["handoffs"] / cases,
        rework_share=row["rework_cases"] / cases,
        rework_per_case=row["rework_events"] / cases,
        work_share=(row["working_seconds"] or 0.0) / all_work if all_work else None,
        **{name: row[name] for name in times},
    )


def _stages(
    journey: Journey,
    found: Found,
    scores: Mapping[str, Reading],
    importance: Mapping[str, Reading],
    costs: Floats | None,
    ranked: Sequence[Weighed],
    whole: Kept,
    least: int,
) -> tuple[StageRow, ...]:
    running = {row["stage_key"]: row for row in found.running}
    all_work = sum(row["working_seconds"] or 0.0 for row in found.running)
    by_key = {row.stage: row for row in ranked}
    cells = _cells(journey, found, least)
    told = []
    for at, stage in enumerate(journey.stages):
        row = running.get(stage.key)
        effort = _effort(row, all_work, least)
        cost = float(costs[:, at].sum()) if costs is not None and costs[:, at].any() else None
        kept_here = whole.by_stage.get(stage.key)
        judged = kept_here if kept_here and kept_here[0] >= least else None
        told.append(
            StageRow(
                stage=stage,
                importance=importance[stage.key],
                satisfaction=scores[stage.key],
                effort=effort,
                cost=cost,
                cost_per_case=cost / effort.cases if cost is not None and effort.cases else None,
                in_time=_in_time(stage, row, least),
                weighed=by_key.get(stage.key),
                fitness=judged[2] if judged else None,
                conforming_share=judged[1] / judged[0] if judged else None,
                channels={channel: cells[stage.key, channel] for channel in journey.channels},
                activities=_inside(found.activities, stage.key, least),
                edges=_inside(found.edges, stage.key, least),
            )
        )
    return tuple(told)


def _inside(rows: Rows, key: str, least: int) -> Rows:
    """Rows of a stage, without those of so few cases that somebody could be made out."""
    return [row for row in rows if row["stage_key"] == key and bool((row.get("cases") or row["count"]) >= least)]


def _in_time(stage: Stage, row: Mapping[str, Any] | None, least: int) -> Reading:
    from heed.stats.intervals.proportion import proportion

    if stage.promise is None or stage.promise.within_seconds is None or row is None:
        return NOTHING
    cases = int(row["cases"])
    if cases < least:
        return WITHHELD
    figure = proportion([float(row["kept"] or 0)], [float(cases)], level=LEVEL).figure()
    return Reading(figure.value, figure.low, figure.high, cases)


def _cells(journey: Journey, found: Found, least: int) -> dict[tuple[str, str], tuple[Reading, int | None]]:
    """Satisfaction and contacts by stage and channel; small cells and those that would give them away are withheld."""
    places = [(stage.key, channel) for stage in journey.stages for channel in journey.channels]
    scores = {(row["stage_key"], row["channel"]): row for row in found.channel_scores}
    many = {(row["stage_key"], row["channel"]): int(row["n"]) for row in found.contacts}
    hide_scores = suppressed_cells(places, [scores.get(place, {}).get("n", 0) for place in places], least)
    hide_many = suppressed_cells(places, [many.get(place, 0) for place in places], least)
    return {
        place: (
            WITHHELD if hide else _reading(scores.get(place), least),
            None if few else many.get(place, 0),
        )
        for place, hide, few in zip(places, hide_scores, hide_many, strict=True)
    }


def _unseen(journey: Journey, found: Found) -> tuple[tuple[str, str], ...]:
    """Activities of the design that no case holds, each with the nearest one that facts know."""
    from difflib import get_close_matches

    known = sorted({name for row in found.variants for name in row["activities"]})
    if not known:
        return ()
    lost = [name for name in journey.designed() if name not in known]
    return tuple((name, next(iter(get_close_matches(name, known, 1)), "")) for name in lost)

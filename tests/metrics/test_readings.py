"""Readings of every kind against figures worked out by hand, on each engine."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from heed.core.errors.rules import Invalid
from heed.metrics.measures import Count, Mean, Measure, Nps, Proportion, Quantile, Rate, Ratio
from heed.metrics.periods import zone_of
from heed.metrics.readings import read
from heed.metrics.selection import Slice
from heed.metrics.sums import _co_moments
from heed.stats.intervals.mean import mean, weighted_mean
from heed.stats.intervals.nps import nps, weighted_nps
from heed.stats.intervals.proportion import proportion, weighted_proportion
from heed.stats.intervals.quantile import quantile
from heed.stats.intervals.rate import rate, weighted_rate
from heed.stats.sufficient import CoMoments, Moments, NpsCounts
from tests.metrics.facts import ENGINES, at, facts

WAITS = [3.0, 8.0, 15.0, 21.0, 40.0, 60.0, 2.0, 90.0, 11.0, 30.0, 18.0, 5.0]


def calls() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for index, wait in enumerate(WAITS):
        rows.append(
            {
                "started_at": at(index),
                "region": "north" if index < 8 else ("south" if index < 11 else None),
                "offered": True,
                "answered": wait < 50,
                "abandoned": wait >= 50,
                "wait_seconds": wait,
                "handle_seconds": 1e8 + index if wait < 50 else None,
                "attributes": [("queue", "gold" if index % 2 else "basic")],
            }
        )
    rows.append(
        {"offered": True, "answered": True, "wait_seconds": 1.0, "excluded_reason": "phantom", "started_at": at(40)}
    )
    rows.append({"offered": True, "answered": True, "wait_seconds": None})
    rows.append({"offered": False, "wait_seconds": 500.0})
    return rows


SERVED = Proportion(source="interactions", among="offered", success="answered && wait_seconds <= 20")
WAIT = Mean(source="interactions", among="answered", value="wait_seconds")


@pytest.mark.parametrize("engine", ENGINES)
def test_every_kind(tmp_path: Path, engine: str) -> None:
    answered = np.array([wait for wait in WAITS if wait < 50])
    with facts(tmp_path, engine, interactions=calls()) as opened:

        def one(measure: Measure) -> Any:
            (row,) = read(opened, measure, min_n=1).rows
            return row

        def same(measure: Measure, want: Any) -> None:
            row, figure = one(measure), want.figure()
            assert (row.value, row.low, row.high) == pytest.approx((figure.value, figure.low, figure.high), rel=1e-12)

        same(SERVED, proportion(int(np.sum(answered <= 20)), 12))
        same(WAIT, mean(Moments.of(answered)))
        # Values of 1e8 with a spread of a few: the variance must not drown.
        same(
            Mean(source="interactions", among="answered", value="handle_seconds"),
            mean(Moments.of([1e8 + index for index, wait in enumerate(WAITS) if wait < 50])),
        )
        same(Quantile(source="interactions", among="offered", value="wait_seconds"), quantile(WAITS, 0.5))
        same(Quantile(source="interactions", among="offered", value="wait_seconds", quantile=0.3), quantile(WAITS, 0.3))
        ratio = one(Ratio(source="interactions", among="answered", numerator="wait_seconds", denominator="1.0"))
        assert ratio.value == pytest.approx(answered.mean())
        same(
            Rate(source="interactions", event="abandoned", exposure="wait_seconds / 3600.0", among="offered"),
            rate(2, sum(WAITS) / 3600),
        )
        assert one(Count(source="interactions", among="offered")).value == 13


@pytest.mark.parametrize("engine", ENGINES)
def test_groups_periods_exclusions_and_cutoff(tmp_path: Path, engine: str) -> None:
    with facts(tmp_path, engine, interactions=calls()) as opened:
        by_region = read(opened, SERVED, by=["region"], min_n=1)
        assert [(row.group, row.n) for row in by_region.rows] == [
            ({"region": "north"}, 8),
            ({"region": "south"}, 3),
            ({"region": None}, 1),
        ]
        assert by_region.excluded == {"no_value": 1, "phantom": 1}
        assert by_region.cutoff == at(40)
        by_queue = read(opened, WAIT, by=["queue"], min_n=1)
        assert [row.group["queue"] for row in by_queue.rows] == ["basic", "gold"]
        daily = read(opened, SERVED, period="day", min_n=1)
        assert [(row.period, row.n) for row in daily.rows][:2] == [(date(2024, 3, 1), 1), (date(2024, 3, 2), 1)]
        assert sum(row.n or 0 for row in daily.rows) == 12
        part = Slice(since=at(2), until=at(5), where='region == "north" && wait_seconds > 16')
        (row,) = read(opened, SERVED, part=part, min_n=1).rows
        assert (row.n, row.value) == (2, 0.0)


@pytest.mark.parametrize("engine", ENGINES)
def test_quantiles_by_group_with_a_null_group(tmp_path: Path, engine: str) -> None:
    generator = np.random.default_rng(5)
    values = {
        "a": generator.exponential(60, 40).round(),
        None: generator.exponential(60, 25).round(),
        "b": np.full(9, 7.0),
    }
    rows = [
        {"team": team, "wait_seconds": float(value), "answered": True} for team, of in values.items() for value in of
    ]
    with facts(tmp_path, engine, interactions=rows) as opened:
        reading = read(
            opened, Quantile(source="interactions", value="wait_seconds", quantile=0.5), by=["team"], min_n=1
        )
        for row, team in zip(reading.rows, ("a", "b", None), strict=True):
            want = quantile(values[team], 0.5).figure()
            assert (row.group["team"], row.value, row.low, row.high, row.n) == (
                team,
                want.value,
                want.low,
                want.high,
                want.n,
            )
            assert row.reason == want.reason


def answers(weights: list[float | None], scores: list[float | None]) -> list[dict[str, Any]]:
    return [
        {"instrument": "nps", "score": score, "weight": weight, "response_id": str(index)}
        for index, (weight, score) in enumerate(zip(weights, scores, strict=True))
    ]


WEIGHTS: list[float | None] = [1.0, 2.0, None, 3.0, 1.0, 2.0, 1.0, 5.0]
SCORES: list[float | None] = [10.0, 9.0, 8.0, 6.0, 0.0, 10.0, None, 11.0]


@pytest.mark.parametrize("engine", ENGINES)
def test_survey_weights_are_honoured(tmp_path: Path, engine: str) -> None:
    weight, score = np.array([1.0, 2.0, 1.0, 3.0, 1.0, 2.0]), np.array([10.0, 9.0, 8.0, 6.0, 0.0, 10.0])
    sign = np.select([score >= 9, score < 7], [1.0, -1.0], 0.0)
    with facts(tmp_path, engine, responses=answers(WEIGHTS, SCORES)) as opened:
        reading = read(
            opened, Nps(source="responses", weight="weight", exclusions=(("unscored", "!has_score"),)), min_n=1
        )
        (row,) = reading.rows
        counts = NpsCounts.of([weight[sign > 0].sum()], [weight[sign == 0].sum()], [weight[sign < 0].sum()])
        want = weighted_nps(CoMoments.of(weight * sign, weight), counts).interval.figure()
        assert (row.value, row.low, row.high, row.n) == pytest.approx((want.value, want.low, want.high, 6))
        assert reading.excluded == {"off_scale": 1, "unscored": 1}
        assert reading.method == "adjusted_wald_effective_n"

        top = Proportion(source="responses", weight="weight", success="score >= 9", where="score <= 10")
        (row,) = read(opened, top, min_n=1).rows
        want = weighted_proportion(CoMoments.of(weight * (score >= 9), weight)).interval.figure()
        assert (row.value, row.low, row.high) == pytest.approx((want.value, want.low, want.high))

        (row,) = read(
            opened, Mean(source="responses", weight="weight", value="score", where="score <= 10"), min_n=1
        ).rows
        assert row.value == pytest.approx(np.average(score, weights=weight))

        median = Quantile(source="responses", weight="weight", value="score", where="score <= 10")
        (row,) = read(opened, median, min_n=1).rows
        assert row.value == 8.0


@pytest.mark.parametrize("engine", ENGINES)
def test_rates_and_counts_honour_weights(tmp_path: Path, engine: str) -> None:
    weight, score = np.array([0.5, 2.0, 1.0, 3.0, 1.0]), np.array([10.0, 9.0, 2.0, 6.0, 0.0])
    rows = answers([0.5, 2.0, None, 3.0, 1.0], list(score))
    with facts(tmp_path, engine, responses=rows) as opened:
        low = Rate(source="responses", event="score <= 6", exposure="2.0", weight="weight")
        (row,) = read(opened, low, min_n=1).rows
        counted = weight[score <= 6]
        want = weighted_rate(counted.sum(), (counted**2).sum(), 3.0, 2 * weight.sum()).figure()
        assert (row.value, row.low, row.high) == pytest.approx((want.value, want.low, want.high), rel=1e-12)
        assert (row.value, row.n) == (pytest.approx(5.0 / 15.0), 5)
        reading = read(opened, Count(source="responses", weight="weight"), min_n=1)
        (row,) = reading.rows
        want = weighted_rate(weight.sum(), (weight**2).sum(), 3.0, 1.0).figure()
        assert (row.value, row.low, row.high) == pytest.approx((want.value, want.low, want.high), rel=1e-12)
        assert (row.value, reading.method) == (7.5, "fay_feuer")


def test_equal_weights_give_the_limits_of_counts() -> None:
    for events, weight in ((0.0, 1.0), (7.0, 1.0), (7.0, 2.5), (400.0, 0.1)):
        found = weighted_rate(events * weight, events * weight**2, weight, 20.0 * weight).figure()
        plain = rate(events, 20.0).figure()
        assert (found.value, found.low, found.high) == pytest.approx((plain.value, plain.low, plain.high), rel=1e-9)


def test_weighted_rates_cover_what_they_claim() -> None:
    """Poisson events of two weights: at least 95 of 100 intervals hold the true rate, and not all of them."""
    draws = np.random.default_rng(11)
    light, heavy = draws.poisson(30.0, 4000), draws.poisson(5.0, 4000)
    found = weighted_rate(light + 4.0 * heavy, light + 16.0 * heavy, np.full(4000, 4.0), np.full(4000, 10.0))
    covered = np.mean((found.low <= 5.0) & (found.high >= 5.0))
    assert 0.95 <= covered <= 0.99


def test_a_trace_of_variance_does_not_make_equal_weights_unequal() -> None:
    """Engines that add up parts may leave 1e-17 where a column holds one value; the interval must not change for it."""
    got = {
        name: np.array([value])
        for name, value in {
            "n": 6.0,
            "mean_x": 3.0,
            "mean_y": 0.9999999999999999,
            "var_x": 2.0,
            "cov_xy": 1e-17,
            "var_y": 1e-17,
            "least_y": 1.0,
            "most_y": 1.0,
        }.items()
    }
    assert weighted_mean(_co_moments(got)).method == "t"


def test_equal_weights_change_nothing(tmp_path: Path) -> None:
    scores: list[float | None] = [10.0] * 12 + [8.0] * 5 + [3.0] * 3
    with facts(tmp_path, responses=answers([None] * 20, scores)) as opened:
        weighted = read(opened, Nps(source="responses", weight="weight"), min_n=1)
        assert weighted.method == "adjusted_wald"
        want = nps(NpsCounts.of([12], [5], [3])).figure()
        (row,) = weighted.rows
        assert (row.value, row.low, row.high) == pytest.approx((want.value, want.low, want.high))


def test_no_facts_give_an_empty_row_with_a_reason(tmp_path: Path) -> None:
    with facts(tmp_path) as opened:
        for measure in (
            SERVED,
            WAIT,
            Quantile(source="cases", value="resolution_seconds"),
            Nps(source="responses", weight="weight"),
        ):
            reading = read(opened, measure, min_n=10)
            (row,) = reading.rows
            assert (row.group, row.value, row.low, row.n, row.suppressed, row.reason) == (
                {},
                None,
                None,
                0,
                False,
                "no_rows",
            )
            assert reading.cutoff is None
            assert read(opened, measure, by=["region"], min_n=10).rows == ()


def test_periods_are_cut_in_the_readers_zone_across_a_clock_change(tmp_path: Path) -> None:
    """Berlin moved to summer time on 31 March 2024: midnight is 23:00 UTC before it and 22:00 after."""
    zone = zone_of("Europe/Berlin")
    times = [
        "2024-03-30T22:59:59",
        "2024-03-30T23:00:00",
        "2024-03-31T21:59:59",
        "2024-03-31T22:00:00",
        "2024-04-30T21:59:59",
    ]
    rows = [
        {"started_at": np.datetime64(text).astype("datetime64[us]").item().replace(tzinfo=at().tzinfo)}
        for text in times
    ]
    with facts(tmp_path, interactions=rows) as opened:
        measure = Count(source="interactions")
        by_day = read(opened, measure, period="day", zone=zone, min_n=1).rows
        assert [(str(row.period), row.n) for row in by_day] == [
            ("2024-03-30", 1),
            ("2024-03-31", 2),
            ("2024-04-01", 1),
            ("2024-04-30", 1),
        ]
        by_week = read(opened, measure, period="week", zone=zone, min_n=1).rows
        assert [(str(row.period), row.n) for row in by_week] == [
            ("2024-03-25", 3),
            ("2024-04-01", 1),
            ("2024-04-29", 1),
        ]
        by_month = read(opened, measure, period="month", zone=zone, min_n=1).rows
        assert [(str(row.period), row.n) for row in by_month] == [("2024-03-01", 3), ("2024-04-01", 2)]


def test_months_of_two_centuries(tmp_path: Path) -> None:
    days = [
        date(year, month, day) for year in (1899, 1970, 2000, 2024, 2100) for month in range(1, 13) for day in (1, 28)
    ]
    rows = [
        {"started_at": np.datetime64(day).astype("datetime64[us]").item().replace(tzinfo=at().tzinfo)} for day in days
    ]
    with facts(tmp_path, interactions=rows) as opened:
        reading = read(opened, Count(source="interactions"), period="month", min_n=1)
        assert [row.period for row in reading.rows] == [day for day in days if day.day == 1]
        assert {row.n for row in reading.rows} == {2}


def test_small_groups_are_withheld_with_one_more_to_guard_them(tmp_path: Path) -> None:
    with facts(tmp_path, interactions=calls()) as opened:
        rows = read(opened, SERVED, by=["region"], min_n=2).rows
        assert [row.suppressed for row in rows] == [False, True, True]
        hidden = rows[2]
        assert (hidden.value, hidden.low, hidden.high, hidden.n, hidden.reason) == (
            None,
            None,
            None,
            None,
            "suppressed",
        )


def test_reach_keeps_to_teams_and_regions(tmp_path: Path) -> None:
    with facts(tmp_path, interactions=calls()) as opened:

        def n(**within: set[str]) -> int | None:
            (row,) = read(opened, SERVED, part=Slice(within=within), min_n=1).rows
            return row.n

        assert n(region={"north"}) == 8
        assert n(region={"south"}, team={"x"}) == 3
        assert n(region=set(), team=set()) == 0


@pytest.mark.parametrize(
    ("measure", "by", "where", "hint"),
    [
        (SERVED, ["regon"], "", "region"),
        (SERVED, ["attributes"], "", ""),
        (SERVED, ["region", "region"], "", ""),
        (SERVED, [], "wait_second > 3", "wait_seconds"),
        (Mean(source="interaction", value="1.0"), [], "", "interactions"),
        (Mean(source="interactions", value="wait_second"), [], "", "wait_seconds"),
        (Mean(source="responses", value="score", weight="weigh"), [], "", "weight"),
        (Mean(source="responses", value="score", weight="survey_key"), [], "", ""),
    ],
)
def test_unknown_names_are_refused_naming_the_nearest(
    tmp_path: Path, measure: Measure, by: list[str], where: str, hint: str
) -> None:
    with facts(tmp_path, interactions=calls()) as opened, pytest.raises(Invalid) as refused:
        read(opened, measure, by=by, part=Slice(where=where), min_n=1)
    assert hint in refused.value.hint


def test_levels_min_n_and_quantiles_out_of_range_are_refused(tmp_path: Path) -> None:
    with facts(tmp_path) as opened:
        for arguments in ({"level": 95.0, "min_n": 1}, {"min_n": 0}):
            with pytest.raises(Invalid):
                read(opened, SERVED, **arguments)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        Quantile(source="cases", value="resolution_seconds", quantile=1.0)
    with pytest.raises(Invalid):
        zone_of("Mars/Olympus")

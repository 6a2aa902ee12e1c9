"""Panels out of the engine, and tensions between two of them: found where planted, and not in what looks alike."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from heed.facts.engine.engine import Engine
from heed.metrics.measures import Mean, Proportion, Quantile, Ratio
from heed.metrics.panels import Panel, belonging, can_be_panelled, panel
from heed.metrics.tensions import Candidate, Tension, tensions
from tests.metrics.facts import at, facts

TEAMS, WEEKS, STEP = 8, 52, 30
AHT, FCR = Candidate("aht", -1), Candidate("fcr", 1)


def drawn(seed: int, harm: float, rows: int = 120) -> dict[str, Panel]:
    """Two teams cut handling time by a fifth in week 30; with `harm` fewer of their contacts are resolved from then on.
    Two other teams cut it as much and harm nobody. All share seasons, and each has its own slow weather.
    """
    rng = np.random.default_rng(seed)
    cut = np.zeros((TEAMS, WEEKS))
    cut[:4, STEP:] = 1.0
    harmed = cut * (np.arange(TEAMS) < 2)[:, None]
    season = 0.03 * np.sin(np.arange(WEEKS) / 8.0)
    weather = np.cumsum(rng.normal(0, 0.002, (TEAMS, WEEKS)), axis=1) * 0.5
    chance = np.clip(0.8 + season + weather - harm * harmed, 0.01, 0.99)
    fcr = rng.binomial(rows, chance) / rows
    aht = 400.0 * (1.0 - 0.2 * cut) * (1 - season) + rng.normal(0, 200.0 / np.sqrt(rows), (TEAMS, WEEKS))
    return {"aht": made(aht, 200.0**2 / rows, rows), "fcr": made(fcr, 0.16 / rows, rows)}


def made(value: np.ndarray, variance: float, rows: int) -> Panel:
    n = np.full(value.shape, float(rows))
    weeks = tuple(date(2025, 1, 6) + timedelta(weeks=week) for week in range(value.shape[1]))
    units = tuple(f"team-{unit}" for unit in range(value.shape[0]))
    return Panel(units, weeks, n, n, value, value, np.full(value.shape, variance), ())


def pair(panels: dict[str, Panel]) -> Tension:
    (found,) = tensions([AHT], [FCR], panels)
    return found


def test_a_tension_is_found_where_it_is_and_since_when() -> None:
    found = pair(drawn(0, 0.07))
    assert found.found
    assert {unit.unit for unit in found.standing_out} == {"team-0", "team-1"}
    for unit in found.standing_out:
        assert abs((unit.since - date(2025, 1, 6)).days // 7 - STEP) <= 1
        assert unit.efficiency[1] < 0.87 * unit.efficiency[0]
        assert unit.satisfaction[1] < unit.satisfaction[0]
        assert unit.low < unit.difference < unit.high < 0


def test_shorter_contacts_without_harm_are_none() -> None:
    assert not pair(drawn(0, 0.0)).found


def test_people_who_gain_on_both_are_none() -> None:
    found = pair(drawn(0, -0.07))
    assert not found.standing_out
    assert not found.found


@pytest.mark.prove
def test_planted_in_twenty_seeds_and_not_in_their_twins() -> None:
    """Found in at least 18, the twin in at most 1; no team that harmed nobody is named in more than 1."""
    planted = [pair(drawn(seed, 0.07)) for seed in range(20)]
    assert sum({"team-0", "team-1"} <= {unit.unit for unit in each.standing_out} for each in planted) >= 18
    assert sum(bool({unit.unit for unit in each.standing_out} - {"team-0", "team-1"}) for each in planted) <= 1
    assert sum(pair(drawn(seed, 0.0)).found for seed in range(20)) <= 1


def test_pairs_without_a_panel_are_left_out_and_thin_ones_say_so() -> None:
    panels = drawn(0, 0.0)
    assert tensions([AHT], [Candidate("csat", 1)], panels) == ()
    alone = {name: made(each.value[:1], 1e-4, 100) for name, each in panels.items()}
    found = pair(alone)
    assert [unit.unit for unit in found.units] == ["team-0"]
    assert found.slope.n == WEEKS
    steady = made(np.full((1, WEEKS), 400.0), 1.0, 100)
    assert pair(alone | {"aht": steady}).units == ()


def test_one_series_says_how_many_weeks_it_would_take() -> None:
    """A year of one series finds nothing, and that proves little: it says so."""
    whole = {
        name: made(each.value.mean(axis=0, keepdims=True), 0.16 / 960, 960) for name, each in drawn(0, 0.0).items()
    }
    found = pair(whole)
    assert found.by_steps
    assert [unit.unit for unit in found.units] == ["team-0"]
    assert not found.found
    assert found.is_too_short
    assert found.smallest is not None and found.smallest > found.matters > 0
    assert found.weeks_needed is not None and found.weeks_needed > WEEKS


CALLS = [
    {"team": team, "topic": topic, "agent_key": f"{team}-{index % 2}", "started_at": at(7.0 * week, index),
     "answered": True, "handle_seconds": seconds + index % 2, "resolved": index % 2 == 0}
    for week in range(3)
    for team, mix in (("north", ("billing", 300.0, 60)), ("south", ("technical", 600.0, 60)))
    for topic, seconds, many in (mix, ("contract", 100.0, 40))
    for index in range(many if week < 2 or team == "north" else 10)
]  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("panels")
    with facts(folder, interactions=CALLS) as opened:
        yield opened


def test_a_panel_reads_units_by_weeks_and_takes_the_mix_out(engine: Engine) -> None:
    found = panel(engine, Mean(source="interactions", value="handle_seconds"), unit="team")
    assert found.units == ("north", "south")
    assert found.weeks == (date(2024, 2, 26), date(2024, 3, 4), date(2024, 3, 11))
    assert found.n.tolist() == [[100, 100, 100], [100, 100, 20]]
    assert found.value[0, 0] == pytest.approx((60 * 300.5 + 40 * 100.5) / 100)
    # Both teams do what is usual for their topics: beside that nothing is left between them.
    assert np.ptp(found.adjusted) == pytest.approx(0.0, abs=1e-9)
    assert np.ptp(found.value) > 100
    assert found.mix == ("topic", "channel", "product", "priority")


def test_sampling_variance_is_that_of_a_mean(engine: Engine) -> None:
    found = panel(engine, Proportion(source="interactions", success="resolved"))
    assert found.units == ("",)
    assert found.variance[0] == pytest.approx(0.25 / found.n[0], rel=0.01)


def test_ratios_are_not_adjusted_and_quantiles_are_read_by_their_logarithm(engine: Engine) -> None:
    share = panel(engine, Ratio(source="interactions", numerator="handle_seconds", denominator="1.0"), unit="team")
    assert share.mix == ()
    assert np.array_equal(share.value, share.adjusted)
    middle = panel(engine, Quantile(source="interactions", value="handle_seconds"), unit="agent_key")
    assert middle.logarithmic
    assert middle.value[0, 0] == pytest.approx((60 * np.log(301) + 40 * np.log(101)) / 100, rel=1e-3)


def test_an_empty_panel_and_what_units_belong_to(engine: Engine) -> None:
    nothing = panel(engine, Mean(source="interactions", value="handle_seconds", where='team == "west"'), unit="team")
    assert nothing.is_empty
    assert belonging(engine, "interactions", "agent_key", "team")["north-1"] == "north"
    assert can_be_panelled(Mean(source="interactions", value="handle_seconds"), "team")

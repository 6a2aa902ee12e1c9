"""Queues: closed forms beside each other, and simulations beside closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heed.core.errors.rules import Invalid
from heed.stats.queues.erlang import agents_required, erlang_b, erlang_c, limited_queue
from heed.stats.queues.impatience import erlang_a
from heed.stats.queues.patience import Endurance, endurance, patience
from heed.stats.queues.simulation.arrivals import Rates, arrival_times, steady
from heed.stats.queues.simulation.contact_centre import Centre, Group, Kind, Staffing, agents, simulate
from heed.stats.queues.simulation.single_queue import simulate_queue, waits


@given(st.floats(0.01, 300), st.integers(0, 400))
def test_blocking_is_a_share_and_falls_with_servers(load: float, servers: int) -> None:
    found = erlang_b(load, np.arange(servers, servers + 3))
    assert np.all((found >= 0) & (found <= 1))
    assert np.all(np.diff(found) <= 0)


def test_blocking_beside_the_poisson_form() -> None:
    from scipy.stats import poisson

    load, servers = np.array([0.5, 5.0, 50.0, 200.0]), np.array([2, 8, 40, 220])
    assert erlang_b(load, servers) == pytest.approx(poisson.pmf(servers, load) / poisson.cdf(servers, load), rel=1e-11)


@given(st.floats(0.1, 60), st.integers(1, 20), st.floats(0, 5))
def test_waiting_is_consistent(load: float, more: int, threshold: float) -> None:
    n = int(load) + more
    found = erlang_c(load, 1.0, n, threshold)
    assert 0 <= float(found.service_level) <= 1
    assert float(found.mean_queue) == pytest.approx(load * float(found.mean_wait))
    assert float(found.wait_quantile(0.9)) >= 0


@pytest.mark.parametrize("load", [0.0, 0.3, 19.99, 20.0, 133.3, 1600.0, 9999.5])
def test_the_agents_required_of_one_interval(load: float) -> None:
    found = agents_required(load, 1.0, 0.1, target=0.8)
    reached = erlang_c(load, 1.0, found.agents, 0.1)
    assert float(found.service_level) == pytest.approx(float(reached.service_level), rel=1e-12)
    if load > 1:
        less = float(erlang_c(load, 1.0, found.agents - 1, 0.1).service_level)
        assert float(np.nan_to_num(found.service_level_with_one_less)) == pytest.approx(less, rel=1e-12)
        assert less < 0.8


@pytest.mark.parametrize("abandon", [1e-4, 1e-3])
def test_endless_patience_is_erlang_c(abandon: float) -> None:
    patient, ever = erlang_a(10.0, 1.0, abandon, 13, 0.2), erlang_c(10.0, 1.0, 13, 0.2)
    assert patient.wait_probability == pytest.approx(float(ever.wait_probability), rel=20 * abandon)
    assert patient.served_within == pytest.approx(float(ever.service_level), rel=20 * abandon)


@given(st.floats(0.5, 100), st.floats(0.01, 20), st.integers(1, 120), st.floats(0, 3))
def test_impatience_adds_up(rate: float, abandon: float, servers: int, threshold: float) -> None:
    found = erlang_a(rate, 1.0, abandon, servers, threshold)
    assert found.abandoned == pytest.approx(abandon * found.mean_queue / rate, rel=1e-9)
    assert found.occupancy <= 1 + 1e-9
    parts = found.served_within + found.abandoned_within + found.waiting_longer
    assert parts == pytest.approx(1.0, abs=1e-9)
    served = (1 - found.abandoned) * found.mean_wait_of_served
    assert served <= found.mean_wait + 1e-9


def test_a_light_load_does_not_underflow() -> None:
    found = erlang_a(0.2, 1.0, 0.001, 60, 1.0)
    assert found.wait_probability < 1e-80
    assert found.served_within == pytest.approx(1.0)


def test_a_long_limited_queue_is_an_endless_one() -> None:
    found, ever = limited_queue(10.0, 1.0, 13, 600), erlang_c(10.0, 1.0, 13, 0.0)
    assert found.mean_wait == pytest.approx(float(ever.mean_wait), rel=1e-9)
    assert found.states.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    "wrong", [{"target": 1.0}, {"target": 0.8, "shrinkage": 1.0}, {"target": 0.8, "max_occupancy": 0.0}]
)
def test_targets_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(Invalid):
        agents_required(0.1, 100.0, 20.0, **wrong)  # type: ignore[arg-type]


def test_one_queue_meets_erlang_c() -> None:
    found, truth = (
        simulate_queue(10.0, 1.0, 13, threshold=0.2, callers=6000, runs=200, warm_up=1000, seed=3),
        erlang_c(10.0, 1.0, 13, 0.2),
    )
    assert found.waited.value == pytest.approx(float(truth.wait_probability), abs=0.012)
    assert found.mean_wait.low * 0.97 <= float(truth.mean_wait) <= found.mean_wait.high * 1.03
    assert found.served_within.value == pytest.approx(float(truth.service_level), abs=0.008)


@pytest.mark.parametrize("servers", [40, 50])
def test_one_queue_meets_erlang_a(servers: int) -> None:
    truth = erlang_a(48.0, 1.0, 0.5, servers, 1 / 3)
    found = simulate_queue(
        48.0, 1.0, servers, abandon_rate=0.5, threshold=1 / 3, callers=5000, runs=200, warm_up=1000, seed=4
    )
    for name, true in (
        ("waited", truth.wait_probability),
        ("mean_wait", truth.mean_wait),
        ("abandoned", truth.abandoned),
        ("served_within", truth.served_within),
        ("mean_wait_of_served", truth.mean_wait_of_served),
    ):
        figure = getattr(found, name)
        spread = (figure.high - figure.low) / 2
        assert abs(figure.value - true) < 2 * spread, name


def test_the_recursion_by_hand() -> None:
    """One server; calls at 1, 2, 3 of length 2, 2, 2; the second gives up after a half, the third waits none."""
    found = waits(np.ones((3, 1)), np.full((3, 1), 2.0), np.array([[9.0], [0.5], [9.0]]), 1)
    assert found.wait[:, 0].tolist() == [0.0, 0.5, 0.0]
    assert found.served[:, 0].tolist() == [True, False, True]


ONE = (Kind("calls", steady(48.0), 1.0, 2.0),)


def test_the_centre_meets_erlang_a_and_its_seed() -> None:
    centre = Centre(ONE, (Group("all", frozenset({"calls"}), agents(45)),))
    found = simulate(centre, 220.0, warm_up=20.0, threshold=1 / 3, runs=20, seed=5)
    truth, calls = erlang_a(48.0, 1.0, 0.5, 45, 1 / 3), found.kinds["calls"]
    for figure, true in (
        (calls.mean_wait, truth.mean_wait),
        (calls.abandoned, truth.abandoned),
        (calls.served_within, truth.served_within),
        (found.occupancy["all"], truth.occupancy),
    ):
        assert abs(figure.value - true) < (figure.high - figure.low)
    assert simulate(centre, 220.0, warm_up=20.0, threshold=1 / 3, runs=20, seed=5) == found
    assert simulate(centre, 220.0, warm_up=20.0, threshold=1 / 3, runs=20, seed=6) != found


def test_priorities_meet_cobham() -> None:
    """Cobham 1954: W1 = C / (n μ - λ1), W2 = W1 / (1 - λ / (n μ)), service alike."""
    kinds = (Kind("first", steady(4.0), 1.0, priority=0), Kind("second", steady(5.0), 1.0, priority=1))
    found = simulate(
        Centre(kinds, (Group("all", frozenset({"first", "second"}), agents(11)),)),
        2000.0,
        warm_up=100.0,
        runs=20,
        seed=7,
    )
    wait = float(erlang_c(9.0, 1.0, 11, 0.0).wait_probability) / (11.0 - 4.0)
    assert found.kinds["first"].mean_wait.value == pytest.approx(wait, rel=0.05)
    assert found.kinds["second"].mean_wait.value == pytest.approx(wait / (1 - 9.0 / 11.0), rel=0.1)


def test_two_groups_with_all_skills_are_one_pool() -> None:
    everything = frozenset({"calls"})
    two = Centre(ONE, (Group("a", everything, agents(20)), Group("b", everything, agents(25))))
    found = simulate(two, 200.0, warm_up=20.0, runs=20, seed=8).kinds["calls"]
    truth = erlang_a(48.0, 1.0, 0.5, 45, 0.0)
    assert abs(found.abandoned.value - truth.abandoned) < found.abandoned.high - found.abandoned.low


def test_a_kind_that_nobody_can_serve_waits_until_it_gives_up() -> None:
    kinds = (Kind("known", steady(5.0), 1.0), Kind("unknown", steady(5.0), 1.0, 2.0))
    found = simulate(Centre(kinds, (Group("all", frozenset({"known"}), agents(9)),)), 100.0, runs=5, seed=9)
    assert found.kinds["unknown"].abandoned.value == 1.0
    assert found.kinds["unknown"].mean_wait.value == pytest.approx(2.0, rel=0.1)
    assert found.kinds["known"].abandoned.value == 0.0


def test_breaks_are_paid_for_in_waits() -> None:
    kinds = (Kind("calls", steady(10.0), 1.0, 2.0),)
    skills = frozenset({"calls"})
    whole = simulate(Centre(kinds, (Group("all", skills, agents(12)),)), 100.0, runs=20, seed=10)
    short = simulate(Centre(kinds, (Group("all", skills, agents(12, [(40.0, 60.0, 8)])),)), 100.0, runs=20, seed=10)
    assert short.kinds["calls"].abandoned.value > 1.5 * whole.kinds["calls"].abandoned.value
    assert agents(12, [(40.0, 60.0, 8), (50.0, 70.0, 1)]) == Staffing((0.0, 40.0, 50.0, 60.0, 70.0), (12, 4, 3, 11, 12))


def test_arrivals_follow_their_rates() -> None:
    rates, chance = Rates((0.0, 10.0, 20.0), (5.0, 0.0, 20.0)), np.random.default_rng(11)
    assert rates.expected(15.0) == 50.0
    assert rates.expected(30.0) == 250.0
    times = np.concatenate([arrival_times(rates, 30.0, chance) for _ in range(200)])
    assert not np.any((times > 10.0 + 1e-9) & (times < 20.0))
    assert np.mean(times < 10.0) == pytest.approx(0.2, abs=0.01)
    assert times.size / 200 == pytest.approx(250, rel=0.02)


def waited(law: np.ndarray, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Waits that ended by an answer or by giving up, whichever came first."""
    answered = chance.exponential(90.0, law.size)
    return np.minimum(law, answered), law < answered


def test_patience_as_seen_is_that_of_the_law_with_an_exponential_tail() -> None:
    chance = np.random.default_rng(3)
    found = endurance(*waited(chance.exponential(200.0, 8000), chance))
    assert found is not None
    assert found.tail == pytest.approx(200.0, rel=0.25)
    assert found.mean == pytest.approx(200.0, rel=0.06)
    drawn = found.drawn(40_000, chance)
    assert drawn.mean() == pytest.approx(found.mean, rel=0.03)
    for time in (20.0, 100.0, 200.0):
        assert (drawn > time).mean() == pytest.approx(np.exp(-time / 200.0), abs=0.02)
    assert endurance([1.0, 2.0], [True, False]) is None


def test_callers_who_hang_up_at_once_or_hardly_at_all_are_not_exponential() -> None:
    """Three of ten endure ten seconds, the others long: by the law as seen the simulation gives the abandonment that comes."""
    chance = np.random.default_rng(4)
    law = np.where(chance.random(12_000) < 0.3, 10.0, chance.exponential(2000.0, 12_000))
    seen = waited(law, chance)
    found, mean = endurance(*seen), patience(*seen).mean
    assert found is not None
    rates, group = steady(1 / 20), (Group("all", frozenset({"calls"}), agents(10)),)

    def left(kind: Kind) -> float:
        done = simulate(Centre((kind,), group), 40_000.0, warm_up=2000.0, runs=6, seed=5)
        return done.kinds["calls"].abandoned.value or 0.0

    truth = Endurance(np.array([9.99, 10.01]), np.array([1.0, 0.7]), 10.01, 2000.0)
    came = left(Kind("calls", rates, 190.0, endurance=truth))
    assert left(Kind("calls", rates, 190.0, endurance=found)) == pytest.approx(came, abs=0.007)
    assert abs(left(Kind("calls", rates, 190.0, mean)) - came) > 0.01


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Rates((1.0,), (2.0,)),
        lambda: Rates((0.0, 0.0), (2.0, 3.0)),
        lambda: Staffing((0.0,), (-1,)),
        lambda: Centre(ONE, (Group("all", frozenset({"cals"}), agents(1)),)),
        lambda: simulate(Centre(ONE, ()), 10.0, warm_up=10.0),
        lambda: erlang_a(1.0, 1.0, 0.0, 1, 0.0),
    ],
)
def test_what_cannot_be_simulated_is_refused(wrong: object) -> None:
    with pytest.raises(Invalid):
        wrong()  # type: ignore[operator]

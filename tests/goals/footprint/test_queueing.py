"""The closed forms for many half-hours at once equal those of `heed.stats.queues`."""

import numpy as np
import pytest

from heed.goals.footprint.rules.queueing import least_agents, queues
from heed.stats.queues.erlang import agents_required, erlang_c
from heed.stats.queues.impatience import erlang_a, patient_agents


def test_they_equal_erlang_a_also_far_overloaded_and_far_idle() -> None:
    random = np.random.default_rng(1)
    for _ in range(300):
        load, impatience, time = (float(10 ** random.uniform(*ends)) for ends in ((-1.5, 2.7), (-1.2, 1.5), (-2.5, 1)))
        agents = max(1, int(load * random.uniform(0.2, 1.8)))
        told, found = erlang_a(load, 1.0, impatience, agents, time), queues(load, agents, impatience)
        assert float(found.left) == pytest.approx(told.abandoned, abs=1e-10)
        assert float(found.delayed) == pytest.approx(told.wait_probability, abs=1e-10)
        assert float(found.within(time)) == pytest.approx(told.served_within, abs=1e-10)


def test_without_impatience_they_equal_erlang_c() -> None:
    random = np.random.default_rng(2)
    for _ in range(200):
        load, time = float(10 ** random.uniform(-1.5, 2.7)), float(10 ** random.uniform(-2.5, 0))
        agents = int(load) + int(random.integers(1, 9))
        told, found = erlang_c(load, 1.0, agents, time), queues(load, agents, 0.0)
        assert float(found.within(time)) == pytest.approx(float(told.service_level), abs=1e-9)
        assert float(found.delayed) == pytest.approx(float(told.wait_probability), abs=1e-9)


@pytest.mark.parametrize("occupancy", [1.0, 0.85])
def test_the_least_agents_are_the_same(occupancy: float) -> None:
    random = np.random.default_rng(3)
    loads, times = 10 ** random.uniform(-1.5, 2.5, 80), 10 ** random.uniform(-2.0, 0, 80)
    wanted = agents_required(loads, 1.0, times, target=0.8, max_occupancy=occupancy).agents
    assert least_agents(loads, 0.0, times, target=0.8, max_occupancy=occupancy).tolist() == wanted.tolist()
    impatience = 10 ** random.uniform(-1, 1, 80)
    found = least_agents(loads, impatience, times, target=0.8, max_occupancy=occupancy)
    patient = [
        patient_agents(load, 1.0, rate, time, target=0.8, max_occupancy=occupancy)[0]
        for load, rate, time in zip(loads.tolist(), impatience.tolist(), times.tolist(), strict=True)
    ]
    assert found.tolist() == patient


def test_a_guess_changes_nothing_but_the_time() -> None:
    loads = np.linspace(0.0, 90.0, 200)
    found = least_agents(loads, 1.5, 0.1, target=0.8)
    for near in (0.0, 1.0, 500.0):
        assert least_agents(loads, 1.5, 0.1, target=0.8, near=np.full(200, near)).tolist() == found.tolist()


def test_nobody_there_answers_nobody_and_nobody_calling_is_all_in_time() -> None:
    empty, nobody = queues(3.0, 0.0, 1.0), queues(0.0, 0.0, 1.0)
    assert (float(empty.within(0.1)), float(empty.answered), float(nobody.within(0.1))) == (0.0, 0.0, 1.0)
    # A queue without impatience and with too few people answers as many as they can, nobody in time.
    endless = queues(10.0, 4.0, 0.0)
    assert (float(endless.answered), float(endless.within(0.1))) == (0.4, 0.0)

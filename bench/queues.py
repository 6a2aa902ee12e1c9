"""Queues: agents required for a day of 96 intervals, and customers simulated a second, beside pyworkforce, simpy and Ciw
where they are installed.

pip install pyworkforce simpy ciw
"""

import json
import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from heed.stats.queues.erlang import agents_required
from heed.stats.queues.simulation.arrivals import steady
from heed.stats.queues.simulation.contact_centre import Centre, Group, Kind, agents, simulate
from heed.stats.queues.simulation.single_queue import simulate_queue

LOAD, SERVERS, PATIENCE = 48.0, 50, 2.0
DAY = 96


def best(task: Callable[[], Any], times: int = 3) -> float:
    """The shortest of several runs, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        task()
        found.append(time.perf_counter() - start)
    return min(found)


def line(bench: str, who: str, **figures: float) -> None:
    print(json.dumps({"bench": bench, "who": who, **figures}), flush=True)


def staffing() -> None:
    calls = 40 + 360 * np.sin(np.linspace(0, 3.14, DAY))
    seconds = best(lambda: agents_required(calls / 900, 300.0, 20.0, target=0.8, max_occupancy=0.85, shrinkage=0.3))
    line("agents for 96 intervals", "heed", ms=1000 * seconds)
    try:
        from pyworkforce.queuing import ErlangC
    except ImportError:
        return

    def each() -> None:
        for number in calls:
            ErlangC(transactions=float(number), asa=20 / 60, aht=5, interval=15, shrinkage=0.3).required_positions(
                service_level=0.8, max_occupancy=0.85
            )

    line("agents for 96 intervals", "pyworkforce", ms=1000 * best(each))


def one_queue() -> None:
    callers, runs = 2000, 1000
    seconds = best(
        lambda: simulate_queue(LOAD, 1.0, SERVERS, abandon_rate=1 / PATIENCE, callers=callers, runs=runs, seed=1)
    )
    line("M/M/50+M", "heed", customers_a_second=callers * runs / seconds)
    try:
        import simpy
    except ImportError:
        return
    customers = 20_000

    def with_simpy() -> None:
        environment = simpy.Environment()
        desk = simpy.Resource(environment, SERVERS)

        def customer() -> Any:
            with desk.request() as turn:
                got = yield turn | environment.timeout(random.expovariate(1 / PATIENCE))
                if turn in got:
                    yield environment.timeout(random.expovariate(1.0))

        def source() -> Any:
            for _ in range(customers):
                environment.process(customer())
                yield environment.timeout(random.expovariate(LOAD))

        environment.process(source())
        environment.run()

    line("M/M/50+M", "simpy", customers_a_second=customers / best(with_simpy, 2))


def skills() -> None:
    until = 400.0
    kinds = (Kind("gold", steady(20.0), 1.0, PATIENCE, 0), Kind("usual", steady(28.0), 1.0, PATIENCE, 1))
    groups = (
        Group("usual", frozenset({"usual"}), agents(25, [(100.0, 130.0, 5)])),
        Group("all", frozenset({"gold", "usual"}), agents(25)),
    )
    centre = Centre(kinds, groups)
    seconds = best(lambda: simulate(centre, until, runs=5, seed=1))
    line("priorities and skills", "heed", customers_a_second=5 * until * 48.0 / seconds)
    try:
        import ciw
    except ImportError:
        return
    network = ciw.create_network(
        arrival_distributions={"gold": [ciw.dists.Exponential(20.0)], "usual": [ciw.dists.Exponential(28.0)]},
        service_distributions={"gold": [ciw.dists.Exponential(1.0)], "usual": [ciw.dists.Exponential(1.0)]},
        reneging_time_distributions={
            "gold": [ciw.dists.Exponential(1 / PATIENCE)],
            "usual": [ciw.dists.Exponential(1 / PATIENCE)],
        },
        priority_classes={"gold": 0, "usual": 1},
        number_of_servers=[SERVERS],
    )

    def with_ciw() -> None:
        ciw.seed(1)
        ciw.Simulation(network).simulate_until_max_time(until)

    # Ciw knows no skills: priorities and impatience over one pool of servers.
    line("priorities and skills", "ciw (priorities only)", customers_a_second=until * 48.0 / best(with_ciw, 2))


if __name__ == "__main__":
    staffing()
    one_queue()
    skills()

"""One operation, drawn and fixed: what every slice of time is generated from."""

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np

from heed.sample.clock import Clock, build_clock
from heed.sample.demand import CONTACTS, Demand, build_demand
from heed.sample.names import DAYS
from heed.sample.plan import Plan, draw
from heed.sample.population import Agents, Customers, build_agents, build_customers

SLICE_CONTACTS = 40_000
SHORTEST_SLICE_DAYS = 7


@dataclass(frozen=True)
class World:
    """`batch` is written into every row: it names seed, scale, last day and the number of the load."""

    seed: int
    scale: float
    until: date
    batch: str
    plan: Plan
    clock: Clock
    customers: Customers
    agents: Agents
    demand: Demand

    def rng(self, stream: str, number: int = 0) -> np.random.Generator:
        """A generator of its own for each stream and slice, so that no part depends on the order of the others."""
        return np.random.default_rng([self.seed, zlib.crc32(stream.encode()), number])

    def slice_days(self) -> list[tuple[int, int]]:
        return self.days_of(self.scale)

    @staticmethod
    def days_of(scale: float) -> list[tuple[int, int]]:
        """The slices of time, as local days [since, until): short ones where much happens, so that memory stays bounded."""
        days = round(DAYS * SLICE_CONTACTS / (CONTACTS * scale))
        length = min(max(days, SHORTEST_SLICE_DAYS), DAYS)
        return [(since, min(since + length, DAYS)) for since in range(0, DAYS, length)]


def build_world(seed: int, scale: float, until: date, batch: str = "sample") -> World:
    plan = draw(seed, until)
    clock = build_clock(plan.first)
    return World(
        seed=seed,
        scale=scale,
        until=until,
        batch=batch,
        plan=plan,
        clock=clock,
        customers=build_customers(seed, scale, plan),
        agents=build_agents(seed, scale, plan),
        demand=build_demand(seed, plan, clock),
    )

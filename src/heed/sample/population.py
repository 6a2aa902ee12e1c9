"""Who the operation is about: customers and the people who serve them, with the traits that facts only hint at."""

from dataclasses import dataclass

import numpy as np

from heed.sample.clock import Floats, Ints
from heed.sample.demand import region_weights
from heed.sample.names import DAYS, DEPARTMENTS, PRODUCT_SHARE, REGIONS, SEGMENT_SHARE, SOURCE, TEAMS
from heed.sample.plan import AGENTS_A_TEAM, Plan

CUSTOMERS = 20_000
NEVER = 10 * DAYS
_FIRST = (
    "Anna Ben Carla David Elif Felix Greta Hassan Ines Jonas Katya Lukas Mira Nils Olga Paul Rosa Samir Tina Uwe "
    "Vera Willem Yara Zoe Marta Emil Lea Oskar Nora Tarek"
)
_LAST = (
    "Ahlers Brandt Celik Dorn Ebert Falk Gruber Hansen Ilic Jansen Keller Lorenz Maurer Nowak Orth Peters Quast Reuter "
    "Sommer Thiel Ulrich Vogt Weiss Yilmaz Zander Arndt Busch Cremer Decker Engel"
)
FIRST_NAMES, LAST_NAMES = tuple(_FIRST.split()), tuple(_LAST.split())


@dataclass(frozen=True)
class Customers:
    """Sorted by region. `mood`: lasting satisfaction; `style`: how high one answers at the same; days are local day indices."""

    region: Ints
    segment: Ints
    product: Ints
    language: Ints
    age: Ints
    joined: Ints
    left: Ints
    mood: Floats
    style: Floats
    weight: Floats
    fee: Floats
    opted_out: np.ndarray
    treated: np.ndarray
    region_start: Ints

    def __len__(self) -> int:
        return len(self.region)


@dataclass(frozen=True)
class Agents:
    """Agent number = team × size + position. `skill` moves resolution, `warmth` satisfaction, `pace` multiplies handling time."""

    size: int
    team: Ints
    skill: Floats
    warmth: Floats
    pace: Floats

    def number(self, place: tuple[int, int]) -> int:
        return place[0] * self.size + place[1]

    def seniors(self, region: int) -> tuple[int, int]:
        """The two who take escalations of a region: first of the service team, first of the technical team."""
        first = region * len(DEPARTMENTS)
        return first * self.size, (first + 2) * self.size

    def keys(self) -> list[str]:
        return [f"{SOURCE}-a{number:04d}" for number in range(len(self.team))]

    def names(self, seed: int) -> list[str]:
        rng = np.random.default_rng([seed, 5])
        among = len(FIRST_NAMES) * len(LAST_NAMES)
        drawn = rng.permutation(among)[np.arange(len(self.team)) % among]
        return [f"{FIRST_NAMES[int(n) % len(FIRST_NAMES)]} {LAST_NAMES[int(n) // len(FIRST_NAMES)]}" for n in drawn]


def build_customers(seed: int, scale: float, plan: Plan) -> Customers:
    rng = np.random.default_rng([seed, 3])
    many = max(400, round(CUSTOMERS * scale))
    region = np.sort(rng.choice(len(REGIONS), many, p=region_weights(plan)))
    product = rng.choice(len(PRODUCT_SHARE), many, p=PRODUCT_SHARE)
    segment = rng.choice(len(SEGMENT_SHARE), many, p=SEGMENT_SHARE)
    age = np.clip(rng.normal(46, 16, many), 18, 92).astype(np.int64)
    mood = rng.normal(0.0, 0.7, many) + np.array([0.0, 0.12, -0.15])[segment] + 0.006 * (age - 46)
    joined = np.where(rng.random(many) < 0.12, rng.integers(0, DAYS - 60, many), -rng.integers(1, 3000, many))
    hazard = 0.0085 * np.exp(-0.9 * mood) / 30.4
    lifetime = rng.exponential(1.0, many) / hazard
    left = np.minimum(np.maximum(joined, 0) + lifetime, NEVER).astype(np.int64)
    business = segment == 2
    return Customers(
        region=region,
        segment=segment,
        product=product,
        language=(rng.random(many) < 0.25).astype(np.int64),
        age=age,
        joined=joined,
        left=np.where(left >= DAYS, NEVER, left),
        mood=mood,
        style=rng.normal(0.0, 0.22, many),
        weight=rng.gamma(1.6, 1.0, many) * np.where(business, 1.6, 1.0),
        fee=np.round(
            np.array([44.9, 34.9, 24.9, 39.9])[product] * np.where(business, 1.9, 1.0) + rng.integers(0, 3, many) * 5, 2
        ),
        opted_out=rng.random(many) < 0.06,
        treated=rng.random((many, 2)) < np.array([0.5, 0.41]),
        region_start=np.searchsorted(region, np.arange(len(REGIONS) + 1)),
    )


def build_agents(seed: int, scale: float, plan: Plan) -> Agents:
    rng = np.random.default_rng([seed, 4])
    size = max(AGENTS_A_TEAM, round(AGENTS_A_TEAM * scale))
    team = np.repeat(np.arange(len(TEAMS)), size)
    many = len(team)
    team_effect = rng.normal(0.0, 0.05, len(TEAMS))[team]
    agents = Agents(
        size=size,
        team=team,
        skill=rng.normal(0.0, 0.22, many),
        warmth=rng.normal(0.0, 0.12, many) + team_effect,
        pace=np.exp(rng.normal(0.0, 0.10, many)),
    )
    honest = np.isin(team, plan.offered_teams)
    agents.skill[honest] *= 0.3
    agents.warmth[honest] = rng.normal(0.0, 0.04, int(honest.sum()))
    for place, skill, warmth in (
        (plan.star, 0.7, 0.55),
        (plan.picker, 0.0, 0.0),
        (plan.mixed, 0.0, 0.0),
        (plan.weak, -1.1, -0.45),
    ):
        number = agents.number(place)
        agents.skill[number], agents.warmth[number], agents.pace[number] = skill, warmth, 1.0
    return agents

"""Made worlds in which ten agents offer a survey after a contact, drawn from a seed. Written before the code that judges them.

In the planted one a single agent offers it to customers who look happy, and offers it as often as the others do. In the
twins nobody looks at the customer, whatever else tells the agents apart: one is truly better, one is given the hard
contacts, one hardly offers at all, and in the last kind all ask rather those whose matter was resolved, by rule.
"""

from dataclasses import dataclass

import numpy as np

AGENTS = tuple(f"agent-{number}" for number in range(10))
PICKER, STAR, BURDENED, SHY = 3, 5, 7, 8
OFFERED = 0.35
REPLIES = 0.35


@dataclass(frozen=True)
class World:
    """One row a contact: who served, over which channel, what was seen of it, whether asked, and the answer 0..1 (NaN)."""

    agent: np.ndarray
    channel: np.ndarray
    asked: np.ndarray
    seen: np.ndarray  # contacts × (resolved, transferred, log of wait, came back within a week)
    liked: np.ndarray


def world(seed: int, *, picker: bool, rule: bool = False, contacts: int = 600) -> World:
    """rule: everybody asks twice as often where the matter was resolved."""
    rng = np.random.default_rng([seed, 17])
    many = contacts * len(AGENTS)
    agent, channel = np.repeat(np.arange(len(AGENTS)), contacts), rng.integers(0, 3, many)
    hard = rng.random(many) < np.where(agent == BURDENED, 0.5, 0.12)
    wait = rng.normal(3.5, 1.0, many)
    mood = rng.normal(0.0, 1.0, many) - 0.6 * hard - 0.25 * (wait - 3.5) + 0.45 * (agent == STAR)
    resolved = rng.random(many) < _chance(1.2 + 0.9 * mood)
    transferred = rng.random(many) < _chance(-1.6 - 0.4 * mood)
    came_back = rng.random(many) < _chance(-1.7 - 0.5 * mood - 0.8 * ~resolved)
    share = OFFERED * np.where(agent == SHY, 0.4, 1.0) * (np.where(resolved, 1.0, 0.5) if rule else 1.0)
    asked = rng.random(many) < share
    if picker:
        mine = agent == PICKER
        looks = mood[mine] + rng.normal(0.0, 0.5, contacts)
        asked[mine] = looks > np.quantile(looks, 1.0 - OFFERED)
    replied = asked & (rng.random(many) < REPLIES)
    score = np.clip(np.round(3.4 + 0.9 * mood + rng.normal(0.0, 0.5, many)), 1, 5)
    seen = np.column_stack((resolved, transferred, wait, came_back)).astype(float)
    return World(agent, channel, asked, seen, np.where(replied, (score - 1.0) / 4.0, np.nan))


def _chance(logit: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-logit))

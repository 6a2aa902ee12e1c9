"""Operations whose true satisfaction is known: who could be asked, who was and with what chance, who answered, who is content.

Three sorts: answers that depend on how content people are by way of what is known of them; the twin, in which as few answer
and nobody is likelier to than anybody else; and answers that depend on nothing but contentment itself, which no weight can see.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MANY = 12_000
SEGMENTS, SEGMENT_SHARES = ("private", "business", "key"), (0.6, 0.3, 0.1)
REGIONS, REGION_SHARES = ("north", "south", "east", "west"), (0.4, 0.3, 0.2, 0.1)
TRENDS, TREND_SHARES = ("falling", "steady", "rising"), (0.3, 0.45, 0.25)
ASKED = (0.3, 0.5, 0.9)  # chance to be asked, by segment
CONTENT = (-1.0, 0.3, 1.2)  # log odds of being content, by trend
CONTENT_REGION = (0.2, 0.0, -0.2, -0.3)
ANSWER_BIASED = (0.12, 0.30, 0.50)  # chance to answer, by trend
ANSWER_HONEST = 0.29
ANSWER_HIDDEN = (0.18, 0.40)  # chance to answer of the unhappy and of the content


@dataclass(frozen=True)
class Planted:
    """One row for each contact that could be asked about. `truth`: the share of all of them that is content."""

    segment: NDArray[np.str_]
    region: NDArray[np.str_]
    trend: NDArray[np.str_]
    probability: NDArray[np.float64]
    asked: NDArray[np.bool_]
    answered: NDArray[np.bool_]
    content: NDArray[np.bool_]

    @property
    def truth(self) -> float:
        return float(self.content.mean())

    @property
    def columns(self) -> dict[str, NDArray[np.str_]]:
        return {"segment": self.segment, "region": self.region, "trend": self.trend}


def planted(seed: int, sort: str = "biased", many: int = MANY) -> Planted:
    """sort: biased, honest (the twin) or hidden."""
    rng = np.random.default_rng([seed, {"biased": 1, "honest": 2, "hidden": 3}[sort]])
    segment = rng.choice(3, many, p=SEGMENT_SHARES)
    region = rng.choice(4, many, p=REGION_SHARES)
    trend = rng.choice(3, many, p=TREND_SHARES)
    odds = np.array(CONTENT)[trend] + np.array(CONTENT_REGION)[region]
    content = rng.random(many) < 1.0 / (1.0 + np.exp(-odds))
    probability = np.array(ASKED)[segment]
    asked = rng.random(many) < probability
    if sort == "biased":
        chance = np.array(ANSWER_BIASED)[trend]
    elif sort == "honest":
        chance = np.full(many, ANSWER_HONEST)
    else:
        chance = np.array(ANSWER_HIDDEN)[content.astype(int)]
    answered = asked & (rng.random(many) < chance)
    return Planted(
        np.array(SEGMENTS)[segment],
        np.array(REGIONS)[region],
        np.array(TRENDS)[trend],
        probability,
        asked,
        answered,
        content,
    )

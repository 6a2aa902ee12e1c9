"""Made questionnaires, drawn from a seed: the careless and the machines among honest people. Written before the code that
judges them.

Honest people have a mood that their answers share, and a quick fifth of them; a few like, or dislike, everything.
"""

from dataclasses import dataclass, field

import numpy as np

ITEMS = 8
SECOND = 1_000_000
DAY = 86_400 * SECOND
START = 1_700_000_000 * SECOND


@dataclass
class Answers:
    """One row a questionnaire. `kind`: honest, straight, random or bot. Times in µs; NaN where not answered."""

    kind: np.ndarray
    at: np.ndarray
    seconds: np.ndarray
    scores: np.ndarray
    invited: np.ndarray
    customer: list[str | None]
    words: list[str] = field(default_factory=list)


def answers(seed: int, *, planted: bool, people: int = 900) -> Answers:
    """With `planted`: 60 of them tick one column within 14 s, 30 tick at random, and 70 bots give full marks over the open
    link within forty minutes of a night. Without, all are honest, also those of the open link.
    """
    rng = np.random.default_rng([seed, 23])
    mood = rng.normal(0.0, 1.0, people)
    scores = np.clip(np.round(3.4 + 0.8 * mood[:, None] + rng.normal(0.0, 0.7, (people, ITEMS))), 1, 5)
    seconds = np.exp(rng.normal(4.4, 0.4, people)) + 20.0
    at = START + (rng.random(people) * 60 * DAY).astype(np.int64)
    invited = rng.random(people) < 0.8
    # A mail went to everybody: a fifth answers within the hour, which is no burst of bots.
    eager = invited & (rng.random(people) < 0.2)
    at = np.where(eager, START + 30 * DAY + (rng.random(people) * 3600 * SECOND).astype(np.int64), at)
    kind = np.full(people, "honest", dtype=object)
    words = ["" if number % 3 else f"honest words of number {number}" for number in range(people)]
    if planted:
        straight, random = slice(0, 60), slice(60, 90)
        kind[straight], kind[random] = "straight", "random"
        scores[straight] = rng.integers(3, 6, 60)[:, None]
        scores[random] = rng.integers(1, 6, (30, ITEMS))
        seconds[straight] = 6.0 + 8.0 * rng.random(60)
        seconds[random] = 6.0 + 8.0 * rng.random(30)
    scores = np.where((rng.random(scores.shape) < 0.03) & (kind == "honest")[:, None], np.nan, scores)
    found = Answers(kind, at, seconds, scores, invited, [f"c{number}" for number in range(people)], words)
    return _with_bots(rng, found) if planted else found


def _with_bots(rng: np.random.Generator, found: Answers, many: int = 70) -> Answers:
    return Answers(
        np.concatenate((found.kind, np.full(many, "bot", dtype=object))),
        np.concatenate((found.at, START + 12 * DAY + (rng.random(many) * 2400 * SECOND).astype(np.int64))),
        np.concatenate((found.seconds, 1.5 + 2.5 * rng.random(many))),
        np.concatenate((found.scores, np.full((many, ITEMS), 5.0))),
        np.concatenate((found.invited, np.zeros(many, dtype=bool))),
        found.customer + [None] * many,
        found.words + ["Great service, would buy again!"] * many,
    )

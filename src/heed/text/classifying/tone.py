"""How a text sounds, beside its words: the lexicon's weight, questions and exclamations, capitals, length, thanks.

Counted where labels are few: sentiment, urgency and the like are told by it; topics are told by words.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from heed.text.lexicon import lexicons, weigh
from heed.text.normal import normal

WEIGHT = 0.5  # of the columns beside rows of length 1; chosen on tweets, by author (see docs/methods/classifying.md)
SPREAD = 1.6  # lexicon weight that is half sure
THANKS = re.compile(r"\b(thank|thx|dank|merci|gracias)")
QUOTED = re.compile(r'^\s*(rt\b|["“])', re.IGNORECASE)
LONG = 140


def tone(texts: Sequence[str]) -> NDArray[np.float32]:
    """One row a masked text of numbers between −1 and 1, already weighed."""
    if not texts:
        return np.zeros((0, 13), np.float32)
    return np.array([_of(text) for text in texts], dtype=np.float32) * WEIGHT


def _of(text: str) -> list[float]:
    plain = normal(text)
    # The language whose lexicon knows most of the words; English where none knows more.
    total, many = max((weigh(text, each) for each in sorted(lexicons(), key=lambda name: name != "en")), key=_known)
    size = max(len(text), 1)
    return [
        total / (SPREAD + abs(total)),
        float(total > 0),
        float(total < 0),
        min(many, 4) / 4,
        float("?" in text),
        float(text.rstrip().endswith("?")),
        float("!" in text),
        float("weburl" in plain),
        min(plain.count("atuser"), 3) / 3,
        sum(each.isupper() for each in text) / size,
        min(size, LONG) / LONG,
        float(bool(THANKS.search(plain))),
        float(bool(QUOTED.match(text))),
    ]


def _known(weighed: tuple[float, int]) -> int:
    return weighed[1]

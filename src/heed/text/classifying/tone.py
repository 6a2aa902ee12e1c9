"""How a text sounds, beside its words: the lexicon's weight, questions and exclamations, capitals, length, thanks, and the
public accounts it speaks to.

Counted where labels are few: sentiment, urgency and the like are told by it; topics are told by words.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from heed.text.lexicon import weigh_normal
from heed.text.normal import HANDLE, normal, words_of

WEIGHT = 0.5  # of the columns beside rows of length 1; chosen on tweets, by author (see docs/methods/classifying.md)
SPREAD = 1.6  # lexicon weight that is half sure
THANKS = re.compile(r"\b(thank|thx|dank|merci|gracias)")
QUOTED = re.compile(r'^\s*(rt\b|["“])', re.IGNORECASE)
LONG = 140
LEXICONS = (
    "en",
    "de",
)  # asked of every text, whatever its language: more of them cost speed and mistake words for others
SPOKEN_TO = 0.3  # of a column of an account; chosen with WEIGHT
PUBLIC = 20  # texts that name an account before it is counted: it is a company's then, and no customer's
PUBLIC_SHARE = 0.01  # of all texts
SIDES = 13  # columns beside those of accounts


def accounts_of(texts: Sequence[str]) -> tuple[str, ...]:
    """The accounts (@name) so many texts speak to that they tell something of the texts and nothing of a person."""
    counts = Counter(each for text in texts for each in set(_accounts(text)))
    least = max(PUBLIC, PUBLIC_SHARE * len(texts))
    return tuple(sorted(name for name, many in counts.items() if many >= least))


def _accounts(text: str) -> Iterable[str]:
    return (each.lower() for each in HANDLE.findall(html.unescape(text).lstrip("=")))


def tone(texts: Sequence[str], accounts: Sequence[str] = ()) -> NDArray[np.float32]:
    """One row a masked text of numbers between −1 and 1, already weighed; the accounts come last, a column each."""
    if not texts:
        return np.zeros((0, SIDES + len(accounts)), np.float32)
    sounds = np.array([_of(text) for text in texts], dtype=np.float32) * np.float32(WEIGHT)
    spoken = np.zeros((len(texts), len(accounts)), np.float32)
    places = {name: place for place, name in enumerate(accounts)}
    for row, text in enumerate(texts if accounts else ()):
        for name in _accounts(text):
            if name in places:
                spoken[row, places[name]] = SPOKEN_TO
    return np.hstack([sounds, spoken])


def _of(text: str) -> list[float]:
    plain = normal(text)
    words = words_of(plain)
    # The language whose lexicon knows most of the words; English where none knows more.
    total, many = max((weigh_normal(plain, words, each) for each in LEXICONS), key=_known)
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
        sum(map(str.isupper, text)) / size,
        min(size, LONG) / LONG,
        float(bool(THANKS.search(plain))),
        float(bool(QUOTED.match(text))),
    ]


def _known(weighed: tuple[float, int]) -> int:
    return weighed[1]

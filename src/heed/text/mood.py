"""How a text sounds, whoever judged it: the lexicon or a trained classifier."""

from dataclasses import dataclass

from heed.text.analyzer import Sentiment


@dataclass(frozen=True)
class Judged:
    """A sentiment, its probability, and the probability of positive less that of negative."""

    sentiment: Sentiment
    confidence: float
    score: float

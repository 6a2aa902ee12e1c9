"""What reading a text gives, whoever reads it: the interface every analyzer has, in-house or bought.

Analyzers come and go; what they give back and the name they sign with stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Sentiment = Literal["negative", "neutral", "positive"]
SENTIMENTS: tuple[Sentiment, ...] = ("negative", "neutral", "positive")
UNKNOWN = "und"  # BCP 47: undetermined


@dataclass(frozen=True)
class Span:
    """A stretch of a text in code points, the end excluded, and what stands there."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class ThemeHit:
    """A theme, how sure it is (0..1), and the words that show it: a stretch of the masked text in code points."""

    key: str
    confidence: float
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """A sentence of the masked text, in code points, and how it sounds by itself. `score` is −1..1."""

    start: int
    end: int
    sentiment: Sentiment
    score: float
    confidence: float


@dataclass(frozen=True)
class Aspect:
    """Something spoken about and how: its words in lower case, the theme they belong to (empty: none), and where the
    words stand in the masked text, in code points. `confidence` is that the sentiment is right, 0..1.

    `matter` is a category of the general lexicon of services (staff, delivery, …; empty: none). `said_start` and `said_end`
    are the words that show the sentiment; both 0 where none does by itself.
    """

    term: str
    category: str
    sentiment: Sentiment
    confidence: float
    start: int
    end: int
    matter: str = ""
    said_start: int = 0
    said_end: int = 0


@dataclass(frozen=True)
class Label:
    """A value, the probability that it is right (0..1), and the words of the masked text that show it, in code points;
    start = end = 0 where no words do, as when nothing pressing was said.
    """

    value: str
    confidence: float
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Analysis:
    """What one text says.

    `language` is a BCP 47 tag, `und` where the text is too thin to tell; `spans` are what was masked, in code points of
    the text as it came in; `sentiment_score` is −1..1, the probability of positive less that of negative. `urgency` and
    `effort` are high or normal, `churn` is at_risk or none; each is None where the analyzer does not tell it.
    """

    language: str
    language_confidence: float
    masked: str
    spans: tuple[Span, ...]
    sentiment: Sentiment
    sentiment_score: float
    confidence: float
    themes: tuple[ThemeHit, ...]
    sentences: tuple[Sentence, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    intent: Label | None = None
    urgency: Label | None = None
    effort: Label | None = None
    churn: Label | None = None
    read_by: str = ""  # who read, where it is not the analyzer that was asked


class TextAnalyzer(Protocol):
    """Reads texts. `name` says which model it is, to the version: labels are signed with it."""

    @property
    def name(self) -> str: ...

    def analyze(self, texts: Sequence[str], *, scores: Sequence[float | None] | None = None) -> list[Analysis]:
        """One Analysis a text, in order. `scores` are answers given along with the words, 0 worst to 1 best."""
        ...

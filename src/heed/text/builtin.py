"""heed's own analyzer: language, masks, sentences, sentiment by a trained machine or the lexicon, aspects, themes by words
and as found, what is wanted, how urgent it is, what it cost the customer, and whether they may leave.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from heed.text.analyzer import Analysis, Label, Sentence, ThemeHit
from heed.text.language import USUAL, languages_of
from heed.text.lexicon import judge_by_lexicon
from heed.text.masking.mask import Masked, mask
from heed.text.mood import Judged
from heed.text.reading.aspects import Judge
from heed.text.reading.reader import Read, read
from heed.text.sentiment import SentimentModel
from heed.text.themes import MOST_THEMES, FoundTheme, ThemeTrust, ThemeWords, compiled, looked_for

READERS = ("intent", "urgency", "effort", "churn")


class ToldIntent(Protocol):
    """What a trained classifier says of one text; no label where it is out of scope."""

    @property
    def label(self) -> str | None: ...
    @property
    def confidence(self) -> float: ...


class Intents(Protocol):
    """A classifier an organisation trained to tell intents of its own."""

    def tell(self, texts: Sequence[str], /) -> Sequence[ToldIntent]: ...


class Reader(Protocol):
    """Tells one label of masked texts better than the rules do; `found` is what they read of the same texts."""

    def tell(self, masked: Sequence[str], found: Sequence[Read], /) -> Sequence[Label | None]: ...


@dataclass(frozen=True, eq=False)
class Builtin:
    """The in-house analyzer. Without a trained machine the lexicon judges, and rules tell a small set of intents.

    `readers` take a label over from the rules (see READERS), `intents` the intent alone, `trust` makes the strengths of
    themes probabilities, `aspects` tells what is thought of aspects.
    """

    name: str
    taxonomy: tuple[ThemeWords, ...] = ()
    found: tuple[FoundTheme, ...] = ()
    sentiment: SentimentModel | None = None
    languages: tuple[str, ...] = USUAL
    intents: Intents | None = None
    readers: Mapping[str, Reader] = field(default_factory=dict)
    trust: ThemeTrust | None = None
    aspects: Judge | None = None

    def analyze(self, texts: Sequence[str], *, scores: Sequence[float | None] | None = None) -> list[Analysis]:
        """One Analysis a text, in order. Each text is read by itself: any batches give the same."""
        masked = [mask(text) for text in texts]
        plain = [each.text for each in masked]
        languages = languages_of(plain, self.languages)
        moods = self._moods(plain, [each.language for each in languages], scores)
        found = [
            read(text, told.language, self._known(text), self.aspects)
            for text, told in zip(plain, languages, strict=True)
        ]
        within = self._sentences(plain, found, [each.language for each in languages], moods)
        labels = self._labels(plain, found)
        return [
            Analysis(
                languages[at].language,
                round(languages[at].confidence, 6),  # sums in another order differ beyond
                each.text,
                each.spans,
                moods[at].sentiment,
                moods[at].score,
                moods[at].confidence,
                self.themes_of(each.text),
                within[at],
                found[at].aspects,
                labels["intent"][at],
                labels["urgency"][at],
                labels["effort"][at],
                labels["churn"][at],
            )
            for at, each in enumerate[Masked](masked)
        ]

    def themes_of(self, masked: str) -> tuple[ThemeHit, ...]:
        """Themes of a masked text: those of the taxonomy first, then found ones."""
        hits = [*compiled(self.taxonomy).hits(masked), *looked_for(self.found).hits(masked)]
        kept = hits[:MOST_THEMES]
        return tuple(self.trust.trusted(kept) if self.trust is not None else kept)

    def _known(self, masked: str) -> list[tuple[int, int, str]]:
        return compiled(self.taxonomy).stretches(masked) if self.taxonomy else []

    def _moods(
        self, plain: Sequence[str], languages: Sequence[str], scores: Sequence[float | None] | None = None
    ) -> list[Judged]:
        if self.sentiment is not None:
            return self.sentiment.judge(plain)
        return judge_by_lexicon(plain, languages, scores)

    def _sentences(
        self, plain: Sequence[str], found: Sequence[Read], languages: Sequence[str], moods: Sequence[Judged]
    ) -> list[tuple[Sentence, ...]]:
        """How each sentence sounds by itself. The only sentence of a text sounds as the text does."""
        several = [
            (at, start, end)
            for at, each in enumerate(found)
            if len(each.sentences) > 1
            for start, end in each.sentences
        ]
        alone = self._moods(
            [plain[at][start:end] for at, start, end in several], [languages[at] for at, _, _ in several]
        )
        rows: list[list[Sentence]] = [[] for _ in plain]
        for (at, start, end), mood in zip(several, alone, strict=True):
            rows[at].append(Sentence(start, end, mood.sentiment, mood.score, mood.confidence))
        for at, each in enumerate(found):
            if len(each.sentences) == 1:
                ((start, end),) = each.sentences
                rows[at].append(Sentence(start, end, moods[at].sentiment, moods[at].score, moods[at].confidence))
        return [tuple(row) for row in rows]

    def _labels(self, plain: Sequence[str], found: Sequence[Read]) -> dict[str, Sequence[Label | None]]:
        """Intent, urgency, effort and leaving of each text: by a reader where there is one, else by the rules."""
        labels: dict[str, Sequence[Label | None]] = {
            name: self.readers[name].tell(plain, found)
            if name in self.readers
            else [getattr(each.judgement, name) for each in found]
            for name in READERS
        }
        if self.intents is not None and "intent" not in self.readers and plain:
            # A classifier weighs the whole text, so no words of it are the evidence.
            told = self.intents.tell(plain)
            labels["intent"] = [Label(each.label, each.confidence) if each.label else None for each in told]
        return labels

"""heed's own analyzer: language, masks, sentences, sentiment by a trained machine or the lexicon, aspects, themes by words
and as found, what is wanted, how urgent it is, what it cost the customer, and whether they may leave.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from heed.text.analyzer import Analysis, Label, Sentence, ThemeHit
from heed.text.language import USUAL, languages_of
from heed.text.lexicon import judge_by_lexicon
from heed.text.masking.mask import Masked, mask
from heed.text.reading.reader import Read, read
from heed.text.sentiment import Judged, SentimentModel
from heed.text.themes import MOST_THEMES, FoundTheme, ThemeWords, compiled, looked_for


class ToldIntent(Protocol):
    """What a trained classifier says of one text; no label where it is out of scope."""

    @property
    def label(self) -> str | None: ...
    @property
    def confidence(self) -> float: ...


class Intents(Protocol):
    """A classifier an organisation trained to tell intents of its own."""

    def tell(self, texts: Sequence[str], /) -> Sequence[ToldIntent]: ...


@dataclass(frozen=True, eq=False)
class Builtin:
    """The in-house analyzer. Without a trained machine the lexicon judges, and rules tell a small set of intents."""

    name: str
    taxonomy: tuple[ThemeWords, ...] = ()
    found: tuple[FoundTheme, ...] = ()
    sentiment: SentimentModel | None = None
    languages: tuple[str, ...] = USUAL
    intents: Intents | None = None

    def analyze(self, texts: Sequence[str], *, scores: Sequence[float | None] | None = None) -> list[Analysis]:
        """One Analysis a text, in order. Each text is read by itself: any batches give the same."""
        masked = [mask(text) for text in texts]
        plain = [each.text for each in masked]
        languages = languages_of(plain, self.languages)
        moods = self._moods(plain, [each.language for each in languages], scores)
        found = [read(text, told.language, self._known(text)) for text, told in zip(plain, languages, strict=True)]
        within = self._sentences(plain, found, [each.language for each in languages], moods)
        wanted = self._intents(plain, found)
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
                wanted[at],
                found[at].judgement.urgency,
                found[at].judgement.effort,
                found[at].judgement.churn,
            )
            for at, each in enumerate[Masked](masked)
        ]

    def themes_of(self, masked: str) -> tuple[ThemeHit, ...]:
        """Themes of a masked text: those of the taxonomy first, then found ones."""
        hits = [*compiled(self.taxonomy).hits(masked), *looked_for(self.found).hits(masked)]
        return tuple(hits[:MOST_THEMES])

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

    def _intents(self, plain: Sequence[str], found: Sequence[Read]) -> list[Label | None]:
        if self.intents is None or not plain:
            return [each.judgement.intent for each in found]
        told = self.intents.tell(plain)
        # A classifier weighs the whole text, so no words of it are the evidence.
        return [Label(each.label, each.confidence) if each.label else None for each in told]

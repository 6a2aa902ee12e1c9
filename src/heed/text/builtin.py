"""heed's own analyzer: language, masks, sentiment by a trained machine or the lexicon, themes by words and as found."""

from collections.abc import Sequence
from dataclasses import dataclass

from heed.text.analyzer import Analysis, ThemeHit
from heed.text.language import USUAL, languages_of
from heed.text.lexicon import judge_by_lexicon
from heed.text.masking.mask import mask
from heed.text.sentiment import SentimentModel
from heed.text.themes import MOST_THEMES, FoundTheme, ThemeWords, compiled, looked_for


@dataclass(frozen=True, eq=False)
class Builtin:
    """The in-house analyzer. Without a trained machine the lexicon judges."""

    name: str
    taxonomy: tuple[ThemeWords, ...] = ()
    found: tuple[FoundTheme, ...] = ()
    sentiment: SentimentModel | None = None
    languages: tuple[str, ...] = USUAL

    def analyze(self, texts: Sequence[str], *, scores: Sequence[float | None] | None = None) -> list[Analysis]:
        """One Analysis a text, in order."""
        masked = [mask(text) for text in texts]
        plain = [each.text for each in masked]
        told = languages_of(plain, self.languages)
        if self.sentiment is not None:
            moods = self.sentiment.judge(plain)
        else:
            moods = judge_by_lexicon(plain, [each.language for each in told], scores)
        return [
            Analysis(
                language.language,
                language.confidence,
                each.text,
                each.spans,
                mood.sentiment,
                mood.score,
                mood.confidence,
                self.themes_of(each.text),
            )
            for each, language, mood in zip(masked, told, moods, strict=True)
        ]

    def themes_of(self, masked: str) -> tuple[ThemeHit, ...]:
        """Themes of a masked text: those of the taxonomy first, then found ones."""
        hits = [*compiled(self.taxonomy).hits(masked), *looked_for(self.found).hits(masked)]
        return tuple(hits[:MOST_THEMES])

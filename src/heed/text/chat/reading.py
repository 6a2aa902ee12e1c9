"""Analyzers that have a chat read: by itself, and as the organisation's own choice with the in-house one beside it."""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from heed.core.errors.rules import HeedError
from heed.text.analyzer import Analysis, Label, Sentiment, TextAnalyzer, ThemeHit
from heed.text.chat.asking import MISSING, Asker
from heed.text.chat.kept import Told
from heed.text.endpoint import EndpointFailed
from heed.text.language import USUAL, languages_of
from heed.text.masking.mask import Masked, mask
from heed.text.themes import MOST_THEMES

AT_ONCE = 100  # texts an analyze call should get
REST_SECONDS = 300.0  # after the line broke, before it is tried again
# A theme whose words stand in the text, and one that is only told. A strength, no probability: a chat gives none.
SHOWN, TOLD = 0.9, 0.6
SIGNS: dict[Sentiment, float] = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}
log = logging.getLogger("heed.text")


@dataclass(frozen=True, eq=False)
class Chat:
    """A chat as an analyzer of its own. What it says of its sureness is its own word, not a calibrated probability."""

    name: str
    asker: Asker
    languages: tuple[str, ...] = USUAL
    at_once: int = AT_ONCE

    def analyze(self, texts: Sequence[str], *, scores: Sequence[float | None] | None = None) -> list[Analysis]:
        """One Analysis a text, in order; scores are not sent. Raises EndpointFailed where one cannot be had: none is
        made up.
        """
        masked = [mask(text) for text in texts]
        told = self.asker.tell(masked)
        for each in told:
            if each.value is None:
                raise EndpointFailed(
                    each.fault, "A text was not read, however often it was asked.", hint="Try again later."
                )
        languages = languages_of([each.text for each in masked], self.languages)
        return [
            _read(
                Analysis(language.language, language.confidence, each.text, each.spans, "neutral", 0.0, 0.0, ()),
                said.value or {},
            )
            for each, language, said in zip(masked, languages, told, strict=True)
        ]


@dataclass(eq=False)
class Line:
    """The line to a chat, which rests for a while when it broke; shared by all that read over it."""

    reader: str
    asker: Asker
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    rests_until: float = 0.0

    def told(self, masked: Sequence[Masked]) -> list[Told]:
        """One Told a text. Never fails because the other side does."""
        if self.clock() >= self.rests_until:
            try:
                return self.asker.tell(masked)
            except HeedError as failed:
                rest = max(REST_SECONDS, getattr(failed, "wait", 0.0))
                log.warning("%s: %s; read in-house for %.0f s", self.reader, failed.code, rest)
                self.rests_until = self.clock() + rest
        try:
            # What was answered before, also by requests just before the line broke.
            return self.asker.recalled(masked)
        except HeedError as failed:
            log.warning("%s: %s", self.reader, failed.code)
            return [Told(None, MISSING)] * len(masked)


@dataclass(frozen=True, eq=False)
class Bought:
    """The bought analyzer reads sentiment, themes of the taxonomy and intent; all else, and every text that cannot be
    had of it, is read in-house. `read_by` of an Analysis says who read.
    """

    inhouse: TextAnalyzer
    line: Line
    offered: Collection[str]  # keys of the taxonomy's themes; of others only heed knows
    at_once: int = AT_ONCE

    @property
    def name(self) -> str:
        return self.inhouse.name

    def analyze(self, texts: Sequence[str], *, scores: Sequence[float | None] | None = None) -> list[Analysis]:
        """One Analysis a text, in order. The scores stay in the house."""
        own = self.inhouse.analyze(texts, scores=scores)
        told = self.line.told([Masked(each.masked, each.spans) for each in own])
        stand_in = self.name.removeprefix(f"{self.line.reader}+")
        return [
            replace(each, read_by=stand_in)
            if said.value is None
            else replace(_read(each, said.value, self.offered), read_by=self.line.reader)
            for each, said in zip(own, told, strict=True)
        ]


def _read(own: Analysis, said: dict[str, Any], offered: Collection[str] = ()) -> Analysis:
    """An analysis with what a chat said in it; themes that were not offered to it stay beside those it told."""
    sentiment, sure = said["sentiment"], float(said["confidence"])
    themes = [
        ThemeHit(each["key"], SHOWN if each["end"] > each["start"] else TOLD, each["start"], each["end"])
        for each in said["themes"]
    ]
    themes += [hit for hit in own.themes if hit.key not in offered]
    return replace(
        own,
        sentiment=sentiment,
        sentiment_score=SIGNS[sentiment] * sure,
        confidence=sure,
        themes=tuple(themes[:MOST_THEMES]),
        intent=Label(said["intent"], sure) if "intent" in said else own.intent,
    )

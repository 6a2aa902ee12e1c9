"""Themes people taught: a classifier trained on what they labelled, whose theme goes with those of the words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from heed.text.analyzer import Analysis, ThemeHit
from heed.text.builtin import Builtin
from heed.text.classifying.model import Told
from heed.text.themes import MOST_THEMES

LEAST_A_THEME = 8
LEAST_SURE = 0.5
WORDS_ALONE = "words-alone"  # who read a text, where what labels taught could not be asked
NONE = ""  # the label of texts people gave no theme: out of scope


class Telling(Protocol):
    """What tells one theme of each masked text, or none (`NONE`, or no label); None where it cannot tell now."""

    def tell(self, texts: Sequence[str], /) -> Sequence[Told] | None: ...


@dataclass(frozen=True, eq=False)
class Taught:
    """An analyzer whose themes are those of the words, and the one a classifier tells beside them."""

    base: Builtin
    classifier: Telling

    @property
    def name(self) -> str:
        return self.base.name

    def analyze(self, texts: Sequence[str], *, scores: Sequence[float | None] | None = None) -> list[Analysis]:
        """One Analysis a text, in order."""
        found = self.base.analyze(texts, scores=scores)
        themes = self.joined([each.masked for each in found], [each.themes for each in found])
        if themes is None:
            return [replace(each, read_by=WORDS_ALONE) for each in found]
        return [replace(each, themes=mine) for each, mine in zip(found, themes, strict=True)]

    def themes_of(self, masked: str) -> tuple[ThemeHit, ...]:
        return self.themes_of_each([masked])[0]

    def themes_of_each(self, masked: Sequence[str]) -> list[tuple[ThemeHit, ...]]:
        """Themes of many masked texts at once; the classifier is asked once."""
        mine = [self.base.themes_of(text) for text in masked]
        return self.joined(masked, mine) or mine

    def joined(self, masked: Sequence[str], hits: Sequence[tuple[ThemeHit, ...]]) -> list[tuple[ThemeHit, ...]] | None:
        """The themes of the words with the one that is told, where it is sure enough; surest first. A theme that both have
        is shown by its words, as sure as the surer of the two. No words are the evidence of a theme that is only told.
        None where the classifier cannot tell now.
        """
        said = self.classifier.tell(masked) if masked else []
        if said is None:
            return None
        rows = []
        for mine, told in zip(hits, said, strict=True):
            if told.label is None or told.label == NONE or told.confidence < LEAST_SURE:
                rows.append(mine)
                continue
            by = {hit.key: hit for hit in mine}
            held = by.get(told.label, ThemeHit(told.label, 0.0, 0, 0))
            by[told.label] = replace(held, confidence=max(held.confidence, round(told.confidence, 3)))
            rows.append(tuple(sorted(by.values(), key=lambda hit: -hit.confidence)[:MOST_THEMES]))
        return rows


def lessons(rows: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[str], list[float], list[str]]:
    """What is learnt from labelled rows (text, themes, group): texts, one label each, weights, groups. A text of several
    themes stands once for each, its weight parted; themes of fewer than LEAST_A_THEME texts are left out.
    """
    counts: dict[str, int] = {}
    for row in rows:
        for theme in row["themes"]:
            counts[theme] = counts.get(theme, 0) + 1
    texts, labels, weights, groups = [], [], [], []
    for row in rows:
        themes = [theme for theme in row["themes"] if counts[theme] >= LEAST_A_THEME]
        if row["themes"] and not themes:
            continue
        for theme in themes or [NONE]:
            texts.append(row["text"])
            labels.append(theme)
            weights.append(1.0 / max(len(themes), 1))
            groups.append(row["group"])
    return texts, labels, weights, groups


def too_thin(labels: Sequence[str]) -> bool:
    """Whether fewer than two themes have enough texts."""
    return len(set(labels) - {NONE}) < 2


def micro_f1(truth: Sequence[Sequence[str]], told: Sequence[Sequence[str]]) -> float:
    """F1 of all themes together: 1 where every set is the same."""
    same = sum(len(set(one) & set(other)) for one, other in zip(truth, told, strict=True))
    whole = sum(len(set(each)) for each in truth) + sum(len(set(each)) for each in told)
    return 2 * same / whole if whole else 1.0

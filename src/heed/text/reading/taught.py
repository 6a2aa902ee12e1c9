"""A reader taught by people: its classifier, how it is blended with the rules, its folder, and the words it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heed.core.errors.rules import Unavailable, phrase
from heed.text.analyzer import Label
from heed.text.classifying.kept import AGAIN, card_of, keep, load
from heed.text.classifying.model import TextClassifier
from heed.text.reading.blending import Blend, rule_shares
from heed.text.reading.judging import LABELS
from heed.text.reading.reader import Read

NOTHING = "none"  # the intent of a text in which nothing is wanted
PLAIN = ("normal", "none")  # values that no words show


@dataclass(frozen=True, eq=False)
class TaughtReader:
    """Tells one label (`name`: intent, urgency, effort or churn) of masked texts, with the rules as its second opinion."""

    name: str
    classifier: TextClassifier
    blend: Blend

    def tell(self, masked: Sequence[str], found: Sequence[Read]) -> list[Label | None]:
        """A label a text, in order; None where nothing is wanted. `found` is what the rules read of the same texts."""
        if not masked:
            return []
        ruled = rule_shares(self.name, self.blend.labels, [each.judgement for each in found])
        shares = self.blend.of(self.classifier.probabilities(masked), ruled)
        best = shares.argmax(axis=1)
        told = [
            Label(self.blend.labels[place], round(float(row[place]), 3))
            for place, row in zip(best, shares, strict=True)
        ]
        shown = self._shown(masked, found, told)
        return [
            None if self.name not in LABELS and label.value == NOTHING else Label(label.value, label.confidence, *words)
            for label, words in zip(told, shown, strict=True)
        ]

    def _shown(self, masked: Sequence[str], found: Sequence[Read], told: Sequence[Label]) -> list[tuple[int, int]]:
        """The words of the rules where they say the same; else the sentence that speaks for the label most by itself."""
        shown = [(0, 0)] * len(told)
        asked: list[tuple[int, int, int]] = []
        for at, (each, label) in enumerate(zip(found, told, strict=True)):
            own = getattr(each.judgement, self.name)
            if label.value in PLAIN or not each.sentences:
                continue
            if own is not None and own.value == label.value and own.end > own.start:
                shown[at] = (own.start, own.end)
            else:
                shown[at] = each.sentences[0]
                asked += [(at, *place) for place in each.sentences] if len(each.sentences) > 1 else []
        if not asked:
            return shown
        shares = self.classifier.probabilities([masked[at][start:end] for at, start, end in asked])
        columns = {label: place for place, label in enumerate(self.classifier.labels)}
        most: dict[int, float] = {}
        for (at, start, end), row in zip(asked, shares, strict=True):
            share = round(float(row[columns[told[at].value]]), 4)  # sums in another order differ beyond
            if share > most.get(at, -1.0):
                most[at], shown[at] = share, (start, end)
        return shown


def keep_reader(folder: Path, reader: TaughtReader, card: Mapping[str, Any]) -> Path:
    """Write a reader as this folder: that of its classifier, its blend on the card. Raises Refused as `keep` does."""
    return keep(folder, reader.classifier, {**card, "reads": reader.name, "blend": reader.blend.written()})


def load_reader(folder: Path) -> TaughtReader:
    """A reader as it was kept. Raises Unavailable where it is gone, was changed, or is no reader."""
    classifier, card = load(folder), card_of(folder)
    try:
        blend = card["blend"]
        shift = tuple(float(each) for each in blend["shift"])
        if len(shift) != len(classifier.labels):
            raise ValueError("its blend is of other labels")
        made = Blend(classifier.labels, float(blend["classifier"]), float(blend["rules"]), shift)
        return TaughtReader(str(card["reads"]), classifier, made)
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable(
            phrase("The model {name} cannot be read: {error}.", name=folder, error=error),
            code="model_broken",
            hint=AGAIN,
        ) from error

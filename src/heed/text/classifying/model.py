"""A trained classifier as plain numbers: what it counts, its two machines, how sure it is, and when it does not answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.stats.arrays import Floats
from heed.text.classifying.calibrating import Mixing
from heed.text.classifying.machines import Kernel, Line, turned
from heed.text.classifying.scope import Scope, signals_of
from heed.text.classifying.tone import tone
from heed.text.normal import normal
from heed.text.representations.builtin import OwnWords, counted
from heed.text.representations.port import Representation
from heed.text.vectors import Vocabulary

NAME = "words+characters+pairs, line and kernel"
PART = 4096  # texts that are told at once


@dataclass(frozen=True)
class Told:
    """What a text was told to be. `label` is None where it is out of scope; `confidence` is the probability of the
    likeliest label, `scope_confidence` the one that the text is in scope (1 where the classifier was trained without).
    """

    label: str | None
    confidence: float
    scope_confidence: float


@dataclass(frozen=True, eq=False)
class Decisions:
    """What the machines say of texts; each array has a row a text."""

    line: NDArray[np.float32]
    kernel: NDArray[np.float32]
    nearest: NDArray[np.float32]
    known: NDArray[np.float32]
    ratios: NDArray[np.float32]

    def sides(self, outside: int | None) -> list[NDArray[np.float32]]:
        """What each machine says of the labels in scope; without the third where there is none."""
        asked = [self.line, self.kernel, *([self.ratios] if self.ratios.shape[1] else [])]
        return asked if outside is None else [np.delete(each, outside, axis=1) for each in asked]

    def signals(self, outside: int | None) -> Floats:
        """What the scope is told by; `outside` is the column of the label of texts out of scope."""
        return signals_of(self.line, self.kernel, self.nearest, self.known, outside)


@dataclass(frozen=True, eq=False)
class TextClassifier:
    """Tells labels. `labels` are those that can be told; with texts labelled out of scope the machines have one column
    more, `outside`. `figures` hold what training measured, for the card.
    """

    labels: tuple[str, ...]
    out_of_scope: str | None
    vocabularies: tuple[Vocabulary, ...]
    line: Line
    kernel: Kernel
    mixing: Mixing
    space: OwnWords | None = None
    representation: Representation | None = None
    scope: Scope | None = None
    outside: int | None = None
    toned: bool = False
    accounts: tuple[str, ...] = ()
    ratios: Line | None = None
    axes: NDArray[np.float32] | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def signed(self) -> str:
        """The name of the representation it was trained on; empty for the built-in one."""
        return self.representation.name if self.representation is not None else ""

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """One row a masked text, one column a label: calibrated, adding up to 1 over the labels in scope."""
        parts = [self._likely(self.decisions(part)) for part in _parts(texts)]
        return np.vstack(parts) if parts else np.zeros((0, len(self.labels)))

    def tell(self, texts: Sequence[str]) -> list[Told]:
        """What each masked text is, in order."""
        told: list[Told] = []
        for part in _parts(texts):
            decisions = self.decisions(part)
            likely, sure = self._likely(decisions), self._sure(decisions)
            best = likely.argmax(axis=1)
            least = self.scope.threshold if self.scope is not None else 0.0
            told += [
                Told(self.labels[place] if inside >= least else None, float(row[place]), float(inside))
                for place, row, inside in zip(best, likely, sure, strict=True)
            ]
        return told

    def decisions(self, texts: Sequence[str]) -> Decisions:
        """What the machines say of masked texts."""
        side = tone(texts, self.accounts) if self.toned else None
        rows = rows_of(self.vocabularies, texts, side)
        places, known = placed(rows, texts, self.space, self.representation, side)
        return asked(self.line, self.kernel, self.ratios, rows, turned(places, self.axes), known)

    def _likely(self, decisions: Decisions) -> Floats:
        return self.mixing.probabilities(decisions.sides(self.outside))

    def _sure(self, decisions: Decisions) -> Floats:
        if self.scope is None:
            return np.ones(len(decisions.line))
        return self.scope.inside(decisions.signals(self.outside))


def asked(
    line: Line, kernel: Kernel, ratios: Line | None, rows: Any, places: NDArray[np.float32], known: NDArray[np.float32]
) -> Decisions:
    """What machines say of counted rows and their places."""
    found, nearest = kernel.decisions(places)
    third = ratios.decisions(rows) if ratios is not None else np.zeros((len(places), 0), np.float32)
    return Decisions(line.decisions(rows), found, nearest, known, third)


def rows_of(vocabularies: Sequence[Vocabulary], texts: Sequence[str], side: NDArray[np.float32] | None) -> Any:
    """Masked texts as counted rows, with how they sound to the right where that counts."""
    from scipy.sparse import csr_matrix, hstack

    rows = counted(vocabularies, [normal(text) for text in texts])
    return csr_matrix(hstack([rows, csr_matrix(side)])) if side is not None else rows


def placed(
    rows: Any,
    texts: Sequence[str],
    space: OwnWords | None,
    representation: Representation | None,
    side: NDArray[np.float32] | None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The places of texts in the space, of length 1, and how much of each is known there. How a text sounds is told by the
    last columns, where that counts.
    """
    places, known = _placed(rows, texts, space, representation)
    if side is None:
        return places, known
    whole = np.hstack([places, side])
    return whole / np.maximum(np.linalg.norm(whole, axis=1, keepdims=True), np.float32(1e-9)), known


def _placed(
    rows: Any, texts: Sequence[str], space: OwnWords | None, representation: Representation | None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    if representation is not None:
        found = np.asarray(representation.encode(texts), dtype=np.float32)
        return found, np.linalg.norm(found, axis=1)
    if space is None:
        return np.ones((len(texts), 1), np.float32), np.ones(len(texts), np.float32)
    return space.of_rows(rows)


def _parts(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[start : start + PART] for start in range(0, len(texts), PART)]

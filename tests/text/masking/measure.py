"""How spans are counted against a key: exact in kind and both ends, or overlapping in kind."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from heed.text.masking.mask import mask

Place = tuple[int, int, str]
KEYS = Path(__file__).parents[1] / "keys"
MARKED = re.compile(r"\{([A-Z_]+):([^{}]*)\}")


@dataclass
class Score:
    """Spans wanted, found and right, by kind."""

    wanted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of wanted spans that were found to the letter."""
        return self.right.total() / self.wanted.total()

    @property
    def precision(self) -> float:
        """Share of found spans that were wanted to the letter."""
        return self.right.total() / self.found.total()


def scored(rows: list[tuple[str, set[Place]]]) -> Score:
    """Lines with the spans they ought to have, masked and counted."""
    score = Score()
    for line, truth in rows:
        told = {(span.start, span.end, span.kind) for span in mask(line).spans}
        score.wanted.update(kind for _, _, kind in truth)
        score.found.update(kind for _, _, kind in told)
        score.right.update(kind for _, _, kind in truth & told)
        if told != truth:
            score.wrong.append(line)
    return score


def key(name: str) -> list[tuple[str, set[Place]]]:
    """The lines of an answer key."""
    rows = map(json.loads, (KEYS / name).read_text(encoding="utf-8").splitlines())
    return [(row["line"], {(span["start"], span["end"], span["kind"]) for span in row["spans"]}) for row in rows]


def marked(path: Path) -> list[tuple[str, set[Place]]]:
    """Lines with their spans marked in the text: `call {PHONE:030 901820}`."""
    rows = []
    for written in path.read_text(encoding="utf-8").splitlines():
        text, spans, at = "", set(), 0
        raw = written.replace("\\n", "\n")
        for found in MARKED.finditer(raw):
            text += raw[at : found.start()]
            spans.add((len(text), len(text) + len(found[2]), found[1]))
            text, at = text + found[2], found.end()
        rows.append((text + raw[at:], spans))
    return rows

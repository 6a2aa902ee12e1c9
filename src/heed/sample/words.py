"""Texts out of the grammar in phrases.yaml, composed in sets: parts are drawn by number and joined as columns."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from heed.sample.clock import Flags, Ints
from heed.sample.names import LANGUAGES
from heed.sample.population import FIRST_NAMES, LAST_NAMES

MOODS = ("negative", "neutral", "positive")
TYPO_SHARE = 0.14
PERSONAL_SHARE = 0.06
BLANK = re.compile(r"\{(eur|min|day|num|phone|mail|name|customer)\}")
KINDS = ("", "eur", "min", "day", "num", "phone", "mail", "name", "customer")
VALUES = 997


@dataclass(frozen=True)
class Bank:
    """Phrases of one part in one row of cells. A phrase is at most two blanks: before, blank, between, blank, after."""

    pieces: tuple[pa.Array, pa.Array, pa.Array]
    blanks: tuple[Ints, Ints]
    start: Ints
    count: Ints
    typo_offset: int

    def draw(self, rng: np.random.Generator, cell: Ints, values: pa.Array, misspell: Flags) -> pa.Array:
        phrase = self.start[cell] + (rng.random(len(cell)) * self.count[cell]).astype(np.int64)
        phrase = phrase + self.typo_offset * misspell
        parts = []
        for place in range(3):
            parts.append(self.pieces[place].take(pa.array(phrase)))
            if place < 2:
                kind = self.blanks[place][phrase]
                parts.append(values.take(pa.array(kind * VALUES + rng.integers(0, VALUES, len(cell)) * (kind > 0))))
        return pc.binary_join_element_wise(*parts, "")


def misspelt(phrase: str, seed: int) -> str:
    """The phrase with two neighbouring letters of its longest word swapped."""
    words = [word for word in re.findall(r"\w+", BLANK.sub(" ", phrase)) if len(word) > 4]
    if not words:
        return phrase
    word = max(words, key=len)
    place = 1 + seed % (len(word) - 3)
    wrong = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return phrase.replace(word, wrong, 1)


def _bank(cells: list[list[str]]) -> Bank:
    phrases = [phrase for cell in cells for phrase in cell]
    every = phrases + [misspelt(phrase, number) for number, phrase in enumerate(phrases)]
    pieces: tuple[list[str], list[str], list[str]] = ([], [], [])
    blanks: tuple[list[int], list[int]] = ([], [])
    for phrase in every:
        found = BLANK.split(phrase, maxsplit=2)
        found += [""] * (5 - len(found))
        for place in range(3):
            pieces[place].append(found[place * 2])
        for place in range(2):
            blanks[place].append(KINDS.index(found[place * 2 + 1]))
    count = np.array([len(cell) for cell in cells])
    texts = (pa.array(pieces[0]), pa.array(pieces[1]), pa.array(pieces[2]))
    return Bank(
        texts,
        (np.array(blanks[0]), np.array(blanks[1])),
        np.concatenate([[0], np.cumsum(count)[:-1]]),
        count,
        len(phrases),
    )


@lru_cache(maxsize=1)
def grammar() -> dict[str, Any]:
    text = (Path(__file__).parent / "phrases.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@lru_cache(maxsize=1)
def themes() -> tuple[str, ...]:
    return tuple(grammar()["themes"])


@lru_cache(maxsize=1)
def _banks() -> dict[str, Bank]:
    loaded = grammar()
    result = {}
    for part in ("opening", "detail", "closing"):
        result[part] = _bank([loaded[part][language][mood] for language in LANGUAGES for mood in MOODS])
    result["core"] = _bank(
        [row[language][mood] for row in loaded["themes"].values() for language in LANGUAGES for mood in MOODS]
    )
    result["personal"] = _bank([loaded["personal"][language] for language in LANGUAGES])
    return result


@lru_cache(maxsize=1)
def _values() -> pa.Array:
    """VALUES values of each kind, kinds in the order of KINDS; the numbers are ones set aside for fiction."""
    rng = np.random.default_rng(4711)
    cents = rng.choice([0, 50, 90, 95, 99], VALUES)
    first, last = rng.choice(FIRST_NAMES, VALUES), rng.choice(LAST_NAMES, VALUES)
    hosts = rng.choice(["example.net", "example.org", "example.com"], VALUES)
    columns: list[list[str]] = [
        [""] * VALUES,
        [f"{euro}.{cent:02d}" for euro, cent in zip(rng.integers(3, 180, VALUES), cents, strict=True)],
        [str(value) for value in rng.integers(5, 75, VALUES)],
        [str(value) for value in rng.integers(2, 30, VALUES)],
        [str(value) for value in rng.integers(4, 19, VALUES)],
        [
            f"030 23125 {value:03d}" if value % 2 else f"+49 171 39200 {value % 100:02d}"
            for value in rng.integers(0, 1000, VALUES)
        ],
        [
            f"{a}.{b}{n}@{host}".lower()
            for a, b, n, host in zip(first, last, rng.integers(1, 99, VALUES), hosts, strict=True)
        ],
        [f"{a} {b}" for a, b in zip(first, last, strict=True)],
        [f"K-{value}" for value in rng.integers(100_000, 999_999, VALUES)],
    ]
    return pa.array([value for column in columns for value in column])


def compose(rng: np.random.Generator, theme: Ints, language: Ints, mood: Ints) -> pa.Array:
    """One text per row. `theme` counts in themes(), `language` in LANGUAGES, `mood` in MOODS."""
    many, banks, values = len(theme), _banks(), _values()
    tone = language * len(MOODS) + mood
    typo = rng.random(many) < TYPO_SHARE
    right = np.zeros(many, dtype=bool)
    core = banks["core"].draw(rng, theme * len(LANGUAGES) * len(MOODS) + tone, values, typo)
    core = _sentence(rng, core, mood == MOODS.index("neutral"))
    private = banks["personal"].draw(rng, language, values, right)
    private = pc.if_else(pa.array(rng.random(many) < PERSONAL_SHARE), private, "")
    parts = [
        banks["opening"].draw(rng, tone, values, right),
        core,
        banks["detail"].draw(rng, tone, values, typo & (rng.random(many) < 0.3)),
        banks["closing"].draw(rng, tone, values, right),
        private,
    ]
    joined = pc.binary_join_element_wise(*parts, " ")
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(joined, " {2,}", " "))


def _sentence(rng: np.random.Generator, core: pa.Array, asks: Flags) -> pa.Array:
    """The core with its mark at the end; some write without capitals, some with more than one mark."""
    end = rng.choice(5, len(core), p=[0.62, 0.2, 0.1, 0.05, 0.03])
    mark = pa.array(["", ".", "!", "!!", "..."]).take(pa.array(end))
    mark = pc.if_else(pa.array(asks), "?", mark)
    big = pc.utf8_capitalize(pc.utf8_slice_codeunits(core, 0, 1))
    upper = pc.binary_join_element_wise(big, pc.utf8_slice_codeunits(core, 1), "")
    chosen = pc.if_else(pa.array(rng.random(len(core)) < 0.5), upper, core)
    return pc.binary_join_element_wise(chosen, mark, "")

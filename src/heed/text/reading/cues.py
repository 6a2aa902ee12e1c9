"""Patterns of words, as they lie in `lexicon/cues.yaml`, and where they stand in a text.

A pattern is looked for only where its first word stands, so many hundred of them cost little more than a lookup a word.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from heed.text.reading.words import words_in

SPACE = r"[\s,–-]+"
GAP = rf"{SPACE}(?:[^\s.!?;]+{SPACE}){{0,5}}?"
NUMBERS = tuple(sorted(words_in("numbers")))
NUMBER = rf"(?:(?!1(?!\d))\d+|{'|'.join(NUMBERS)})"
TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[\U0001F300-\U0001FAFF☀-➿]|[?!]")
STEM = 3  # letters by which beginnings of words are sorted
SINGLE = re.compile(r"\(?[^\W_A-Z]+(?:-[^\W_]+)*(?:\|[^\W_A-Z]+(?:-[^\W_]+)*)*\)?")  # one word, or one of several
IDEA = "="  # begins the kind of a sign that counts only together with others
COMPARED = 12_000  # code points of a sentence that are compared with a pattern, at most


@dataclass(frozen=True)
class Cue:
    """A pattern: what it is a sign of, how strong (1 to 3), and its shape."""

    kind: str
    strength: int
    shape: re.Pattern[str] | None  # None: the word by which it is found is all of it


@dataclass(frozen=True, slots=True)
class Sign:
    """A cue met in a text, in code points. What is grave stays so however calmly it is told."""

    kind: str
    strength: int
    start: int
    end: int
    grave: bool = False
    parts: tuple[tuple[int, int], ...] = ()  # where it lies in several ideas: the places of each, in order


@dataclass(frozen=True)
class Cues:
    """All patterns, by the words they begin with, by beginnings of such words, and those that begin with a number."""

    words: dict[str, tuple[Cue, ...]]
    stems: dict[str, tuple[tuple[str, Cue], ...]]
    numbers: tuple[Cue, ...]


def lowered(text: str) -> str:
    """The text in lower case with one kind of apostrophe, every code point at its place."""
    small = text.replace("’", "'").lower()
    if len(small) == len(text):
        return small
    return "".join(each.lower() if len(each.lower()) == 1 else each for each in text.replace("’", "'"))


def shape_of(pattern: str) -> str:
    """A pattern as a regular expression over lowered text."""
    shape = re.sub(r" \.\. \(([^()]|\([^()]*\))*\)\?$", "", pattern.strip())
    shape = re.sub(r"(?<= \.\.)(?: \([^()]*\)\?)+|\([^()]*\)\? (?=\.\. )", "", shape)
    shape = re.sub(r"(?: \.\.)+", " ..", shape)
    shape = re.sub(r" (\((?:[^()]|\([^()]*\))*\))\?$", r"(?: \1)?", shape)
    shape = re.sub(r"(?<!:)(\((?:[^()]|\([^()]*\))*\))\? ", r"(?:\1 )?", shape)
    shape = shape.replace("(?: ", "\0").replace("(?:", "\1").replace("(", "(?:").replace("\1", "(?:")
    shape = shape.replace("\0", "(?: ").replace(".", r"\.").replace(r" \.\. ", "\2")
    shape = re.sub(r"\bN\b", lambda _: NUMBER, shape.replace("*", r"[\w'-]*"))
    shape = shape.replace(" END", r"(?=\s*(?:[.!,;]|$))")
    shape = re.sub(r"\bX\b", r"(?P<x>\\w+)", shape, count=1)
    shape = re.sub(r"\bX\b", r"(?P=x)", shape)
    return shape.replace(" ", SPACE).replace("\2", GAP) + r"(?!\w)"


def first_words(pattern: str) -> list[str]:
    """The words a pattern can begin with."""
    if not pattern.startswith("("):
        return [re.split(r"[ (|)]", pattern, maxsplit=1)[0]]
    depth, parts, at = 0, [], 1
    for place, letter in enumerate(pattern):
        depth += (letter == "(") - (letter == ")")
        if (letter == "|" and depth == 1) or depth == 0:
            parts.append(pattern[at:place])
            at = place + 1
        if depth == 0:
            break
    rest = pattern[at:]
    found = [word for part in parts for word in first_words(part)]
    if rest.startswith("*"):
        return [word.rstrip("*") + "*" for word in found]
    return [*found, *first_words(rest[1:].strip())] if rest.startswith("?") and rest[1:].strip() else found


@lru_cache(maxsize=1)
def written() -> dict[str, Any]:
    """The file of cues as it is written, with the ideas of the one beside it."""
    return _file("cues.yaml") | _file("together.yaml")


def _file(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load(files("heed.text").joinpath(f"lexicon/{name}").read_text(encoding="utf-8")))


def _all() -> list[tuple[str, int, str]]:
    found: list[tuple[str, int, str]] = []
    for label in ("urgency", "effort", "churn"):
        for strength, patterns in written()[label].items():
            found += [(label, int(strength), pattern) for pattern in patterns]
    for name, patterns in written()["intent"].items():
        found += [(f"intent.{name}", 1, pattern) for pattern in patterns]
    for name, patterns in written()["undoing"].items():
        if name not in ("negation", "other_things"):
            found += [(name, 1, pattern) for pattern in patterns]
    for name, patterns in written()["ideas"].items():
        found += [(IDEA + name, 1, pattern) for pattern in patterns]
    return found


@lru_cache(maxsize=1)
def cues() -> Cues:
    """The patterns, ready to be looked for."""
    words: dict[str, list[Cue]] = {}
    stems: dict[str, list[tuple[str, Cue]]] = {}
    numbers: list[Cue] = []
    for kind, strength, pattern in _all():
        cue = Cue(kind, strength, re.compile(shape_of(pattern)))
        alone = set(pattern.strip("()").split("|")) if SINGLE.fullmatch(pattern) else set()
        for word in sorted(set(first_words(pattern.strip()))):
            if word in alone and not word.endswith("*"):
                words.setdefault(word, []).append(Cue(kind, strength, None))
                continue
            if word == "N":
                numbers.append(cue)
            elif word.endswith("*"):
                stems.setdefault(word[:STEM], []).append((word[:-1], cue))
            else:
                words.setdefault(word, []).append(cue)
    return Cues(
        {word: tuple(each) for word, each in words.items()},
        {stem: tuple(each) for stem, each in stems.items()},
        tuple(numbers),
    )


@lru_cache(maxsize=1)
def other_things() -> re.Pattern[str]:
    """What stands behind a verb of leaving when it is no leaving: an order that is cancelled, a tariff that is changed."""
    shapes = (shape_of(pattern) for pattern in written()["undoing"]["other_things"])
    return re.compile(rf"(?:{SPACE})?(?:{'|'.join(shapes)})")


@lru_cache(maxsize=65_536)
def _beginning_with(word: str) -> tuple[Cue, ...]:
    held = cues()
    found = list(held.words.get(word, ()))
    found += [cue for stem, cue in held.stems.get(word[:STEM], ()) if word.startswith(stem)]
    if word.isdigit() or word in NUMBERS:
        found += held.numbers
    return tuple(found)


def signs(small: str, tokens: list[re.Match[str]]) -> list[Sign]:
    """Every cue of a lowered text, in order of place; `tokens` are its words."""
    found = []
    for token in tokens:
        word, at = token[0], token.start()
        for cue in _beginning_with(word) if len(word) < 40 else ():
            if cue.shape is None:
                found.append(Sign(cue.kind, cue.strength, at, at + len(word)))
            elif met := cue.shape.match(small, at, at + COMPARED):
                found.append(Sign(cue.kind, cue.strength, at, met.end()))
        cut = word.find("'")
        parts = ((word[cut:], cut), (word[:cut], 0), (word[cut + 1 :], cut + 1)) if cut > 0 else ()
        for part, ahead in parts:
            start = at + ahead
            for cue in _beginning_with(part):
                if cue.shape is None:
                    found.append(Sign(cue.kind, cue.strength, start, start + len(part)))
                elif met := cue.shape.match(small, start, at + COMPARED):
                    found.append(Sign(cue.kind, cue.strength, start, met.end()))
    return found

"""Sentiment by a lexicon of our own, with negation: what a fresh install answers with before anything was trained."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from heed.text.analyzer import UNKNOWN
from heed.text.mood import Judged
from heed.text.normal import normal, words_of

NAME = "lexicon.1"
NEGATED, STRESSED = -0.75, 1.5
REACH = 3  # words a negation reaches forward
SPREAD = 1.6  # how much weight it takes to be sure
APOSTROPHES = ("fr", "it")  # run words together with one
UNREAD = Judged("neutral", 0.333, 0.0)  # of a language there is no lexicon for: any of the three
EDGE = 0.22  # a score nearer to zero than this is neutral


@dataclass(frozen=True)
class Lexicon:
    """Weights of words, of beginnings of words and of phrases; words that negate, words that stress."""

    words: dict[str, float]
    beginnings: dict[str, float]
    phrases: tuple[tuple[re.Pattern[str], float], ...]
    negations: frozenset[str]
    stresses: frozenset[str]


@lru_cache(maxsize=1)
def lexicons() -> dict[str, Lexicon]:
    """The lexicon of each language there is one for."""
    written = yaml.safe_load(files("heed.text").joinpath("lexicon/sentiment.yaml").read_text(encoding="utf-8"))
    return {language: _lexicon(part) for language, part in written.items()}


def _lexicon(part: dict[str, Any]) -> Lexicon:
    words: dict[str, float] = {}
    beginnings: dict[str, float] = {}
    phrases: list[tuple[re.Pattern[str], float]] = []
    for side, sign in (("positive", 1.0), ("negative", -1.0)):
        for strength, terms in part[side].items():
            for term in terms:
                weight = sign * float(strength)
                if " " in term:
                    phrases.append((re.compile(rf"\b{re.escape(term).replace(chr(92) + '*', r'[^ ]*')}(?!\w)"), weight))
                elif term.endswith("*"):
                    beginnings[term[:-1]] = weight
                else:
                    words[term] = weight
    return Lexicon(words, beginnings, tuple(phrases), frozenset(part["negation"]), frozenset(part["intensifier"]))


def weigh(text: str, language: str) -> tuple[float, int]:
    """The sum of weights of a text's words, and how many words had one. Where the language is not told it is taken for English;
    of a language there is no lexicon for, smileys alone are weighed.
    """
    plain = normal(text)
    if language in APOSTROPHES:
        plain = plain.replace("'", "' ")
    words = words_of(plain)
    if language not in lexicons() and language != UNKNOWN:
        words = [word for word in words if not word[0].isalpha()]
    return weigh_normal(plain, words, language)


def weigh_normal(plain: str, words: Sequence[str], language: str) -> tuple[float, int]:
    """The same of a normal text and its words."""
    language = language if language in lexicons() else "en"
    lexicon = lexicons()[language]
    total, many = 0.0, 0
    for place, word in enumerate(words):
        weight = _weight(word, language)
        if not weight:
            continue
        before = words[max(0, place - REACH) : place]
        turned = any(each in lexicon.negations or each.endswith("n't") for each in before)
        stressed = any(each in lexicon.stresses for each in before[-1:])
        total += weight * (NEGATED if turned else 1.0) * (STRESSED if stressed else 1.0)
        many += 1
    for phrase, weight in lexicon.phrases if words else ():
        if phrase.search(plain):
            total, many = total + weight, many + 1
    return total, many


@lru_cache(maxsize=200_000)
def _weight(word: str, language: str) -> float:
    lexicon = lexicons()[language]
    if word in lexicon.words:
        return lexicon.words[word]
    for size in range(len(word), 2, -1):
        if word[:size] in lexicon.beginnings:
            return lexicon.beginnings[word[:size]]
    return 0.0


def judge_by_lexicon(
    texts: Sequence[str], languages: Sequence[str], scores: Sequence[float | None] | None = None
) -> list[Judged]:
    """The sentiment of each text. Where no word has a weight the score given along with it decides, unsurely; without one, a
    text of a language there is no lexicon for is neutral with a third of confidence.

    The confidence grows with the weight of the words; it is no probability, and is kept below 0.9 for that.
    """
    told = []
    for place, (text, language) in enumerate(zip(texts, languages, strict=True)):
        total, many = weigh(text, language)
        given = scores[place] if scores is not None else None
        if not many and given is not None:
            total = (given - 0.5) * 1.6
        if not many and given is None and language not in lexicons() and language != UNKNOWN:
            told.append(UNREAD)
        else:
            told.append(_judged(total / (SPREAD + abs(total)), bool(many)))
    return told


def _judged(score: float, seen: bool) -> Judged:
    if abs(score) < EDGE:
        return Judged("neutral", 0.5 if seen else 0.4, score)
    sure = min(0.9, 0.45 + 0.55 * abs(score)) if seen else 0.45
    return Judged("positive" if score > 0 else "negative", math.floor(sure * 1000) / 1000, score)

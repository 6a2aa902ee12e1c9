"""Rare misspellings put right by the texts' own words: a word that is one slip away from a much commoner one."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from heed.text.discovery.stopping import stop_words
from heed.text.normal import normal, words_of

# Letters of both words at the least: short words are too near each other (clock and block, seating and setting).
SWAPPED_LETTERS, SLIPPED_LETTERS, MISTAKEN_LETTERS = 5, 7, 8
# How many times as common the right word must be. Two letters that changed places are seldom another word.
SWAPPED, SLIPPED, LONG = 3, 20, 6
LETTERS = re.compile(r"[^\W\d_]+")


def tokens_of(masked: Sequence[str]) -> list[list[str]]:
    """The words of each text in order, rare misspellings as the word they stand for. Each word is kept once in memory."""
    same: dict[str, str] = {}
    texts = [[same.setdefault(word, word) for word in words_of(normal(text))] for text in masked]
    counts = Counter(word for words in texts for word in set(words))
    right = respelt(counts)
    if not right:
        return texts
    return [[right.get(word, word) for word in words] for words in texts]


def put_right(masked: Sequence[str]) -> list[str]:
    """The texts with their rare misspellings as the words they stand for; everything else as it was."""
    counts = Counter(word for text in masked for word in set(words_of(normal(text))))
    right = respelt(counts)
    if not right:
        return list(masked)
    return [LETTERS.sub(lambda met: right.get(met[0].lower(), met[0]), text) for text in masked]


def respelt(counts: Mapping[str, int]) -> dict[str, str]:
    """Misspelt words and what they stand for. counts: in how many texts each word stands.

    One slip is two neighbouring letters swapped, or one letter left out, put in or mistaken (Damerau 1964). Of these, one
    at the beginning or the end is left: beginnings are other words, endings tell number and time.
    """
    words = {word: count for word, count in counts.items() if len(word) >= SWAPPED_LETTERS and word.isalpha()}
    slips: dict[tuple[int, str], list[str]] = {}
    for word, count in words.items():
        if count >= SLIPPED and len(word) >= SLIPPED_LETTERS:
            for place, rest in _without_one(word):
                slips.setdefault((place, rest), []).append(word)
    found = {}
    for word, count in words.items():
        times = SWAPPED if len(word) >= LONG else SLIPPED
        near = [other for other in _swapped(word) if words.get(other, 0) >= times * count]
        if len(word) >= SLIPPED_LETTERS:
            slipped = (other for other in _slipped(word, slips) if other not in stop_words())
            near += [other for other in slipped if words.get(other, 0) >= SLIPPED * count]
        if near and word not in stop_words():
            found[word] = max(near, key=lambda other: (words[other], other))
    # What a misspelling stands for is not itself a misspelling.
    return {word: found.get(right, right) for word, right in found.items()}


def _swapped(word: str) -> Iterator[str]:
    for place in range(len(word) - 1):
        if word[place] != word[place + 1]:
            yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _without_one(word: str) -> Iterator[tuple[int, str]]:
    """The word without one of its inner letters, and where that was."""
    for place in range(1, len(word) - 1):
        yield place, word[:place] + word[place + 1 :]


def _slipped(word: str, slips: Mapping[tuple[int, str], Sequence[str]]) -> Iterator[str]:
    for place, rest in _without_one(word):
        if len(rest) >= SLIPPED_LETTERS:
            yield rest  # a letter too many
        if len(word) >= MISTAKEN_LETTERS:
            yield from (other for other in slips.get((place, rest), ()) if other != word)  # a mistaken letter
    for place in range(1, len(word)):
        yield from slips.get((place, word), ())  # a letter too few

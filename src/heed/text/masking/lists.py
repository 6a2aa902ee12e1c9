"""Lists of words: written beside the rules, or kept as files in the lexicon."""

from functools import lru_cache
from importlib.resources import files


def words(written: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(written.split())


@lru_cache(maxsize=16)
def lines_of(name: str) -> tuple[str, ...]:
    """The lines of a list in the lexicon, without its comments."""
    text = files("heed.text").joinpath(f"lexicon/{name}.txt").read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@lru_cache(maxsize=16)
def words_of(name: str) -> frozenset[str]:
    """The words of a list in the lexicon."""
    return frozenset(word for line in lines_of(name) for word in line.split())

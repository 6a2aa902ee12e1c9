"""The lists of words the reader goes by, as they lie in `lexicon/grammar.yaml`; read once."""

from functools import lru_cache
from importlib.resources import files

import yaml


@lru_cache(maxsize=1)
def grammar() -> dict[str, frozenset[str]]:
    """Each list by its name."""
    written = yaml.safe_load(files("heed.text").joinpath("lexicon/grammar.yaml").read_text(encoding="utf-8"))
    return {name: frozenset(words.split()) for name, words in written.items()}


@lru_cache(maxsize=64)
def words_in(name: str) -> frozenset[str]:
    """One list."""
    return grammar()[name]


def months() -> frozenset[str]:
    return words_in("months")

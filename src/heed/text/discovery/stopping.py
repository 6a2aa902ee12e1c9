"""Words that tell nothing of themselves."""

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    text = files("heed.text").joinpath("lexicon/stop_words.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())

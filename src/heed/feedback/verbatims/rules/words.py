"""Words a model does not know. Pure."""

from collections.abc import Sequence

from heed.text.normal import normal, words_of
from heed.text.sentiment import SentimentModel


def unknown_words(masked: Sequence[str], model: SentimentModel) -> list[tuple[int, int]]:
    """Of each text its words and those of them that stand in no term of the model."""
    known = {word for term in model.words.terms for word in term.split()}
    found = []
    for text in masked:
        words = words_of(normal(text))
        found.append((len(words), sum(word not in known for word in words)))
    return found

"""Texts as counted words and characters (TF-IDF), kept as plain numbers so that a model file holds no code."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from heed.stats.arrays import Floats
from heed.text.normal import words_of

Unit = Literal["words", "characters"]
MOST_TERMS = 150_000


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The terms that are counted, in order, and the inverse document frequency of each."""

    unit: Unit
    terms: tuple[str, ...]
    idf: Floats


def _vectorizer(unit: Unit, **more: Any) -> Any:
    # Loaded late: a second that a command which only masks need not wait.
    from sklearn.feature_extraction.text import TfidfVectorizer

    shape: dict[str, Any] = {"lowercase": False, "sublinear_tf": True, "dtype": np.float64}
    if unit == "words":
        return TfidfVectorizer(tokenizer=words_of, token_pattern=None, ngram_range=(1, 2), **shape, **more)
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **shape, **more)


def fit_vocabularies(texts: Sequence[str], *, least: int = 2) -> tuple[Vocabulary, Vocabulary]:
    """What is counted in normal texts: words and pairs of words, and runs of 2 to 5 characters within a word.

    A term stands in `least` texts or more: what one person alone wrote is not kept.
    """
    found = []
    for unit in ("words", "characters"):
        fitted = _vectorizer(unit, min_df=least, max_features=MOST_TERMS).fit(texts)
        found.append(Vocabulary(unit, tuple(str(term) for term in fitted.get_feature_names_out()), fitted.idf_))
    return found[0], found[1]


@lru_cache(maxsize=16)
def _ready(vocabulary: Vocabulary) -> Any:
    made = _vectorizer(vocabulary.unit, vocabulary={term: place for place, term in enumerate(vocabulary.terms)})
    made.idf_ = vocabulary.idf
    return made


def vectors(vocabularies: Sequence[Vocabulary], texts: Sequence[str]) -> Any:
    """A sparse matrix, one row a normal text; each vocabulary's part has length 1."""
    from scipy.sparse import csr_matrix, hstack

    return csr_matrix(hstack([_ready(vocabulary).transform(texts) for vocabulary in vocabularies]))

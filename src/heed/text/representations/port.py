"""What makes vectors of texts, whatever it is: the organisation's own words, an encoder in a folder, an endpoint.

A learner is handed a representation, signs what it learnt with the representation's name, and is told from then on by
one of that name only: vectors of two encoders mean nothing to each other.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from heed.core.errors.rules import Refused, phrase
from heed.stats.arrays import Floats


class Representation(Protocol):
    """Turns masked texts into vectors. It keeps no state that a text changes: the same text has the same vector, alone
    or among others.
    """

    @property
    def name(self) -> str:
        """What made the vectors, to the byte: kind, version, digest. Whatever is learnt from them is signed with it."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row a text, in order, of shape (len(texts), dimensions); each of length 1, or of zeros where nothing is
        known of the text (an empty one). Raises HeedError where the encoder or the endpoint fails.
        """
        ...


def unit_rows(vectors: Any) -> Floats:
    """The rows scaled to length 1 as 64-bit floats; a row of zeros stays one."""
    rows = np.asarray(vectors, dtype=np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)


def require_same(signed: str, representation: Representation | None) -> Representation | None:
    """The representation, if it is the one a model was signed with ("" = the built-in one). Raises Refused otherwise."""
    here = "" if representation is None else representation.name
    if here == signed:
        return representation
    raise Refused(
        phrase(
            "The model was trained on the representation {signed}, and {here} is set.",
            signed=signed or phrase("built in"),
            here=here or phrase("the built-in one"),
        ),
        code="other_representation",
        hint="Set HEED_EMBEDDINGS to what it was when the model was trained, or train it again.",
    )

"""Vectors from a server that speaks OpenAI's `/embeddings`. The masked texts leave the house, so it is chosen by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np

from heed.core.errors.rules import phrase
from heed.stats.arrays import Floats
from heed.text.endpoint import Endpoint, EndpointFailed
from heed.text.representations.port import unit_rows

VERSION = 1  # of what is sent and how the answer is read; a change of it makes other vectors
PATH = "/embeddings"
MOST_TEXTS, MOST_SIGNS = 64, 65_536  # of one request
MOST_OF_ONE = 8_000  # signs of one text; what is behind them is not sent
PROBE = "heed"


@dataclass
class _Seen:
    """What is known of the vectors so far: nothing before the first answer."""

    dimensions: int = 0
    lock: Any = field(default_factory=Lock)


@dataclass(frozen=True, eq=False)
class Served:
    """The vectors of one model of one server. What a name of a model stands for is the server's own affair: heed signs
    with the address and the name, and refuses vectors of another length. (Whether they moved is seen in cache.py.)
    """

    endpoint: Endpoint
    seen: _Seen = field(default_factory=_Seen)

    @property
    def name(self) -> str:
        """The model and the whole address; the key is no part of it."""
        return f"endpoint/{VERSION}:{self.endpoint.model}@{self.endpoint.url.partition('://')[2]}"

    @property
    def dimensions(self) -> int:
        """The length of a vector; the server is asked for one word where nothing was asked yet."""
        return self.seen.dimensions or self._asked([PROBE]).shape[1]

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row a text; zeros for a blank one, which is not sent. Each is masked here once more, whoever hands it in:
        a masked text stays as it is. Raises EndpointFailed where there is no whole answer,
        AddressRefused where the address may not be called.
        """
        texts = _masked(texts)
        told = [place for place, text in enumerate(texts) if text.strip()]
        parts = [
            (batch, self._asked([texts[place][:MOST_OF_ONE] for place in batch])) for batch in _batches(told, texts)
        ]
        found = np.zeros((len(texts), self.seen.dimensions or self.dimensions))
        for batch, rows in parts:
            found[batch] = rows
        return unit_rows(found)

    def _asked(self, texts: Sequence[str]) -> Floats:
        answer = self.endpoint.post(PATH, {"input": list(texts)})
        rows = self._rows(answer.body.get("data"), len(texts))
        with self.seen.lock:
            known = self.seen.dimensions or rows.shape[1]
            if rows.shape[1] != known:
                raise self._no_vectors(
                    phrase("it gave {known} numbers a text before, and {now} now", known=known, now=rows.shape[1])
                )
            self.seen.dimensions = known
        return rows

    def _rows(self, said: Any, many: int) -> Floats:
        """The vectors of an answer in the order of the texts. Raises EndpointFailed for anything but one whole vector a
        text.
        """
        if not isinstance(said, list) or len(said) != many:
            got = len(said) if isinstance(said, list) else 0
            raise self._no_vectors(phrase("it gave {got} vectors for {many} texts", got=got, many=many))
        found: list[Any] = [None] * many
        for each in said:
            place, vector = (each.get("index"), each.get("embedding")) if isinstance(each, dict) else (None, None)
            if type(place) is not int or not 0 <= place < many or found[place] is not None:
                raise self._no_vectors(phrase("it does not say once of each vector which text it is of"))
            if not isinstance(vector, list) or not all(type(number) in (int, float) for number in vector):
                raise self._no_vectors(phrase("a vector is no list of numbers"))
            found[place] = vector
        if len({len(vector) for vector in found}) != 1 or not found[0]:
            raise self._no_vectors(phrase("its vectors are of different lengths"))
        try:
            rows = np.asarray(found, dtype=np.float64)
        except OverflowError:
            rows = np.full((many, 1), np.inf)
        if not np.isfinite(rows).all():
            raise self._no_vectors(phrase("a vector holds what is no number"))
        return rows

    def _no_vectors(self, reason: str) -> EndpointFailed:
        return EndpointFailed(
            "malformed",
            phrase("The vectors of {name} cannot be used: {reason}.", name=self.endpoint.name, reason=reason),
            hint="Look whether the model makes vectors, and the address is that of /v1.",
        )


def _masked(texts: Sequence[str]) -> list[str]:
    # Loaded late: whoever chose no endpoint need not wait for it.
    from heed.text.masking.mask import mask

    return [mask(text).text for text in texts]


def _batches(places: Sequence[int], texts: Sequence[str]) -> list[list[int]]:
    """Places of texts in requests of so many texts and signs at most."""
    batches: list[list[int]] = []
    signs = 0
    for place in places:
        more = min(len(texts[place]), MOST_OF_ONE)
        if not batches or len(batches[-1]) == MOST_TEXTS or signs + more > MOST_SIGNS:
            batches.append([])
            signs = 0
        batches[-1].append(place)
        signs += more
    return batches

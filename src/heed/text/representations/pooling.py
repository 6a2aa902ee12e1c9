"""One vector a text from one vector a piece, as the folder of an encoder says it (Reimers and Gurevych 2019)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.core.errors.rules import Invalid, phrase
from heed.stats.arrays import Floats
from heed.text.representations.port import unit_rows

Singles = NDArray[np.float32]  # a batch of long texts has millions of numbers
# In the order in which several are put beside each other; the names are those of the published folders.
WAYS = {
    "cls": "pooling_mode_cls_token",
    "max": "pooling_mode_max_tokens",
    "mean": "pooling_mode_mean_tokens",
    "mean_sqrt_len_tokens": "pooling_mode_mean_sqrt_len_tokens",
    "weightedmean": "pooling_mode_weightedmean_tokens",
    "lasttoken": "pooling_mode_lasttoken",
}
ACTIVATIONS: dict[str, Callable[[Floats], Floats]] = {"Identity": np.asarray, "Tanh": np.tanh}


@dataclass(frozen=True, eq=False)
class Dense:
    """A linear layer behind the pooling: `weight` is (out, in)."""

    weight: Floats
    bias: Floats
    activation: str

    def applied(self, rows: Floats) -> Floats:
        """Rows (texts, in) as rows (texts, out)."""
        return np.asarray(ACTIVATIONS[self.activation](rows @ self.weight.T + self.bias), dtype=np.float64)


def ways_of(config: dict[str, Any]) -> tuple[str, ...]:
    """The ways of pooling that a folder's config names; the mean where it names none. Raises Invalid for an unknown one."""
    named = config.get("pooling_mode")
    if isinstance(named, str):
        named = [named]
    if not named:
        named = [way for way, key in WAYS.items() if config.get(key)]
        strange = [
            key for key in config if key.startswith("pooling_mode_") and config[key] and key not in WAYS.values()
        ]
        named += strange
    unknown = [way for way in named if way not in WAYS]
    if unknown:
        raise Invalid(
            phrase("The pooling {way} is not known.", way=unknown[0]),
            code="unknown_pooling",
            hint=phrase("Known are: {names}", names=", ".join(WAYS)),
        )
    return tuple(named) or ("mean",)


def pooled(pieces: Singles, mask: Singles, ways: tuple[str, ...]) -> Floats:
    """One row a text. `pieces` is (texts, pieces, dimensions), `mask` (texts, pieces) of 1 and 0, padded on the right."""
    return np.concatenate([_pooled(pieces, mask, way) for way in ways], axis=1).astype(np.float64)


def _pooled(pieces: Singles, mask: Singles, way: str) -> Any:
    many = mask.sum(axis=1, keepdims=True)
    if way == "cls":
        return pieces[:, 0]
    if way == "lasttoken":
        return pieces[np.arange(len(pieces)), many[:, 0].astype(np.int64) - 1]
    if way == "max":
        return np.where(mask[:, :, None] > 0, pieces, -np.inf).max(axis=1)
    weight = mask * np.arange(1, mask.shape[1] + 1) if way == "weightedmean" else mask
    total = np.einsum("tpd,tp->td", pieces, weight)
    return total / (np.sqrt(many) if way == "mean_sqrt_len_tokens" else weight.sum(axis=1, keepdims=True))


def refined(rows: Floats, steps: tuple[Dense | None, ...]) -> Floats:
    """The rows after the steps behind the pooling, in order: a linear layer, or None for scaling to length 1."""
    for step in steps:
        rows = unit_rows(rows) if step is None else step.applied(rows)
    return rows

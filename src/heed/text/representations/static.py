"""A static encoder (Model2Vec; Tulkens and van Dongen 2024): one vector a piece, and a text is the mean of its pieces.

`model.safetensors` holds `embeddings` (pieces, dimensions), and where the pieces share vectors `mapping` (pieces,) and
`weights` (pieces,); `embedding.weight` is what sentence-transformers calls the first.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.core.errors.rules import Invalid, phrase
from heed.stats.arrays import Floats
from heed.text.representations.layout import digest_of, modules_of, read_config, read_tensors
from heed.text.representations.pieces import MANY, TOKENIZER, open_tokenizer, plain
from heed.text.representations.port import unit_rows

VERSION = 1  # of how a folder is read; a change of it makes other vectors
NUMBERS = "model.safetensors"
NESTED = "0_StaticEmbedding"
TABLES = ("embeddings", "embedding.weight")
MOST_PIECES = 512


@dataclass(frozen=True, eq=False)
class Static:
    """An opened folder. `table` is (vectors, dimensions); `mapping` and `weights` have one entry a piece: its vector's row
    and what that counts. Texts are cut after `most_signs` signs; the piece `unknown` is left out.
    """

    name: str
    table: NDArray[np.float32]
    mapping: NDArray[np.int64]
    weights: NDArray[np.float32]
    tokenizer: Any
    unknown: int | None
    most_signs: int

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self.table.shape[1])

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row a text; zeros where no piece of it is known."""
        parts = [self._rows(texts[start : start + MANY]) for start in range(0, len(texts), MANY)]
        return unit_rows(np.concatenate(parts)) if parts else np.zeros((0, self.dimensions))

    def _rows(self, texts: Sequence[str]) -> Any:
        from scipy.sparse import csr_matrix

        said = [text[: self.most_signs] for text in plain(texts)]
        cut = self.tokenizer.encode_batch_fast(said, add_special_tokens=False)
        ids = [[piece for piece in each.ids if piece != self.unknown] for each in cut]
        ends = np.cumsum([0, *(len(each) for each in ids)])
        flat = np.fromiter((piece for each in ids for piece in each), dtype=np.int64, count=int(ends[-1]))
        # The sum is the mean up to its length, and the rows are scaled to length 1 in the end.
        shape = (len(texts), len(self.table))
        return csr_matrix((self.weights[flat], self.mapping[flat], ends), shape=shape) @ self.table


def static_home(folder: Path) -> Path | None:
    """Where the files of a static encoder lie in a folder; None where it says that it is none."""
    modules = modules_of(folder)
    if modules and modules[0][0] == "StaticEmbedding":
        return modules[0][1]
    if (folder / NESTED / NUMBERS).is_file():
        return folder / NESTED
    return folder if read_config(folder / "config.json").get("model_type") == "model2vec" else None


def open_static(folder: Path, home: Path) -> Static:
    """The static encoder of a folder. Raises Invalid where a file is not what it should be, Unavailable without the
    libraries.
    """
    tokenizer = open_tokenizer(home)
    tensors = read_tensors(home / NUMBERS)
    name = next((each for each in TABLES if each in tensors), "")
    if not name or tensors[name].ndim != 2:
        raise _not_static(home, phrase("it has no table named embeddings"))
    table = np.ascontiguousarray(tensors[name], dtype=np.float32)
    if not np.isfinite(table).all():
        raise _not_static(home, phrase("the table holds what is no number"))
    pieces = tokenizer.get_vocab_size(with_added_tokens=True)
    mapping = np.asarray(tensors.get("mapping", np.arange(len(table))), dtype=np.int64)
    weights = np.asarray(tensors.get("weights", np.ones(len(mapping))), dtype=np.float32)
    if len(mapping) < pieces or len(weights) < pieces:
        raise _not_static(home, phrase("it has {rows} rows for {pieces} pieces", rows=len(mapping), pieces=pieces))
    if mapping.min() < 0 or mapping.max() >= len(table):
        raise _not_static(home, phrase("a piece has no vector"))
    most = read_config(folder / "config.json").get("max_length", MOST_PIECES)
    most = int(most) if isinstance(most, int) and most > 0 else MOST_PIECES
    tokenizer.enable_truncation(most)
    usual = int(np.median([len(piece) for piece in tokenizer.get_vocab()]))
    digest = digest_of((home / NUMBERS, home / TOKENIZER), str(most))
    name = f"static/{VERSION}:{table.shape[1]}:{digest}"
    return Static(name, table, mapping, weights, tokenizer, _unknown(tokenizer), most * usual)


def _unknown(tokenizer: Any) -> int | None:
    """The piece that stands for what is not known: it says nothing, so it is left out."""
    if hasattr(tokenizer.model, "unk_token"):
        named = tokenizer.model.unk_token
        found = None if named is None else tokenizer.token_to_id(named)
    else:
        # Unigrams say it in their file alone.
        found = json.loads(tokenizer.to_str())["model"].get("unk_id")
    return None if found is None else int(found)


def _not_static(home: Path, reason: str) -> Invalid:
    return Invalid(
        phrase("{file} is no static encoder: {reason}.", file=home / NUMBERS, reason=reason),
        code="broken_representation",
        hint="An encoder with layers needs its graph: export it as model.onnx beside tokenizer.json.",
    )

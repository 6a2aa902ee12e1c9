"""A sentence encoder as an ONNX graph and a tokenizer, run on this machine's processors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heed.core.errors.rules import HeedError, Invalid, Unavailable, phrase
from heed.stats.arrays import Floats
from heed.text.representations.layout import Layout, layout_of, read_config
from heed.text.representations.pieces import MANY, not_installed, open_tokenizer, plain
from heed.text.representations.pooling import pooled, refined
from heed.text.representations.port import unit_rows

VERSION = 1  # of how a folder is read; a change of it makes other vectors
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
READY, BY_PIECE = "sentence_embedding", ("last_hidden_state", "token_embeddings")
WIDTHS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
MOST_TEXTS, MOST_TOGETHER = 64, 4096  # of a batch: texts, and pieces with their padding
PROBE = "heed"


@dataclass(frozen=True, eq=False)
class Encoder:
    """An opened folder. Texts longer than it reads are cut; the same text has the same vector to rounding (1e-6)."""

    name: str
    dimensions: int
    runner: "Runner"

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row a text; zeros for a blank one. Raises Unavailable where the graph fails."""
        found = np.zeros((len(texts), self.dimensions))
        for start in range(0, len(texts), MANY):
            part = texts[start : start + MANY]
            for places, rows in self.runner.rows(part):
                found[[start + place for place in places]] = rows
        return unit_rows(found)


@dataclass(frozen=True, eq=False)
class Runner:
    """The graph and what goes in and out of it. `length` is set where the graph takes texts of one length alone, `many`
    where it takes so many at once.
    """

    session: Any
    tokenizer: Any
    layout: Layout
    output: str
    by_piece: bool
    pad: int
    length: int | None
    many: int | None

    def rows(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Floats]]:
        """Places of texts and their rows, batch by batch; blank texts have none."""
        said = [self.layout.prompt + (text.lower() if self.layout.lower else text) for text in plain(texts)]
        cut = self.tokenizer.encode_batch(said)
        known = [place for place, text in enumerate(texts) if text.strip() and cut[place].ids]
        # Texts of one length stand together, so that little is padded.
        known.sort(key=lambda place: len(cut[place].ids))
        for batch in self._batches(known, [len(each.ids) for each in cut]):
            yield batch, self._run([cut[place] for place in batch])

    def _batches(self, places: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
        batch: list[int] = []
        for place in places:
            most = self.many or min(MOST_TEXTS, max(1, MOST_TOGETHER // lengths[place]))
            if len(batch) >= most:
                yield batch
                batch = []
            batch.append(place)
        if batch:
            yield batch

    def _run(self, cut: Sequence[Any]) -> Floats:
        ids, mask, kinds = self._padded(cut)
        given = dict(zip(INPUTS, (ids, mask, kinds), strict=True))
        feed = {each.name: given[each.name].astype(WIDTHS[each.type]) for each in self.session.get_inputs()}
        try:
            out: Any = np.asarray(self.session.run([self.output], feed)[0], dtype=np.float32)
        # The library's errors have no class in common but the bare one.
        except Exception as error:
            raise _encoder_failed(str(error)) from error
        if out.ndim != (3 if self.by_piece else 2) or len(out) != len(ids):
            raise _encoder_failed(phrase("its output has the shape {shape}", shape=out.shape))
        if self.by_piece:
            # Of padding nothing is known, and some graphs give what is no number there.
            out = pooled(np.where(mask[:, :, None] > 0, out, np.float32(0)), mask.astype(np.float32), self.layout.ways)
        if not np.isfinite(out).all():
            raise _encoder_failed(phrase("it gives what is no number"))
        if self.by_piece:
            out = refined(out, self.layout.steps)
        return np.asarray(out[: len(cut)], dtype=np.float64)

    def _padded(self, cut: Sequence[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Pieces, which of them are there, and their kinds: each (texts, longest). A graph that wants more texts at once
        than there are has the first ones again.
        """
        rows = list(cut) + [cut[0]] * ((self.many or len(cut)) - len(cut))
        shape = (len(rows), self.length or max(len(each.ids) for each in rows))
        ids, mask, kinds = np.full(shape, self.pad), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for row, each in enumerate(rows):
            ids[row, : len(each.ids)] = each.ids
            mask[row, : len(each.ids)] = 1
            kinds[row, : len(each.ids)] = each.type_ids
        return ids, mask, kinds


def open_encoder(folder: Path, graph: Path) -> Encoder:
    """The encoder of a folder. Raises Invalid where it has no tokenizer or a graph that cannot be run, Unavailable
    without the libraries.
    """
    layout = layout_of(folder, graph)
    tokenizer = open_tokenizer(layout.home)
    session = _session(graph)
    many, length = _fixed(session, graph)
    pad = _pad(tokenizer, layout)
    most = min(layout.most_pieces, length or layout.most_pieces)
    tokenizer.enable_truncation(most)
    output, by_piece = _output(session, graph)
    runner = Runner(session, tokenizer, layout, output, by_piece, pad, length, many)
    try:
        _, rows = next(runner.rows([PROBE]), ([], np.zeros((1, 0))))
    except HeedError as error:
        raise Invalid(error.message, code="broken_graph", hint="Export the model again.") from error
    if not rows.shape[1]:
        raise Invalid(
            phrase("The tokenizer of {folder} knows no piece of a plain word.", folder=folder),
            code="broken_tokenizer",
            hint="Copy the file again from where the model was published.",
        )
    ways = "+".join(layout.ways) if by_piece else "pooled"
    name = f"onnx/{VERSION}:{ways}:{rows.shape[1]}:{layout.digest()}"
    return Encoder(name, rows.shape[1], runner)


def _session(graph: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise not_installed("onnxruntime") from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    # The library's errors have no class in common but the bare one.
    except Exception as error:
        raise Invalid(
            phrase("{file} is no graph that can be run: {error}.", file=graph, error=str(error)[:300]),
            code="broken_graph",
            hint="A graph with its numbers in a second file needs that file beside it.",
        ) from error


def _fixed(session: Any, graph: Path) -> tuple[int | None, int | None]:
    """How many texts, and of how many pieces, the graph takes where it takes no others. Raises Invalid for inputs that
    nothing is known of.
    """
    for each in session.get_inputs():
        if each.name not in INPUTS or each.type not in WIDTHS or len(each.shape) != 2:
            raise Invalid(
                phrase(
                    "{file} wants {name}, which nothing is known of.", file=graph.name, name=f"{each.name} {each.type}"
                ),
                code="unknown_input",
                hint=phrase("Known are: {names}", names=", ".join(INPUTS)),
            )
    if "input_ids" not in {each.name for each in session.get_inputs()}:
        raise Invalid(
            phrase("{file} takes no input_ids.", file=graph.name),
            code="unknown_input",
            hint=phrase("Known are: {names}", names=", ".join(INPUTS)),
        )
    many, length = next(each.shape for each in session.get_inputs() if each.name == "input_ids")
    return (many if isinstance(many, int) else None), (length if isinstance(length, int) else None)


def _output(session: Any, graph: Path) -> tuple[str, bool]:
    """The output to read, and whether it has a row for each piece (or one for the whole text already)."""
    shapes = {each.name: len(each.shape or ()) for each in session.get_outputs()}
    if shapes.get(READY) == 2:
        return READY, False
    by_name = [name for name in BY_PIECE if shapes.get(name) == 3]
    by_shape = [name for name, many in shapes.items() if many == 3]
    if by_name or by_shape:
        return (by_name or by_shape)[0], True
    whole = [name for name, many in shapes.items() if many == 2]
    if len(whole) == 1 == len(shapes):
        return whole[0], False
    raise Invalid(
        phrase(
            "{file} gives {names}, and none of them is a vector of a text.", file=graph.name, names=", ".join(shapes)
        ),
        code="unknown_output",
        hint="Export the model for feature extraction.",
    )


def _pad(tokenizer: Any, layout: Layout) -> int:
    """What stands where a shorter text has no piece; it is masked, but has to be one the graph has a row for."""
    said = read_config(layout.home / "config.json").get("pad_token_id")
    named = read_config(layout.home / "tokenizer_config.json").get("pad_token")
    known = tokenizer.token_to_id(named) if isinstance(named, str) else None
    found = said if isinstance(said, int) and said >= 0 else known
    return int(found or 0)


def _encoder_failed(error: str) -> Unavailable:
    return Unavailable(
        phrase("The encoder failed: {error}.", error=error[:300] if type(error) is str else error),
        code="encoder_failed",
        hint="Export the model again, or take another.",
    )

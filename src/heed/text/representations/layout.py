"""What a folder with an encoder says of itself: where its files lie, how it pools, how long a text it reads.

The files are those that sentence-transformers writes (`modules.json`, `1_Pooling/config.json`,
`sentence_bert_config.json` …) beside an exported graph; all but the graph and the tokenizer may be absent.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from heed.core.errors.rules import Invalid, phrase
from heed.text.representations.pieces import not_installed
from heed.text.representations.pooling import ACTIVATIONS, Dense, ways_of

MOST_PIECES = 512  # where the folder does not say how many it reads
HIGHEST_PIECES = 2048  # whatever it says: the memory that attention takes grows with the square
SILENT = {"Dropout"}  # does nothing when a model is used
# Beside a graph there may lie its numbers in files of any name; these belong to other programs.
NOT_OF_A_GRAPH = {".onnx", ".json", ".md", ".txt", ".bin", ".safetensors", ".h5", ".pt", ".ot", ".msgpack", ".model"}


@dataclass(frozen=True, eq=False)
class Layout:
    """What is known of a folder. `home` holds the tokenizer; `files` are those the vectors depend on, `said` the rest of
    what they depend on.
    """

    home: Path
    graph: Path
    ways: tuple[str, ...]
    steps: tuple[Dense | None, ...]
    most_pieces: int
    lower: bool
    prompt: str
    files: tuple[Path, ...]

    def digest(self) -> str:
        """The first 16 hex digits of a digest over everything that the vectors depend on."""
        said = [self.ways, self.most_pieces, self.lower, self.prompt]
        return digest_of(self.files, json.dumps(said, ensure_ascii=False))


def digest_of(files: Iterable[Path], said: str) -> str:
    """16 hex digits over the content of the files, in order, and what is said beside them."""
    whole = hashlib.sha256(said.encode())
    for file in files:
        with file.open("rb") as content:
            whole.update(hashlib.file_digest(content, "sha256").digest())
    return whole.hexdigest()[:16]


def read_config(file: Path) -> dict[str, Any]:
    """The object in a JSON file; empty where there is no file. Raises Invalid where it is none."""
    found = _json(file)
    if found is not None and not isinstance(found, dict):
        raise _unreadable_part(file, "no object")
    return found or {}


def _json(file: Path) -> Any:
    if not file.is_file():
        return None
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable_part(file, str(error)) from error


def _unreadable_part(file: Path, error: str) -> Invalid:
    return Invalid(
        phrase("{file} cannot be read: {error}.", file=file, error=error),
        code="broken_representation",
        hint="Copy the file again from where the model was published.",
    )


def modules_of(folder: Path) -> list[tuple[str, Path]]:
    """The parts of a sentence encoder in order: the last word of each one's type, and its folder. Empty where not said."""
    file = folder / "modules.json"
    found = _json(file) or []
    try:
        ordered = sorted(found, key=lambda module: int(module["idx"]))
        return [(str(module["type"]).rpartition(".")[2], folder / str(module["path"])) for module in ordered]
    except (TypeError, KeyError, ValueError) as error:
        raise _unreadable_part(file, "a module without idx, type or path") from error


def graph_of(folder: Path) -> Path | None:
    """The graph of a folder: `model.onnx`, or the only one there is. Raises Invalid where several could be meant."""
    places = [place for place in (folder, folder / "onnx", folder / "0_Transformer") if place.is_dir()]
    for place in places:
        if (place / "model.onnx").is_file():
            return place / "model.onnx"
    graphs = sorted(graph for place in places for graph in place.glob("*.onnx"))
    if len(graphs) > 1:
        raise Invalid(
            phrase("The folder {folder} holds several graphs.", folder=folder),
            code="several_graphs",
            hint=phrase("Name the file, such as {file}", file=graphs[0]),
        )
    return graphs[0] if graphs else None


def layout_of(folder: Path, graph: Path) -> Layout:
    """What the folder of a graph says. Raises Invalid where a part of it is not known."""
    modules = modules_of(folder)
    home = next((place for kind, place in modules if kind == "Transformer"), folder)
    pooling = next((place for kind, place in modules if kind == "Pooling"), folder / "1_Pooling")
    pooling_config = read_config(pooling / "config.json")
    prompt = _prompt(folder)
    if prompt and pooling_config.get("include_prompt") is False:
        raise Invalid(
            phrase("The folder {folder} leaves its prompt out of the pooling.", folder=folder),
            code="unknown_pooling",
            hint="Such encoders cannot be run here.",
        )
    steps, weights = _steps(modules)
    beside = sorted(
        file
        for file in graph.parent.iterdir()
        if file.is_file() and file.suffix not in NOT_OF_A_GRAPH and not file.name.startswith(".")
    )
    return Layout(
        home,
        graph,
        ways_of(pooling_config),
        steps,
        _most_pieces(home),
        bool(read_config(home / "sentence_bert_config.json").get("do_lower_case", False)),
        prompt,
        (graph, *beside, home / "tokenizer.json", *weights),
    )


def _prompt(folder: Path) -> str:
    """What the folder wants before each text by default."""
    config = read_config(folder / "config_sentence_transformers.json")
    named, prompts = config.get("default_prompt_name"), config.get("prompts")
    return str(prompts.get(named, "")) if named and isinstance(prompts, dict) else ""


def _most_pieces(home: Path) -> int:
    """How many pieces of a text are read: the least of what the files of the folder say."""
    said = (
        read_config(home / "sentence_bert_config.json").get("max_seq_length"),
        read_config(home / "tokenizer_config.json").get("model_max_length"),
        read_config(home / "config.json").get("max_position_embeddings"),
    )
    # A tokenizer that has no limit says 10^30.
    known = [int(each) for each in said if isinstance(each, int | float) and 0 < each < 10**9]
    return min([*known, HIGHEST_PIECES]) if known else MOST_PIECES


def _steps(modules: list[tuple[str, Path]]) -> tuple[tuple[Dense | None, ...], list[Path]]:
    """What follows the pooling, and the files with its numbers."""
    steps: list[Dense | None] = []
    files = []
    for kind, place in modules:
        if kind == "Normalize":
            steps.append(None)
        elif kind == "Dense":
            files.append(place / "model.safetensors")
            steps.append(_dense(place))
        elif kind not in {"Transformer", "Pooling", *SILENT}:
            raise Invalid(
                phrase("The folder has a part {kind} that is not known.", kind=kind),
                code="unknown_module",
                hint="Known are: Transformer, Pooling, Dense, Normalize",
            )
    return tuple(steps), files


def _dense(place: Path) -> Dense:
    activation = str(read_config(place / "config.json").get("activation_function", "Identity")).rpartition(".")[2]
    if activation not in ACTIVATIONS:
        raise Invalid(
            phrase(
                "The linear layer {place} ends in {activation}, which is not known.", place=place, activation=activation
            ),
            code="unknown_module",
            hint=phrase("Known are: {names}", names=", ".join(ACTIVATIONS)),
        )
    tensors = read_tensors(place / "model.safetensors")
    if "linear.weight" not in tensors:
        raise _unreadable_part(place / "model.safetensors", "no linear.weight")
    weight = np.asarray(tensors["linear.weight"], dtype=np.float64)
    bias = np.asarray(tensors.get("linear.bias", np.zeros(len(weight))), dtype=np.float64)
    return Dense(weight, bias, activation)


def read_tensors(file: Path) -> dict[str, Any]:
    """The arrays of a safetensors file by name. Raises Invalid where it cannot be read, Unavailable without the library."""
    try:
        from safetensors.numpy import load_file
    except ImportError as error:
        raise not_installed("safetensors") from error
    try:
        return dict(load_file(file))
    # The library has an error of its own, and passes on those of the system and of types it does not know.
    except Exception as error:
        raise _unreadable_part(file, str(error)) from error

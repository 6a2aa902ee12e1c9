"""Small encoders that tests make: tables of numbers drawn from a seed, whose vectors can be worked out by hand.

They have read nothing, so nothing is said of how well they tell texts apart.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

WORDS = "the delivery came late and driver was rude my card does not work at all thank you for quick help bill is wrong"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
PIECES = (*SPECIAL, *WORDS.split())
DIMENSIONS = 8
Table = NDArray[np.float32]


def table(seed: int = 0, rows: int = len(PIECES), columns: int = DIMENSIONS) -> Table:
    """A vector a piece. The padding's is huge, so that one that is counted is seen."""
    found = np.random.default_rng(seed).normal(size=(rows, columns)).astype(np.float32)
    found[0] = 1000.0
    return found


def write_tokenizer(folder: Path, *, special: bool = True) -> Tokenizer:
    """Words by blanks, in lower case; `[CLS]` and `[SEP]` around them where `special`."""
    made = Tokenizer(WordLevel({piece: place for place, piece in enumerate(PIECES)}, unk_token="[UNK]"))
    made.normalizer = Lowercase()
    made.pre_tokenizer = Whitespace()
    if special:
        made.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    made.enable_padding(pad_id=0, pad_token="[PAD]", length=40)
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    return made


def write_json(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content), encoding="utf-8")


def write_encoder(
    folder: Path,
    numbers: Table,
    *,
    graph: str = "model.onnx",
    inputs: Sequence[str] = ("input_ids", "attention_mask", "token_type_ids"),
    shape: Sequence[str | int] = ("batch", "sequence"),
    width: int = TensorProto.INT64,
    output: str = "last_hidden_state",
    outside: bool = False,
) -> Path:
    """A graph that looks each piece up and adds its kind's vector (which is 0 for the first kind)."""
    (folder / graph).parent.mkdir(parents=True, exist_ok=True)
    nodes = [helper.make_node("Gather", ["pieces", "input_ids"], ["looked_up" if len(inputs) > 1 else output])]
    if len(inputs) > 1:
        # Each other input takes part, so that one that is left out or of another shape is seen.
        nodes += [
            helper.make_node("Cast", [name], [f"{name}_cast"], to=TensorProto.FLOAT)
            for name in inputs
            if name != "input_ids"
        ]
        rest = [f"{name}_cast" for name in inputs if name != "input_ids"]
        nodes.append(helper.make_node("Sum", rest, ["summed"]))
        nodes.append(helper.make_node("Mul", ["summed", "nought"], ["silent"]))
        nodes.append(helper.make_node("Unsqueeze", ["silent", "last"], ["widened"]))
        nodes.append(helper.make_node("Add", ["looked_up", "widened"], [output]))
    made = helper.make_graph(
        nodes,
        "encoder",
        [helper.make_tensor_value_info(name, width, list(shape)) for name in inputs],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [*shape, numbers.shape[1]])],
        [
            numpy_helper.from_array(numbers, "pieces"),
            numpy_helper.from_array(np.zeros(1, np.float32), "nought"),
            numpy_helper.from_array(np.array([2], np.int64), "last"),
        ],
    )
    _save(made, folder / graph, outside)
    return folder / graph


def write_minding_encoder(folder: Path, numbers: Table) -> None:
    """A graph in which each piece minds the others that are not masked, as attention does: itself and their mean."""
    nodes = [
        helper.make_node("Gather", ["pieces", "input_ids"], ["looked_up"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["wide_mask"]),
        helper.make_node("Mul", ["looked_up", "wide_mask"], ["seen"]),
        helper.make_node("ReduceSum", ["seen", "pieces_axis"], ["sum"], keepdims=1),
        helper.make_node("ReduceSum", ["wide_mask", "pieces_axis"], ["many"], keepdims=1),
        helper.make_node("Div", ["sum", "many"], ["mean"]),
        helper.make_node("Add", ["looked_up", "mean"], ["last_hidden_state"]),
    ]
    names = ("input_ids", "attention_mask")
    wide = ["batch", "sequence", numbers.shape[1]]
    made = helper.make_graph(
        nodes,
        "minding",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"]) for name in names],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, wide)],
        [
            numpy_helper.from_array(numbers, "pieces"),
            numpy_helper.from_array(np.array([2], np.int64), "last"),
            numpy_helper.from_array(np.array([1], np.int64), "pieces_axis"),
        ],
    )
    _save(made, folder / "model.onnx", False)


def write_ready_encoder(folder: Path, numbers: Table, *, output: str = "sentence_embedding") -> None:
    """A graph that gives one vector a text: the vector of the first piece behind `[CLS]`."""
    nodes = [
        helper.make_node("Gather", ["pieces", "input_ids"], ["token_embeddings"]),
        helper.make_node("Gather", ["token_embeddings", "second"], [output], axis=1),
    ]
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", numbers.shape[1]])]
    if output == "sentence_embedding":
        wide = ["batch", "sequence", numbers.shape[1]]
        outputs.insert(0, helper.make_tensor_value_info("token_embeddings", TensorProto.FLOAT, wide))
    made = helper.make_graph(
        nodes,
        "ready",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "sequence"])],
        outputs,
        [numpy_helper.from_array(numbers, "pieces"), numpy_helper.from_array(np.array(1, np.int64), "second")],
    )
    folder.mkdir(parents=True, exist_ok=True)
    _save(made, folder / "model.onnx", False)


def _save(graph: Any, file: Path, outside: bool) -> None:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(
        model,
        str(file),
        save_as_external_data=outside,
        location=f"{file.name}_data" if outside else None,
        size_threshold=256,
    )


def write_static(
    folder: Path, numbers: Table, *, config: dict[str, Any] | None = None, **tensors: NDArray[Any]
) -> None:
    """A static encoder as Model2Vec writes it."""
    write_tokenizer(folder, special=False)
    save_file({"embeddings": numbers, **tensors}, folder / "model.safetensors")
    write_json(folder / "config.json", {"model_type": "model2vec", "normalize": True, **(config or {})})


def unit(row: NDArray[Any]) -> NDArray[np.float64]:
    """The row at length 1."""
    return np.asarray(row, dtype=np.float64) / np.linalg.norm(row)


def ids(*words: str) -> list[int]:
    return [PIECES.index(word) for word in words]

"""A folder with an ONNX graph: its vectors are those worked out by hand, whatever its folder says of pooling."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto
from safetensors.numpy import save_file

from heed.core.errors.rules import HeedError, Invalid, Unavailable
from heed.text.representations.folder import open_folder
from heed.text.representations.pooling import WAYS, pooled
from tests.text.representations.models import (
    DIMENSIONS,
    WORDS,
    ids,
    table,
    unit,
    write_encoder,
    write_json,
    write_minding_encoder,
    write_ready_encoder,
    write_tokenizer,
)

RUDE = ids("[CLS]", "driver", "was", "rude", "[SEP]")


def test_a_text_is_the_mean_of_its_pieces(encoder: Path) -> None:
    made = open_folder(str(encoder))
    assert made.dimensions == DIMENSIONS
    assert np.allclose(made.encode(["Driver was rude"]), [unit(table()[RUDE].mean(axis=0))], atol=1e-6)


def test_what_stands_beside_a_text_does_not_change_its_vector(encoder: Path) -> None:
    made = open_folder(str(encoder))
    words = WORDS.split()
    texts = [" ".join(words[start : start + 1 + start % 5]) for start in range(20)] * 20
    together = made.encode(texts)
    assert together.shape == (400, DIMENSIONS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1)
    alone = np.concatenate([made.encode([text]) for text in texts[:20]])
    assert np.allclose(together[:20], alone, atol=1e-6)
    assert np.allclose(together[-20:], alone, atol=1e-6)


def test_pieces_that_mind_each_other_do_not_mind_the_padding(encoder: Path) -> None:
    write_minding_encoder(encoder, table())
    write_json(encoder / "1_Pooling" / "config.json", {"pooling_mode_cls_token": True})
    made = open_folder(str(encoder))
    pieces = table()[RUDE]
    by_hand = unit(pieces[0] + pieces.mean(axis=0))
    assert np.allclose(made.encode(["driver was rude"])[0], by_hand, atol=1e-5)
    assert np.allclose(made.encode(["rude", "driver was rude", "my card does not work"])[1], by_hand, atol=1e-5)


def test_a_blank_text_has_no_vector_and_odd_signs_are_taken(encoder: Path) -> None:
    made = open_folder(str(encoder))
    rows = made.encode(["", "  \n", "rude", "half a pair: \ud83d", "[PHONE] שלום 🙂"])
    assert not rows[:2].any()
    assert np.allclose(np.linalg.norm(rows[2:], axis=1), 1)
    assert made.encode([]).shape == (0, DIMENSIONS)


def test_a_long_text_is_cut_where_the_folder_says(encoder: Path) -> None:
    # Six pieces are read, of which two stand around the text.
    made = open_folder(str(encoder))
    assert np.allclose(made.encode([WORDS]), made.encode([" ".join(WORDS.split()[:4])]), atol=1e-6)


def _ways(numbers: NDArray[Any]) -> dict[str, NDArray[Any]]:
    many, weights = len(numbers), np.arange(1, len(numbers) + 1)
    return {
        "cls": numbers[0],
        "max": numbers.max(axis=0),
        "mean": numbers.mean(axis=0),
        "mean_sqrt_len_tokens": numbers.sum(axis=0) / np.sqrt(many),
        "weightedmean": (numbers * weights[:, None]).sum(axis=0) / weights.sum(),
        "lasttoken": numbers[-1],
    }


@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_pooling_the_folder_may_name(encoder: Path, way: str) -> None:
    write_json(encoder / "1_Pooling" / "config.json", {WAYS[way]: True})
    made = open_folder(str(encoder))
    rows = made.encode(["driver was rude", "driver", "the delivery came late"])
    assert np.allclose(rows[0], unit(_ways(table()[RUDE])[way]), atol=1e-6)
    assert f":{way}:" in made.name


def test_ways_of_pooling_stand_beside_each_other(encoder: Path) -> None:
    write_json(encoder / "1_Pooling" / "config.json", {"pooling_mode": ["mean", "cls"]})
    found = open_folder(str(encoder)).encode(["driver was rude"])[0]
    ways = _ways(table()[RUDE])
    assert np.allclose(found, unit(np.concatenate([ways["mean"], ways["cls"]])), atol=1e-6)


def test_pooling_leaves_out_what_is_masked() -> None:
    pieces = np.array([[[1.0, 0], [3, 4], [900, 900]], [[2, 2], [4, 0], [6, 4]]])
    mask = np.array([[1.0, 1, 0], [1, 1, 1]])
    assert pooled(pieces, mask, ("mean",)).tolist() == [[2, 2], [4, 2]]
    assert pooled(pieces, mask, ("max",)).tolist() == [[3, 4], [6, 4]]
    assert pooled(pieces, mask, ("lasttoken",)).tolist() == [[3, 4], [6, 4]]
    assert pooled(pieces, mask, ("weightedmean",))[0].tolist() == [7 / 3, 8 / 3]


def test_a_linear_layer_behind_the_pooling_is_taken(encoder: Path) -> None:
    weight = np.random.default_rng(1).normal(size=(3, DIMENSIONS)).astype(np.float32)
    bias = np.array([0.1, -0.2, 0.3], np.float32)
    layer = encoder / "2_Dense"
    write_json(layer / "config.json", {"activation_function": "torch.nn.modules.activation.Tanh"})
    save_file({"linear.weight": weight, "linear.bias": bias}, layer / "model.safetensors")
    write_json(
        encoder / "modules.json",
        [
            {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "path": "2_Dense", "type": "sentence_transformers.models.Dense"},
            {"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
        ],
    )
    made = open_folder(str(encoder))
    assert made.dimensions == 3
    by_hand = np.tanh(weight @ table()[RUDE].mean(axis=0) + bias)
    assert np.allclose(made.encode(["driver was rude"]), [unit(by_hand)], atol=1e-5)


def test_a_prompt_and_lower_case_are_put_on_as_the_folder_says(encoder: Path) -> None:
    plain = open_folder(str(encoder))
    write_json(
        encoder / "config_sentence_transformers.json",
        {"prompts": {"query": "thank you ", "document": ""}, "default_prompt_name": "query"},
    )
    made = open_folder(str(encoder))
    assert np.allclose(made.encode(["driver"]), plain.encode(["thank you driver"]), atol=1e-6)
    assert made.name != plain.name


@pytest.mark.parametrize(
    "inputs", [("input_ids",), ("input_ids", "attention_mask"), ("attention_mask", "input_ids", "token_type_ids")]
)
def test_a_graph_gets_what_it_asks_for(encoder: Path, inputs: tuple[str, ...]) -> None:
    write_encoder(encoder, table(), inputs=inputs, width=TensorProto.INT32 if len(inputs) == 2 else TensorProto.INT64)
    rows = open_folder(str(encoder)).encode(["driver was rude", "late"])
    assert np.allclose(rows[0], unit(table()[RUDE].mean(axis=0)), atol=1e-6)


@pytest.mark.parametrize("shape", [(1, "sequence"), (3, 6), ("batch", 5)])
def test_a_graph_of_fixed_shape_gets_that_shape(encoder: Path, shape: tuple[str | int, ...]) -> None:
    free = open_folder(str(encoder)).encode(["driver was rude", "late", "my card", "bill is wrong"])
    write_encoder(encoder, table(), shape=shape)
    assert np.allclose(open_folder(str(encoder)).encode(["driver was rude", "late", "my card", "bill is wrong"]), free)


@pytest.mark.parametrize("output", ["sentence_embedding", "embedding"])
def test_a_graph_that_pools_by_itself_is_believed(tmp_path: Path, output: str) -> None:
    write_ready_encoder(tmp_path, table(), output=output)
    write_tokenizer(tmp_path)
    made = open_folder(str(tmp_path))
    assert np.allclose(made.encode(["late driver"]), [unit(table()[ids("late")[0]])], atol=1e-6)
    assert ":pooled:" in made.name


def test_numbers_in_a_second_file_are_read_and_signed(encoder: Path) -> None:
    whole = open_folder(str(encoder))
    (encoder / "model.onnx").unlink()
    graph = write_encoder(encoder, table(), graph="onnx/model.onnx", outside=True)
    made = open_folder(str(encoder))
    assert np.allclose(made.encode(["my card"]), whole.encode(["my card"]))
    (graph.parent / "model.onnx_data").unlink()
    with pytest.raises(Invalid, match="no graph that can be run"):
        open_folder(str(encoder))
    write_encoder(encoder, table(seed=5), graph="onnx/model.onnx", outside=True)
    assert open_folder(str(encoder)).name != made.name


def test_the_name_is_of_the_content_and_not_of_the_place(encoder: Path, tmp_path: Path) -> None:
    name = open_folder(str(encoder)).name
    assert name.startswith(f"onnx/1:mean:{DIMENSIONS}:")
    (encoder / "README.md").write_text("Something else.")
    moved = encoder.rename(tmp_path / "moved")
    assert open_folder(str(moved)).name == name
    write_json(moved / "sentence_bert_config.json", {"max_seq_length": 5})
    shorter = open_folder(str(moved)).name
    write_encoder(moved, table(seed=3))
    assert len({name, shorter, open_folder(str(moved)).name}) == 3


def test_a_graph_may_be_named_where_there_are_several(encoder: Path) -> None:
    (encoder / "model.onnx").unlink()
    write_encoder(encoder, table(), graph="onnx/model_O2.onnx")
    write_encoder(encoder, table(seed=4), graph="onnx/model_O4.onnx")
    with pytest.raises(Invalid, match="holds several graphs") as told:
        open_folder(str(encoder))
    assert "model_O2.onnx" in told.value.hint
    one = open_folder(str(encoder / "onnx" / "model_O2.onnx"))
    assert np.allclose(one.encode(["driver was rude"]), [unit(table()[RUDE].mean(axis=0))], atol=1e-6)


def _refused(folder: Path) -> HeedError:
    with pytest.raises(HeedError) as told:
        open_folder(str(folder))
    assert told.value.hint
    return told.value


def test_a_folder_without_a_tokenizer_is_refused(encoder: Path) -> None:
    (encoder / "tokenizer.json").unlink()
    error = _refused(encoder)
    assert (error.code, error.status) == ("no_tokenizer", 422)
    assert str(encoder) in str(error)


def test_a_graph_with_unknown_inputs_is_refused_by_their_name(encoder: Path) -> None:
    write_encoder(encoder, table(), inputs=("input_ids", "position_ids"))
    error = _refused(encoder)
    assert error.code == "unknown_input"
    assert "position_ids" in str(error)
    write_encoder(encoder, table(), width=TensorProto.INT32, inputs=("input_ids",), shape=("batch", "sequence", 2))
    assert _refused(encoder).code == "unknown_input"


def test_what_the_folder_says_and_nobody_knows_is_refused(encoder: Path) -> None:
    write_json(encoder / "1_Pooling" / "config.json", {"pooling_mode_median": True})
    assert "pooling_mode_median" in str(_refused(encoder))
    write_json(encoder / "1_Pooling" / "config.json", {"pooling_mode": "median"})
    assert _refused(encoder).code == "unknown_pooling"
    write_json(encoder / "1_Pooling" / "config.json", {})
    write_json(encoder / "modules.json", [{"idx": 0, "path": "", "type": "some.LayerNorm"}])
    assert "LayerNorm" in str(_refused(encoder))
    write_json(encoder / "modules.json", [{"path": ""}])
    assert _refused(encoder).code == "broken_representation"
    (encoder / "modules.json").write_text("{")
    assert "modules.json" in str(_refused(encoder))


def test_files_that_are_cut_short_are_refused(encoder: Path) -> None:
    graph = (encoder / "model.onnx").read_bytes()
    (encoder / "model.onnx").write_bytes(graph[: len(graph) // 2])
    assert _refused(encoder).code == "broken_graph"
    (encoder / "model.onnx").write_bytes(graph)
    (encoder / "tokenizer.json").write_text("{}")
    assert _refused(encoder).code == "broken_tokenizer"


def test_a_graph_whose_numbers_are_none_is_refused(encoder: Path) -> None:
    broken = table()
    broken[:] = np.nan
    write_encoder(encoder, broken)
    assert "no number" in str(_refused(encoder))


def test_a_tokenizer_that_knows_more_than_the_graph_fails_by_a_clear_error(encoder: Path) -> None:
    # The tokenizer's last pieces have no row in this graph.
    write_encoder(encoder, table(rows=12))
    made = open_folder(str(encoder))
    with pytest.raises(Unavailable, match="The encoder failed") as told:
        made.encode(["bill is wrong"])
    assert told.value.code == "encoder_failed"


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_without_the_extra_it_says_what_to_install(
    encoder: Path, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    error = _refused(encoder)
    assert package in str(error)
    assert (error.code, error.hint) == ("encoder_missing", 'pip install "heed[encoder]"')


def test_a_place_without_an_encoder_is_refused(tmp_path: Path) -> None:
    assert _refused(tmp_path / "nowhere").code == "no_folder"
    assert _refused(tmp_path).code == "no_encoder"

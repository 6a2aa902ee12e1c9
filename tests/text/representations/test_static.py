"""A static encoder's vectors are those of the library that makes such encoders, and those worked out by hand."""

import sys
from pathlib import Path

import numpy as np
import pytest
from model2vec import StaticModel
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Whitespace

from heed.core.errors.rules import HeedError
from heed.text.representations.folder import open_folder
from tests.text.representations.models import (
    DIMENSIONS,
    PIECES,
    WORDS,
    ids,
    table,
    unit,
    write_json,
    write_static,
    write_tokenizer,
)

TEXTS = [
    "Driver was rude",
    "my card does not work, not at all",
    "nobody knows these words",
    "",
    "the bill is wrong wrong wrong [PHONE]",
    f"{WORDS} " * 60,
]


def by_the_library(folder: Path) -> np.ndarray:
    rows = StaticModel.from_pretrained(str(folder), normalize=True).encode(TEXTS)
    return np.asarray(rows, dtype=np.float64)


def test_a_text_is_the_mean_of_its_known_pieces(static: Path) -> None:
    made = open_folder(str(static))
    rows = made.encode(["Driver was most rude", "nobody", ""])
    assert np.allclose(rows[0], unit(table()[ids("driver", "was", "rude")].mean(axis=0)), atol=1e-6)
    assert not rows[1:].any()
    assert made.name.startswith(f"static/1:{DIMENSIONS}:")
    assert made.encode([]).shape == (0, made.dimensions)


def test_vectors_are_those_of_the_library(static: Path) -> None:
    assert np.allclose(open_folder(str(static)).encode(TEXTS), by_the_library(static), atol=1e-6)


def test_shared_vectors_and_weights_are_those_of_the_library(static: Path) -> None:
    chance = np.random.default_rng(2)
    mapping = chance.integers(0, 9, len(PIECES))
    write_static(static, table(rows=9), mapping=mapping, weights=chance.random(len(PIECES)).astype(np.float32))
    assert np.allclose(open_folder(str(static)).encode(TEXTS), by_the_library(static), atol=1e-6)


@pytest.mark.parametrize("kind", [np.float16, np.float64, np.int8])
def test_other_widths_of_numbers_are_those_of_the_library(static: Path, kind: type) -> None:
    numbers = table()
    numbers[0] = 1
    write_static(static, (numbers * (20 if kind is np.int8 else 1)).astype(kind), config={"max_length": 8})
    # The library takes the mean of 16 bits in 16 bits.
    assert np.allclose(
        open_folder(str(static)).encode(TEXTS), by_the_library(static), atol=3e-3 if kind is np.float16 else 1e-6
    )


def test_unigrams_have_an_unknown_piece_of_their_own(static: Path) -> None:
    made = Tokenizer(Unigram([("<unk>", 0.0), *[(piece, -1.0) for piece in PIECES[1:]]], unk_id=0))
    made.pre_tokenizer = Whitespace()
    made.save(str(static / "tokenizer.json"))
    assert np.allclose(open_folder(str(static)).encode(TEXTS), by_the_library(static), atol=1e-6)


def test_the_folder_of_sentence_transformers_is_read(static: Path, tmp_path: Path) -> None:
    inner = tmp_path / "other" / "0_StaticEmbedding"
    write_tokenizer(inner, special=False)
    save_file({"embedding.weight": table()}, inner / "model.safetensors")
    write_json(
        tmp_path / "other" / "modules.json",
        [{"idx": 0, "path": "0_StaticEmbedding", "type": "sentence_transformers.models.StaticEmbedding"}],
    )
    rows = open_folder(str(tmp_path / "other")).encode(TEXTS)
    assert np.allclose(rows, open_folder(str(static)).encode(TEXTS))


def test_another_table_has_another_name(static: Path) -> None:
    name = open_folder(str(static)).name
    write_static(static, table(seed=1))
    assert open_folder(str(static)).name != name


def _refused(folder: Path) -> HeedError:
    with pytest.raises(HeedError) as told:
        open_folder(str(folder))
    assert told.value.hint
    return told.value


def test_folders_that_are_not_whole_are_refused(static: Path) -> None:
    write_static(static, table(rows=9))
    assert "9 rows" in str(_refused(static))
    write_static(static, table(), mapping=np.full(len(PIECES), 99))
    assert "no vector" in str(_refused(static))
    write_static(static, np.full_like(table(), np.nan))
    assert "no number" in str(_refused(static))
    save_file({"encoder.layer.0.weight": table()}, static / "model.safetensors")
    assert "export it as model.onnx" in _refused(static).hint
    (static / "model.safetensors").write_bytes(b"not numbers")
    assert _refused(static).code == "broken_representation"
    (static / "model.safetensors").unlink()
    assert _refused(static).code == "broken_representation"
    (static / "tokenizer.json").unlink()
    assert _refused(static).code == "no_tokenizer"


@pytest.mark.parametrize("package", ["safetensors.numpy", "tokenizers"])
def test_without_the_extra_it_says_what_to_install(static: Path, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    error = _refused(static)
    assert (error.code, error.hint) == ("encoder_missing", 'pip install "heed[encoder]"')

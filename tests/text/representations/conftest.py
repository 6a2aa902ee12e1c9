"""A sentence encoder and a static one in folders, made anew for each test that asks."""

from pathlib import Path

import pytest

from tests.text.representations.models import table, write_encoder, write_json, write_static, write_tokenizer


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    """A folder as sentence-transformers writes it, with an exported graph: the mean of the pieces, at length 1."""
    folder = tmp_path / "encoder"
    write_encoder(folder, table())
    write_tokenizer(folder)
    write_json(
        folder / "modules.json",
        [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
    )
    write_json(
        folder / "1_Pooling" / "config.json", {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}
    )
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 6, "do_lower_case": False})
    write_json(folder / "config.json", {"model_type": "bert", "pad_token_id": 0, "max_position_embeddings": 512})
    return folder


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A folder as Model2Vec writes it."""
    folder = tmp_path / "static"
    write_static(folder, table())
    return folder

"""What is chosen by HEED_EMBEDDINGS or named by hand is really what commands work with."""

from pathlib import Path
from typing import Any

import pytest

from tests.running import runs
from tests.text.representations.models import DIMENSIONS
from tests.text.server import model_server


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("store")
    runs(home)("upgrade")
    return home


def _seen(home: Path, **settings: str) -> str:
    checks = runs(home, **settings)("doctor")["checks"]
    return next(str(each["message"]) for each in checks if each["check"] == "embeddings")


def _unwell(home: Path, **settings: str) -> dict[str, Any]:
    error = runs(home, **settings)("doctor", code=1)["error"]
    assert isinstance(error, dict)
    return error


def test_doctor_says_what_makes_vectors(store: Path, encoder: Path) -> None:
    assert _seen(store) == "heed's own"
    told = _seen(store, HEED_EMBEDDINGS=str(encoder))
    assert told.startswith("onnx/1:mean:")
    assert told.endswith(f"{DIMENSIONS} numbers a text")


def test_doctor_asks_the_endpoint_and_finds_a_wrong_key(store: Path) -> None:
    with model_server("sk-right") as server:
        settings = {"HEED_EMBEDDINGS": f"{server.url}#small", "HEED_OUTGOING_ALLOW": "127.0.0.0/8"}
        assert _seen(store, **settings, HEED_EMBEDDINGS_KEY="sk-right").startswith("endpoint/1:small@127.0.0.1")
        error = _unwell(store, **settings, HEED_EMBEDDINGS_KEY="sk-wrong")
        assert "refuses the key" in error["message"]
        assert "sk-wrong" not in str(error)
        assert server.texts() == ["heed", "heed"]


def test_doctor_finds_what_is_not_there(store: Path, encoder: Path) -> None:
    assert "no folder" in _unwell(store, HEED_EMBEDDINGS=str(encoder / "nowhere"))["message"]
    (encoder / "tokenizer.json").unlink()
    assert "holds no tokenizer.json" in _unwell(store, HEED_EMBEDDINGS=str(encoder))["message"]
    private = _unwell(store, HEED_EMBEDDINGS="https://127.0.0.1:9/v1#m")
    assert "HEED_OUTGOING_ALLOW" in private["hint"]

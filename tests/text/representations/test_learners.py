"""By command and end to end: classifiers and themes work with the representation that is chosen, and with no other."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from heed.text.representations.cache import PROBE
from tests.running import runs
from tests.text.representations.models import table, write_static
from tests.text.server import ModelServer, model_server

# Two topics, in words the small encoders know.
LATE = ("the delivery came late", "driver was rude and late", "the delivery came at all late", "late driver and rude")
CARD = ("my card does not work", "card does not work at all", "my bill is wrong", "the bill for my card is wrong")
MAIL = "write to jane.doe@example.org"


def _write(file: Path, many: int) -> Path:
    with file.open("w", encoding="utf-8", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(("words", "topic"))
        for place in range(many):
            rows.writerow((f"{LATE[place % 4]} {place} {MAIL}", "late"))
            rows.writerow((f"{CARD[place % 4]} {place} {MAIL}", "card"))
    return file


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("rows")
    return _write(folder / "train.csv", 40), _write(folder / "test.csv", 12)


@pytest.fixture
def told(loopback_allowed: None) -> Iterator[ModelServer]:
    with model_server("sk-right") as server:
        yield server


def _settings(server: ModelServer) -> dict[str, str]:
    return {
        "HEED_EMBEDDINGS": f"{server.url}#small",
        "HEED_EMBEDDINGS_KEY": "sk-right",
        "HEED_OUTGOING_ALLOW": "127.0.0.0/8",
    }


def _sent_once_and_masked(server: ModelServer, *, least: int) -> None:
    texts = server.texts()
    assert len(texts) >= least
    assert not [text for text in texts if "jane.doe" in text]
    assert all("[EMAIL]" in text for text in texts if text not in ("heed", PROBE))


def _evaluated(rows: tuple[Path, Path], *more: str) -> list[str]:
    files = ["--train", str(rows[0]), "--test", str(rows[1])]
    return ["text", "evaluate", *files, "--text", "words", "--label", "topic", *more]


def test_evaluate_works_with_the_folder_it_is_given(rows: tuple[Path, Path], static: Path, tmp_path: Path) -> None:
    run = runs(tmp_path / "home")
    told = run(*_evaluated(rows, "--embeddings", str(static)))
    assert "static/1" in told["model"]
    assert (told["n_train"], told["n_test"]) == (80, 24)
    wrong = run(*_evaluated(rows, "--embeddings", str(static / "nowhere")), code=1)
    assert wrong["error"]["code"] == "no_folder"


def test_without_the_extra_heeds_own_works_and_a_folder_says_what_to_install(
    rows: tuple[Path, Path], static: Path, encoder: Path, tmp_path: Path
) -> None:
    absent = tmp_path / "absent"
    absent.mkdir()
    for package in ("onnxruntime", "tokenizers", "safetensors", "onnx", "model2vec"):
        (absent / f"{package}.py").write_text("raise ImportError('not installed')")
    run = runs(tmp_path / "home", PYTHONPATH=str(absent))
    assert run(*_evaluated(rows))["n_test"] == 24
    for folder in (static, encoder):
        error = run(*_evaluated(rows, "--embeddings", str(folder)), code=1)["error"]
        assert (error["code"], error["hint"]) == ("encoder_missing", 'pip install "heed[encoder]"')


def test_evaluate_asks_the_endpoint_that_is_set(rows: tuple[Path, Path], told: ModelServer, tmp_path: Path) -> None:
    found = runs(tmp_path / "home", **_settings(told))(*_evaluated(rows))
    assert f"endpoint/1:small@127.0.0.1:{told.port}/v1" in found["model"]
    _sent_once_and_masked(told, least=80 + 24)


def test_evaluate_with_few_labels_and_out_of_scope_works_with_it_too(
    rows: tuple[Path, Path], static: Path, tmp_path: Path
) -> None:
    more = ("--shots", "4", "--draws", "2", "--out-of-scope", "oos", "--embeddings", str(static))
    found = runs(tmp_path / "home")(*_evaluated(rows, *more))
    assert "static/1" in found["model"]
    assert found["n_train"] == 8


def test_a_model_is_told_by_the_representation_it_was_trained_on_alone(
    rows: tuple[Path, Path], static: Path, tmp_path: Path
) -> None:
    run, model, text = runs(tmp_path / "home"), str(tmp_path / "model"), ("--text", "words")
    card = run("text", "train", str(rows[0]), *text, "--label", "topic", "--embeddings", str(static), "--out", model)
    assert card["representation"].startswith("static/1:")
    # From the environment or by hand, from this place or another: what counts is what is in the folder.
    moved = static.rename(tmp_path / "moved")
    found = runs(tmp_path / "home", HEED_EMBEDDINGS=str(moved))(
        "text", "predict", str(rows[1]), *text, "--model", model
    )
    assert found["n"] == 24
    refused = run("text", "predict", str(rows[1]), *text, "--model", model, code=1)["error"]
    assert refused["code"] == "other_representation"
    assert card["representation"] in refused["message"]
    assert "HEED_EMBEDDINGS" in refused["hint"]
    write_static(moved, table(seed=9))
    other = run("text", "predict", str(rows[1]), *text, "--model", model, "--embeddings", str(moved), code=1)
    assert other["error"]["code"] == "other_representation"


def test_a_model_of_heeds_own_is_refused_where_an_encoder_is_set(
    rows: tuple[Path, Path], static: Path, tmp_path: Path
) -> None:
    run, model = runs(tmp_path / "home"), str(tmp_path / "model")
    card = run("text", "train", str(rows[0]), "--text", "words", "--label", "topic", "--out", model)
    assert card["representation"] == ""
    ask = ("text", "predict", str(rows[1]), "--text", "words", "--model", model)
    refused = runs(tmp_path / "home", HEED_EMBEDDINGS=str(static))(*ask, code=1)
    assert refused["error"]["code"] == "other_representation"


def test_training_and_telling_ask_the_endpoint_for_masked_texts(
    rows: tuple[Path, Path], told: ModelServer, tmp_path: Path
) -> None:
    home, model = tmp_path / "home", str(tmp_path / "model")
    home.mkdir()
    run = runs(home, **_settings(told))
    run("text", "train", str(rows[0]), "--text", "words", "--label", "topic", "--out", model)
    _sent_once_and_masked(told, least=80)
    told.asked.clear()
    ask = ("text", "predict", str(rows[1]), "--text", "words", "--model", model)
    first = run(*ask)
    # They were in the rows that it was trained on, and what is in the data folder is not asked for again.
    assert set(told.texts()) <= {"heed"}
    assert first["n"] == 24
    assert b"jane.doe" not in (home / "embeddings" / "vectors.db").read_bytes()


def test_a_server_that_fails_is_told_of_in_one_line(rows: tuple[Path, Path], told: ModelServer, tmp_path: Path) -> None:
    run = runs(tmp_path / "home", **{**_settings(told), "HEED_EMBEDDINGS_KEY": "sk-wrong"})
    error = run(*_evaluated(rows), code=1)["error"]
    assert error["code"] == "endpoint_refused"
    closed = runs(tmp_path / "home", **{**_settings(told), "HEED_OUTGOING_ALLOW": ""})(*_evaluated(rows), code=1)
    assert closed["error"]["code"] == "address_refused"


def test_themes_are_found_with_the_representation_that_is_set(
    rows: tuple[Path, Path], static: Path, told: ModelServer, tmp_path: Path
) -> None:
    ask = ("text", "themes", str(rows[0]), "--text", "words", "--truth", "topic", "--k", "2")
    by_folder = runs(tmp_path / "home", HEED_EMBEDDINGS=str(static))(*ask)
    assert by_folder["n"] == 80
    assert len(by_folder["themes"]) == 2
    by_server = runs(tmp_path / "home", **_settings(told))(*ask)
    assert by_server["n"] == 80
    _sent_once_and_masked(told, least=8)

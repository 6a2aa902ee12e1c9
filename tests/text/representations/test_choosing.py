"""One setting chooses what makes vectors, and a model is told by no other than the one it was made with."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from heed.core.errors.rules import Invalid, Refused
from heed.core.settings.rules import current, load
from heed.text.representations.cache import FILE, FOLDER, PROBE, Cached
from heed.text.representations.choosing import chosen
from heed.text.representations.encoder import Encoder
from heed.text.representations.endpoint import Served
from heed.text.representations.port import require_same, unit_rows
from heed.text.representations.static import Static
from tests.text.server import ModelServer


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HEED_HOME", str(folder))
    current.cache_clear()
    yield folder
    monkeypatch.undo()
    current.cache_clear()


def test_nothing_set_is_heeds_own(home: Path) -> None:
    assert chosen() is None
    assert chosen("  ") is None


def test_the_setting_names_a_folder(home: Path, encoder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEED_EMBEDDINGS", str(encoder))
    current.cache_clear()
    made = chosen()
    assert isinstance(made, Cached)
    assert isinstance(made.made_by, Encoder)
    made.encode(["driver"])
    assert (home / FOLDER / FILE).is_file()


def test_what_is_handed_in_goes_before_the_setting(
    home: Path, encoder: Path, static: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEED_EMBEDDINGS", str(encoder))
    current.cache_clear()
    assert isinstance(chosen(str(static), cached=False), Static)
    assert chosen("") is None


def test_an_endpoint_is_named_with_its_model_and_its_key_beside(
    home: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.key = "sk-secret"
    monkeypatch.setenv("HEED_EMBEDDINGS", f"{server.url}#small")
    monkeypatch.setenv("HEED_EMBEDDINGS_KEY", "sk-secret")
    current.cache_clear()
    made = chosen()
    assert isinstance(made, Cached)
    assert isinstance(made.made_by, Served)
    rows = made.encode(["the driver", "the driver"])
    assert np.array_equal(rows, made.encode(["the driver", "the driver"]))
    assert server.texts() == ["the driver", PROBE]
    assert "sk-secret" not in repr(current().embeddings) + made.name
    stored = b"".join(each.read_bytes() for each in (home / FOLDER).iterdir())
    assert b"sk-secret" not in stored


def test_without_a_data_folder_nothing_is_kept(
    tmp_path: Path, static: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("HEED_HOME", str(tmp_path / "nowhere"))
    current.cache_clear()
    assert isinstance(chosen(str(static)), Static)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "wrong", ["https://host/v1", "ftp://host/v1#model", "https://sk-key@host/v1#model", "https:///v1#model"]
)
def test_an_address_that_can_be_none_stops_the_start_and_is_not_repeated(wrong: str) -> None:
    with pytest.raises(Invalid, match="HEED_EMBEDDINGS") as told:
        load({"HEED_EMBEDDINGS": wrong})
    assert "sk-key" not in str(told.value)
    assert "#model" in told.value.hint


@pytest.mark.parametrize(
    "right", ["", "models/encoder", "/srv/encoder", "https://host/v1#some/model", "http://10.1.2.3:8080/v1#m"]
)
def test_folders_and_addresses_with_a_model_are_taken(right: str) -> None:
    assert load({"HEED_EMBEDDINGS": right}).embeddings == right


def test_a_model_is_used_beside_its_own_representation_only(static: Path, encoder: Path) -> None:
    one, other = chosen(str(static), cached=False), chosen(str(encoder), cached=False)
    assert one is not None
    assert require_same(one.name, one) is one
    assert require_same("", None) is None
    for signed, here in ((one.name, other), (one.name, None), ("", one)):
        with pytest.raises(Refused) as told:
            require_same(signed, here)
        assert told.value.code == "other_representation"
        assert "HEED_EMBEDDINGS" in told.value.hint
    with pytest.raises(Refused, match="built in"):
        require_same("", one)


def test_rows_have_length_one_or_are_zeros() -> None:
    assert unit_rows([[3, 4], [0, 0]]).tolist() == [[0.6, 0.8], [0, 0]]

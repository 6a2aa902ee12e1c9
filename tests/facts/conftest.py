"""A store of facts for each test."""

from pathlib import Path

import pytest

from heed.facts.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "facts")

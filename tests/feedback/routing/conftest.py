"""A house that may call the loopback, where the far sides of these tests listen."""

from collections.abc import Iterator

import pytest

from heed.core.settings.rules import current
from tests.core.conftest import House, build


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HEED_OUTGOING_ALLOW", "127.0.0.0/8")
    current.cache_clear()
    yield
    monkeypatch.undo()
    current.cache_clear()


@pytest.fixture
def house(db: None, loopback: None) -> House:
    return build()

"""What tests of texts may ask for: a model server on the loopback that heed may call."""

from collections.abc import Iterator

import pytest

from heed.core.settings.rules import current
from tests.text.server import ModelServer, model_server


@pytest.fixture
def loopback_allowed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HEED_OUTGOING_ALLOW", "127.0.0.0/8")
    current.cache_clear()
    yield
    monkeypatch.undo()
    current.cache_clear()


@pytest.fixture
def server(loopback_allowed: None) -> Iterator[ModelServer]:
    with model_server() as found:
        yield found

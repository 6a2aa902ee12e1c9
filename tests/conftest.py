"""What every test may ask for."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

# Commands that tests start keep what was compiled, also where the environment says not to: it halves their time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(Path(tempfile.gettempdir()) / f"heed-bytecode-{os.getuid()}"))

pytest_plugins = ["tests.services.fixtures"]


def _told() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("HEED_")}


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A request of the test's client leaves its language in the thread; the next test must not find it."""
    yield
    translation.deactivate()


_first_told: dict[str, str] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    if not _first_told:
        _first_told.update(_told())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A file of tests leaves heed's settings as it found them, or the error is its own and not that of the next file."""
    try:
        return (yield)
    finally:
        if nextitem is None or nextitem.path != item.path:
            _put_back(item)


def _put_back(item: pytest.Item) -> None:
    from heed.core.settings.rules import current

    current.cache_clear()
    found = _told()
    if found == _first_told:
        return
    for name in found.keys() - _first_told.keys():
        del os.environ[name]
    os.environ.update(_first_told)
    changed = sorted(name for name in found.keys() | _first_told.keys() if found.get(name) != _first_told.get(name))
    pytest.fail(f"{item.path.name} left {', '.join(changed)} behind")

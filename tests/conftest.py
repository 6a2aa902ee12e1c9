"""What every test may ask for."""

import gc
import importlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

# Commands that tests start keep what was compiled, also where the environment says not to: it halves their time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(Path(tempfile.gettempdir()) / f"heed-bytecode-{os.getuid()}"))

pytest_plugins = ["tests.services.fixtures"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A test that commits is followed by emptying every table. What a new store begins with is then put back as it was;
    to bring it along anew would take half a second each time.
    """
    from tests.beginnings import Beginning

    flush: Any = importlib.import_module("django.core.management.commands.flush")

    with django_db_blocker.unblock():
        beginning = Beginning()
    emit = flush.emit_post_migrate_signal
    flush.emit_post_migrate_signal = beginning.put_back
    yield
    flush.emit_post_migrate_signal = emit


# Where files tell one story in several tests, on a product that the file starts; none of them opens the test's own database,
# whose tests keep the order they were given.
STORIES = "acceptance"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--on-database", action="store_true", help="only tests that open the test's own database")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--on-database"):
        _leave_out(config, items)
    _share(items)


def _leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What opens no database says nothing new on another; what starts servers of its own does so in every run."""
    chosen = [item for item in items if _opens_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _opens_database(item)])
    items[:] = chosen


def _opens_database(item: pytest.Item) -> bool:
    named = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or "db" in named or "transactional_db" in named


def _share(items: list[pytest.Item]) -> None:
    """With several workers each begins with stories and goes on with tests that stand alone.

    A worker that is through takes tests from the end of another's share: half a story, told on a product of its own,
    would miss what its beginning did.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    files: dict[Path, list[pytest.Item]] = {}
    others = []
    for item in items:
        if item.path.relative_to(Path(__file__).parent).parts[0] == STORIES:
            files.setdefault(item.path, []).append(item)
        else:
            others.append(item)
    shares = [[item for file in list(files.values())[number::workers] for item in file] for number in range(workers)]
    ordered: list[pytest.Item] = []
    for number, share in enumerate(shares):
        size = (len(items) - len(ordered)) // (workers - number)
        if len(share) > size:
            return
        taken, others = others[: size - len(share)], others[size - len(share) :]
        ordered += share + taken
    items[:] = ordered


def pytest_collection_finish() -> None:
    """What was loaded and collected stays to the end: looking through it for garbage again and again is lost time."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    gc.unfreeze()


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

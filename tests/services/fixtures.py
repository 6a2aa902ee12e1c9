"""Servers as fixtures, started when a test first asks and stopped at the end of the run."""

import os
from collections.abc import Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from tests.services.postgres import Postgres, postgres
from tests.services.redis import redis
from tests.services.spark import spark_cluster
from tests.services.starting import missing

CHROMIUM = Path(os.environ.get("HEED_CHROMIUM", "/usr/bin/chromium"))
# How long the browser may take for a step on a machine that has much else to do.
PATIENCE_MS = 90_000


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL server: `.url`, and `.database(name)` for an empty database of the test's own."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a Redis server."""
    with redis() as url:
        yield url


@pytest.fixture(scope="session")
def spark_url() -> Iterator[str]:
    """The address of a Spark master with two workers."""
    with spark_cluster() as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real browser, driven by Playwright."""
    if not CHROMIUM.exists():
        missing("browser", f"there is no Chromium at {CHROMIUM} (set HEED_CHROMIUM)")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in the thread of the tests from here on, in which Django would refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        _be_patient(browser)
        yield browser
        browser.close()


def _be_patient(browser: Any) -> None:
    """Each step may take long; and after a click that leaves a page, the page it leads to is there whole.

    A click returns when the next document begins: who then looks at the page, or runs a script in it, may meet neither.
    """
    from playwright.sync_api import Locator, Page

    new_context = browser.new_context

    def patient_context(**view: Any) -> Any:
        context = new_context(**view)
        context.set_default_timeout(PATIENCE_MS)
        return context

    browser.new_context = patient_context
    for kind in (Page, Locator):
        kind.click = _settled(kind.click)  # type: ignore[attr-defined]


def _settled(click: Any) -> Any:
    @wraps(click)
    def clicked(self: Any, *given: Any, **how: Any) -> None:
        click(self, *given, **how)
        page = getattr(self, "page", self)
        if not page.is_closed():
            page.wait_for_load_state("load")

    return clicked

"""Servers as fixtures, started when a test first asks and stopped at the end of the run."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.services.postgres import Postgres, postgres
from tests.services.redis import redis
from tests.services.spark import spark_cluster
from tests.services.starting import missing

CHROMIUM = Path(os.environ.get("HEED_CHROMIUM", "/usr/bin/chromium"))


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
        yield browser
        browser.close()

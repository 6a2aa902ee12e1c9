"""Servers as fixtures, started when a test first asks and stopped at the end of the run."""

from collections.abc import Iterator

import pytest

from tests.services.postgres import Postgres, postgres
from tests.services.redis import redis
from tests.services.spark import spark_cluster


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

"""The servers that tests start are real, answer, and are gone afterwards."""

import os
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from tests.places import ROOT
from tests.services.postgres import FOLDERS, Postgres, postgres
from tests.services.redis import redis
from tests.services.starting import listens, missing, program, wait_until


@pytest.mark.postgres
def test_a_postgres_server_gives_empty_databases(postgres_server: Postgres) -> None:
    import psycopg

    url = postgres_server.database("of_its_own")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (at timestamptz)")
        row = connection.execute("SELECT count(*), current_setting('TimeZone') FROM kept").fetchone()
    assert row == (0, "UTC")
    with psycopg.connect(postgres_server.database("of_its_own")) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)


@pytest.mark.postgres
def test_a_postgres_server_is_gone_at_the_end() -> None:
    with postgres() as server:
        assert listens(server.port)
    assert not listens(server.port)


@pytest.mark.redis
def test_a_redis_server_answers_and_is_gone_at_the_end() -> None:
    with redis() as url:
        port = urlsplit(url).port or 0
        with socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
            wire.sendall(b"PING\r\n")
            assert wire.recv(64) == b"+PONG\r\n"
    assert not listens(port)


@pytest.mark.parametrize(
    "service",
    [pytest.param("postgres", marks=pytest.mark.postgres), pytest.param("redis", marks=pytest.mark.redis)],
)
def test_a_server_ends_with_a_killed_run_of_tests(service: str) -> None:
    program(
        "postgres" if service == "postgres" else "redis", "initdb" if service == "postgres" else "redis-server", FOLDERS
    )
    asked = "server.port" if service == "postgres" else "server.rsplit(':', 1)[1].split('/')[0]"
    code = (
        f"import time; from tests.services.{service} import {service}\n"
        f"with {service}() as server:\n    print({asked}, flush=True)\n    time.sleep(600)"
    )
    run = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    port = int(run.stdout.readline())
    assert listens(port)
    run.kill()
    run.wait()
    wait_until(lambda: not listens(port), f"the end of {service}")


def test_a_missing_service_is_left_out_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HEED_REQUIRE", "redis")
    with pytest.raises(pytest.skip.Exception, match="not here"):
        missing("postgres", "not here")


def test_a_missing_service_fails_where_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HEED_REQUIRE", "redis, postgres")
    with pytest.raises(pytest.fail.Exception, match="not here"):
        missing("postgres", "not here")

"""Answers taken durably by the front, beside a plain Django view that inserts one row a request, on the same database in the same run.

An answer is checked against its survey and its invitation and leaves a response, two answers and a link of the journal's chain;
the plain view leaves a row. Both are served by granian; the view by as many WSGI workers as heed's pages have. 64 connections,
each sends its next request when the last was acknowledged; the two take turns, so that a busy machine is busy for both.
With HEED_DATABASE_URL on PostgreSQL a second line is measured there.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

HERE = Path(__file__).resolve().parent
CONNECTIONS, ANSWERS, ROUNDS, WARM = 64, 5_000, 5, 300
FORM = "application/x-www-form-urlencoded"
PREPARE = """
import json, sys
from heed.core.edge import with_store
with_store()
from django.conf import settings
from django.db import connection, transaction
from heed.core.definitions.actions import ensure
from heed.feedback.surveys.actions.invitations import invite
from heed.feedback.surveys.rules.links import token_of
ensure("survey", "bench", {"name": "After a call", "languages": ["en"], "questions": [
    {"key": "nps", "type": "nps", "text": {"en": "Recommend us?"}, "required": True},
    {"key": "why", "type": "text", "text": {"en": "Why?"}}]})
with transaction.atomic():
    keys = [invite(survey_key="bench", customer_key=f"c_{n:020d}", address="a@example.org", context={}) for n in range(int(sys.argv[1]))]
    serial = "bigserial primary key" if connection.vendor == "postgresql" else "integer primary key autoincrement"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_answer")
        cursor.execute(f"CREATE TABLE bench_answer (id {serial}, token text, score real, words text, at timestamp with time zone)")
print(json.dumps([token_of(settings.SECRET_KEY, key) for key in keys]))
"""
STORED = """
import json
from heed.core.edge import with_store
with_store()
from django.db import connection
from heed.feedback.surveys.models import Response
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM bench_answer")
    rows = cursor.fetchone()[0]
print(json.dumps([Response.objects.filter(state="complete").count(), rows]))
"""


class Line(asyncio.Protocol):
    """One connection that is kept open: sends a request, waits for its answer."""

    def __init__(self) -> None:
        self.heard = b""
        self.answered: asyncio.Future[int] | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.heard += data
        head, found, body = self.heard.partition(b"\r\n\r\n")
        if not found or self.answered is None:
            return
        lowered = head.lower()
        place = lowered.find(b"content-length:")
        length = int(lowered[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(body) >= length:
            self.heard = body[length:]
            self.answered.set_result(int(head[9:12]))

    def connection_lost(self, error: Exception | None) -> None:
        if self.answered is not None and not self.answered.done():
            self.answered.set_exception(error or ConnectionError("closed"))

    async def ask(self, request: bytes) -> int:
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self.answered


def request(path: str, fields: dict[str, str]) -> bytes:
    body = urlencode(fields).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def load(port: int, requests: list[bytes], wanted: int) -> tuple[float, list[float]]:
    """Send all by so many connections. Returns the seconds of the whole and of each."""
    left, took = iter(requests), []

    async def one() -> None:
        _, line = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", port)
        for each in left:
            began = time.perf_counter()
            status = await line.ask(each)
            took.append(time.perf_counter() - began)
            if status != wanted:
                sys.exit(f"answered {status}, not {wanted}")
        line.transport.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return time.perf_counter() - began, sorted(took)


def answers(tokens: list[str], path: str) -> list[bytes]:
    return [
        request(
            path.format(token=token),
            {"q_nps": "9", "q_why": f"The driver was kind. {token[:8]}", "move": "next", "nonce": token[:16]},
        )
        for token in tokens
    ]


def run(environment: dict[str, str], code: str, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def serving(command: list[str], environment: dict[str, str], port: int) -> Iterator[None]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            end = time.monotonic() + 60
            while not answers_at(port):
                if time.monotonic() > end or process.poll() is not None:
                    log.seek(0)
                    sys.exit(log.read().decode())
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait(20)


def answers_at(port: int) -> bool:
    import http.client

    try:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        line.request("GET", "/healthz")
        return line.getresponse().status < 500
    except OSError:
        return False


def measure(home: Path, database: str) -> dict[str, Any]:
    """heed and the plain view, one after the other, on one database."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HEED_", "DJANGO_"))}
    port, workers, threads = 18_765, 2, 4 if database else 1
    environment = {
        **kept,
        "HEED_HOME": str(home),
        "HEED_PORT": str(port),
        "HEED_WEB_WORKERS": str(workers),
        "HEED_DATABASE_URL": database,
        "PYTHONPATH": str(HERE),
    }
    tokens = run(environment, PREPARE, str(ANSWERS + WARM))
    heed = [sys.executable, "-W", "ignore", "-c", "from heed.cli import main; main(['web'])"]
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--log-level", "warning"]
    granian += ["--port", str(port + 1), "--workers", str(workers), "--blocking-threads", str(threads)]
    plain = [*granian, "--backlog", "4096", "_plain:application"]
    doors = ((port, "/a/{token}"), (port + 1, "/plain"))
    seconds: list[float] = [0.0, 0.0]
    took: tuple[list[float], list[float]] = ([], [])
    with serving(heed, environment, port), serving(plain, environment, port + 1):
        for place, path in doors:
            asyncio.run(load(place, answers(tokens[:WARM], path), 303))
        for start in range(WARM, len(tokens), ANSWERS // ROUNDS):
            for number, (place, path) in enumerate(doors):
                spent, each = asyncio.run(load(place, answers(tokens[start : start + ANSWERS // ROUNDS], path), 303))
                seconds[number] += spent
                took[number].extend(each)
    if (stored := run(environment, STORED)) != [len(tokens), len(tokens)]:
        sys.exit(f"{stored} stored instead of {len(tokens)} each")
    return line_of(database, seconds[0], sorted(took[0]), seconds[1], sorted(took[1]))


def line_of(
    database: str, heed: float, heed_took: list[float], plain: float, plain_took: list[float]
) -> dict[str, Any]:
    def at(took: list[float], share: float) -> float:
        return 1000 * took[min(int(share * len(took)), len(took) - 1)]

    return {
        "bench": "collector",
        "database": "postgresql" if database else "sqlite",
        "connections": CONNECTIONS,
        "answers": ANSWERS,
        "answers_per_second": ANSWERS / heed,
        "p50_ms": at(heed_took, 0.5),
        "p99_ms": at(heed_took, 0.99),
        "plain_per_second": ANSWERS / plain,
        "plain_p50_ms": at(plain_took, 0.5),
        "plain_p99_ms": at(plain_took, 0.99),
        "times_as_many": plain / heed,
        "p99_of_plain": at(heed_took, 0.99) / at(plain_took, 0.99),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder) / "sqlite", "")))
        if (database := os.environ.get("HEED_DATABASE_URL", "")).startswith("postgres"):
            print(json.dumps(measure(Path(folder) / "postgresql", database)))


if __name__ == "__main__":
    main()

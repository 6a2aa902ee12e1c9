"""The way from the front to the workers, between real processes: what crosses, how much is held, and what a client is told."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.places import ROOT
from tests.services.starting import free_port, listens, running, wait_until

GRANIAN = [sys.executable, "-m", "granian", "--log-level", "warning", "--http", "1", "--no-ws"]
WORKERS = [*GRANIAN, "--interface", "wsgi", "--workers", "2", "--blocking-threads", "1", "--respawn-failed-workers"]
MEGABYTE = 1 << 20


class Between:
    """A front and its workers."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.socket, self.port, self.folder = folder / "w.sock", free_port(), folder
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("HEED_")},
            "ECHO_SOCKET": str(self.socket),
            "HEED_UPLOAD_BYTES": str(64 * MEGABYTE),
            "HEED_TRUSTED_PROXIES": "127.0.0.2/32",
            "PYTHONPATH": str(ROOT),
        }
        serve = [*GRANIAN, "--interface", "asginl", "--port", str(self.port), "tests.collector.echo:front"]
        self.front = stack.enter_context(running(serve, folder / "front.log", self.environment))
        wait_until(lambda: listens(self.port), "the front", self.front)

    def workers(self) -> Any:
        serve = [*WORKERS, "--uds", str(self.socket), "tests.collector.echo:workers"]
        return running(serve, self.folder / "workers.log", self.environment)

    def ask(self, method: str = "GET", path: str = "/", body: Any = None, source: str = "", **headers: str) -> Any:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=(source or "127.0.0.1", 0))
        try:
            line.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            line.close()

    def told(self, *words: Any, **headers: Any) -> dict[str, Any]:
        status, _, body = self.ask(*words, **headers)
        assert status == 200, (status, body)
        return dict(json.loads(body))

    def memory(self) -> int:
        """Bytes that the front and its worker have held at most."""
        pids = subprocess.run(["pgrep", "-P", str(self.front.pid)], capture_output=True, text=True, check=False).stdout
        peaks = []
        for pid in [*pids.split(), str(self.front.pid)]:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            peaks.append(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")))
        return max(peaks) * 1024


@pytest.fixture(scope="module")
def between(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Between]:
    with ExitStack() as stack:
        made = Between(tmp_path_factory.mktemp("between"), stack)
        status, _, body = made.ask()
        assert (status, body) == (503, b"sorry"), "no workers yet"
        workers = stack.enter_context(made.workers())
        wait_until(lambda: made.ask()[0] == 200, "the workers", workers)
        yield made


def test_a_request_crosses_as_it_was_asked(between: Between) -> None:
    told = between.told("GET", "/a%20b/%C3%A9?q=1&q=%26", Accept="text/html", Cookie="a=b", Host="heed.example")
    assert (told["PATH_INFO"], told["QUERY_STRING"], told["REQUEST_METHOD"]) == ("/a b/Ã©", "q=1&q=%26", "GET")
    assert (told["HTTP_ACCEPT"], told["HTTP_COOKIE"], told["HTTP_HOST"]) == ("text/html", "a=b", "heed.example")
    assert "HTTP_USER_AGENT" not in told


def test_the_workers_are_told_who_asks_by_the_front_alone(between: Between) -> None:
    told = between.told("GET", "/", X_Forwarded_For="1.2.3.4", X_Forwarded_Proto="https", X_Real_IP="1.2.3.4")
    assert (told["HTTP_X_FORWARDED_FOR"], told["HTTP_X_FORWARDED_PROTO"]) == ("127.0.0.1", "http")
    assert "HTTP_X_REAL_IP" not in told
    told = between.told("GET", "/", None, "127.0.0.2", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="https")
    assert (told["HTTP_X_FORWARDED_FOR"], told["HTTP_X_FORWARDED_PROTO"]) == ("203.0.113.9", "https")


def test_an_answer_crosses_as_it_was_given(between: Between) -> None:
    status, headers, body = between.ask("GET", "/moved")
    assert (status, headers["Location"], headers.get_all("Set-Cookie")) == (302, "/elsewhere", ["a=1", "b=2"])
    assert json.loads(body)["REQUEST_METHOD"] == "GET"
    status, headers, body = between.ask("HEAD", "/")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 0
    assert between.ask("GET", "/nothing")[0::2] == (204, b"")


def test_bodies_of_every_method_cross(between: Between) -> None:
    assert between.told("POST", "/", b"abc", Content_Type="text/plain")["size"] == 3
    assert between.told("POST", "/", b"")["size"] == 0
    assert between.told("DELETE", "/", b"abcd")["size"] == 4
    assert between.told("PUT", "/", b"abcde")["CONTENT_LENGTH"] == "5"


def test_a_large_upload_and_a_large_answer_are_not_held_in_memory(between: Between) -> None:
    between.told("POST", "/", b"x" * MEGABYTE)
    before = between.memory()
    assert between.told("POST", "/", (b"x" * MEGABYTE for _ in range(60)), Content_Length=str(60 * MEGABYTE))[
        "size"
    ] == (60 * MEGABYTE)
    _, headers, body = between.ask("GET", "/many?960")
    assert (headers["X-Many"], len(body)) == ("1", 60 * MEGABYTE)
    assert between.memory() - before < 24 * MEGABYTE


def test_what_is_larger_than_any_upload_is_refused_at_the_door(between: Between) -> None:
    with socket.create_connection(("127.0.0.1", between.port), timeout=60) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n")
        assert line.recv(4096).startswith(b"HTTP/1.1 413")


def test_a_body_without_its_length_is_refused_not_lost(between: Between) -> None:
    with socket.create_connection(("127.0.0.1", between.port), timeout=60) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        assert line.recv(4096).startswith(b"HTTP/1.1 411")


def test_an_answer_that_breaks_off_is_not_passed_for_whole(between: Between) -> None:
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        between.ask("GET", "/broken")
    assert between.told()["size"] == 0


def test_a_client_that_breaks_off_its_upload_leaves_the_way_open(between: Between) -> None:
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", between.port), timeout=60) as line:
            line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc")
    time.sleep(0.1)
    assert between.told("POST", "/", b"abc")["size"] == 3


@pytest.mark.parametrize(("method", "status"), [("POST", 502), ("GET", 503)], ids=["it may be done", "ask again"])
def test_a_worker_that_dies_is_told_of_and_the_next_answers(tmp_path: Path, method: str, status: int) -> None:
    """Each on workers of its own: granian gives up when the same one dies twice within six seconds."""
    with ExitStack() as stack:
        dying = Between(tmp_path, stack)
        workers = stack.enter_context(dying.workers())
        wait_until(lambda: dying.ask()[0] == 200, "the workers", workers)
        assert dying.ask(method, "/dies", b"x" if method == "POST" else None)[0] == status
        wait_until(lambda: dying.ask()[0] == 200, "another worker", workers)

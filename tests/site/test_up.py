"""`heed up`: serves, prints a link that signs in once, starts again what dies, and ends when told."""

import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(pid: int) -> list[int]:
    """The processes one has started, and those they have."""
    asked = ["pgrep", "-P", str(pid)]
    children = [int(child) for child in subprocess.run(asked, capture_output=True, check=False).stdout.split()]
    return [*children, *(each for child in children for each in family(child))]


class Running:
    """A heed of its own, from an empty folder."""

    def __init__(self, home: Path) -> None:
        self.port, self.home = free_port(), home
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("HEED_", "DJANGO_"))}
        environment |= {"HEED_HOME": str(home), "HEED_PORT": str(self.port), "HEED_WEB_WORKERS": "1"}
        self.log = home.parent / "up.log"
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", "from heed.cli import main; main(['up', '--empty'])"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=self.log.open("w"),
        )

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def get(self, path: str, opener: urllib.request.OpenerDirector | None = None) -> tuple[int, str, str]:
        ask = (opener or urllib.request.build_opener()).open
        try:
            with ask(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
                return answer.status, answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.url or "", error.read().decode()

    def wait(self, seconds: float = 300) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.get("/readyz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.2)
            if self.process.poll() is not None:
                break
        raise AssertionError(f"heed did not come up:\n{self.said}")

    def children(self, verb: str) -> list[int]:
        found = subprocess.run(["ps", "-ww", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
        rows = [line.split(None, 2) for line in found.splitlines()[1:]]
        return [int(pid) for pid, parent, words in rows if int(parent) == self.process.pid and f"'{verb}'" in words]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    up = Running(tmp_path_factory.mktemp("up") / "home")
    try:
        up.wait()
        yield up
    finally:
        up.process.send_signal(signal.SIGKILL) if up.process.poll() is None else None
        subprocess.run(["pkill", "-9", "-P", str(up.process.pid)], check=False)
        up.process.wait()


def test_it_lives_is_ready_and_tells_its_figures(running: Running) -> None:
    assert running.get("/healthz")[0] == 200
    assert running.get("/readyz")[0] == 200
    assert "heed_journal_entries" in running.get("/metrics")[2]


def test_a_page_asks_a_stranger_to_sign_in(running: Running) -> None:
    status, url, _ = running.get("/kpis/")
    assert status == 200
    assert "/account/login/" in url


def test_the_api_tells_a_stranger_what_to_send(running: Running) -> None:
    status, _, body = running.get("/api/v1/kpis")
    assert status == 401
    assert "not_signed_in" in body


def test_the_printed_link_opens_once(running: Running) -> None:
    link = re.search(r"https?://[^\s\x1b]+", running.said.split("Sign in")[1])
    assert link, running.said
    path = "/" + link.group().split("/", 3)[3]
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    status, _, _ = running.get(path, opener)
    assert status == 200


def test_a_worker_that_is_killed_is_started_again(running: Running) -> None:
    (first,) = running.children("worker")
    os.kill(first, signal.SIGKILL)
    end = time.monotonic() + 120
    while time.monotonic() < end:
        now = running.children("worker")
        if now and now != [first]:
            break
        time.sleep(0.2)
    assert running.children("worker") not in ([], [first])
    assert running.get("/healthz")[0] == 200


def test_pages_that_are_killed_are_started_again_and_the_front_answers_meanwhile(running: Running) -> None:
    (first,) = running.children("pages")
    os.kill(first, signal.SIGKILL)
    end, met = time.monotonic() + 180, set()
    while time.monotonic() < end and running.children("pages") in ([], [first]):
        met.add(running.get("/readyz")[0])
        assert running.get("/healthz")[0] == 200
    running.wait()
    assert met <= {200, 502, 503}
    assert 503 in met


def test_a_front_that_is_killed_is_started_again(running: Running) -> None:
    (first,) = running.children("collector")
    os.kill(first, signal.SIGKILL)
    end = time.monotonic() + 180
    while time.monotonic() < end and running.children("collector") in ([], [first]):
        time.sleep(0.05)
    running.wait()
    assert running.children("collector") not in ([], [first])


def test_the_socket_of_the_pages_is_the_owners_alone(running: Running) -> None:
    (socket_file,) = running.home.glob("*.sock")
    assert socket_file.stat().st_mode & 0o777 == 0o600


def test_nothing_outlives_a_heed_that_was_killed(tmp_path: Path) -> None:
    up = Running(tmp_path / "home")
    up.wait()
    started = family(up.process.pid)
    assert len(started) >= 5
    up.process.kill()
    up.process.wait()
    end = time.monotonic() + 120
    while time.monotonic() < end and any(Path(f"/proc/{pid}").exists() for pid in started):
        time.sleep(0.1)
    assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]


def test_a_taken_port_is_refused_with_what_to_do(running: Running, tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HEED_", "DJANGO_"))}
    environment |= {"HEED_HOME": str(tmp_path / "other"), "HEED_PORT": str(running.port)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "from heed.cli import main; main(['up', '--empty'])"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 1
    assert "HEED_PORT" in done.stderr


def test_it_ends_when_told(running: Running) -> None:
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(timeout=90) == 0
    with pytest.raises(OSError):
        running.get("/healthz")

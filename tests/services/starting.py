"""Real servers for tests: each on a free port of loopback, in a folder of its own, stopped at the end."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

PATIENCE_SECONDS = 180.0
PARENT_DEATH_SIGNAL = 1


def missing(service: str, reason: str) -> None:
    """Leave the test out, saying why; fail it instead when HEED_REQUIRE names the service."""
    required = {name.strip() for name in os.environ.get("HEED_REQUIRE", "").split(",")}
    if service in required:
        pytest.fail(f"{service} is required by HEED_REQUIRE: {reason}", pytrace=False)
    pytest.skip(f"{service}: {reason}")


def program(service: str, name: str, folders: tuple[str, ...] = ()) -> str:
    """Where a program lies: on the path or in one of the folders."""
    found = shutil.which(name, path=os.pathsep.join((*folders, os.environ.get("PATH", ""))))
    if found is None:
        missing(service, f"{name} is not on this machine")
    return str(found)


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(ready: Callable[[], bool], what: str, process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until a server is ready; fail the test when it ends or takes too long."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        if process is not None and process.poll() is not None:
            pytest.fail(f"{what} ended with {process.returncode} before it was ready")
        if time.monotonic() > end:
            pytest.fail(f"{what} was not ready after {PATIENCE_SECONDS:.0f} s")
        time.sleep(0.1)


def end_with_parent() -> None:
    """Have the kernel end this process when its parent dies (Linux): a killed run of tests leaves no server behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)


@contextmanager
def running(command: list[str], log: Path, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A server as a process group of its own, so that all it started ends with it."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=log.parent,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        try:
            yield process
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children, gently at first."""
    for sign, patience in ((signal.SIGINT, 10), (signal.SIGKILL, 10)):
        if process.poll() is not None and sign is signal.SIGINT:
            continue
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            return
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue

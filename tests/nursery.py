"""Commands as forks of a process that has loaded heed for a data folder: real processes, without the seconds that each takes
to start Python, load the libraries and set Django up.

`python -m tests.nursery` is the cradle: it has loaded libraries and nothing of heed. For each environment it forks a nursery,
which sets Django up and forks the commands. Orders and answers are JSON, one object a line, over sockets.
"""

import atexit
import gc
import importlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from tests.services.starting import end_with_parent

ROOT = Path(__file__).parents[1]
# What commands load sooner or later. None of it may start a thread, which a fork would not have.
LIBRARIES = (
    "cel_expr_python.cel",
    "deltalake",
    "django.core.management",
    "django.db.models",
    "django.forms",
    "holidays",
    "ibis.backends.duckdb",
    "lingua",
    "openpyxl",
    "pandas",
    "phonenumbers",
    "pyarrow.compute",
    "pyarrow.csv",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "pydantic",
    "requests",
    "rich.console",
    "rich.progress",
    "scipy.optimize",
    "scipy.sparse",
    "scipy.stats",
    "sklearn.feature_extraction.text",
    "sklearn.linear_model",
    "typer.main",
    "yaml",
)


class Wire:
    """One end of a talk: asks, and reads one answer."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end

    def ask(self, order: dict[str, Any], handed: socket.socket | None = None) -> dict[str, Any]:
        line = json.dumps(order).encode() + b"\n"
        if handed is None:
            self.end.sendall(line)
        else:
            socket.send_fds(self.end, [line], [handed.fileno()])
        answer = b""
        while not answer.endswith(b"\n"):
            read = self.end.recv(1 << 16)
            assert read, "the nursery has died"
            answer += read
        told: dict[str, Any] = json.loads(answer)
        return told


@cache
def cradle() -> Wire:
    """The process with the libraries, started when it is first asked for; it ends with this one."""
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.nursery"],
        cwd=ROOT,
        env=kept(os.environ),
        stdin=theirs.fileno(),
        stdout=subprocess.DEVNULL,
        preexec_fn=end_with_parent,
    )
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)
    return Wire(ours)


def kept(env: Any) -> dict[str, str]:
    """The part of an environment in which nurseries may not differ."""
    ours = ("HEED_", "DJANGO_", "PYTEST_")
    return {name: value for name, value in env.items() if not name.startswith(ours)}


class Nursery:
    """Starts commands in an environment; each child is a process of its own that may be killed. `loads` are modules they share."""

    def __init__(self, env: dict[str, str], *loads: str) -> None:
        ours, theirs = socket.socketpair()
        cradle().ask({"env": env, "loads": loads}, theirs)
        theirs.close()
        self._wire, self._lock = Wire(ours), threading.Lock()
        self.close = weakref.finalize(self, _close, ours)
        # Whether Django could be set up; where not, a command says why itself.
        self.is_ready: bool = self._ask(ready=True)["ready"]

    def __enter__(self) -> "Nursery":
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def start(self, output: Path, program: str, *words: str) -> int:
        """Run the lines of Python, then `heed WORDS`; returns the process. What it says goes to the file."""
        said = str(output)
        order = {"program": program, "words": words, "input": os.devnull, "output": said, "errors": said}
        return int(self._ask(**order)["pid"])

    def is_over(self, pid: int) -> bool:
        return self._ask(look=pid)["code"] is not None

    def wait(self, pid: int) -> int:
        """How the process ended: its exit code, or less than 0 for the signal that killed it."""
        return int(self._ask(wait=pid)["code"])

    def run(self, *words: str, given: bytes = b"", cwd: Path = ROOT) -> tuple[int, bytes, bytes]:
        """Run `heed WORDS` to its end; returns its code and what it said on stdout and stderr."""
        with tempfile.TemporaryDirectory(prefix="heed-said-") as folder:
            files = {name: Path(folder) / name for name in ("input", "output", "errors")}
            files["input"].write_bytes(given)
            paths = {name: str(path) for name, path in files.items()}
            pid = int(self._ask(program="", words=words, cwd=str(cwd), **paths)["pid"])
            return self.wait(pid), files["output"].read_bytes(), files["errors"].read_bytes()

    def _ask(self, **order: Any) -> dict[str, Any]:
        with self._lock:
            return self._wire.ask(order)


def _close(end: socket.socket) -> None:
    """Let a nursery end, and with it what it started; returns when it has."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_WR)
        end.settimeout(30.0)
        while end.recv(1 << 16):
            pass
    end.close()


def _orders(end: socket.socket) -> Any:
    """The orders of a wire, each with the socket handed over with it, until the other side closes."""
    read, handed = b"", list[int]()
    while True:
        got, fds, _flags, _address = socket.recv_fds(end, 1 << 16, 1)
        handed += fds
        if not got:
            return
        read += got
        if read.endswith(b"\n"):
            order = json.loads(read)
            yield order, handed
            read, handed = b"", []


def _answer(end: socket.socket, **told: Any) -> None:
    end.sendall(json.dumps(told).encode() + b"\n")


def _serve_cradle() -> None:
    """Fork a nursery for each order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end = socket.socket(fileno=os.dup(0))
    for name in LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(name)
    assert threading.active_count() == 1
    gc.collect()
    gc.freeze()
    for order, (handed,) in _orders(end):
        if not os.fork():
            end.close()
            _serve_nursery(socket.socket(fileno=handed), order)
        os.close(handed)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        _answer(end, forked=True)


def _serve_nursery(end: socket.socket, told: dict[str, Any]) -> None:
    """Set Django up in an environment and fork commands. Never returns."""
    end_with_parent()
    os.environ.clear()
    os.environ.update({"DJANGO_SETTINGS_MODULE": "heed.site.settings", **told["env"]})
    ready = True
    try:
        import django

        django.setup()
        for name in told["loads"]:
            importlib.import_module(name)
    except Exception:
        ready = False
    # What is loaded is shared with the children as long as nobody counts in it.
    gc.freeze()
    ended = dict[int, int]()
    for order, _handed in _orders(end):
        if "program" in order:
            pid = os.fork()
            if not pid:
                end.close()
                _child(order)
            _answer(end, pid=pid)
        elif "ready" in order:
            _answer(end, ready=ready)
        elif "look" in order:
            _answer(end, code=_ended(ended, order["look"], os.WNOHANG))
        else:
            _answer(end, code=_ended(ended, order["wait"], 0))
    os._exit(0)


def _child(order: dict[str, Any]) -> None:
    """What a forked child is: heed with its own words and output. Never returns."""
    code = 1
    try:
        end_with_parent()
        os.chdir(order.get("cwd", ROOT))
        for number, name in ((0, order["input"]), (1, order["output"]), (2, order["errors"])):
            opened = os.open(name, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(opened, number)
            os.close(opened)
        # A fork has the dice of its parent.
        random.seed()
        exec(order["program"], {})
        from heed.cli import main

        main(list(order["words"]))
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        _leave(code)


def _leave(code: int) -> None:
    """What Python does at the end of a process, without taking apart what the parent loaded."""
    with suppress(BaseException):
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
        atexit._run_exitfuncs()
        from django.db import connections

        connections.close_all()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _ended(ended: dict[int, int], pid: int, options: int) -> int | None:
    """The code a child ended with; None when it has not."""
    if pid not in ended:
        gone, status = os.waitpid(pid, options)
        if gone:
            ended[pid] = os.waitstatus_to_exitcode(status)
    return ended.get(pid)


if __name__ == "__main__":
    _serve_cradle()
    # Some libraries complain of what is still theirs when Python takes them apart.
    os._exit(0)

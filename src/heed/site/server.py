"""The processes: the `collector` holds the port, `pages` are the web workers behind it, the `worker` carries the journal on."""

import hashlib
import logging
import os
import signal
import socket
import stat
import subprocess  # nosec B404: it starts heed itself, nothing else
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.net import SocketSpec  # type: ignore[attr-defined]

from heed.core.console.rules import say
from heed.core.edge import start_django
from heed.core.errors.rules import Refused, phrase
from heed.core.settings.rules import Settings, current
from heed.site.gathering import collect_static

# A process that dies again and again is started again more slowly, up to this many seconds.
LONGEST_PAUSE, STEADY_SECONDS = 10.0, 30.0
# Open streams would keep a process from ending: they are cut after so many seconds.
FRONT_STOP_SECONDS, PAGES_STOP_SECONDS = 3, 5
BACKLOG = 4096
# The kernel takes at most 107 bytes for the name of a unix socket, and macOS 103.
LONGEST_SOCKET = 100
log = logging.getLogger("heed.server")


def refuse_taken_port() -> None:
    """Raise Refused when something else listens where heed would."""
    settings = current()
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, int(settings.port)))
        except OSError as error:
            raise Refused(
                phrase(
                    "{host}:{port} cannot be listened on: {error}.",
                    host=settings.host,
                    port=settings.port,
                    error=error.strerror,
                ),
                code="port_taken",
                hint="Stop what listens there, or set HEED_PORT to another port.",
            ) from error


def pages_socket(settings: Settings) -> Path:
    """Where the web workers listen: in the data folder; in a folder of this user's own when that name is too long for a socket."""
    path = settings.home_path / "pages.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    name = hashlib.sha256(os.fsencode(settings.home_path)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"heed-{os.getuid()}-{name}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise Refused(
            phrase("{folder} belongs to somebody else.", folder=folder),
            code="socket_taken",
            hint="Remove it, or give HEED_HOME a shorter name.",
        )
    return folder / "pages.sock"


class Holding(Granian):  # type: ignore[misc, valid-type]
    """Granian that keeps the port while its worker is started again: who connects meanwhile waits and is not turned away.

    On Linux granian lets each worker bind the port anew; elsewhere it does as here.
    """

    def _init_shared_socket(self) -> None:
        self._shd = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
        self._sfd = self._shd.get_fd()
        self._ssp = None
        self._sso: Any = socket.socket(fileno=self._sfd)
        self._sso.set_inheritable(True)


def serve_front() -> None:
    """Hold the port until told to stop."""
    settings = current()
    refuse_taken_port()
    collect_static()
    Holding(
        "heed.site.asgi:application",
        address=settings.host,
        port=int(settings.port),
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=1,
        backlog=BACKLOG,
        backpressure=BACKLOG,
        respawn_failed_workers=True,
        workers_kill_timeout=FRONT_STOP_SECONDS,
        log_level=LogLevels.warning,
    ).serve()


def serve_pages() -> None:
    """Serve the pages behind the front. One blocking thread a worker on SQLite: threads of one process only wait for each other there."""
    settings = current()
    start_django()
    collect_static()
    path = pages_socket(settings)
    path.unlink(missing_ok=True)
    Granian(
        "heed.site.serving:application",
        uds=path,
        uds_permissions=0o600,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=int(settings.web_workers),
        blocking_threads=4 if settings.database_url.startswith("postgres") else 1,
        backlog=BACKLOG,
        backpressure=BACKLOG,
        respawn_failed_workers=True,
        workers_kill_timeout=PAGES_STOP_SECONDS,
        log_level=LogLevels.warning,
    ).serve()


LIFELINE = "import signal; from heed.site.lifeline import end_with_parent; end_with_parent(signal.SIGTERM)"
COMMANDS = {
    "collector": "from heed.cli import main; main(['collector'])",
    "worker": "from heed.cli import main; main(['worker'])",
    "pages": "from heed.site.server import serve_pages; serve_pages()  # 'pages'",
}


class Keeper:
    """Keeps child processes alive until it is told to stop."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.pauses = dict.fromkeys(names, 0.5)
        self.due = dict.fromkeys(names, 0.0)
        self.since = dict.fromkeys(names, 0.0)
        self.stopping = False

    def start(self, name: str) -> None:
        self.since[name] = time.monotonic()
        command = [sys.executable, "-c", f"{LIFELINE}; {COMMANDS[name]}"]
        self.children[name] = subprocess.Popen(command)  # noqa: S603  # nosec B603

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        self.stopping = True

    def look(self) -> None:
        """Start again what died: at once after a long life, else each time after a longer pause."""
        now = time.monotonic()
        for name, child in list(self.children.items()):
            if child.poll() is None:
                continue
            if self.due[name] == 0.0:
                if now - self.since[name] > STEADY_SECONDS:
                    self.pauses[name] = 0.5
                say(
                    phrase(
                        "heed {name} ended with {code}; starting it again in {seconds} s.",
                        name=name,
                        code=child.returncode,
                        seconds=f"{self.pauses[name]:.1f}",
                    )
                )
                self.due[name] = now + self.pauses[name]
                self.pauses[name] = min(self.pauses[name] * 2, LONGEST_PAUSE)
            elif now >= self.due[name]:
                self.due[name] = 0.0
                self.start(name)

    def run(self) -> None:
        """Start all, watch them, and on a signal end them in order."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        for name in self.names:
            self.start(name)
        while not self.stopping:
            self.look()
            time.sleep(0.2)
        for child in self.children.values():
            with suppress(ProcessLookupError):
                child.terminate()
        for child in self.children.values():
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

"""The processes: `web` serves the pages, `worker` carries the journal on, `up` keeps one of each alive."""

import signal
import socket
import subprocess  # nosec B404: it starts heed itself, nothing else
import sys
import time
from contextlib import suppress
from types import FrameType

from django.core.management import call_command
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from heed.core.console.rules import say
from heed.core.errors.rules import Refused
from heed.core.settings.rules import current

# A process that dies again and again is started again more slowly, up to this many seconds.
LONGEST_PAUSE = 10.0


def refuse_taken_port() -> None:
    """Raise Refused when something else listens where heed would."""
    settings = current()
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, int(settings.port)))
        except OSError as error:
            raise Refused(
                f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}.",
                code="port_taken",
                hint="Stop what listens there, or set HEED_PORT to another port.",
            ) from error


def collect_static() -> None:
    """Gather and compress the static files, named by content, so that browsers may keep them for ever."""
    call_command("collectstatic", interactive=False, verbosity=0)


def serve_web() -> None:
    """Serve until told to stop. One blocking thread a worker on SQLite: threads of one process only wait for each other there."""
    settings = current()
    refuse_taken_port()
    collect_static()
    Granian(
        "heed.site.serving:application",
        address=settings.host,
        port=int(settings.port),
        interface=Interfaces.WSGI,
        workers=int(settings.web_workers),
        blocking_threads=4 if settings.database_url.startswith("postgres") else 1,
        backlog=4096,
        backpressure=4096,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
    ).serve()


class Keeper:
    """Keeps child processes alive until it is told to stop."""

    def __init__(self, verbs: tuple[str, ...]) -> None:
        self.verbs = verbs
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.pauses = dict.fromkeys(verbs, 0.5)
        self.due = dict.fromkeys(verbs, 0.0)
        self.stopping = False

    def start(self, verb: str) -> None:
        command = [sys.executable, "-c", f"from heed.cli import main; main(['{verb}'])"]
        self.children[verb] = subprocess.Popen(command)  # noqa: S603  # nosec B603

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        self.stopping = True

    def look(self) -> None:
        """Start again what died, each time after a longer pause."""
        now = time.monotonic()
        for verb, child in list(self.children.items()):
            if child.poll() is None:
                continue
            if self.due[verb] == 0.0:
                say(f"heed {verb} ended with {child.returncode}; starting it again in {self.pauses[verb]:.0f} s.")
                self.due[verb] = now + self.pauses[verb]
                self.pauses[verb] = min(self.pauses[verb] * 2, LONGEST_PAUSE)
            elif now >= self.due[verb]:
                self.due[verb] = 0.0
                self.start(verb)

    def run(self) -> None:
        """Start all, watch them, and on a signal end them in order."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        for verb in self.verbs:
            self.start(verb)
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


def wait_for_web(seconds: float = 20.0) -> bool:
    """Whether the web answers within so many seconds."""
    settings = current()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection((settings.host, int(settings.port)), timeout=0.5):
            return True
        time.sleep(0.1)
    return False

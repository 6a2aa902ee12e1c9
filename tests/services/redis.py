"""A Redis server of the test's own, in memory only."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.starting import free_port, listens, program, running, wait_until


@contextmanager
def redis() -> Iterator[str]:
    """Start a server; yields its address."""
    server = program("redis", "redis-server")
    folder, port = Path(tempfile.mkdtemp(prefix="heed-redis-")), free_port()
    command = [
        server,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(folder),
    ]
    try:
        with running(command, folder / "log") as process:
            wait_until(lambda: listens(port), "Redis", process)
            yield f"redis://127.0.0.1:{port}/0"
    finally:
        shutil.rmtree(folder, ignore_errors=True)

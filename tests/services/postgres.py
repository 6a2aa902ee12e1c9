"""A PostgreSQL server of the test's own. It refuses to run as root, so root hands it to the user `postgres`."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services.starting import free_port, missing, program, running, wait_until

FOLDERS = tuple(f"/usr/lib/postgresql/{version}/bin" for version in (18, 17, 16, 15, 14))


@dataclass(frozen=True)
class Postgres:
    """A running server. `url` names its first database; `database()` makes an empty one more."""

    port: int
    user: str = "postgres"

    def url_of(self, name: str) -> str:
        return f"postgresql://{self.user}@127.0.0.1:{self.port}/{name}"

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def database(self, name: str) -> str:
        """Make an empty database, in place of one of that name; returns its address."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url_of(name)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start a server with an empty cluster; everything is gone afterwards."""
    initdb, server = program("postgres", "initdb", FOLDERS), program("postgres", "postgres", FOLDERS)
    folder = Path(tempfile.mkdtemp(prefix="heed-pg-"))
    before = _other_user(folder)
    data, port = folder / "cluster", free_port()
    try:
        made = [initdb, "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        subprocess.run([*before, *made], check=True, capture_output=True, cwd=folder)
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(folder),
            "timezone": "UTC",
            "max_connections": "100",
        }
        command = [*before, server, "-D", str(data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with running(command, folder / "log") as process:
            started = Postgres(port)
            wait_until(lambda: _answers(started.url), "PostgreSQL", process)
            yield started
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _other_user(folder: Path) -> list[str]:
    """How to run a program as somebody who is not root, the folder being theirs."""
    if os.geteuid() != 0:
        return []
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        missing("postgres", "PostgreSQL refuses root, and there is no user postgres")
        raise
    os.chown(folder, user.pw_uid, user.pw_gid)
    # Another user's process forgets the signal it gets at its parent's death, so setpriv sets it again.
    become = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--pdeathsig", "INT"]
    return [program("postgres", "setpriv"), *become]


def _answers(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True

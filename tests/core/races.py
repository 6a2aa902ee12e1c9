"""What races need: a store in a file, and several who press at the same moment."""

import atexit
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, connections


@contextmanager
def file_store(path: Path) -> Iterator[None]:
    """The default database in a file of its own, with a door, so that threads meet as processes do.

    Where the tests run on PostgreSQL, its own database serves, and is emptied afterwards.
    """
    if connection.vendor == "postgresql":
        call_command("migrate", interactive=False, verbosity=0)
        try:
            yield
        finally:
            call_command("flush", interactive=False, verbosity=0)
        return
    memory, kept = connection.connection, connection.settings_dict["NAME"]
    connection.connection = None
    try:
        shutil.copyfile(_migrated(), path)
        connection.settings_dict["NAME"] = str(path)
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"], connection.connection = kept, memory


@cache
def _migrated() -> Path:
    """An empty store, brought to this version once a process; each test has a copy. The default connection is at rest."""
    folder = Path(tempfile.mkdtemp(prefix="heed-races-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    connection.settings_dict["NAME"] = str(folder / "empty.db")
    call_command("migrate", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    connection.connection = None
    return folder / "empty.db"


def at_once(*presses: Callable[[], Any]) -> list[Any]:
    """What each returned or raised, when all start together, each with a connection of its own."""
    barrier, results = threading.Barrier(len(presses)), [None] * len(presses)

    def press(number: int) -> None:
        barrier.wait()
        try:
            results[number] = presses[number]()
        except Exception as error:  # what was raised is the result
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(len(presses))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results

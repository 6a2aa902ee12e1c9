"""What races need: a store in a file, and several who press at the same moment."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    connection.settings_dict["NAME"] = str(path)
    try:
        call_command("migrate", interactive=False, verbosity=0)
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"], connection.connection = kept, memory


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

"""Who may be in a local store at once: many writers, or one that takes every dead file away."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def doorway(folder: Path | None, *, alone: bool = False) -> Iterator[None]:
    """Hold the door of a local store (nothing in object storage). The kernel frees it when a process dies."""
    if folder is None:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".door").open("a") as door:
        fcntl.flock(door, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield

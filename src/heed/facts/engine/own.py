"""The engine over the facts of this process, for what is read again and again."""

import os
from threading import Lock
from typing import TYPE_CHECKING

from heed.core.settings.rules import Settings, current

if TYPE_CHECKING:
    from heed.facts.engine.seam import Engine


class OwnEngine:
    """Call it for the engine over the store that the settings name: opened when first called, and anew in a process that was
    forked or with other settings.

    Each capability has one of its own: what it holds at hand has names of its own, and nobody waits for another's figures.
    """

    def __init__(self) -> None:
        self._opening = Lock()
        self._held: tuple[Settings, int, Engine] | None = None

    def __call__(self) -> "Engine":
        settings, process = current(), os.getpid()
        with self._opening:
            if self._held is None or self._held[:2] != (settings, process):
                # Here, for a process that never reads facts need not load what reads them.
                from heed.facts.engine.engine import open_engine

                self._held = (settings, process, open_engine(settings))
            return self._held[2]

    def forget(self) -> None:
        """The next call opens it anew, though the settings are the same."""
        with self._opening:
            self._held = None

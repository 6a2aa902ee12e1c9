"""The engine over the facts of this process, for the few pages of surveys that read them."""

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from heed.core.settings.rules import Settings, current

if TYPE_CHECKING:
    from heed.facts.engine.seam import Engine


def engine() -> "Engine":
    """The engine of this process, over the store the settings name."""
    return _engine(current(), os.getpid())


@lru_cache(maxsize=1)
def _engine(settings: Settings, process: int) -> "Engine":
    from heed.facts.engine.engine import open_engine

    return open_engine(settings)

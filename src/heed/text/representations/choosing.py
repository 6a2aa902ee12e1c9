"""Which representation is in use: heed's own, the encoder in a folder, or a server's, by `HEED_EMBEDDINGS`."""

from functools import lru_cache

from heed.core.settings.rules import current
from heed.text.endpoint import endpoint_of
from heed.text.representations.cache import FILE, FOLDER, Cached, Store
from heed.text.representations.endpoint import Served
from heed.text.representations.folder import open_folder
from heed.text.representations.port import Representation


def chosen(setting: str | None = None, *, cached: bool = True) -> Representation | None:
    """The representation that a setting names, or HEED_EMBEDDINGS where none is handed in; None for heed's own, which
    each learner fits on its own texts.

    `setting` is "", a folder (or a graph in one), or `https://host/v1#model`. With `cached`, vectors are kept in the data
    folder where there is one. Raises Invalid, Unavailable or AddressRefused where it cannot be opened.
    """
    named = (current().embeddings if setting is None else setting).strip()
    if not named:
        return None
    made = _opened(named, current().embeddings_key)
    home = current().home_path
    return Cached(made, Store(home / FOLDER / FILE)) if cached and home.is_dir() else made


@lru_cache(maxsize=4)
def _opened(named: str, key: str) -> Representation:
    """Opened once in a process: a graph of some hundred megabytes takes a second."""
    if "://" in named:
        return Served(endpoint_of(named, key))
    return open_folder(named)

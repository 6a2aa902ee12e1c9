"""What labels taught, opened to read with. Where it cannot be opened or fails, reading goes on without it, and says why."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from heed.core.errors.rules import HeedError
from heed.core.settings.rules import current
from heed.text.classifying.model import TextClassifier, Told
from heed.text.reading.taught import TaughtReader

REST_SECONDS = 300.0  # after it failed, before it is tried again
log = logging.getLogger("heed.verbatims")


@dataclass(eq=False)
class Opened:
    """A classifier in a folder as reading asks it. `fault` is the code of why it does not tell; empty where it does."""

    folder: Path
    classifier: TextClassifier | None = None
    fault: str = ""
    rests_until: float = 0.0

    def tell(self, masked: Sequence[str]) -> list[Told] | None:
        """What each masked text is; None where the classifier, or the encoder it stands on, cannot be had."""
        if not self.is_there():
            return None
        assert self.classifier is not None
        try:
            told = self.classifier.tell(masked)
        except HeedError as error:
            self._rest(error)
            return None
        self.fault = ""
        return told

    def is_there(self) -> bool:
        """Whether it can be asked now; opened where it was not yet."""
        if time.monotonic() < self.rests_until:
            return False
        if self.classifier is None:
            try:
                self.classifier = _loaded(self.folder)
            except HeedError as error:
                self._rest(error)
                return False
            self.fault = ""
        return True

    def _rest(self, error: HeedError) -> None:
        log.warning("%s: %s; read without it for %.0f s", self.folder.name, error.code, REST_SECONDS)
        self.fault, self.rests_until = error.code, time.monotonic() + REST_SECONDS


def _loaded(folder: Path) -> TextClassifier:
    from heed.text.classifying.kept import load
    from heed.text.representations.choosing import chosen

    return load(folder, representation=chosen())


@lru_cache(maxsize=2)
def _opened(folder: str, name: str, embeddings: str) -> Opened:
    return Opened(Path(folder) / name)


def opened(folder: Path, name: str) -> Opened:
    """The classifier of this name, held in memory; another encoder that was set opens it anew."""
    return _opened(str(folder), name, current().embeddings)


def readers_of(folder: Path, names: Mapping[str, str]) -> dict[str, TaughtReader]:
    """The readers of these names, by what they read. One that cannot be opened is left out: rules read it then."""
    found = {}
    for label, name in names.items():
        try:
            found[label] = _reader(str(folder), name)
        except HeedError as error:
            log.warning("%s: %s; the rules read %s", name, error.code, label)
    return found


@lru_cache(maxsize=8)
def _reader(folder: str, name: str) -> TaughtReader:
    from heed.text.reading.taught import load_reader

    return load_reader(Path(folder) / name)


def forget_opened() -> None:
    _opened.cache_clear()
    _reader.cache_clear()

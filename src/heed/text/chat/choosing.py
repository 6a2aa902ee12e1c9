"""Who reads: heed itself, or the chat model an organisation chose, by `HEED_ANALYZER`."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from heed.core.settings.rules import current
from heed.text.analyzer import TextAnalyzer
from heed.text.chat.asking import Asker
from heed.text.chat.kept import kept_in
from heed.text.chat.reading import Bought, Line
from heed.text.chat.tasks import PROMPT, ReadingTask
from heed.text.endpoint import Endpoint, endpoint_of
from heed.text.reading.judging import INTENTS

TRIES = 2  # a worker has others to wait for
MOST_NAMED = 24
KIND = "chat."


def reader_in(name: str) -> str:
    """The chat model that a name labels are signed with begins with; empty where heed read."""
    return name.split("+")[0] if name.startswith(KIND) else ""


def reader_name() -> str:
    """What the chosen chat model signs with: its name, and a digest of where it is and what it is asked; empty where
    heed reads itself.
    """
    if not current().analyzer:
        return ""
    found = _endpoint()
    digest = hashlib.sha256(f"{found.url}\x1f{found.model}\x1f{PROMPT}".encode()).hexdigest()[:8]
    plain = "".join(sign if sign.isalnum() or sign in "-." else "-" for sign in found.model)[:MOST_NAMED]
    return f"{KIND}{plain}.{digest}"


def reading_with(inhouse: TextAnalyzer, names: Mapping[str, str], home: Path) -> TextAnalyzer:
    """The analyzer that reads for an organisation: the chat model it chose with the in-house one beside it; the in-house
    one alone where it chose none.

    names: key -> name of the taxonomy's themes. home: the data folder; what was answered is kept in it.
    """
    reader = reader_name()
    if not reader:
        return inhouse
    return Bought(inhouse, _line(reader, tuple(sorted(names.items())), home), frozenset(names))


@lru_cache(maxsize=4)
def _line(reader: str, names: tuple[tuple[str, str], ...], home: Path) -> Line:
    return Line(reader, Asker(_endpoint(), ReadingTask(dict(names), INTENTS), kept_in(home)))


def _endpoint() -> Endpoint:
    return endpoint_of(current().analyzer, current().analyzer_key, tries=TRIES)

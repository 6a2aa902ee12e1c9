"""The catalogue of one language: read, brought up to what the code says, written, compiled. Locations have no line numbers."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog

from tests.house.plan import SOURCE
from tests.words.extraction import Message

LANGUAGES = ("de",)
PERCENT = re.compile(r"%\((\w+)\)[sd]")
BRACE = re.compile(r"\{(\w+)(?:![rsa])?(?::[^}]*)?\}")
# The same for each writing: a date of its own would make every run a change.
MADE = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = "# The words of heed in this language. `make words` brings it up to what the code says."


def path_of(language: str, suffix: str = "po") -> Path:
    return SOURCE / "heed" / "locale" / language / "LC_MESSAGES" / f"django.{suffix}"


def _flags(text: str) -> set[str]:
    if PERCENT.search(text):
        return {"python-format"}
    return {"python-brace-format"} if BRACE.search(text) else set()


def read(language: str) -> Catalog:
    file = path_of(language)
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as stream:
        return pofile.read_po(stream, locale=language)


def brought_up(language: str, messages: dict[tuple[str, str], Message], *, forget: bool = False) -> Catalog:
    """The catalogue with every message of the code; what is translated stays, what nobody says any more is kept aside."""
    held = read(language)
    former = {**{_key(m): m for m in held.obsolete.values()}, **{_key(m): m for m in held if m.id}}
    made = Catalog(
        locale=language,
        project="heed",
        version="0",
        header_comment=HEADER,
        creation_date=MADE,
        revision_date=MADE,
        last_translator="heed",
        language_team="heed",
        fuzzy=False,
    )
    for key in sorted(messages, key=lambda key: (sorted(messages[key].files)[0], key)):
        message = messages[key]
        old = former.pop(key, None)
        text = (message.text, message.plural) if message.plural else message.text
        kept = old.string if old is not None and isinstance(old.string, tuple) == bool(message.plural) else ""
        made.add(
            text,
            kept or (("", "") if message.plural else ""),
            locations=[(file, None) for file in sorted(message.files)],  # type: ignore[misc]
            flags=_flags(message.text) | ({"fuzzy"} if old is not None and old.fuzzy else set()),
            context=message.context or None,
        )
    if not forget:
        made.obsolete.update({_key(message): message for message in former.values() if message.string})  # type: ignore[misc]
    return made


def _key(message: Any) -> tuple[str, str]:
    text, context = message.id, message.context
    return text[0] if isinstance(text, tuple) else text, context or ""


def po_bytes(catalogue: Catalog) -> bytes:
    stream = io.BytesIO()
    pofile.write_po(stream, catalogue, width=110, include_lineno=False)
    return stream.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    stream = io.BytesIO()
    mofile.write_mo(stream, catalogue)
    return stream.getvalue()


def places(text: str) -> set[str]:
    """What a text leaves open: `%(name)s` and `{name}`."""
    return {f"%{name}" for name in PERCENT.findall(text)} | {f"{{{name}}}" for name in BRACE.findall(text)}

"""Which columns of a file are the case, the activity, the time … of an event; the names of XES (IEEE 1849) are the defaults."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from heed.core.errors.rules import Invalid, nearest, phrase

CASE, ACTIVITY, TIME = "case:concept:name", "concept:name", "time:timestamp"
RESOURCE, LIFECYCLE = "org:resource", "lifecycle:transition"


@dataclass(frozen=True)
class Columns:
    """The column of each part of an event. None: the default when the file has it, else nothing.

    `extra`: more columns to keep beside them, by name.
    """

    case: str | None = None
    activity: str | None = None
    time: str | None = None
    resource: str | None = None
    lifecycle: str | None = None
    group: str | None = None
    extra: tuple[str, ...] = ()

    def named(self, part: str) -> str | None:
        """The column of a part as asked for, or its default."""
        asked: str | None = getattr(self, part)
        return asked or DEFAULTS.get(part)


DEFAULTS = {"case": CASE, "activity": ACTIVITY, "time": TIME, "resource": RESOURCE, "lifecycle": LIFECYCLE}
PARTS = tuple(field.name for field in fields(Columns) if field.name != "extra")


def placed(columns: Columns, there: Iterable[str], required: Iterable[str], file: str) -> dict[str, str]:
    """The column of each part that the file has. Raises Invalid where one that is wanted is not there."""
    known = list(dict.fromkeys(there))
    found: dict[str, str] = {}
    for part in PARTS:
        name = columns.named(part)
        if name is None:
            continue
        if name in known:
            found[part] = name
        elif getattr(columns, part) or part in required:
            raise missing(name, known, file, part)
    for name in columns.extra:
        if name not in known:
            raise missing(name, known, file, "")
    return found


def missing(name: str, known: list[str], file: str, part: str) -> Invalid:
    """The refusal of a column that is not there: the nearest one, and how another is named."""
    hint = nearest(name, known) if known else ""
    if part:
        hint = phrase("Name it with --{part}. {nearest}", nearest=hint, part=part)
    return Invalid(
        phrase("{file} has no column {column}.", file=file, column=name), code="unknown_column", hint=hint.strip()
    )

"""A CloudEvent of type `heed.fact.<table>` as a row of that table: columns and kinds as in the schema. Pure."""

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from heed.core.errors.rules import HeedError, Invalid, nearest, phrase
from heed.core.http.rules import Envelope
from heed.facts.projected import as_table
from heed.facts.schema.columns import ORIGIN, Column, Table
from heed.facts.schema.tables import TABLES

PREFIX = "heed.fact."
TEXT_LENGTH, WORDS_LENGTH, KEY_LENGTH = 1_000, 100_000, 255
WHOLE = 2**53
MONEY = Decimal(10) ** 14
_OWN_KEY = re.compile(r"^[ce]_[0-9a-f]{20}$")
_ORIGIN = frozenset(column.name for column in ORIGIN) - {"attributes"}
Pseudonym = Callable[[str, str, str], str]


def _wrong(where: str, what: str, hint: str = "") -> Invalid:
    return Invalid(phrase("{where}: {what}", where=where, what=what), code="invalid_fact", hint=hint)


def table_of(event: Envelope, where: str) -> Table:
    """The table an event's type names."""
    name = event.type.removeprefix(PREFIX)
    if not event.type.startswith(PREFIX) or name not in TABLES:
        raise _wrong(
            where,
            phrase("type {type} is not taken here.", type=event.type),
            nearest(event.type, [PREFIX + t for t in TABLES]),
        )
    return TABLES[name]


def row_of(event: Envelope, table: Table, pseudonym: Pseudonym, where: str) -> dict[str, Any]:
    """The row an event tells, checked, as JSON takes it. `pseudonym(kind, system, identifier)` gives people's keys."""
    known = [name for name in table.names if name not in _ORIGIN]
    for name in event.data:
        if name not in known:
            raise _wrong(
                where,
                phrase("{table} has no column {name}.", table=table.name, name=str(name)[:60]),
                nearest(str(name), known),
            )
    row: dict[str, Any] = {}
    for column in table.columns:
        given = event.data.get(column.name)
        if given is not None and column.name not in _ORIGIN:
            row[column.name] = _value(column, given, f"{where}: {column.name}", pseudonym)
    row.setdefault(table.key, _key(event))
    row.setdefault(table.time, event.at.isoformat())
    for column in table.columns:
        if column.required and column.name not in _ORIGIN and row.get(column.name) in (None, ""):
            raise _wrong(
                where, phrase("{column} is required: {meaning}.", column=column.name, meaning=phrase(column.meaning))
            )
    if len(row[table.key]) > KEY_LENGTH:
        raise _wrong(where, phrase("{key} must have at most {most} characters.", key=table.key, most=KEY_LENGTH))
    return row


def _key(event: Envelope) -> str:
    """The key of a fact whose event names none: from who tells it and their id, so that the same is the same."""
    return hashlib.sha256(f"{event.source}\n{event.id}".encode()).hexdigest()[:32]


def check_fit(table: Table, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Make the rows as the projector will, so that nothing is acknowledged which cannot become a fact."""
    origin = {"source": "heed", "recorded_at": datetime(2000, 1, 1, tzinfo=UTC)}
    try:
        as_table(table.name, [{**row, **origin, "batch": where} for where, row in rows])
    except HeedError as error:
        raise Invalid(error.message, code="invalid_fact") from error


def _value(column: Column, given: Any, where: str, pseudonym: Pseudonym) -> Any:
    if column.personal == "key":
        return _person(column, given, where, pseudonym)
    return _KINDS[column.kind](column, given, where)


def _person(column: Column, given: Any, where: str, pseudonym: Pseudonym) -> str:
    """heed's own key stays; `system:identifier` becomes one."""
    text = _text(column, given, where)
    if _OWN_KEY.fullmatch(text):
        return text
    system, colon, identifier = text.partition(":")
    if not (colon and system.strip() and identifier.strip()):
        raise _wrong(where, "a person is named by heed's key or as system:identifier.")
    return pseudonym("c" if column.name.startswith("customer") else "e", system.strip(), identifier)


def _text(column: Column, given: Any, where: str) -> str:
    longest = WORDS_LENGTH if column.personal == "text" else TEXT_LENGTH
    if not isinstance(given, str) or len(given) > longest or "\0" in given or not _is_unicode(given):
        raise _wrong(where, phrase("must be a text of at most {longest} characters.", longest=longest))
    return given


def _is_unicode(given: str) -> bool:
    try:
        given.encode()
    except UnicodeEncodeError:
        return False
    return True


def _number(column: Column, given: Any, where: str) -> float:
    is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
    if not is_number or abs(given) > 1e300 or not math.isfinite(given):
        raise _wrong(where, "must be a number.")
    return float(given)


def _count(column: Column, given: Any, where: str) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or abs(given) > WHOLE:
        raise _wrong(where, "must be a whole number.")
    return given


def _flag(column: Column, given: Any, where: str) -> bool:
    if not isinstance(given, bool):
        raise _wrong(where, "must be true or false.")
    return given


def _time(column: Column, given: Any, where: str) -> str:
    try:
        at = datetime.fromisoformat(given)
        if at.tzinfo is None:
            raise ValueError
        return at.astimezone(UTC).isoformat()
    except (TypeError, ValueError, OverflowError):
        raise _wrong(where, "must be a time with its offset, such as 2026-05-03T09:00:00Z.") from None


def _day(column: Column, given: Any, where: str) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except (TypeError, ValueError):
        raise _wrong(where, "must be a day, such as 2026-05-03.") from None


def _money(column: Column, given: Any, where: str) -> str:
    try:
        amount = Decimal(given if isinstance(given, str) else str(_number(column, given, where)))
        is_exact = amount.is_finite() and abs(amount) < MONEY and amount == amount.quantize(Decimal("0.0001"))
    except (InvalidOperation, ValueError):
        is_exact = False
    if not is_exact:
        raise _wrong(where, 'must be an amount with at most four decimals, such as "12.50".')
    return str(amount)


def _map(column: Column, given: Any, where: str) -> dict[str, str]:
    if not isinstance(given, Mapping) or len(given) > 100:
        raise _wrong(where, "must be an object of at most 100 texts.")
    return {_text(column, key, where): _text(column, value, where) for key, value in given.items()}


_KINDS: dict[str, Callable[[Column, Any, str], Any]] = {
    "text": _text,
    "number": _number,
    "count": _count,
    "flag": _flag,
    "time": _time,
    "day": _day,
    "money": _money,
    "map": _map,
}

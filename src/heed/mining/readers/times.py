"""Times as files write them: ISO 8601 with or without a zone (UTC then), the usual orders of day and month, numbers of an epoch."""

# ruff: noqa: S608 - statements are put together of names in quotation marks and of literals, never of text as it came

from dataclasses import dataclass
from typing import Any

from heed.core.errors.rules import Phrase, phrase
from heed.mining.readers.sql import literal, one

CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
DAYS = {
    "day.month.year": ("%d.%m.%Y", "%d.%m.%y"),
    "day/month/year": ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y"),
    "month/day/year": ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y"),
    "year/month/day": ("%Y/%m/%d", "%Y%m%d"),
    "day month year": ("%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y"),
}
# Bounds between which a number is seconds, milliseconds, microseconds or nanoseconds since 1970, for times from 1971 to 2200.
EPOCHS = ((1, 10**10), (1_000, 10**13), (1_000_000, 10**16), (1_000_000_000, 10**19))


@dataclass(frozen=True)
class Reading:
    """How a column of times is read: an expression of SQL for TIMESTAMPTZ over column `time`, and what is to be said of it."""

    sql: str
    notes: tuple[Phrase, ...] = ()


def reading_of(connection: Any, relation: str) -> Reading:
    """How the column `time` of a relation is read, found on all of it."""
    kind = str(one(connection, f'SELECT typeof("time") FROM {relation} LIMIT 1')[0])
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        return Reading('CAST("time" AS TIMESTAMPTZ)')
    if kind == "VARCHAR":
        return _worded(connection, relation)
    return _counted(connection, relation, 'CAST("time" AS DOUBLE)')


def _worded(connection: Any, relation: str) -> Reading:
    iso = 'TRY_CAST("time" AS TIMESTAMPTZ)'
    missed = f'"time" IS NOT NULL AND {iso} IS NULL'
    left = one(connection, f"SELECT count(*) FILTER ({missed}), count(*) FROM {relation}")
    if not left[0]:
        return Reading(iso)
    readings = {order: _by_formats(days) for order, days in DAYS.items()}
    counts = ", ".join(f"count({sql})" for sql in readings.values())
    found = one(connection, f'SELECT {counts}, count(TRY_CAST("time" AS DOUBLE)) FROM {relation} WHERE {missed}')
    most = max(found)
    if not most:
        return Reading(iso)
    if found[-1] == most:
        return _counted(connection, relation, 'TRY_CAST("time" AS DOUBLE)')
    orders = [order for order, count in zip(readings, found, strict=False) if count == most]
    notes: tuple[Phrase, ...] = ()
    if "day/month/year" in orders and "month/day/year" in orders:
        notes = (phrase("Times are read as day/month/year: no day tells it from month/day/year."),)
    return Reading(f"coalesce({iso}, {readings[orders[0]]})", notes)


def _by_formats(days: tuple[str, ...]) -> str:
    formats = ", ".join(literal(day + clock) for day in days for clock in CLOCKS)
    return f'CAST(try_strptime(trim("time"), [{formats}]) AS TIMESTAMPTZ)'


def _counted(connection: Any, relation: str, number: str) -> Reading:
    """Numbers: of an epoch, by how large they are."""
    largest = one(connection, f"SELECT max(abs({number})) FROM {relation}")[0] or 0
    unit = next((unit for unit, bound in EPOCHS if largest < bound), EPOCHS[-1][0])
    return Reading(f"make_timestamptz(CAST(round({number} * {1_000_000 / unit!r}) AS BIGINT))")

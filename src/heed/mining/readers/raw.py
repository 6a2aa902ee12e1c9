"""What a reader gives: a relation of the engine with the parts of each event as the file has them, and how they become events."""

# ruff: noqa: S608 - statements are put together of names in quotation marks and of literals, never of text as it came

from dataclasses import dataclass, field
from typing import Any

from heed.core.errors.rules import Invalid, Phrase, phrase
from heed.mining.readers.sql import one, quoted
from heed.mining.readers.times import Reading, reading_of

# More different values than this and an enumeration of them costs more than it saves.
FEW = 20_000
CASES = "log_cases"
KEY = "hash(case_id)"


@dataclass
class Raw:
    """`relation` has `place` (from 0, the order of the file), the parts found (case, activity, time …) and extras x0, x1 …

    `line`: the line of the file that an event lies on, by its place, where that can be told.
    """

    relation: str
    parts: tuple[str, ...]
    extra: tuple[str, ...] = ()
    line: Any = None
    left_out: dict[str, int] = field(default_factory=dict)
    notes: list[Phrase] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """The relation of events, how many have no time, what was left out, and the relation of the names of cases."""

    relation: str
    untimed: int
    left_out: dict[str, int]
    notes: list[Phrase]
    names: str = CASES


@dataclass(frozen=True)
class _Texts:
    """A case and an activity as text in SQL, null where they are empty, and which rows have both (empty: all have)."""

    case: str
    activity: str
    kept: str

    @property
    def only(self) -> str:
        return f" WHERE {self.kept}" if self.kept else ""


def events_of(raw: Raw, connection: Any, file: str, *, by_activity: bool = True) -> Told:
    """Make the relation of events out of what was read; without `by_activity` an event that names none stays.

    Raises Invalid where there is no event, or none of the times can be read.
    """
    has_activity = by_activity and "activity" in raw.parts
    case = "nullif(CAST(\"case\" AS VARCHAR), '')"
    activity = "nullif(CAST(activity AS VARCHAR), '')" if has_activity else "NULL"
    rows, with_case, apart = _cases(raw, connection, case)
    if not rows:
        raise Invalid(phrase("{file} holds no event.", file=file), code="empty_log", hint="A log needs one at least.")
    reading = reading_of(connection, raw.relation)
    with_activity = one(connection, f"SELECT count({activity}) FROM {raw.relation}")[0] if has_activity else rows
    left_out = dict(raw.left_out)
    if with_case < rows:
        left_out["no_case"] = left_out.get("no_case", 0) + rows - with_case
    if with_activity < rows:
        left_out["no_activity"] = rows - with_activity
    wanted = [f"{case} IS NOT NULL"] * (with_case < rows) + [f"{activity} IS NOT NULL"] * (with_activity < rows)
    texts = _Texts(
        case if with_case < rows else 'CAST("case" AS VARCHAR)',
        activity if with_activity < rows or not has_activity else "CAST(activity AS VARCHAR)",
        " AND ".join(wanted),
    )
    untimed, notes = _times(raw, connection, reading, rows, texts)
    _told(raw, connection, reading.sql, texts, rows, apart=apart)
    _with_order(connection, untimed)
    _require_events(connection, file, left_out)
    return Told("events", untimed, left_out, notes)


def _cases(raw: Raw, connection: Any, case: str) -> tuple[int, int, bool]:
    """Keep the names of cases, each with a key: rows, rows with a case, and whether the key is the hash of the name.

    A number is sorted and grouped by in a third of the time of a text. Where two names had one hash, cases are numbered.
    """
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {CASES} AS "
        f"SELECT {case} AS case_id, {KEY} AS case_key, count(*) AS events FROM {raw.relation} GROUP BY case_id"
    )
    rows, with_case, cases, keys = one(
        connection,
        "SELECT sum(events), sum(events) FILTER (case_id IS NOT NULL), count(case_id), "
        f"count(DISTINCT case_key) FILTER (case_id IS NOT NULL) FROM {CASES}",
    )
    if cases != keys:
        connection.execute(f"UPDATE {CASES} SET case_key = rowid")
    return int(rows or 0), int(with_case or 0), cases == keys


def _times(raw: Raw, connection: Any, reading: Reading, rows: int, texts: _Texts) -> tuple[int, list[Phrase]]:
    """How many events that are kept have no time, and what is to be said of times. Raises Invalid where none can be read."""
    notes = [*raw.notes, *reading.notes]
    with_time, timed = one(connection, f'SELECT count("time"), count({reading.sql}) FROM {raw.relation}')
    if with_time > timed:
        first = one(
            connection,
            f'SELECT min(place) FROM {raw.relation} WHERE "time" IS NOT NULL AND {reading.sql} IS NULL',
        )[0]
        notes.append(_unread(raw, connection, with_time - timed, first))
        if not timed:
            raise Invalid(notes[-1], code="bad_times", hint="Write times as 2024-03-31T09:30:00+02:00.")
    if timed == rows:
        return 0, notes
    untimed = one(connection, f"SELECT count(*) FILTER ({reading.sql} IS NULL) FROM {raw.relation}{texts.only}")[0]
    return untimed, notes


def _told(raw: Raw, connection: Any, time: str, texts: _Texts, rows: int, *, apart: bool) -> None:
    """The view `told`: the events kept, their parts in the form all figures are computed from."""
    # Half as wide, it is sorted by in two thirds of the time.
    place = "CAST(place AS INTEGER) AS place" if rows < 2**31 else "place"
    columns = [
        f"{texts.case} AS case_id",
        f"{KEY if apart else f'{CASES}.case_key'} AS case_key",
        f"{_coded(connection, raw, 'activity', texts.activity)} AS activity",
        # A time without a zone, in UTC: with one each look at it goes by way of a calendar.
        f"epoch_us({time}) AS micros",
        'make_timestamp(micros) AS "at"',
        place,
        *(
            f"{_coded(connection, raw, part, _text(raw, part))} AS {quoted(part)}"
            for part in ("resource", "lifecycle", "group")
        ),
        *(f"x{at}" for at in range(len(raw.extra))),
    ]
    numbered = "" if apart else f" JOIN {CASES} ON {CASES}.case_id = {texts.case}"
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW told AS SELECT {', '.join(columns)} FROM {raw.relation}{numbered}{texts.only}"
    )


def _text(raw: Raw, part: str) -> str:
    return f"nullif(CAST({quoted(part)} AS VARCHAR), '')" if part in raw.parts else "CAST(NULL AS VARCHAR)"


def _coded(connection: Any, raw: Raw, part: str, sql: str) -> str:
    """The values of a part as an enumeration, which sorts, compares and groups faster than text, where they are few."""
    if part not in raw.parts:
        return "CAST(NULL AS VARCHAR)"
    name = f"log_{part}"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {name}_values AS SELECT DISTINCT {sql} AS v FROM {raw.relation} LIMIT {FEW + 2}"
    )
    count = one(connection, f"SELECT count(v) FROM {name}_values")[0]
    if not 0 < count <= FEW:
        return sql
    connection.execute(f"DROP TYPE IF EXISTS {name}")
    connection.execute(f"CREATE TYPE {name} AS ENUM (SELECT v FROM {name}_values WHERE v IS NOT NULL ORDER BY v)")
    return f"TRY_CAST({sql} AS {name})"


def _with_order(connection: Any, untimed: int) -> None:
    """An event without a time stays where the file has it: after the event before it in its case, or before all."""
    order = "micros"
    if untimed:
        order = (
            "coalesce(micros, last_value(micros IGNORE NULLS) OVER (PARTITION BY case_key ORDER BY place "
            "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), -9223372036854775807)"
        )
    made = "TEMP TABLE" if untimed else "TEMP VIEW"
    connection.execute(f"CREATE {made} events AS SELECT *, {order} AS sort_at FROM told")


def _require_events(connection: Any, file: str, left_out: dict[str, int]) -> None:
    if left_out and not one(connection, "SELECT count(*) FROM (SELECT 1 FROM told LIMIT 1)")[0]:
        raise Invalid(
            phrase("{file} holds no event with a case and an activity.", file=file),
            code="empty_log",
            hint="Name their columns with --case and --activity.",
        )


def _unread(raw: Raw, connection: Any, count: int, first: int) -> Phrase:
    value = one(connection, f'SELECT "time" FROM {raw.relation} WHERE place = ?', (first,))[0]
    line = raw.line(first) if raw.line else None
    if line:
        return phrase(
            "{count} times cannot be read; the first is {value!r} on line {line}.", count=count, value=value, line=line
        )
    return phrase(
        "{count} times cannot be read; the first is {value!r} of event {event}.",
        count=count,
        value=value,
        event=first + 1,
    )

"""How text of a file becomes a value: each way of reading as SQL over a column of text, with what to say when it cannot.

Values outside (`1_000`, `nan`, an hour 25, the 31st of February) are refused by pattern first: engines are too kind.
"""

from dataclasses import dataclass

from heed.service.formats.definition import Column, Convert

SECONDS = {"milliseconds": "0.001", "seconds": "1", "minutes": "60", "hours": "3600", "days": "86400"}
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
WHOLE = r"[+-]?\d+(\.0*)?"
UNSIGNED = r"\d+\.?\d*"
SIGNED = r"-?\d+\.?\d*"
CLOCK = r"\d+:[0-5]\d:[0-5]\d(\.\d+)?"
SHORT_CLOCK = r"\d+:[0-5]\d(\.\d+)?"
GROUPED = r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"
SCIENTIFIC = r"\d(\.\d+)?[eE]\+?\d+"
ISO = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?"
OFFSET = r" ?(Z|z|UTC|[+-]\d{2}(:?\d{2})?)"
# Before this Excel counts a 29 February 1900 that never was; after it, it has no dates.
EXCEL_FIRST, EXCEL_END = 61, 2958466


@dataclass(frozen=True)
class Reading:
    """`value` (and, for times that name their offset, `instant`) are SQL; null where text could not be read."""

    value: str
    rule: str
    reason: str
    instant: str = ""


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def matches(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {quoted(pattern)})"


def reading(column: Column, convert: Convert, text: str) -> Reading:
    """How `text` (SQL for trimmed text, null when there is none) is read."""
    if convert == "number":
        return Reading(_scaled(_number(text, column.decimal), column), "not_a_number", "is not a number")
    if convert == "count":
        # Most whole numbers have no point, and looking for one costs less than a pattern.
        bare = f"CASE WHEN contains({text}, '.') THEN regexp_replace({text}, '\\.0*$', '') ELSE {text} END"
        whole = f"CASE WHEN {matches(text, WHOLE)} THEN try_cast({bare} AS BIGINT) END"
        return Reading(whole, "not_a_whole_number", "is not a whole number")
    if convert == "money":
        return Reading(
            f"try_cast({_plain_number(text, column.decimal)} AS DECIMAL(18,4))",
            "not_an_amount",
            "is not an amount of money",
        )
    if convert == "flag":
        return _flag(column, text)
    if convert == "duration":
        return Reading(_duration(text, column), "not_a_duration", "is not a duration such as 0:02:30 or 150")
    if convert in ("time", "day"):
        return _time(column, text)
    return Reading(text, "not_text", "is not text")


def is_scientific(text: str) -> str:
    """Whether an id is in scientific notation; few have the letter, so the pattern is seldom tried."""
    return f"coalesce((contains({text}, 'e') OR contains({text}, 'E')) AND {matches(text, SCIENTIFIC)}, FALSE)"


def identifier(text: str) -> str:
    """An id without the `.0` that spreadsheets put behind whole numbers."""
    return f"CASE WHEN ends_with({text}, '.0') THEN regexp_replace({text}, '^(\\d+)\\.0$', '\\1') ELSE {text} END"


def _plain_number(text: str, decimal: str) -> str:
    """The number as the engine writes it, null when the text is none."""
    bare = text if decimal == "." else f"translate({text}, ',.', '.,')"
    return (
        f"CASE WHEN {matches(bare, NUMBER)} THEN {bare} WHEN {matches(bare, GROUPED)} THEN replace({bare}, ',', '') END"
    )


def _number(text: str, decimal: str) -> str:
    """Most numbers read at once; only what does not is looked at sign by sign."""
    at_once, looked_at = f"try_cast({text} AS DOUBLE)", f"try_cast({_plain_number(text, decimal)} AS DOUBLE)"
    plain = "" if decimal == "," else f"WHEN isfinite({at_once}) AND NOT contains({text}, '_') THEN {at_once} "
    return f"CASE {plain}WHEN isfinite({looked_at}) THEN {looked_at} END"


def _scaled(value: str, column: Column) -> str:
    return f"({value}) * {SECONDS[column.unit]}" if column.unit and column.unit != "seconds" else value


def _flag(column: Column, text: str) -> Reading:
    words = {True: column.true, False: column.false}
    lists = {truth: ", ".join(quoted(word.strip().lower()) for word in listed) for truth, listed in words.items()}
    cases = "".join(
        f" WHEN lower({text}) IN ({listed}) THEN {str(truth).upper()}" for truth, listed in lists.items() if listed
    )
    hint = f"is neither {' / '.join(column.true)} nor {' / '.join(column.false)}"
    return Reading(f"CASE{cases} ELSE NULL END" if cases else "CAST(NULL AS BOOLEAN)", "not_a_flag", hint)


def _duration(text: str, column: Column) -> str:
    parts = f"string_split({text}, ':')"
    clock = f"CAST({parts}[-3] AS DOUBLE) * 3600 + CAST({parts}[-2] AS DOUBLE) * 60 + CAST({parts}[-1] AS DOUBLE)"
    short = f"CAST({parts}[-2] AS DOUBLE) * 60 + CAST({parts}[-1] AS DOUBLE)"
    seconds = _scaled(f"try_cast({text} AS DOUBLE)", column)
    plain = f"CASE WHEN {matches(text, UNSIGNED)} THEN {seconds} END"
    return (
        f"CASE WHEN {matches(text, CLOCK)} THEN {clock} WHEN {matches(text, SHORT_CLOCK)} THEN {short} ELSE {plain} END"
    )


def _time(column: Column, text: str) -> Reading:
    """Formats in order; `value` holds times that name no offset, `instant` those that do."""
    local: list[str] = []
    instants: list[str] = []
    for form in column.formats:
        if form == "iso":
            # The usual shape is told without a pattern, which costs more than the reading.
            usual = f"{text} LIKE '____-__-_____:__:__' AND {text}[-1] BETWEEN '0' AND '9'"
            local.append(f"CASE WHEN {usual} OR {matches(text, ISO)} THEN try_cast({text} AS TIMESTAMP) END")
            spelt = (
                f"regexp_replace(regexp_replace({text}, '(Z|z|UTC)$', '+00'), '([+-]\\d{{2}}):?(\\d{{2}})$', '\\1:\\2')"
            )
            instants.append(
                f"CASE WHEN {usual} THEN NULL WHEN {matches(text, ISO + OFFSET)} THEN try_cast({spelt} AS TIMESTAMPTZ) END"
            )
        elif form == "excel":
            serial = f"try_cast(CASE WHEN {matches(text, UNSIGNED)} THEN {text} END AS DOUBLE)"
            known = f"{serial} >= {EXCEL_FIRST} AND {serial} < {EXCEL_END}"
            # Excel keeps 15 digits: a second is 0.0000116 of a day, so the nearest second is what was written.
            moment = f"TIMESTAMP '1899-12-30' + to_seconds(CAST(round({serial} * 86400) AS BIGINT))"
            local.append(f"CASE WHEN {known} THEN {moment} END")
        elif form == "epoch":
            count = f"try_cast(CASE WHEN {matches(text, SIGNED)} THEN {text} END AS DOUBLE)"
            micros = f"CAST({count} * CASE WHEN abs({count}) > 1e11 THEN 1000 ELSE 1000000 END AS BIGINT)"
            instants.append(f"CASE WHEN abs({count}) < 1e14 THEN CAST(make_timestamp({micros}) AS TIMESTAMPTZ) END")
        else:
            (instants if "%z" in form else local).append(f"try_strptime({text}, {quoted(form)})")
    value = f"coalesce({', '.join(local)})" if local else "CAST(NULL AS TIMESTAMP)"
    instant = f"coalesce({', '.join(instants)})" if instants else "CAST(NULL AS TIMESTAMPTZ)"
    return Reading(value, "not_a_time", f"is not a time of the form {' or '.join(column.formats)}", instant)

"""The part of CEL that conditions take: what is accepted here means the same for one row and in bulk.

Left out on purpose: macros and has() (no lists in rows; use has_<field>), bytes, unsigned numbers, conversions of text.
"""

# Kinds of fields, and the CEL type each is declared as. Counts and money are numbers, so that `transfers > 2.5`,
# `transfers / 2` and `transfers > wait_seconds` mean what they say; whole to 2^53.
CEL_TYPES: dict[str, str] = {
    "text": "string",
    "number": "double",
    "count": "double",
    "money": "double",
    "flag": "bool",
    "time": "timestamp",
    "day": "timestamp",
    "map": "map<string,string>",
}

# What a condition may return, and the types of a tree it may be made from. A duration becomes seconds.
RESULTS: dict[str, frozenset[str]] = {
    "flag": frozenset({"flag"}),
    "text": frozenset({"text"}),
    "time": frozenset({"time"}),
    "number": frozenset({"number", "whole", "duration"}),
    "money": frozenset({"number", "whole"}),
    "count": frozenset({"number", "whole"}),
}

COMPARABLE = ("double", "int64", "string", "timestamp", "duration")

DAYS = ("day_of_month", "day_of_month_1_based", "day_of_week", "day_of_year")
PARTS = ("year", "month", *DAYS, "hours", "minutes", "seconds")

MOVES = frozenset({"add_timestamp_duration", "add_duration_timestamp", "subtract_timestamp_duration"})

OVERLOADS: frozenset[str] = frozenset(
    {
        "logical_and",
        "logical_or",
        "logical_not",
        "conditional",
        "equals",
        "not_equals",
        "in_list",
        "in_map",
        "index_map",
    }
    | {f"{order}_{kind}" for order in ("less", "less_equals", "greater", "greater_equals") for kind in COMPARABLE}
    | {f"{step}_{kind}" for step in ("add", "subtract", "multiply", "negate") for kind in ("double", "int64")}
    | {"divide_double", "add_string", "int64_to_double", "double_to_int64"}
    | MOVES
    | {"subtract_timestamp_timestamp"}
    | {"add_duration_duration", "subtract_duration_duration", "string_to_duration", "string_to_timestamp"}
    | {"duration_to_hours", "duration_to_minutes", "duration_to_seconds"}
    | {"size_string", "string_size"}
    | {"contains_string", "starts_with_string", "ends_with_string", "matches", "matches_string"}
    | {f"timestamp_to_{part}" for part in PARTS}
    | {f"timestamp_to_{part}_with_tz" for part in PARTS[:-1]}
    | {"timestamp_to_seconds_tz"}
)

# Functions a person may write, for the hint after a misspelt one.
FUNCTIONS: tuple[str, ...] = (
    *("size", "contains", "startsWith", "endsWith", "matches", "double", "int", "timestamp", "duration"),
    *("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"),
    *("getHours", "getMinutes", "getSeconds"),
)

# These take a text that stands in the condition, not one that comes from the row: it can then be checked at once.
CONSTANT_TEXT: dict[str, int] = {
    "string_to_duration": 0,
    "string_to_timestamp": 0,
    "matches": 1,
    "matches_string": 1,
}

LARGEST_WHOLE = 2**53

WORDS: dict[str, str] = {
    "double": "number",
    "int": "whole number",
    "string": "text",
    "bool": "flag",
    "google.protobuf.Timestamp": "time",
    "timestamp": "time",
    "google.protobuf.Duration": "duration",
    "duration": "duration",
    "null_type": "null",
    "map(string, string)": "map",
    "uint": "unsigned number",
}

"""Durations and names, short enough for a picture or a table."""

from collections.abc import Callable

# A number as it is written for its reader, by its unit: count or seconds.
Say = Callable[[float, str], str]

UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def span(seconds: float | None) -> str:
    """A duration as people say it: 45 s, 12 min, 3.5 h, 2.1 d; nothing where it is not known."""
    if seconds is None:
        return ""
    for size, unit in UNITS:
        if abs(seconds) >= size:
            count = seconds / size
            return f"{count:.0f} {unit}" if count >= 20 else f"{count:.1f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 or seconds == int(seconds) else f"{seconds:.1f} s"


def said(value: float, unit: str) -> str:
    """A count or a duration in English."""
    return span(value) if unit == "seconds" else f"{value:,.0f}"

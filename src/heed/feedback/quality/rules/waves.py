"""Waves of a survey: months gathered to quarters or years, and the time each of them is. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from heed.metrics.periods import start_of

MONTH = re.compile(r"^(\d{4})-(\d{2})$")
LENGTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class WaveLine:
    """One wave: its name (`2026-03`, `2026-Q1`, `2026`, or a trigger's key), how many were asked, and when."""

    name: str
    asked: int
    first: datetime
    last: datetime


def gathered(found: Iterable[tuple[str, int, datetime, datetime]], how: str) -> tuple[WaveLine, ...]:
    """Months, or triggers as they are, as waves; newest first."""
    lines: dict[str, WaveLine] = {}
    for name, many, first, last in found:
        called = name if how == "trigger" else _called(name, how)
        held = lines.get(called)
        lines[called] = (
            WaveLine(called, held.asked + many, min(held.first, first), max(held.last, last))
            if held
            else WaveLine(called, many, first, last)
        )
    return tuple(sorted(lines.values(), key=lambda line: line.first, reverse=True))


def _called(month: str, how: str) -> str:
    year, number = month.split("-")
    if how == "quarter":
        return f"{year}-Q{(int(number) + 2) // 3}"
    return year if how == "year" else month


def named_wave(line: WaveLine | None, how: str, zone: ZoneInfo) -> tuple[datetime | None, datetime | None, str]:
    """The first instant of a wave, the first after it, and its trigger; nothing bounds all of them."""
    if line is None:
        return None, None, ""
    if how == "trigger":
        return None, None, line.name
    year, _, part = line.name.partition("-")
    month = 1 if not part else (int(part[1:]) - 1) * 3 + 1 if part.startswith("Q") else int(part)
    begin = int(year) * 12 + month - 1
    end = begin + LENGTHS[how]
    since, until = (start_of(date(each // 12, each % 12 + 1, 1), zone) for each in (begin, end))
    return since, until, ""

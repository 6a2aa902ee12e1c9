"""Small marks drawn as SVG by hand: a value with its interval on one line, and a sparkline with its band.

They carry classes, no colours, so that the style sheet draws them in light and dark.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from heed.documents.units import in_unit

NATURAL = {"share": (0.0, 1.0), "points": (-100.0, 100.0)}


@dataclass(frozen=True)
class Domain:
    """What the left and the right end of an axis stand for."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Where a value stands, 0..100, kept inside."""
        width = self.high - self.low
        return 50.0 if width <= 0 else min(100.0, max(0.0, (value - self.low) / width * 100))


def part(row: Any, name: str) -> Any:
    """A field of a row that may be a mapping or an object."""
    return row.get(name) if isinstance(row, dict) else getattr(row, name, None)


def _joined(pieces: Sequence[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _nice(width: float) -> float:
    """The step of 1, 2 or 5 times a power of ten that is at least a tenth of a width."""
    power = 10.0 ** math.floor(math.log10(width / 10))
    return next((power * factor for factor in (1, 2, 5) if power * factor >= width / 10), power * 10)


def shared_domain(rows: Iterable[Any], unit: str, reference: float | None = None) -> Domain:
    """The axis on which all rows of a list fit, with round ends inside what the unit allows."""
    ends = [
        float(value)
        for row in rows
        for value in (part(row, "low"), part(row, "high"), part(row, "value"))
        if value is not None
    ]
    if reference is not None:
        ends.append(float(reference))
    if not ends:
        return Domain(*NATURAL.get(unit, (0.0, 1.0)))
    low, high = min(ends), max(ends)
    if high <= low:
        low, high = low - abs(low or 1.0) * 0.1, high + abs(high or 1.0) * 0.1
    step = _nice(high - low)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    least, most = NATURAL.get(unit, (0.0 if min(ends) >= 0 else -math.inf, math.inf))
    return Domain(max(low, least), min(high, most))


def single_domain(row: Any, unit: str) -> Domain:
    """The axis for one figure alone: what the unit allows, or from zero to a little beyond its interval."""
    if unit in NATURAL:
        return Domain(*NATURAL[unit])
    most = max((abs(float(part(row, name))) for name in ("value", "high") if part(row, name) is not None), default=1.0)
    least = min((float(part(row, name)) for name in ("value", "low") if part(row, name) is not None), default=0.0)
    return shared_domain([{"value": min(0.0, least), "low": None, "high": most * 1.2}], unit)


def interval_mark(row: Any, unit: str, domain: Domain, reference: float | None = None) -> SafeString:
    """A value as a tick on its interval as a bar; a dashed line where the reference stands."""
    value, low, high = (part(row, name) for name in ("value", "low", "high"))
    if value is None:
        return mark_safe("")
    said = in_unit(value, unit)
    pieces = [format_html('<line class="axis" x1="0" x2="100%" y1="50%" y2="50%"/>')]
    if low is not None and high is not None:
        said = _("%(value)s, between %(low)s and %(high)s") % {
            "value": said,
            "low": in_unit(low, unit),
            "high": in_unit(high, unit),
        }
        start, end = domain.place(float(low)), domain.place(float(high))
        pieces.append(
            format_html(
                '<rect class="band" x="{}%" y="20%" width="{}%" height="60%" rx="2"/>',
                f"{start:.2f}",
                f"{max(end - start, 0.4):.2f}",
            )
        )
    if reference is not None:
        at = f"{domain.place(float(reference)):.2f}"
        pieces.append(format_html('<line class="reference" x1="{}%" x2="{}%" y1="-20%" y2="120%"/>', at, at))
    at = f"{domain.place(float(value)):.2f}"
    pieces.append(format_html('<line class="point" x1="{}%" x2="{}%" y1="4%" y2="96%"/>', at, at))
    return format_html('<svg class="mark" role="img" aria-label="{}">{}</svg>', said, _joined(pieces))


def _runs(points: Sequence[Any]) -> list[list[tuple[int, Any]]]:
    """Neighbouring points that have a value; a gap in the data is a gap in the line."""
    runs: list[list[tuple[int, Any]]] = [[]]
    for index, point in enumerate(points):
        if part(point, "value") is None:
            runs.append([])
        else:
            runs[-1].append((index, point))
    return [run for run in runs if run]


def sparkline(points: Sequence[Any], domain: Domain | None = None, said: str = "") -> SafeString:
    """A line of values with its interval band, without axes; the last value carries a dot."""
    known = [point for point in points if part(point, "value") is not None]
    if len(known) < 2:
        return mark_safe("")
    axis = domain or shared_domain(known, "number")
    across, height = 100 / (len(points) - 1), 28.0

    def spot(index: int, value: float) -> str:
        return f"{index * across:.2f},{height - axis.place(value) / 100 * height:.2f}"

    pieces: list[SafeString] = []
    for run in _runs(points):
        banded = [
            (index, point) for index, point in run if part(point, "low") is not None and part(point, "high") is not None
        ]
        if len(banded) > 1:
            upper = [spot(index, part(point, "high")) for index, point in banded]
            lower = [spot(index, part(point, "low")) for index, point in reversed(banded)]
            pieces.append(format_html('<polygon class="band" points="{}"/>', " ".join(upper + lower)))
        pieces.append(
            format_html(
                '<polyline class="line" points="{}"/>',
                " ".join(spot(index, part(point, "value")) for index, point in run),
            )
        )
    index, last = _runs(points)[-1][-1]
    pieces.append(format_html('<path class="end" d="M{}h0"/>', spot(index, part(last, "value")).replace(",", " ")))
    words = format_html('role="img" aria-label="{}"', said) if said else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="spark" viewBox="0 0 100 28" preserveAspectRatio="none" {}>{}</svg>',
        words,
        _joined(pieces),
    )

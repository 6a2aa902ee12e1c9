"""A chart: one Vega-Lite spec, its picture as SVG drawn on the server, and the numbers it shows.

Colours in a spec are the style sheet's tokens (`var(--accent)`), which SVG understands: one picture for light and dark.
For paper and mail `svg(theme="light")` and `png()` put the colours themselves in their place.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from html import escape
from typing import Any

import vl_convert

from heed.documents.charts.theme import WIDTHS, colours

TOKEN = re.compile(r"var\((--[a-z-]+)\)")
VEGA_LITE = "6.4"


@dataclass(frozen=True)
class Column:
    """A column of a chart's numbers."""

    title: str
    is_number: bool = False


@dataclass(frozen=True)
class Cell:
    """One of a chart's numbers, or a word beside them."""

    value: Any
    unit: str = ""

    @property
    def is_number(self) -> bool:
        return bool(self.unit)


@dataclass(frozen=True)
class Chart:
    """`key` names it in the page, `alt` says in one sentence what is to be seen, `legend` what letters in it stand for."""

    key: str
    title: str
    spec: dict[str, Any]
    alt: str
    subtitle: str = ""
    columns: tuple[Column, ...] = ()
    numbers: tuple[tuple[Cell, ...], ...] = field(default=())
    legend: tuple[tuple[str, date, str], ...] = ()

    def svg(self, theme: str = "") -> str:
        """A wide, a middle and a narrow picture, of which the style sheet shows one; with a theme, one picture in its colours."""
        if theme:
            return _labelled(_picture(_coloured(self._drawn("wide"), theme)), self.alt)
        return "".join(
            f'<div class="{size}">{_labelled(_picture(self._drawn(size)), self.alt)}</div>' for size in WIDTHS
        )

    def png(self, theme: str = "light", scale: float = 2) -> bytes:
        return bytes(
            vl_convert.vegalite_to_png(_coloured(self._drawn("wide"), theme), vl_version=VEGA_LITE, scale=scale)
        )

    def json(self) -> str:
        """The spec for the moving picture, safe inside a script element."""
        moving = {**self.spec, "width": "container", "autosize": {"type": "fit-x", "contains": "padding"}}
        return json.dumps(moving, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")

    def _drawn(self, size: str) -> str:
        return json.dumps({**self.spec, "width": WIDTHS[size]}, sort_keys=True, allow_nan=False)


def _coloured(spec: str, theme: str) -> str:
    known = colours(theme)
    return TOKEN.sub(lambda found: known[found.group(1)], spec)


def _labelled(svg: str, alt: str) -> str:
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)


@lru_cache(maxsize=512)
def _picture(spec: str) -> str:
    """Draws once for equal specs. The names of clip paths are made unlike those of any other picture in the page."""
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)
    mine = hashlib.blake2s(spec.encode(), digest_size=4).hexdigest()
    svg = re.sub(r'\b(id="|url\(#)', rf"\g<1>c{mine}-", svg)
    # Nobody reads the parts one by one: the picture has one label and a table of numbers.
    return re.sub(r' (?:aria-[a-z]+|role)="[^"]*"', "", svg)

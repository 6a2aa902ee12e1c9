"""How charts look: the tokens of the style sheet as Vega-Lite's config, and the words of the reader's language."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import vl_convert

TOKENS = Path(__file__).parents[2] / "static/heed/tokens.css"
COLOUR = re.compile(r"(--[a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
WIDTHS = {"wide": 860, "middle": 560, "narrow": 340}
HEIGHT = 220
LOCALES: dict[str, Any] = {"en": "en-US", "de": "de-DE", "fr": "fr-FR", "es": "es-ES", "nl": "nl-NL", "it": "it-IT"}

SPACED_PERCENT = {"de", "fr", "es"}


@lru_cache
def colours(theme: str) -> dict[str, str]:
    """Each colour token of tokens.css in one theme, light or dark."""
    place = {"light": 1, "dark": 2}[theme]
    return {found[0]: found[place] for found in COLOUR.findall(TOKENS.read_text(encoding="utf-8"))}


@lru_cache
def _locale(language: str) -> dict[str, Any]:
    name = LOCALES.get(language.split("-")[0], "en-US")
    number = vl_convert.get_format_locale(name)
    if language.split("-")[0] in SPACED_PERCENT:
        number = {**number, "percent": "\u00a0%"}
    return {"number": number, "time": vl_convert.get_time_format_locale(name)}


def config(language: str = "en") -> dict[str, Any]:
    """Thin grid, faint words, no frame."""
    axis = {
        "labelColor": "var(--ink-faint)",
        "labelFontSize": 12,
        "labelFont": "Liberation Sans",
        "titleColor": "var(--ink-soft)",
        "titleFontWeight": "normal",
        "titleFontSize": 12,
        "gridColor": "var(--line)",
        "domainColor": "var(--line-strong)",
        "tickColor": "var(--line-strong)",
        "labelPadding": 6,
    }
    return {
        "background": "transparent",
        "padding": {"left": 0, "right": 4, "top": 8, "bottom": 0},
        "view": {"stroke": None},
        "axis": axis,
        "axisX": {"grid": False, "tickSize": 4, "labelFlush": True},
        "axisY": {"domain": False, "ticks": False, "labelPadding": 10},
        "text": {"color": "var(--ink-soft)", "fontSize": 12, "font": "Liberation Sans"},
        "header": {"labelColor": "var(--ink-soft)", "labelFontSize": 13, "title": None, "labelFont": "Liberation Sans"},
        "locale": _locale(language),
    }

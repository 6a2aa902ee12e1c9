"""The tokens: every pair of ink and ground people read meets WCAG 2.2 AA, light and dark."""

import re
from pathlib import Path

import pytest

from heed.documents.charts.theme import TOKENS, colours

STATIC = Path(TOKENS).parent
GROUNDS = ("--paper", "--surface", "--sunken")
# Text: 4.5 to 1 (1.4.3).
WORDS = [
    *(
        (ink, ground)
        for ink in ("--ink", "--ink-soft", "--ink-faint", "--accent", "--accent-strong")
        for ground in GROUNDS
    ),
    ("--alert", "--paper"),
    ("--alert", "--surface"),
    ("--alert", "--alert-soft"),
    ("--ink", "--alert-soft"),
    ("--ink-soft", "--alert-soft"),
    ("--ink", "--accent-soft"),
    ("--ink-soft", "--accent-soft"),
    ("--accent-strong", "--accent-soft"),
    ("--accent-ink", "--accent"),
    ("--accent-ink", "--accent-strong"),
    ("--alert-ink", "--alert"),
    ("--paper", "--ink"),
    ("--ink", "--band"),
]
# What has to be made out: 3 to 1 (1.4.11).
SHAPES = [
    *((shape, ground) for shape in ("--line-strong", "--focus", "--accent", "--alert") for ground in GROUNDS),
    ("--accent", "--band"),
]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_counted_right() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_can_be_read(theme: str) -> None:
    known = colours(theme)
    thin = {pair: round(contrast(known[pair[0]], known[pair[1]]), 2) for pair in WORDS}
    assert not {pair: ratio for pair, ratio in thin.items() if ratio < 4.5}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_shapes_can_be_made_out(theme: str) -> None:
    known = colours(theme)
    thin = {pair: round(contrast(known[pair[0]], known[pair[1]]), 2) for pair in SHAPES}
    assert not {pair: ratio for pair, ratio in thin.items() if ratio < 3}


def test_every_token_used_is_defined() -> None:
    defined = set(re.findall(r"^\s*(--[a-z0-9-]+):", TOKENS.read_text(encoding="utf-8"), re.MULTILINE))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", (STATIC / "heed.css").read_text(encoding="utf-8")))
    assert used <= defined


def test_colours_are_only_in_the_tokens() -> None:
    sheet = (STATIC / "heed.css").read_text(encoding="utf-8")
    assert not re.findall(r"#[0-9a-f]{3,8}\b(?=[;\s,)])|rgba?\(", sheet)


def test_sides_are_logical() -> None:
    sheet = (STATIC / "heed.css").read_text(encoding="utf-8")
    assert not re.findall(r"\b(?:margin|padding|border)-(?:left|right)\b|\btext-align:\s*(?:left|right)\b", sheet)


def test_style_and_script_stay_small() -> None:
    weight = sum((STATIC / name).stat().st_size for name in ("tokens.css", "heed.css", "heed.js", "icons.svg"))
    assert weight < 64_000

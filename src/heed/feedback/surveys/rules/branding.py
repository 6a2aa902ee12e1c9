"""The colour of an organisation on the answer page, in shades that can be read on light and on dark. Pure.

Contrast is that of WCAG 2.2: (L1 + 0.05) / (L2 + 0.05) of the relative luminances; 4.5 is level AA for words.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence

from heed.core.errors.rules import Invalid, phrase

Colour = tuple[float, float, float]
READABLE = 4.5
# Paper and its soft shade behind what is chosen, as in answer.css.
LIGHT: tuple[Colour, ...] = ((0xFB, 0xFA, 0xF8), (0xFF, 0xFF, 0xFF))
DARK: tuple[Colour, ...] = ((0x15, 0x14, 0x13), (0x1C, 0x1B, 0x19))
# What an answer page may load: its own style, pictures that stand in it, and no script.
POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
MOST_LOGO_BYTES = 48_000
# What pictures begin with.
_MARKS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""

    def linear(channel: float) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(channel) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def style_of(colour: str) -> str:
    """What a colour changes of the page's own style; nothing where there is none."""
    if not colour:
        return ""
    own = _read(colour)
    light, dark = _readable(own, LIGHT, BLACK), _readable(own, DARK, WHITE)
    strong = _mixed(light, BLACK, 0.25), _mixed(dark, WHITE, 0.3)
    soft = _mixed(light, WHITE, 0.9), _mixed(dark, BLACK, 0.75)
    ink = _ink(light), _ink(dark)
    shades = {"accent": (light, dark), "accent-strong": strong, "accent-soft": soft, "accent-ink": ink}
    body = "".join(f"--{name}:light-dark({_written(one)},{_written(other)});" for name, (one, other) in shades.items())
    return f":root{{{body}}}"


def policy_with(policy: str, style: str) -> str:
    """A content policy that takes this one style in the page (CSP 3, hash source), and nothing else that is inline."""
    if not style:
        return policy
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return policy.replace("style-src 'self'", f"style-src 'self' 'sha256-{digest}'")


def logo_of(content: bytes) -> str:
    """A picture as a data: address. Raises Invalid where it is none of the kinds that browsers show, or too large.

    Drawings (SVG) are shown as pictures, so that nothing in them runs."""
    if len(content) > MOST_LOGO_BYTES:
        raise Invalid(
            phrase("The logo is larger than {most} kB.", most=MOST_LOGO_BYTES // 1000),
            code="logo_too_large",
            hint="Make it smaller: 400 pixels wide is plenty.",
        )
    sort = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        sort = "webp"
    elif b"<svg" in content[:1000].lower():
        sort = "svg+xml"
    if not sort:
        raise Invalid("The logo is no picture.", code="no_picture", hint="PNG, JPEG, WebP, GIF or SVG.")
    return f"data:image/{sort};base64,{base64.b64encode(content).decode()}"


def _readable(own: Colour, papers: Sequence[Colour], towards: Colour) -> Colour:
    """The colour itself, or the nearest to it on the way to black or white that can be read on all papers."""

    def is_readable(share: float) -> bool:
        return min(contrast(_mixed(own, towards, share), paper) for paper in papers) >= READABLE

    return _mixed(own, towards, _first(is_readable))


def _first(holds: Callable[[float], bool]) -> float:
    return next(share / 50 for share in range(51) if share == 50 or holds(share / 50))


def _ink(ground: Colour) -> Colour:
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, ground))


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Whole channels, so that what is measured is what is written."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _read(colour: str) -> Colour:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _written(colour: Colour) -> str:
    return "#" + "".join(f"{int(channel):02x}" for channel in colour)

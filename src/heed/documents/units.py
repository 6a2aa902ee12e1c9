"""Numbers as people read them: in their unit, in the reader's language, with a true minus sign.

Units: share (0..1), points (−100..100), seconds, count, money (with its currency: "money EUR"), number.
"""

import math

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

NBSP = "\u00a0"
THIN = "\u202f"
MINUS = "−"
SPANS = ((120.0, 1.0, "s"), (7200.0, 60.0, "min"), (172800.0, 3600.0, "h"), (math.inf, 86400.0, "d"))


def _digits(value: float, digits: int) -> str:
    text = number_format(round(value, digits), decimal_pos=digits, use_l10n=True, force_grouping=True)
    # A rounded zero keeps no sign.
    if float(round(value, digits)) == 0.0:
        text = text.lstrip("-")
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


def span(value: float) -> tuple[float, str]:
    """The divisor and name of the unit in which so many seconds are read best."""
    for limit, divisor, name in SPANS:
        if abs(value) < limit:
            return divisor, name
    raise AssertionError("the last span has no limit")


def in_unit(value: float | None, unit: str = "number", currency: str = "", like: float | None = None) -> str:
    """`0.8321` as a share is "83.2%", `754` seconds are "12.6 min". Nothing is an en dash. Seconds take the unit in
    which `like` is read best, so that figures side by side have one unit; so do the decimals of shares and small numbers.
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    number = float(value)
    unit, _space, named = unit.partition(" ")
    if unit == "share":
        digits = 2 if 0 < abs(number if like is None else float(like)) < 0.01 else 1
        return _("%(number)s%%") % {"number": _digits(number * 100, digits)}
    if unit == "seconds":
        divisor, name = span(number if like is None else float(like))
        return f"{_digits(number / divisor, 1)}{NBSP}{name}"
    if unit == "count":
        return _digits(number, 0)
    if unit == "money":
        return f"{_digits(number, 2)}{NBSP}{currency or named}".rstrip(NBSP)
    if unit == "points":
        return _digits(number, 1)
    return _digits(number, 4 if 0 < abs(number if like is None else float(like)) < 0.02 else 2)


def interval(low: float | None, high: float | None, unit: str = "number", like: float | None = None) -> str:
    """Both limits with the unit named once: "4.8 – 6.7%", "1.6 – 2.2 h"."""
    if low is None or high is None:
        return ""
    first, second = (in_unit(value, unit, like=high if like is None else like) for value in (low, high))
    ending = second.lstrip("0123456789.,−- ’'" + NBSP + THIN)
    return f"{first.removesuffix(ending).rstrip(NBSP)} – {second}" if ending else f"{first} – {second}"


def within(title: str) -> str:
    """The words of a heading inside a sentence: English writes them small, other languages as they are."""
    return title[:1].lower() + title[1:] if (get_language() or "en").startswith("en") else title


def level_said(level: float) -> str:
    """A confidence level as people say it: "95%"."""
    return _("%(number)s%%") % {"number": number_format(f"{level * 100:g}")}


def difference(value: float | None, unit: str = "number", currency: str = "") -> str:
    """A change in its unit, always signed; a change of a share is in percentage points."""
    if value is None:
        return "–"
    number = float(value)
    if unit == "share":
        text = f"{_digits(number * 100, 1)}{NBSP}{_('pp')}"
    else:
        text = in_unit(number, unit, currency, like=1.0 if unit == "number" else None)
    return text if number <= 0 else f"+{text}"

"""Filters every template has without loading them: dates and phrases in the reader's language."""

from datetime import date, datetime
from typing import Any

from django import template
from django.template import defaultfilters
from django.utils.translation import gettext, gettext_noop

from heed.core.errors.rules import Phrase, recognised, translated

register = template.Library()


@register.filter(name="date", expects_localtime=True, is_safe=False)
def date_in_words(value: date | datetime | str | None, form: str | None = None) -> str:
    """Django's `date`; the format is a phrase like any other: "j F Y" is "j. F Y" in German."""
    return str(defaultfilters.date(value, gettext(form) if form else form))


@register.filter
def in_words(text: Any) -> str:
    """What a rule, a definition or a catalogue says in English, in the reader's language; people's own words as they are."""
    if text is None:
        return ""
    said = text if isinstance(text, str) else str(text)
    return translated(said if isinstance(said, Phrase) else recognised(said), gettext)


# Codes of figures as `coded` says them: why a figure or a limit is not there, and why rows were left out.
CODES = (
    gettext_noop("one value"),
    gettext_noop("no variation"),
    gettext_noop("no denominator"),
    gettext_noop("too few"),
    gettext_noop("tied"),
    gettext_noop("suppressed"),
    gettext_noop("no value"),
    gettext_noop("off scale"),
    gettext_noop("bad weight"),
    gettext_noop("set aside"),
    gettext_noop("no weight"),
    gettext_noop("no margins"),
)


@register.filter
def coded(code: Any) -> str:
    """A code (`too_few_rows`, `case-opened`) as words in the reader's language."""
    return translated(str(code).replace("_", " ").replace("-", " "), gettext)

"""What templates say in one word: figures in their unit, marks, charts, the menu, the theme."""

import math
import re
from dataclasses import dataclass
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from heed.documents import differences, intervals, units
from heed.documents.charts import bundle, chart

register = template.Library()
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Place:
    """A place of the menu: the name of its address, what it needs to be seen, and the letter that follows `g`."""

    name: str
    title: Any
    icon: str
    letter: str
    permission: str = ""


# Group key, group title, places. What is not mounted is not shown.
MENU: tuple[tuple[str, Any, tuple[Place, ...]], ...] = (
    ("start", "", (Place("home", _("Home"), "home", "h"),)),
    (
        "goals",
        _("Goals"),
        (
            Place("kpis", _("KPIs"), "gauge", "k", "see_figures"),
            Place("wallboards", _("Wallboard"), "pulse", "b", "see_figures"),
            Place("slas", _("SLAs"), "shield", "l", "see_figures"),
            Place("journeys", _("Journeys"), "path", "n", "see_figures"),
            Place("footprints", _("Footprints"), "pin", "t", "see_figures"),
        ),
    ),
    (
        "service",
        _("Service"),
        (
            Place("cases", _("Cases"), "case", "c", "see_cases"),
            Place("escalations", _("Escalations"), "bell", "e", "see_cases"),
            Place("customers", _("Customers"), "person", "u", "see_customers"),
            Place("imports", _("Imports"), "inbox", "i", "import"),
        ),
    ),
    (
        "feedback",
        _("Feedback"),
        (
            Place("surveys", _("Surveys"), "survey", "y", "see_figures"),
            Place("asks", _("Who was asked"), "ask", "a", "ask"),
            Place("verbatims", _("Verbatims"), "words", "v", "see_words"),
            Place("routed", _("Feedback items"), "inbox", "f", "see_words"),
            Place("quality", _("Survey quality"), "check", "q", "see_figures"),
        ),
    ),
    (
        "model",
        _("Model"),
        (
            Place("definitions", _("Definitions"), "layers", "d", "see_figures"),
            Place("journal", _("Journal"), "journal", "j", "see_journal"),
            Place("people", _("People"), "people", "p", "manage_people"),
            Place("organisation", _("Settings"), "sliders", "o", "manage_settings"),
            Place("privacy", _("Privacy"), "shield", "z", "manage_settings"),
            Place("connections", _("Connections"), "plug", "w", "manage_connections"),
            Place("operations", _("Operations"), "pulse", "r", "see_operations"),
        ),
    ),
    ("sample", "", (Place("sample-operation", _("Sample operation"), "sample", "s", "see_figures"),)),
)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _is_here(path: str, href: str) -> bool:
    return path == href if href == "/" else path.startswith(href)


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[dict[str, Any]]:
    """The menu: what this person may see, and which place this page belongs to."""
    request, scope = context.get("request"), context.get("scope")
    path, person = getattr(request, "path", ""), getattr(request, "user", None)
    groups: list[dict[str, Any]] = []
    if person is not None and not person.is_authenticated:
        return groups
    for key, title, places in MENU:
        items = [
            {"place": place, "href": href, "current": _is_here(path, href)}
            for place in places
            if (scope is None or not place.permission or scope.may(place.permission)) and (href := _address(place.name))
        ]
        if items:
            groups.append({"key": key, "title": title, "items": items})
    return groups


@register.simple_tag(takes_context=True)
def theme_name(context: template.Context) -> str:
    """light, dark, or empty when the system decides."""
    cookies = getattr(context.get("request"), "COOKIES", {})
    return cookies.get("heed_theme", "") if cookies.get("heed_theme") in THEMES else ""


@register.simple_tag(takes_context=True)
def theme_attribute(context: template.Context) -> SafeString:
    name = theme_name(context)
    return format_html(' data-theme="{}"', name) if name else mark_safe("")


@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("heed/icons.svg"), name)


@register.filter
def in_unit(value: float | None, unit: str = "number") -> str:
    return units.in_unit(value, unit or "number")


@register.filter
def in_sentence(title: str) -> str:
    """A heading inside a sentence: German writes its nouns as they are."""
    return units.within(str(title))


@register.filter
def limits(row: Any, unit: str = "number") -> str:
    """A figure's interval in words, in the unit of its value."""
    low, high, value = (intervals.part(row, name) for name in ("low", "high", "value"))
    return units.interval(low, high, unit, value)


@register.simple_tag
def in_unit_like(value: float | None, unit: str, like: float | None) -> str:
    """A value in the unit in which another is read best, for columns."""
    return units.in_unit(value, unit or "number", like=like)


@register.filter
def difference(value: float | None, unit: str = "number") -> str:
    return units.difference(value, unit or "number")


@register.filter
def with_unit(text: str) -> SafeString:
    """A figure's text with its unit set smaller."""
    number = text.rstrip("%abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ€$£")
    return (
        format_html('{}<span class="unit">{}</span>', number.rstrip(), text[len(number) :])
        if number != text
        else format_html("{}", text)
    )


@register.filter
def plain(value: Any) -> str:
    """A number as a script reads it, whatever the language."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return repr(float(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


@register.simple_tag
def interval_mark(
    row: Any, unit: str, domain: intervals.Domain | str | None = None, reference: float | str | None = None
) -> SafeString:
    axis = domain if isinstance(domain, intervals.Domain) else intervals.single_domain(row, unit)
    return intervals.interval_mark(row, unit, axis, None if reference in (None, "") else float(reference))


@register.simple_tag
def split_domain(rows: Any, unit: str, reference: float | str | None = None) -> intervals.Domain:
    return intervals.shared_domain(rows, unit, None if reference in (None, "") else float(reference))


@register.simple_tag
def sparkline(points: Any, domain: intervals.Domain | str | None = None, said: str = "") -> SafeString:
    return intervals.sparkline(list(points), domain if isinstance(domain, intervals.Domain) else None, said)


@register.filter
def yaml_marks(text: str) -> SafeString:
    return differences.yaml_marks(text)


@register.simple_tag
def diff_lines(before: str, after: str) -> list[differences.Line]:
    return differences.diff_lines(before or "", after or "")


@register.filter
def is_check(field: BoundField) -> bool:
    widget = field.field.widget
    return isinstance(widget, CheckboxInput) and not isinstance(widget, CheckboxSelectMultiple)


@register.simple_tag
def chart_svg(drawn: chart.Chart) -> SafeString:
    return mark_safe(drawn.svg())  # noqa: S308 -- drawn by vl-convert, its label escaped


@register.simple_tag
def chart_spec(drawn: chart.Chart) -> SafeString:
    """The spec as JSON that is safe inside a script element."""
    return mark_safe(drawn.json())  # noqa: S308 -- JSON without "<"


@register.simple_tag
def chart_bundle() -> str:
    return reverse("charts-script", args=[bundle.name()])


@register.filter
def sentence_case(text: str) -> str:
    """A heading written In Title Case, in sentence case; other languages have their own rules."""
    if not (get_language() or "en").startswith("en"):
        return text
    return mark_safe(re.sub(r"(?<=\w[\s-])[A-Z](?=[a-z])", lambda found: found[0].lower(), text.strip()))  # noqa: S308

"""What templates say of people: a name for a key, and what a scope may do."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from heed.core.people.queries import names_of, units

register = template.Library()


@register.simple_tag(takes_context=True)
def person(context: template.Context, key: str) -> str:
    """The name behind a pseudonymous key; heed itself and the command line by what they are. One look-up a name and page."""
    known: dict[str, str] = context.render_context.setdefault("names_of_people", {})  # type: ignore[assignment,arg-type]
    if key not in known:
        own = {
            "heed": "heed",
            "system": "heed",
            "command-line": _("the command line"),
            "sample": _("the sample operation"),
            "": "—",
        }
        known[key] = own[key] if key in own else names_of({key}).get(key, key)
    return known[key]


@register.simple_tag(takes_context=True)
def unit_name(context: template.Context, key: str | None) -> str:
    """What a unit is called; a key that is no unit's stays, nothing is an en dash. Units are looked up once a page."""
    known: dict[str, str] = context.render_context.get("names_of_units")  # type: ignore[assignment]
    if known is None:
        known = {unit.key: unit.name for unit in units()}
        context.render_context["names_of_units"] = known
    return known.get(key or "", key or "–")


@register.filter
def may(scope: Any, permission: str) -> bool:
    """Whether to show a button. What it does is checked again where it is done."""
    return bool(scope and scope.may(permission))

"""The page of a KPI's versions: what a change of the definition did to the figure, and what is real."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import HeedError, Invalid, translated
from heed.goals.kpis.queries import kpi_as
from heed.goals.kpis.revisions import Part, Revision, compare, known_versions


@dataclass(frozen=True)
class Line:
    """A part of the change, in words."""

    title: str
    meaning: str
    part: Part

    @property
    def reason(self) -> str:
        return {
            "suppressed": _("Too few to show"),
            "another_unit": _("The versions are in different units"),
            "no_figure": _("There is no figure"),
            "too_few": _("too few rows for an interval"),
            "": "",
        }.get(self.part.reason, self.part.reason)


def _lines(found: Revision) -> list[Line]:
    names = {"older": found.older.number, "newer": found.newer.number}
    published = _("Version %(newer)s now, less version %(older)s before.") % names
    definition = _("What the same facts before read by version %(newer)s, less by version %(older)s.") % names
    real = _("What both stretches read by version %(newer)s.") % names
    return [
        Line(_("As published"), published, found.published),
        Line(_("By the definition"), definition, found.definition),
        Line(_("Real"), real, found.real),
    ]


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 7 else None


def _context(found: Revision) -> dict[str, Any]:
    day = timedelta(days=1)
    return {
        "found": found,
        "lines": _lines(found),
        "before_until": found.before[1] - day,
        "now_until": found.now[1] - day,
        "unit": found.told_unit,
        "rows": [
            (found.older, found.figures["older_before"], found.figures["older_now"]),
            (found.newer, found.figures["newer_before"], found.figures["newer_now"]),
        ],
    }


@require_safe
@page("see_figures")
def versions(request: HttpRequest, key: str) -> HttpResponse:
    """Two versions side by side; the newest two where nobody names others."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    known = known_versions(key)
    context: dict[str, Any] = {"key": key, "known": known, "kpi_href": reverse("kpi", args=[key])}
    wrong = ""
    try:
        older, newer = (_number(request.GET.get(name, "")) for name in ("older", "newer"))
        found = compare(key, scope, older=older, newer=newer)
        context |= _context(found)
    except Invalid as error:
        wrong = error.said(_)
    except HeedError as error:
        if error.status == 404:
            wrong = error.said(_)
        else:
            raise
    body: Any = kpi_as(key, known[0].number).body if known else None
    context |= {"wrong": wrong, "name": translated(body.name, _) if body else key}
    return render(request, "goals/kpis/versions.html", context)


urlpatterns = [path("kpis/<str:key>/versions/", versions, name="kpi-versions")]

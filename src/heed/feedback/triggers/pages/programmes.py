"""Relationship programmes: those in force, and one with its panel, its waves and whom the next one would ask."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from heed.core.edge import page
from heed.feedback.triggers.queries.log import MAY, surveys_in_force
from heed.feedback.triggers.queries.programmes import ProgrammeLine, panel_preview, programme_line, programme_lines
from heed.feedback.triggers.queries.state import rest_days
from heed.feedback.triggers.rules.reasons import REASONS

EVERY = {
    "week": gettext_lazy("every week"),
    "two_weeks": gettext_lazy("every two weeks"),
    "four_weeks": gettext_lazy("every four weeks"),
    "month": gettext_lazy("every month"),
    "quarter": gettext_lazy("every quarter"),
    "half_year": gettext_lazy("every half-year"),
    "year": gettext_lazy("every year"),
}

WAYS = {
    "email": gettext_lazy("by mail"),
    "sms": gettext_lazy("by text message"),
    "email_or_sms": gettext_lazy("by mail, else by text message"),
    "sms_or_email": gettext_lazy("by text message, else by mail"),
}


def _shown(line: ProgrammeLine, names: dict[str, str]) -> dict[str, Any]:
    programme = line.found.body
    return {
        "line": line,
        "survey": names.get(programme.survey, programme.survey),
        "every": EVERY[programme.every],
        "way": WAYS[programme.channel],
    }


@never_cache
@require_safe
@page(MAY)
def programmes(request: HttpRequest) -> HttpResponse:
    """Programmes in force."""
    scope, names = request.scope, dict(surveys_in_force())  # type: ignore[attr-defined]
    shown = [_shown(each, names) for each in programme_lines(scope)]
    return render(request, "feedback/triggers/programmes.html", {"shown": shown, "may_propose": scope.may("propose")})


@never_cache
@require_safe
@page(MAY)
def programme(request: HttpRequest, key: str) -> HttpResponse:
    """One programme."""
    scope = request.scope  # type: ignore[attr-defined]
    line = programme_line(scope, key)
    preview = panel_preview(scope, key)
    reasons = [(capfirst(_(REASONS.get(code, code))), many) for code, many in preview.reasons] if preview else []
    waves = [
        (
            wave,
            [(capfirst(_(REASONS.get(code, code))), many) for code, many in wave.reasons],
            [(WAYS.get(channel, channel), many) for channel, many in wave.channels],
        )
        for wave in line.past
    ]
    context = {
        **_shown(line, dict(surveys_in_force())),
        "programme": line.found.body,
        "preview": preview,
        "reasons": reasons,
        "waves": waves,
        "groups": list(enumerate(line.sizes, 1)),
        "rest_days": rest_days(),
        "may_propose": scope.may("propose"),
    }
    return render(request, "feedback/triggers/programme.html", context)


urlpatterns = [
    path("programmes/", programmes, name="programmes"),
    path("programmes/<str:key>/", programme, name="programme"),
]

"""What customers write about: the table of themes, and the page of one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from heed.core.edge import page
from heed.core.tables import csv_of
from heed.documents.charts.chart import Chart
from heed.documents.charts.trend import Mark, Point, trend
from heed.feedback.verbatims.models import Signal
from heed.feedback.verbatims.pages.asking import Asked, asked, frame, language
from heed.feedback.verbatims.pages.listing import list_context
from heed.feedback.verbatims.queries.engine import engine, least_people, reached
from heed.feedback.verbatims.queries.lineage import growth_of, lineage_of, waiting_changes
from heed.feedback.verbatims.queries.models import shown_model, theme_names
from heed.feedback.verbatims.queries.spans import Stretch
from heed.feedback.verbatims.queries.themes import ThemeLine, Themes, demand_theme, theme_trend, themes
from heed.feedback.verbatims.rules.lineage import Step, since_first_look
from heed.metrics.happenings import happenings

DAY = "j M Y"
MOST_STEPS = 12
BECAME = {
    "new": gettext_lazy("began"),
    "gone": gettext_lazy("went"),
    "split": gettext_lazy("split"),
    "merge": gettext_lazy("joined"),
    "rename": gettext_lazy("is named by other words"),
}
NO_THEMES = Themes((), None, 0, 0, "", "", 0, None)


def before_title(seen: Stretch | None) -> str:
    if seen is None or seen.before is None:
        return ""
    return _("Against %(since)s – %(until)s") % {
        "since": date_format(seen.before.since, DAY),
        "until": date_format(seen.before.until - timedelta(days=1), DAY),
    }


def _read(ask: Asked) -> Themes:
    return themes(ask.scope, ask.seen, ask.form.narrowed, language()) if ask.seen else NO_THEMES


@require_safe
@page("see_figures")
def theme_list(request: HttpRequest) -> HttpResponse:
    """Every theme with its share, sentiment and change."""
    ask = asked(request, words=False)
    found = _read(ask)
    context = {
        **frame(ask, "themes"),
        "found": found,
        "lines": [(line, ask.href(reverse("verbatim-theme", args=[line.key]))) for line in found.lines],
        "kept_back": sum(line.suppressed for line in found.lines),
        "before": before_title(ask.seen),
        "csv": ask.href(reverse("verbatim-themes-csv")),
        "taxonomy_href": reverse("verbatim-taxonomies")
        if ask.scope.may("see_words") and ask.scope.holds_everywhere("propose")
        else reverse("definition", args=["taxonomy", "default"]),
        "became": became(since_first_look(lineage_of())[:MOST_STEPS]) if ask.scope.everything else [],
        "waiting": became(waiting_changes()) if ask.scope.everything else [],
    }
    return render(request, "feedback/verbatims/themes.html", context, status=422 if ask.form.errors else 200)


@require_safe
@page("see_figures")
def themes_csv(request: HttpRequest) -> HttpResponse:
    """The same figures as a file."""
    ask = asked(request, words=False)
    found = _read(ask)
    response = HttpResponse(
        csv_of([_flat(line, found) for line in found.lines]), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="themes.csv"'
    return response


def _flat(line: ThemeLine, found: Themes) -> dict[str, Any]:
    change = line.change
    return {
        "theme": line.key,
        "name": line.name,
        "share": line.share.value,
        "low": line.share.low,
        "high": line.share.high,
        "of": line.share.n,
        "n": line.negative.n,
        "negative": line.negative.value,
        "negative_low": line.negative.low,
        "negative_high": line.negative.high,
        "suppressed": line.suppressed,
        "change": change.difference if change else None,
        "change_low": change.low if change else None,
        "change_high": change.high if change else None,
        "since": line.since,
        "method": "wilson",
        "model": found.model,
        "cutoff": found.cutoff,
        "failed_audits": ",".join(dict.fromkeys((*line.share.doubts, *line.negative.doubts))),
    }


@require_safe
@page("see_figures")
def theme(request: HttpRequest, key: str) -> HttpResponse:
    """One theme: its share, how it moved, its weeks with what was changed in them, and what was said."""
    name = demand_theme(key)
    ask = asked(request)
    found = _read(ask)
    line = next((each for each in found.lines if each.key == key), None)
    hidden = line is not None and line.suppressed
    context: dict[str, Any] = {
        **frame(ask, "themes"),
        "key": key,
        "name": line.name if line else name,
        "line": line,
        "found": found,
        "least": least_people(),
        # Written here: a template would double the sign.
        "method": _("Wilson, 95 %"),
        "before": before_title(ask.seen),
        "signals": list(Signal.objects.filter(theme=key, dismissed_at=None)) if ask.scope.everything else [],
    }
    if ask.scope.everything and not hidden:
        context |= {"became": became(lineage_of(key)[:MOST_STEPS]), "growth": _growth(key)}
    if line and not hidden and ask.seen:
        context["chart"] = _chart(ask, ask.seen, key, context["name"])
    if ask.seen and not hidden and ask.scope.may("see_words"):
        context |= list_context(ask, key)
    return render(request, "feedback/verbatims/theme.html", context, status=422 if ask.form.errors else 200)


def became(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What became of found themes, in words and with where they are."""
    names = theme_names(shown_model(), language())

    def shown(step: Step, keys: Sequence[str]) -> list[tuple[str, str]]:
        return [
            (reverse("verbatim-theme", args=[key]) if key in names else "", step.names.get(key) or key) for key in keys
        ]

    return [
        {
            "at": step.at,
            "kind": BECAME.get(step.kind, step.kind),
            "before": shown(step, step.from_keys),
            "after": shown(step, step.to_keys),
            "texts": step.texts,
        }
        for step in steps
    ]


def _growth(key: str) -> dict[str, Any] | None:
    """How a found theme grew at the last refit, where it can be told."""
    found = growth_of(key)
    if found is None:
        return None
    limits = [found.get(name) for name in ("low", "high")]
    certain = None not in limits and (limits[0] > 1 or limits[1] < 1)  # type: ignore[operator]
    return {**found, "certain": certain}


def _chart(ask: Asked, seen: Stretch, key: str, name: str) -> Chart:
    rows = theme_trend(ask.scope, seen, key, ask.form.narrowed)
    points = [
        Point(row.period, row.value, row.low, row.high, row.n, row.suppressed, row.period < seen.since)
        for row in rows
        if row.period is not None
    ]
    title = _("%(name)s, share of verbatims") % {"name": name}
    return trend(
        points,
        title=title,
        unit="share",
        key="theme",
        subtitle=_("the band is the 95 % interval"),
        marks=_marks(ask, seen),
    )


def _marks(ask: Asked, seen: Stretch) -> list[Mark]:
    zone: ZoneInfo = seen.zone
    found = happenings(engine(), *seen.moments, reached(ask.scope))
    return [Mark(item.at.astimezone(zone).date(), item.title or item.kind) for item in found]


urlpatterns = [
    path("verbatims/", theme_list, name="verbatims"),
    path("verbatims/themes.csv", themes_csv, name="verbatim-themes-csv"),
    path("verbatims/themes/<str:key>/", theme, name="verbatim-theme"),
]

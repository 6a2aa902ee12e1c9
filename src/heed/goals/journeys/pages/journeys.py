"""Journeys as pages: all at a glance; one with its map, what is misaligned, its stages, and where cases leave the design."""

from typing import Any, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.tables import csv_of
from heed.documents.units import in_unit, level_said
from heed.goals.journeys.definition import Journey
from heed.goals.journeys.pages.files import parquet_of
from heed.goals.journeys.pages.listing import linked
from heed.goals.journeys.pages.picturing import COMPARED, KINDS, VERDICTS, exported, picture
from heed.goals.journeys.pages.window import asked_again, days_of, spans
from heed.goals.journeys.queries.reports import Shown, departed_cases, list_journeys, openable, reported
from heed.goals.journeys.rules.report import StageRow
from heed.goals.kpis.rules import standing

SHOWN = 20
KIND_WORDS = {
    "skipped": gettext_lazy("left out"),
    "repeated": gettext_lazy("done again"),
    "out_of_order": gettext_lazy("out of order"),
    "unknown": gettext_lazy("not in the design"),
}
REASONS = {
    "no_importance": gettext_lazy("No answers say which stages matter, so value and cost cannot be compared."),
    "no_cost": gettext_lazy(
        "No cost and no working time is known by stage, so there is nothing to compare value with."
    ),
    "no_satisfaction": gettext_lazy("Fewer than two stages have answers enough to be compared."),
}
IMPORTANCE = {
    "chosen": gettext_lazy("the share of customers who say the stage matters most"),
    "derived": gettext_lazy("how much satisfaction with the stage has to do with satisfaction over all"),
    "stated": gettext_lazy("the weights written in the definition"),
}


@require_safe
@page("see_figures")
def journeys(request: HttpRequest) -> HttpResponse:
    """All journeys in force. Their names stand at once; the figures follow."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    held = list_journeys()
    context: dict[str, Any] = {"process_href": reverse("journey-process")}
    if request.htmx or "figures" in request.GET:  # type: ignore[attr-defined]
        shown = [reported(each.key, scope) for each in held]
        context["glances"] = [(each, VERDICTS[each.report.worst.verdict] if each.report.worst else "",
                               _title(each, each.report.worst.stage) if each.report.worst else "") for each in shown]  # fmt: skip
    else:
        context["names"] = [(each.key, cast(Journey, each.body).name) for each in held]
    return render(request, "goals/journeys/table.html" if request.htmx else "goals/journeys/list.html", context)  # type: ignore[attr-defined]


@require_safe
@page("see_figures")
def journey(request: HttpRequest, key: str) -> HttpResponse:
    """One journey."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    days, current = days_of(request)
    shown = reported(key, scope, days)
    found, again = shown.report, asked_again(days, current)
    context: dict[str, Any] = {
        "shown": shown,
        "found": found,
        "journey": shown.journey,
        "spans": spans(current),
        "picture": mark_safe(picture(shown)),  # noqa: S308 -- drawn here, all words escaped
        "maps": [(form.upper(), _href("journey-map", key, form, again)) for form in KINDS],
        "misaligned": [_misaligned(shown, row) for row in found.misalignments],
        "compared": COMPARED[found.effort_by],
        "reason": REASONS.get(found.reason, ""),
        "rows": [_stage(row, found.currency) for row in found.stages],
        "departures": [_departure(shown, each, again) for each in found.departures[:SHOWN]],
        "passes": found.passes[:SHOWN],
        "may_see": scope.may("see_records"),
        "csv": _href("journey-export", key, "csv", again),
        "parquet": _href("journey-export", key, "parquet", again),
        "pairs": _about(shown),
        "computed": _computed(shown),
        "definition_href": reverse("definition", args=["journey", key]),
        "process_href": reverse("journey-process"),
        "level": level_said(found.level),
        "margin": in_unit(found.margin),
    }
    return render(request, "goals/journeys/journey.html", context)


def _href(name: str, key: str, form: str, again: dict[str, str]) -> str:
    return reverse(name, args=[key, form]) + ("?" + urlencode(again) if again else "")


def _title(shown: Shown, stage: str) -> str:
    return next(each.title for each in shown.journey.stages if each.key == stage)


def _misaligned(shown: Shown, row: Any) -> dict[str, Any]:
    return {"row": row, "title": _title(shown, row.stage), "verdict": VERDICTS[row.verdict]}


def _stage(row: StageRow, currency: str) -> dict[str, Any]:
    promise = row.stage.promise
    kept = standing(row.in_time.low, row.in_time.high, promise.share if promise else None, "higher_is_better")
    pleased = standing(
        row.satisfaction.low, row.satisfaction.high, promise.satisfaction if promise else None, "higher_is_better"
    )
    return {
        "row": row,
        "standing": kept,
        "pleased": pleased,
        "cost": in_unit(row.cost, "money", currency),
        "per_case": in_unit(row.cost_per_case, "money", currency),
    }


def _departure(shown: Shown, each: Any, again: dict[str, str]) -> dict[str, Any]:
    asked = {"kind": each.kind, "activity": each.activity, "after": each.after, "stage": each.stage}
    whole = shown.report.kept.by_stage.get(each.stage, (shown.report.kept.cases, 0, 0.0))[0]
    return {
        "each": each,
        "words": KIND_WORDS[each.kind],
        "stage": _title(shown, each.stage) if each.stage else "",
        "share": each.cases / whole if whole else None,
        "href": reverse("journey-cases", args=[shown.held.key])
        + "?"
        + urlencode({name: value for name, value in (asked | again).items() if value}),
    }


def _about(shown: Shown) -> list[tuple[str, Any]]:
    found = shown.report
    since = date_format(shown.held.effective_from, _("j F Y"))
    version = _("version %(number)s, %(since)s") % {
        "number": shown.held.version,
        "since": _("in force since %(day)s") % {"day": since},
    }
    return [
        (_("Definition"), version),
        (_("Cases that ended"), in_unit(found.kept.cases, "count")),
        (_("Still open"), in_unit(found.still_open, "count")),
        (_("Keep to the design"), in_unit(_part(found.kept.conforming, found.kept.cases), "share")),
        (_("Fitness"), in_unit(found.kept.fitness, "number")),
        (_("Importance"), IMPORTANCE[found.importance_by]),
        (_("Data up to"), date_format(found.cutoff, _("j F Y, H:i")) if found.cutoff else "–"),
    ]


def _part(some: int, whole: int) -> float | None:
    return some / whole if whole else None


def _computed(shown: Shown) -> list[tuple[str, Any]]:
    found, journey = shown.report, shown.journey
    return [
        (_("Facts"), f"{journey.source}, responses, finance, interactions"),
        (_("Satisfaction from"), journey.satisfaction),
        (_("Importance from"), journey.importance.where or _("the definition")),
        (_("Costs from"), journey.costs),
        *([(_("Currencies left out"), ", ".join(each or "?" for each in found.other_currencies))] if found.other_currencies else []),
        (_("Cases of no stage"), in_unit(found.kept.unplaced, "count")),
        *((_("Left out: %(reason)s") % {"reason": _(reason.replace("_", " "))}, in_unit(many, "count"))
          for reason, many in sorted(found.left_out.items())),
        (_("Departures of too few cases to show"), in_unit(found.few_departures, "count")),
        (_("Least group"), in_unit(found.least, "count")),
    ]  # fmt: skip


@require_safe
@page("see_figures")
def journey_map(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """The map as a file: SVG, PNG or PDF; `theme` light or dark."""
    if form not in KINDS:
        raise Http404
    scope: Scope = request.scope  # type: ignore[attr-defined]
    theme = "dark" if request.GET.get("theme") == "dark" else "light"
    body = exported(reported(key, scope, days_of(request)[0]), form, theme)
    response = HttpResponse(body, content_type=KINDS[form])
    response["Content-Disposition"] = f'attachment; filename="{key}.{form}"'
    return response


@require_safe
@page("see_figures")
def journey_export(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """The stages of the page as a file."""
    if form not in ("csv", "parquet"):
        raise Http404
    scope: Scope = request.scope  # type: ignore[attr-defined]
    shown = reported(key, scope, days_of(request)[0])
    rows = [_flat(row, shown) for row in shown.report.stages]
    body = csv_of(rows).encode() if form == "csv" else parquet_of(rows)
    response = HttpResponse(
        body, content_type="text/csv; charset=utf-8" if form == "csv" else "application/vnd.apache.parquet"
    )
    response["Content-Disposition"] = f'attachment; filename="{key}-stages.{form}"'
    return response


def _flat(row: StageRow, shown: Shown) -> dict[str, Any]:
    weighed = row.weighed
    readings = {"importance": row.importance, "satisfaction": row.satisfaction, "in_time": row.in_time}
    told: dict[str, Any] = {"stage": row.stage.key, "title": row.stage.title}
    for name, reading in readings.items():
        told |= {name: reading.value, f"{name}_low": reading.low, f"{name}_high": reading.high, f"{name}_n": reading.n}
    told |= {
        name: getattr(weighed, name) if weighed else None
        for name in ("value_share", "cost_share", "ratio", "low", "high", "p", "verdict")
    }
    told |= {"cost": row.cost, "cost_per_case": row.cost_per_case, "currency": shown.report.currency} | vars(row.effort)
    about = {"journey": shown.held.key, "definition_version": shown.held.version, "cutoff": shown.cutoff}
    return told | {"fitness": row.fitness, "conforming_share": row.conforming_share} | about


@require_safe
@page("see_records")
def journey_cases(request: HttpRequest, key: str) -> HttpResponse:
    """The cases behind a departure."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    days, current = days_of(request)
    asked = {name: request.GET.get(name, "") for name in ("kind", "activity", "after", "stage")}
    found = departed_cases(key, scope, days, asked["kind"], asked["activity"], asked["after"], asked["stage"])
    what = " · ".join(each for each in (str(KIND_WORDS.get(asked["kind"], "")), asked["activity"]) if each)
    context = {
        "found": found,
        "rows": linked(openable(scope, found), found),
        "title": what or _("Cases that depart"),
        "after": asked["after"],
        "back": reverse("journey", args=[key])
        + ("?" + urlencode(asked_again(days, current)) if current != "all" else ""),
        "back_title": reported(key, scope, days).journey.name,
    }
    return render(request, "goals/journeys/cases.html", context)


urlpatterns = [
    path("journeys/", journeys, name="journeys"),
    path("journeys/<str:key>/", journey, name="journey"),
    path("journeys/<str:key>/cases/", journey_cases, name="journey-cases"),
    path("journeys/<str:key>/map.<str:form>", journey_map, name="journey-map"),
    path("journeys/<str:key>/export.<str:form>", journey_export, name="journey-export"),
]

"""SLAs as pages: all at a glance; one with its weeks, what broke, what is at risk, and how it was computed."""

import io
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.tables import csv_of
from heed.documents.charts.trend import Point, trend
from heed.documents.units import in_unit, level_said
from heed.goals.slas.definition import Sla, lasting
from heed.goals.slas.queries.attainment import WEEKS, Attained, attained, list_slas
from heed.metrics.readings import Row

SPANS = (4, 13, 26, 52)
SHOWN = 50
PROMISES = {
    "answer": gettext_lazy("a call answered within %(time)s"),
    "first_response": gettext_lazy("a case first responded to within %(time)s"),
    "resolution": gettext_lazy("a case resolved within %(time)s"),
}


@dataclass(frozen=True)
class Glance:
    """One line of the list: the weeks, the running one left out."""

    found: Attained

    @property
    def href(self) -> str:
        return reverse("sla", args=[self.found.key])

    @property
    def promise(self) -> str:
        return promise_said(self.found.sla)

    @property
    def points(self) -> tuple[Row, ...]:
        return self.found.weeks[:-1]


def promise_said(sla: Sla) -> str:
    return str(PROMISES[sla.promise]) % {"time": lasting(sla.within_seconds)}


@require_safe
@page("see_figures")
def slas(request: HttpRequest) -> HttpResponse:
    """All SLAs in force. Their names stand at once; the figures follow."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    held = list_slas()
    if request.htmx or "figures" in request.GET:  # type: ignore[attr-defined]
        found = [attained(each.key, scope) for each in held]
        context: dict[str, Any] = {
            "glances": [Glance(each) for each in found],
            "cutoff": max((each.cutoff for each in found if each.cutoff), default=None),
        }
    else:
        context = {"names": [(each.key, cast(Sla, each.body).name) for each in held]}
    template = "goals/slas/table.html" if request.htmx else "goals/slas/list.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def _weeks(request: HttpRequest) -> int:
    asked = request.GET.get("weeks", "")
    return int(asked) if asked in map(str, SPANS) else WEEKS


@require_safe
@page("see_figures")
def sla(request: HttpRequest, key: str) -> HttpResponse:
    """One SLA. Its cases stand there for who may see records."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    weeks = _weeks(request)
    found = attained(key, scope, weeks)
    points = [
        Point(row.period, row.value, row.low, row.high, row.n, row.suppressed, row is found.weeks[-1])
        for row in found.weeks
        if row.period
    ]
    subtitle = _("the band is the %(level)s interval") % {"level": level_said(found.level)}
    title = _("%(name)s by week") % {"name": found.sla.name}
    context: dict[str, Any] = {
        "found": found,
        "promise": promise_said(found.sla),
        "may_see": scope.may("see_records"),
        "chart": trend(points, title=title, unit="share", key="trend", subtitle=subtitle, target=found.sla.target),
        "pairs": _about(found),
        "computed": _computed(found),
        "overdue": found.overdue[:SHOWN],
        "at_risk": found.at_risk[:SHOWN],
        "breaches": found.breaches[:SHOWN],
        "window_title": _("Last %(many)s weeks") % {"many": weeks},
        "spans": [(each, each == weeks) for each in SPANS],
        "weeks": str(weeks),
        "definition_href": reverse("definition", args=["sla", found.key]),
        "method": f"Wilson, {level_said(found.level)}",
    }
    return render(request, "goals/slas/sla.html", context)


def _about(found: Attained) -> list[tuple[str, Any]]:
    sla, since = found.sla, date_format(found.held.effective_from.astimezone(ZoneInfo(found.zone)), _("j F Y"))
    version = _("version %(number)s, %(since)s") % {
        "number": found.held.version,
        "since": _("in force since %(day)s") % {"day": since},
    }
    rows = [
        (_("Definition"), version),
        (_("Promise"), promise_said(sla)),
        *((_("Priority %(priority)s") % {"priority": name}, lasting(value)) for name, value in sla.priorities.items()),
        (_("Target"), in_unit(sla.target, "share")),
        (_("Hours"), f"{sla.hours.name}, {sla.hours.time_zone}" if sla.hours else _("around the clock")),
        (_("Clock stands for"), ", ".join(sla.pauses) or _("nothing")),
        (_("Open now"), in_unit(len(found.running), "count")),
        (_("Clocks read"), _moment(found, found.as_of)),
        (_("Data up to"), _moment(found, found.cutoff)),
    ]
    return [row for row in rows if sla.promise != "answer" or row[0] != _("Clock stands for")]


def _moment(found: Attained, at: Any) -> str:
    return date_format(at.astimezone(ZoneInfo(found.zone)), _("j F Y, H:i")) if at else "–"


def _computed(found: Attained) -> list[tuple[str, Any]]:
    sla = found.sla
    return [
        (_("Facts"), sla.source),
        (_("Given to"), sla.population or _("all")),
        (_("When reopened"), _(sla.reopened)),
        (_("When the priority changes"), _(sla.priority_change)),
        (_("Merged into others"), in_unit(found.merged, "count")),
        *(
            (_("Left out: %(reason)s") % {"reason": _(reason.replace("_", " "))}, in_unit(many, "count"))
            for reason, many in sorted(found.left_out.items())
        ),
        (_("Past cases behind the chances"), in_unit(found.past, "count")),
        (_("Least group"), in_unit(found.least, "count")),
        (_("Time zone"), found.zone),
    ]


def _rows(found: Attained, what: str) -> list[dict[str, Any]]:
    if what == "breaches":
        return [dict(vars(each)) for each in found.breaches]
    if what == "at_risk":
        return [each.as_row() for each in (*found.overdue, *found.at_risk)]
    about = {"sla": found.key, "definition_version": found.held.version, "target": found.sla.target}
    fields = ("value", "low", "high", "n", "suppressed")
    return [
        {"week": row.period, **{name: getattr(row, name) for name in fields}, **about, "cutoff": found.cutoff}
        for row in found.weeks
    ]


def _as_parquet(rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    written = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), written)
    return written.getvalue()


@require_safe
@page("see_figures")
def sla_export(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """The page's weeks as a file; `what` = breaches or at_risk: its cases, for who may see records."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    what = request.GET.get("what", "weeks")
    if form not in ("csv", "parquet") or what not in ("weeks", "breaches", "at_risk"):
        raise Http404
    if what != "weeks":
        scope.demand("see_records")
    rows = _rows(attained(key, scope, _weeks(request)), what)
    body = csv_of(rows).encode() if form == "csv" else _as_parquet(rows)
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/vnd.apache.parquet"
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{key}-{what}.{form}"'
    return response


urlpatterns = [
    path("slas/", slas, name="slas"),
    path("slas/<str:key>/", sla, name="sla"),
    path("slas/<str:key>/export.<str:form>", sla_export, name="sla-export"),
]

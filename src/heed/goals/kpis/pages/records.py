"""The records behind a figure, page by page, and figures as files."""

import io
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from heed.core.edge import page
from heed.core.errors.rules import HeedError
from heed.core.tables import csv_of
from heed.goals.kpis.pages.asking import Asked, asked, column_title
from heed.goals.kpis.pages.figure import frame
from heed.goals.kpis.pages.reading import figures
from heed.goals.kpis.queries import RecordPage, ShownKpi, kpi_records
from heed.metrics.periods import check_period
from heed.metrics.readings import Row
from heed.metrics.records import Mark

A_PAGE = 50


def _mark(request: HttpRequest) -> Mark | None:
    at, key = request.GET.get("after_at", ""), request.GET.get("after", "")
    try:
        return Mark(datetime.fromisoformat(at), key) if at and key else None
    except ValueError:
        return None


@require_safe
@page("see_records")
def kpi_record_list(request: HttpRequest, key: str) -> HttpResponse:
    """The rows that were counted or left out, newest first."""
    ask = asked(request, key)
    found = RecordPage(())
    mark = _mark(request)
    if ask.window:
        try:
            found = kpi_records(ask.key, ask.scope, ask.question, limit=A_PAGE, after=mark)
        except HeedError as error:
            if error.status not in (400, 422):
                raise
            ask.refuse(error)
    columns = list(found.records[0].places) if found.records else []
    context = {
        **frame(ask),
        "columns": [column_title(column) for column in columns],
        "records": found.records,
        "is_kept_back": found.reason == "suppressed",
        "next": _next(ask, found),
        "first": ask.href("kpi-records") if mark else "",
        "summary": _summary(found, mark),
        "refused": bool(ask.form.errors),
    }
    return render(request, "goals/kpis/records.html", context, status=422 if ask.form.errors else 200)


def _next(ask: Asked, found: RecordPage) -> str:
    return ask.href("kpi-records", after=found.next.key, after_at=found.next.at.isoformat()) if found.next else ""


def _summary(found: RecordPage, mark: Mark | None) -> str:
    many = len(found.records)
    if mark:
        return ngettext("%(many)d more record", "%(many)d more records", many) % {"many": many}
    return ngettext("The newest record", "The newest %(many)d records", many) % {"many": many}


def rows_of(shown: ShownKpi) -> list[dict[str, Any]]:
    """A figure's rows with all that says how they came about, one flat row each."""
    about = {
        "unit": shown.unit.partition(" ")[0],
        **({"currency": shown.currency} if shown.currency else {}),
        "method": shown.method,
        "level": shown.level,
        "cutoff": shown.cutoff,
    }
    return [
        {
            **{name: None if value is None else str(value) for name, value in row.group.items()},
            **({"period": row.period} if shown.period else {}),
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "n": row.n,
            "suppressed": row.suppressed,
            "failed_audits": ",".join(row.doubts),
            **_beside(shown, row),
            "kpi": shown.key,
            "definition_version": shown.version_of(row),
            **about,
        }
        for row in shown.rows
    ]


def _beside(shown: ShownKpi, row: Row) -> dict[str, Any]:
    """Of a KPI that is weighted: each figure without weights, and what its answers are worth."""
    if not shown.weights:
        return {}
    value, low, high = row.plain or (None, None, None)
    return {
        "unweighted": value,
        "unweighted_low": low,
        "unweighted_high": high,
        "effective_n": row.effective_n,
        "design_effect": row.design_effect,
        "weighted_by": "; ".join(f"{each.survey} {each.wave}: {each.method or '-'}" for each in shown.weights),
    }


def _as_csv(rows: list[dict[str, Any]]) -> bytes:
    return csv_of(rows).encode()


def _as_parquet(rows: list[dict[str, Any]]) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), written)
    return written.getvalue()


FORMS = {
    "csv": (_as_csv, "text/csv; charset=utf-8"),
    "parquet": (_as_parquet, "application/vnd.apache.parquet"),
}


@require_safe
@page("see_figures")
def kpi_export(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """The same figures as the page's, as a file. `cut` is the period; without it the split."""
    if form not in FORMS:
        raise Http404
    ask = asked(request, key)
    if not ask.form.is_valid() or ask.window is None:
        raise Http404(_("There is nothing to export."))
    cut = request.GET.get("cut", "")
    period = check_period(cut) if cut else None
    shown = figures(ask.key, ask.scope, ask.question, by=ask.by, period=period, as_published=True)
    write, kind = FORMS[form]
    response = HttpResponse(write(rows_of(shown)), content_type=kind)
    name = "-".join([ask.key, *ask.by, *([cut] if cut else [])])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


urlpatterns = [
    path("kpis/<str:key>/records/", kpi_record_list, name="kpi-records"),
    path("kpis/<str:key>/export.<str:form>", kpi_export, name="kpi-export"),
]

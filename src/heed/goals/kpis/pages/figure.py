"""The page of one KPI: the figure, how it moved, its line, its split, and how it was computed."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import HeedError, translated
from heed.core.people.queries import names_of
from heed.documents.charts.chart import Chart
from heed.documents.charts.trend import Mark, Point, trend
from heed.documents.units import in_unit, level_said, within
from heed.facts.set_aside import SET_ASIDE
from heed.goals.kpis.pages.asking import Asked, active_filters, asked, column_title, narrowed, span_chips, split_chips
from heed.goals.kpis.pages.reading import figures
from heed.goals.kpis.pages.window import Window, change, following, starts
from heed.goals.kpis.queries import Question, ShownKpi, condition_fields, engine
from heed.goals.kpis.revisions import known_versions
from heed.goals.kpis.rules import EMPLOYEE_COLUMNS, Standing, reached_rows, standing
from heed.metrics.cards import WaveTold
from heed.metrics.happenings import happenings
from heed.metrics.periods import start_of
from heed.metrics.readings import Row

BETTER = {
    "higher_is_better": gettext_lazy("higher"),
    "lower_is_better": gettext_lazy("lower"),
    "neither": gettext_lazy("neither way"),
}
METHODS = {
    "wilson": "Wilson",
    "wilson_effective_n": gettext_lazy("Wilson, effective n"),
    "t": gettext_lazy("Student's t"),
    "adjusted_wald": gettext_lazy("adjusted Wald"),
    "garwood": gettext_lazy("Garwood, exact"),
    "woodruff": "Woodruff",
    "linearised_logit": gettext_lazy("linearised, log odds"),
    "linearised_t": gettext_lazy("linearised, Student's t"),
}
PERIOD_TITLES = {
    "day": gettext_lazy("%(name)s by day"),
    "week": gettext_lazy("%(name)s by week"),
    "month": gettext_lazy("%(name)s by month"),
}


@dataclass(frozen=True)
class Part:
    """One group of a split."""

    label: str
    href: str
    row: Row

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def method_title(method: str) -> str:
    """How an interval was found, as people say it; authors in capitals."""
    return str(METHODS.get(method, _(method.replace("_", " "))))


def said(day: date) -> str:
    return date_format(day, _("j F Y"))


def _title(seen: Window) -> str:
    return f"{said(seen.since)} – {said(seen.end - timedelta(days=1))}"


def _points(shown: ShownKpi, seen: Window) -> list[Point]:
    """A point for every period of the window, so that a period without facts is a gap."""
    known = {row.period: row for row in shown.rows}
    points = []
    for start in starts(seen):
        row = known.get(start, Row({}, None, None, None, None))
        partial = start < seen.since or following(start, seen.period) > seen.end
        points.append(Point(start, row.value, row.low, row.high, row.n, row.suppressed, partial))
    return points


def _marks(scope: Scope, seen: Window, zone: ZoneInfo) -> list[Mark]:
    found = happenings(engine(), start_of(seen.since, zone), start_of(seen.end, zone), reached_rows(scope))
    return [Mark(item.at.astimezone(zone).date(), item.title or item.kind) for item in found]


def _breaks(shown: ShownKpi) -> list[Mark]:
    """Where another version of the definition began to measure otherwise."""
    words = _("Break in series: measured by version %(number)s of the definition from here on")
    return [Mark(day, words % {"number": number}, is_break=True) for day, number in shown.breaks]


def _chart(ask: Asked, seen: Window) -> Chart:
    shown = figures(ask.key, ask.scope, ask.question, period=seen.period, as_published=True)
    subtitle = _("the band is the %(level)s interval") % {"level": level_said(shown.level)}
    marks = [*_marks(ask.scope, seen, ZoneInfo(shown.zone)), *_breaks(shown)]
    title = PERIOD_TITLES[seen.period] % {"name": shown.short}
    return trend(
        _points(shown, seen),
        title=title,
        unit=shown.unit,
        key="trend",
        subtitle=subtitle,
        marks=marks,
        target=shown.target,
    )


def _parts(ask: Asked, shown: ShownKpi) -> list[Part]:
    """Groups by value, highest first; those without a figure last. People stand by name: they are not ranked."""
    is_people = bool(EMPLOYEE_COLUMNS & set(ask.by))
    names = names_of({str(value) for row in shown.rows for value in row.group.values()}) if is_people else {}
    parts = []
    for row in shown.rows:
        (value,) = row.group.values()
        label = _("(none)") if value is None else names.get(str(value), str(value))
        parts.append(Part(label, "" if row.suppressed else narrowed(ask, row.group), row))
    if is_people:
        return sorted(parts, key=lambda part: part.label)
    return sorted(parts, key=lambda part: (part.row.value is None, -(part.row.value or 0.0), part.label))


def _before(ask: Asked, seen: Window) -> ShownKpi | None:
    since, until = seen.before
    if since < seen.first:
        return None
    asks = ask.question
    return figures(ask.key, ask.scope, Question(since, until, asks.where, asks.settings))


def _about(ask: Asked, shown: ShownKpi) -> list[tuple[str, Any]]:
    out = sum(shown.excluded.values())
    since = _("in force since %(day)s") % {"day": said(shown.effective_from.date())}
    if shown.effective_from.year < 2000:
        since = _("in force from the beginning")
    rows: list[tuple[str, Any]] = [
        (_("Definition"), _("version %(number)s, %(since)s") % {"number": shown.definition_version, "since": since}),
        (_("Better"), BETTER[shown.direction]),
        (_("Method"), method_title(shown.method)),
        (_("Left out"), ngettext("%(count)s row", "%(count)s rows", out) % {"count": in_unit(out, "count")}),
        (_("Least group"), in_unit(shown.min_n, "count")),
        (_("Data up to"), _moment(shown.cutoff, shown.zone)),
        (_("Source"), shown.source),
    ]
    if shown.target is not None:
        rows.insert(2, (_("Target"), in_unit(shown.target, shown.unit)))
    return [*rows, *((_("Others aim at"), hint) for hint in shown.target_hints)]


def _moment(at: datetime | None, zone: str) -> str:
    return date_format(at.astimezone(ZoneInfo(zone)), _("j F Y, H:i")) if at else "–"


def _computed(ask: Asked, shown: ShownKpi) -> list[tuple[str, Any]]:
    """The measure as it was computed: its expressions with every parameter settled."""
    measure = ask.kpi.resolve(ask.form.chosen).measure
    names = {
        "where": _("Which rows"),
        "among": _("Of these, measured"),
        "success": _("What counts"),
        "value": _("Value of a row"),
        "numerator": _("Above the line"),
        "denominator": _("Below the line"),
        "event": _("What is counted"),
        "exposure": _("Per"),
        "quantile": _("Quantile"),
        "weight": _("Weight"),
    }
    rows: list[tuple[str, Any]] = [(_("Kind of measure"), _(measure.kind)), (_("Facts"), shown.facts)]
    rows += [(title, getattr(measure, name)) for name, title in names.items() if getattr(measure, name, "")]
    rows += [
        (_("Left out: %(reason)s") % {"reason": _(reason.replace("_", " "))}, text)
        for reason, text in measure.exclusions
    ]
    rows += [
        (_(name.replace("_", " ").capitalize()), number_format(f"{value:g}") if isinstance(value, float) else value)
        for name, value in shown.settings.items()
    ]
    return [
        *rows,
        (_("Interval"), f"{method_title(shown.method)}, {level_said(shown.level)}"),
        (_("Time zone"), shown.zone),
    ]


def _excluded(shown: ShownKpi) -> list[tuple[str, int]]:
    return [
        (_(reason.replace("_", " ")), many)
        for reason, many in sorted(shown.excluded.items(), key=lambda item: -item[1])
    ]


def _figures(ask: Asked, seen: Window) -> dict[str, Any]:
    """Everything that is read from the facts."""
    shown = figures(ask.key, ask.scope, ask.question, with_sql=True)
    before = _before(ask, seen)
    moved = change(shown.whole, before.whole if before else None, shown.direction)
    context: dict[str, Any] = {
        "shown": shown,
        "method": f"{method_title(shown.method)}, {level_said(shown.level)}",
        "whole": shown.whole,
        "standing": _standing(shown),
        "change": moved,
        "change_title": _("Against %(since)s – %(until)s")
        % {"since": said(seen.before[0]), "until": said(seen.before[1] - timedelta(days=1))},
        "chart": _chart(ask, seen),
        "pairs": _about(ask, shown),
        "computed": _computed(ask, shown),
        "excluded": _excluded(shown),
        "window_title": _title(seen),
        "trend_csv": ask.export_href("csv", cut=seen.period, by=""),
        "trend_parquet": ask.export_href("parquet", cut=seen.period, by=""),
    }
    context |= _set_aside(ask, shown) | _weights(shown)
    if ask.by:
        split = figures(ask.key, ask.scope, ask.question, by=ask.by)
        context |= _split(ask, split)
    return context


def _set_aside(ask: Asked, shown: ShownKpi) -> dict[str, Any]:
    """How many answers are set aside, and the figure with them: not where that would tell of a few customers."""
    many = shown.excluded.get(SET_ASIDE, 0)
    # What is set aside has no weight either: a weighted figure has nothing to show with it.
    if not many or shown.weights or not (ask.scope.may("see_records") or many >= shown.min_n):
        return {"aside": many}
    with_them = figures(ask.key, ask.scope, replace(ask.question, with_set_aside=True)).whole
    return {"aside": many, "with_aside": with_them if with_them and with_them.value is not None else None}


def _weights(shown: ShownKpi) -> dict[str, Any]:
    """Of a weighted KPI: the figure without weights, and the waves whose score cards give them."""
    row = shown.whole
    plain = replace(row, value=row.plain[0], low=row.plain[1], high=row.plain[2]) if row and row.plain else None
    return {"weights": [{"wave": each, "how": _how(each)} for each in shown.weights], "plain": plain}


def _how(wave: WaveTold) -> str:
    """What a wave's answers are weighted to."""
    if not wave.method:
        return _("nothing to weigh by: left out")
    columns = ", ".join(within(column_title(name)) for name in wave.by)
    said = _("post-stratified by %(columns)s") if wave.method == "post_stratify" else _("raked to %(columns)s")
    return said % {"columns": columns}


def _standing(shown: ShownKpi) -> Standing:
    row = shown.whole
    return standing(row.low, row.high, shown.target, shown.direction) if row else ""


def _split(ask: Asked, shown: ShownKpi) -> dict[str, Any]:
    parts = _parts(ask, shown)
    title = column_title(ask.by[0])
    return {
        "split": parts,
        "split_title": title,
        "split_says_nothing": [set(part.row.group.values()) for part in parts] == [{None}],
        "split_caption": _("%(name)s by %(column)s") % {"name": shown.short, "column": within(title)},
        "split_min_n": shown.min_n,
        "kept_back": sum(part.row.suppressed for part in parts),
        "split_csv": ask.export_href("csv"),
        "split_parquet": ask.export_href("parquet"),
    }


def frame(ask: Asked) -> dict[str, Any]:
    """What pages of a KPI share: the name, the filters, the addresses."""
    return {
        "kpi": ask.kpi,
        "key": ask.key,
        "form": ask.form,
        "spans": span_chips(ask),
        "splits": split_chips(ask),
        "active": active_filters(ask),
        "fields_known": ", ".join(condition_fields(ask.key)),
        "kpi_href": ask.href(),
        "records_href": ask.href("kpi-records") if ask.scope.may("see_records") else "",
        "versions_href": reverse("kpi-versions", args=[ask.key]) if len(known_versions(ask.key)) > 1 else "",
        "definition_href": reverse("definition", args=["kpi", ask.key]),
    }


@require_safe
@page("see_figures")
def kpi(request: HttpRequest, key: str) -> HttpResponse:
    """One KPI. A condition that does not hold together is refused at its field."""
    ask = asked(request, key)
    read: dict[str, Any] = {}
    if ask.window:
        try:
            read = _figures(ask, ask.window)
        except HeedError as error:
            if error.status not in (400, 422):
                raise
            ask.refuse(error)
    refused = bool(ask.form.errors)
    context = {**frame(ask), **read, "refused": refused, "formula": _formula(ask)}
    return render(request, "goals/kpis/kpi.html", context, status=422 if refused else 200)


def _formula(ask: Asked) -> str:
    try:
        formula = ask.kpi.resolve(ask.form.chosen).formula
    except HeedError:
        formula = ask.kpi.resolve().formula
    return translated(formula, _)


urlpatterns = [path("kpis/<str:key>/", kpi, name="kpi")]

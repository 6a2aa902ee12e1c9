"""Pages of score cards: the surveys, and how good the answers of one are."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from heed.core.edge import page
from heed.core.tables import csv_lines
from heed.documents import units
from heed.feedback.quality.queries.cards import MAY, Shown, held_quality, known_surveys, score_card
from heed.feedback.quality.queries.shapes import survey_names
from heed.feedback.quality.rules.cards import Card, Cell
from heed.feedback.quality.rules.checks import TITLES, Check
from heed.feedback.quality.rules.rates import CODES, LETTERS
from heed.feedback.quality.rules.reporting import HEADINGS, card_rows
from heed.feedback.quality.rules.weighing import JOINED, Figure

MAIN_RATES = ("RR1", "RR2", "COOP1", "REF1", "CON1")
OUTCOMES = {
    "complete": gettext_lazy("Answered"),
    "partial": gettext_lazy("Left half way, enough answered"),
    "break_off": gettext_lazy("Left half way, too little answered"),
    "begun": gettext_lazy("Begun, not ended"),
    "refused": gettext_lazy("Wanted no more mail"),
    "silent": gettext_lazy("Nothing came back"),
    "pending": gettext_lazy("Can still be answered"),
    "withdrawn": gettext_lazy("Withdrawn by the house"),
    "set_aside": gettext_lazy("Answered, set aside as no good"),
    "undelivered": gettext_lazy("Could not be delivered"),
}
COLUMNS = {
    "segment": gettext_lazy("Segment"),
    "region": gettext_lazy("Region"),
    "channel": gettext_lazy("Channel"),
    "team": gettext_lazy("Team"),
    "touchpoint": gettext_lazy("Touchpoint"),
    "stage": gettext_lazy("Stage"),
    "topic": gettext_lazy("Topic"),
    "product": gettext_lazy("Product"),
    "language": gettext_lazy("Language"),
}
MEASURES = {
    "nps": ("points", gettext_lazy("NPS")),
    "top_two": ("share", gettext_lazy("share of the two best answers")),
    "share": ("share", gettext_lazy("share of yes")),
    "mean": ("number", gettext_lazy("mean")),
}


@require_safe
@page(MAY)
def survey_list(request: HttpRequest) -> HttpResponse:
    """Every survey with how many were asked and answered."""
    lines = known_surveys(request.scope)  # type: ignore[attr-defined]
    names = survey_names([line.key for line in lines])
    rows = [(line, names.get(line.key, line.key), _href("quality-card", survey=line.key)) for line in lines]
    return render(request, "feedback/quality/list.html", {"rows": rows})


def _href(name: str, **query: str) -> str:
    return f"{reverse(name)}?{urlencode({key: value for key, value in query.items() if value})}"


@require_safe
@page(MAY)
def card_page(request: HttpRequest) -> HttpResponse:
    """The score card of one survey and wave."""
    survey, wave = (request.GET.get(name, "").replace("\0", "")[:200] for name in ("survey", "wave"))
    scope = request.scope  # type: ignore[attr-defined]
    shown = score_card(scope, survey, wave)
    card, held = shown.card, held_quality(survey)[1]
    context = {
        "shown": shown,
        "card": card,
        "waves": _wave_choices(shown),
        "definition": _definition(held) if held or scope.may("propose") else "",
        "csv": _href("quality-card-csv", survey=survey, wave=wave),
        "checks": [_check(each) for each in card.checks],
        "beyond": len(card.beyond),
        "outcomes": [(OUTCOMES[state], CODES[state], LETTERS[state], many) for state, many in card.states.items()],
        "main_rates": [card.rates[name] for name in MAIN_RATES],
        "rates": list(card.rates.values()),
        "figures": [_figure(each) for each in card.figures],
        "by": [column_name(name) for name in card.by if name],
        "grid": _grid(card),
        "columns": _columns(card),
        "joined": JOINED,
        "questions": [(each, (each.value or 0.0)) for each in card.items],
        "weighed_by": [column_name(each.name) for each in card.weighted.margins] if card.weighted else [],
    }
    return render(request, "feedback/quality/card.html", context)


@require_safe
@page(MAY)
def card_csv(request: HttpRequest) -> HttpResponse:
    """The same card as a file."""
    survey, wave = (request.GET.get(name, "").replace("\0", "")[:200] for name in ("survey", "wave"))
    shown = score_card(request.scope, survey, wave)  # type: ignore[attr-defined]
    response = HttpResponse("".join(csv_lines(HEADINGS, card_rows(shown.card))), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="score-card.csv"'
    return response


def _definition(held: str) -> str:
    return reverse("definition", args=["quality", held]) if held else reverse("definition_new", args=["quality"])


def column_name(name: str) -> str:
    """A column in words; a key of attributes as it is written, without its underscores."""
    parts = [str(COLUMNS.get(part, _sentence(part))) for part in name.split(" × ")]
    return " × ".join(parts)


def _sentence(name: str) -> str:
    plain = name.replace("_", " ")
    return plain[:1].upper() + plain[1:]


def _wave_choices(shown: Shown) -> list[tuple[str, str, bool]]:
    """(value, title, whether it is the one shown), newest first, then all of them."""
    chosen = shown.wave.name if shown.wave else "all"
    found = [(line.name, _wave_title(line.name), line.name == chosen) for line in shown.waves]
    return [*found, ("all", _("All of them"), chosen == "all")]


def _wave_title(name: str) -> str:
    year, _sign, quarter = name.partition("-Q")
    if quarter.isdigit():
        return _("Quarter %(number)s of %(year)s") % {"number": quarter, "year": year}
    return name


@dataclass(frozen=True)
class _CheckShown:
    title: str
    about: str
    found: str
    limit: str
    state: str


def _check(each: Check) -> _CheckShown:
    about = each.about
    if each.code == "difference" and ": " in about:
        column, _sign, one = about.partition(": ")
        about = f"{column_name(column)}: {_class_name(one)}"
    elif each.code == "without_chance":
        about = _sentence(about)
    if each.unit == "p":
        return _CheckShown(_(TITLES[each.code]), about, _p(each.value), "", each.state)
    sign = "≥" if each.least else "≤"
    limit = f"{sign} {units.in_unit(each.limit, each.unit)}" if each.limit is not None else ""
    return _CheckShown(_(TITLES[each.code]), about, units.in_unit(each.value, each.unit), limit, each.state)


def _p(p: float | None) -> str:
    if p is None:
        return "–"
    return f"p < {number_format(0.001, 3)}" if p < 0.001 else f"p = {number_format(p, 3)}"


def _class_name(name: str) -> str:
    return _("the rest") if name == JOINED else name or _("not said")


@dataclass(frozen=True)
class _FigureShown:
    key: str
    measure: str
    unit: str
    plain: Any
    weighted: Any
    shift: float | None
    p: str
    is_sure: bool
    effective_n: float | None
    n: int


def _figure(each: Figure) -> _FigureShown:
    unit, measure = MEASURES[each.measure]
    sure = each.p is not None and each.p < 0.01
    return _FigureShown(
        each.key,
        str(measure),
        unit,
        each.plain,
        each.weighted,
        each.shift,
        _p(each.p),
        sure,
        each.effective_n,
        each.n,
    )


def _grid(card: Card) -> dict[str, Any]:
    """Response rates, a row for each class of the first column and a cell for each of the second."""
    tops = sorted({cell.column for cell in card.cells})
    found: dict[tuple[str, str], Cell] = {(cell.row, cell.column): cell for cell in card.cells}
    rows = sorted({cell.row for cell in card.cells})
    lines = [(_class_name(row), [found.get((row, top)) for top in tops]) for row in rows]
    return {"tops": [_class_name(top) for top in tops], "lines": lines}


def _columns(card: Card) -> list[dict[str, Any]]:
    if card.compared is None:
        return []
    limit = card.quality.limits.difference
    return [
        {
            "title": column_name(line.name),
            "p": _p(line.p),
            "is_off": line.p is not None and line.p < 0.01 and line.greatest > limit,
            "classes": [(_class_name(one.name), one, abs(one.difference) > limit) for one in line.classes],
        }
        for line in card.compared.columns
    ]


urlpatterns = [
    path("quality/", survey_list, name="quality"),
    path("quality/card/", card_page, name="quality-card"),
    path("quality/card.csv", card_csv, name="quality-card-csv"),
]

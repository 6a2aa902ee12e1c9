"""Where a KPI of efficiency improves at the cost of one of satisfaction."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import translated
from heed.core.people.queries import names_of, units
from heed.goals.kpis.selection.keeping import kept_tensions
from heed.goals.kpis.selection.tensions import Tensions, ToldTension, ToldUnit
from heed.goals.kpis.selection.weighing import Asked

GRAINS = (("team", gettext_lazy("Teams")), ("agent", gettext_lazy("Agents")), ("week", gettext_lazy("All together")))


LONGEST_WEEKS = 522


@dataclass(frozen=True)
class Line:
    """A pair as a line of the page."""

    pair: ToldTension
    efficiency: str
    satisfaction: str
    efficiency_href: str
    satisfaction_href: str
    units: tuple[tuple[str, ToldUnit], ...]

    @property
    def years(self) -> float | None:
        """How many years of weeks would be enough; None where it is more than ten, or cannot be said."""
        weeks = self.pair.found.weeks_needed
        return weeks * 7 / 365.25 if weeks is not None and weeks <= LONGEST_WEEKS else None


def _unit_names(keys: set[str]) -> dict[str, str]:
    return {unit.key: unit.name for unit in units() if unit.key in keys}


def _lines(told: Tensions) -> list[Line]:
    keys = {unit.found.unit for pair in told.pairs for unit in pair.units}
    grain = told.weighing.asked.grain
    names = {"agent": names_of, "team": _unit_names}[grain](keys) if grain in ("agent", "team") else {}
    lines = []
    for pair in told.pairs:
        units = tuple((names.get(unit.found.unit, unit.found.unit) or _("All together"), unit) for unit in pair.units)
        first, second = (translated(kpi.short, _) for kpi in (pair.efficiency, pair.satisfaction))
        to_first, to_second = (reverse("kpi", args=[kpi.key]) for kpi in (pair.efficiency, pair.satisfaction))
        lines.append(Line(pair, first, second, to_first, to_second, units))
    return lines


@require_safe
@page("see_figures")
def tensions(request: HttpRequest) -> HttpResponse:
    """The pairs; they follow the page where they are not at hand, for they take a while to read."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    grain = request.GET.get("grain", "team")
    asked = Asked(grain if grain in dict(GRAINS) else "team")
    told = kept_tensions(scope, asked, read=bool(request.htmx or "figures" in request.GET))  # type: ignore[attr-defined]
    lines = _lines(told) if told else []
    context = {
        "grain": asked.grain,
        "grains": [each for each in GRAINS if each[0] != "agent" or scope.may("see_records")],
        "told": told,
        "last": told.weighing.until - timedelta(days=1) if told and told.weighing.until else None,
        "found": [line for line in lines if line.pair.found.found],
        "others": [line for line in lines if not line.pair.found.found],
        "too_short": sum(line.pair.found.is_too_short for line in lines),
        "is_over_time": asked.grain == "week",
    }
    template = "goals/kpis/tension_rows.html" if request.htmx else "goals/kpis/tensions.html"  # type: ignore[attr-defined]
    return render(request, template, context)


urlpatterns = [path("kpis/tensions/", tensions, name="kpi-tensions")]

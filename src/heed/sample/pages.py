"""What is planted in the sample operation that is loaded, and where one can see it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heed.core.edge import page
from heed.core.errors.rules import translated
from heed.core.settings.rules import current
from heed.documents.units import within
from heed.facts.store.opening import store_of
from heed.goals.kpis.queries import list_kpis
from heed.sample.loading import counts, loaded
from heed.sample.truths import Truth, planted

# Truth -> the KPIs in which it shows, each split by a column: what the page of the KPI can show today.
SEEN_IN: dict[str, tuple[tuple[str, str], ...]] = {
    "ping-pong": (("transfer_rate", "team"),),
    "understaffed-mondays": (("abandonment", "region"), ("asa", "region")),
    "cherry-picking": (("csat", "agent_key"),),
    "efficiency-drive": (("aht", "team"), ("fcr", "team")),
    "two-resolved": (("fcr", "team"),),
    "case-mix": (("fcr", "agent_key"),),
    "wave-artefact": (("nps", "channel"),),
    "careless-answers": (("csat", "region"),),
    "release-theme": (("csat", "topic"),),
    "complaint-jump": (("csat", "topic"),),
}
BEFORE = timedelta(weeks=8)


@dataclass(frozen=True)
class Look:
    """One way to see a truth: a KPI, split."""

    title: str
    href: str


@dataclass(frozen=True)
class Shown:
    """A truth with the ways to see it."""

    truth: Truth
    effect: tuple[tuple[str, float], ...]
    twin_effect: tuple[tuple[str, float], ...]
    looks: tuple[Look, ...]
    since: date | None


def _looks(truth: Truth, since: date | None, names: dict[str, str]) -> tuple[Look, ...]:
    looks = []
    for kpi, column in SEEN_IN.get(truth.key, ()):
        if kpi not in names:
            continue
        href = reverse("kpi", args=[kpi])
        words = {"kpi": names[kpi], "column": within(_(column.removesuffix("_key").replace("_", " ").capitalize()))}
        asked = {"by": column, **({"since": (since - BEFORE).isoformat()} if since else {"weeks": "all"})}
        looks.append(Look(_("%(kpi)s by %(column)s") % words, f"{href}?{urlencode(asked)}"))
    return tuple(looks)


def _worded(effect: dict[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple((name.replace("_", " "), value) for name, value in effect.items())


def _shown(truth: Truth, names: dict[str, str]) -> Shown:
    since = next((place.since for place in truth.where if place.since), None)
    return Shown(truth, _worded(truth.effect), _worded(truth.twin_effect), _looks(truth, since, names), since)


@require_safe
@page("see_figures")
def sample_operation(request: HttpRequest) -> HttpResponse:
    """The truths of the load in the store; how to load it when there is none."""
    store = store_of(current())
    load = loaded(store)
    context: dict[str, Any] = {"load": load, "truths": [], "tables": []}
    if load:
        names = {kpi.key: translated(kpi.short, _) for kpi in list_kpis() if kpi.state == "in_force"}
        context["truths"] = [_shown(truth, names) for truth in planted(load.seed, load.until, load.scale)]
        context["tables"] = [(name, many) for name, many in counts(store).items() if many]
        context["rows"] = sum(many for _name, many in context["tables"])
    return render(request, "sample/operation.html", context)


urlpatterns = [path("sample-operation/", sample_operation, name="sample-operation")]

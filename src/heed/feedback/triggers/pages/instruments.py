"""Which instrument each touchpoint should have, and what customers do with nobody asked."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from heed.core.edge import page
from heed.core.errors.rules import translated
from heed.feedback.triggers.forms import BehaviourForm
from heed.feedback.triggers.queries.advising import Asked, advising
from heed.feedback.triggers.queries.behaviour import INDICATORS, SPLITS, Indicator, behaviour
from heed.feedback.triggers.queries.log import MAY
from heed.feedback.triggers.rules.advising import ADVICE, OUTCOMES, SIGNS, VERDICTS, Advice, Weighed

TITLES = {
    "segment": gettext_lazy("Segment"),
    "touchpoint": gettext_lazy("Touchpoint"),
    "region": gettext_lazy("Region"),
    "product": gettext_lazy("Product"),
    "channel": gettext_lazy("Channel"),
}


@dataclass(frozen=True)
class SignLine:
    """A sign in words, with what was found of it."""

    name: str
    verdict: str
    one: Weighed

    @property
    def row(self) -> Any:
        return self.one.foretold.found


@dataclass(frozen=True)
class Line:
    """A touchpoint: what to do, in words, and the signs."""

    advice: Advice
    title: str
    sign: str
    as_good: str
    best: Any
    signs: tuple[SignLine, ...]

    @property
    def kind(self) -> str:
        return "act" if self.advice.code == "no_headroom" else ""

    @property
    def rows(self) -> list[Any]:
        return [each.row for each in self.signs if each.row.low is not None]


def _line(each: Advice) -> Line:
    signs = tuple(
        SignLine(capfirst(_(SIGNS[one.foretold.sign])), _(VERDICTS[one.verdict]), one) for one in each.weighed
    )
    best = next((one.row for one in signs if one.one.foretold.sign == each.sign), None)
    as_good = ", ".join(_(SIGNS[key]) for key in each.as_good)
    sign = capfirst(_(SIGNS[each.sign])) if each.sign else ""
    return Line(each, capfirst(_(ADVICE[each.code])), sign, as_good, best, signs)


@require_safe
@page(MAY)
def advice(request: HttpRequest) -> HttpResponse:
    """Advice by touchpoint; it follows the page where it is not at hand, for it takes a while to work out."""
    scope = request.scope  # type: ignore[attr-defined]
    asked = Asked(request.GET.get("outcome", "")[:40])
    if asked.outcome not in OUTCOMES:
        asked = Asked()
    found = advising(scope, asked, read=bool(request.htmx or "figures" in request.GET))  # type: ignore[attr-defined]
    lines = [_line(each) for each in found.advice] if found else []
    tabs = [
        {"title": capfirst(_(OUTCOMES[key])), "href": f"?{urlencode({'outcome': key})}", "current": key == found.outcome}
        for key in found.outcomes
    ] if found else []  # fmt: skip
    context = {
        "found": found,
        "lines": lines,
        "tabs": tabs,
        "outcome": _(OUTCOMES[found.outcome]) if found and found.outcome else "",
        "last": found.until - timedelta(days=1) if found else None,
        "query": urlencode({"outcome": asked.outcome}) if asked.outcome else "",
    }
    template = "instruments_rows.html" if request.htmx else "instruments.html"  # type: ignore[attr-defined]
    return render(request, f"feedback/triggers/{template}", context)


@dataclass(frozen=True)
class Shown:
    """An indicator as the page shows it."""

    one: Indicator
    name: str
    href: str
    formula: str
    cells: tuple[Any, ...]


@require_safe
@page("see_figures")
def what_they_do(request: HttpRequest) -> HttpResponse:
    """The KPIs of behaviour, for all and by a split."""
    form = BehaviourForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    by = chosen.get("by") or SPLITS[0]
    found = behaviour(request.scope, by, chosen.get("since"), chosen.get("until"))  # type: ignore[attr-defined]
    shown = [
        Shown(
            each,
            translated(each.name, _),
            f"{reverse('kpi', args=[each.key])}?{urlencode({'by': by})}",
            translated(each.formula, _),
            tuple(each.groups.get(name) for name in found.groups),
        )
        for each in found.indicators
    ]
    tabs = [
        {"title": title, "href": f"?{_kept(request, by=key)}", "current": key == by} for key, title in TITLES.items()
    ]
    rows = [(name, [each.groups.get(name) for each in found.indicators]) for name in found.groups]
    units = [each.unit for each in found.indicators]
    context = {
        "form": form,
        "found": found,
        "shown": shown,
        "tabs": tabs,
        "rows": [(name, list(zip(cells, units, strict=True))) for name, cells in rows],
        "split": TITLES[by],
        "none": len(found.missing) == len(INDICATORS),
    }
    return render(request, "feedback/triggers/behaviour.html", context, status=422 if form.errors else 200)


def _kept(request: HttpRequest, **changed: str) -> str:
    held = {name: request.GET[name][:40] for name in ("since", "until") if request.GET.get(name)}
    return urlencode({**held, **changed})


urlpatterns = [
    path("instruments/", advice, name="instruments"),
    path("instruments/behaviour/", what_they_do, name="behaviour"),
]

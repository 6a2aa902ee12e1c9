"""The negotiation room of an SLA: two sides, offers with their scores, signatures; and the back-test of what is told ahead."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heed.core.access.rules import Scope
from heed.core.calendar.definition import WEEKDAYS as KEYS
from heed.core.edge import page
from heed.core.errors.rules import Forbidden, HeedError, Invalid, NotFound, Refused, translated
from heed.core.people.queries import names_of, people_at_work, unit_choices
from heed.goals.slas.actions import (
    Party,
    make_offer,
    open_negotiation,
    set_reservation,
    sign_offer,
    withdraw_negotiation,
)
from heed.goals.slas.forms import OfferForm, PartyForm, ReservationForm
from heed.goals.slas.models import Offer
from heed.goals.slas.queries.attainment import sla_in_force
from heed.goals.slas.queries.backtests import WEEKS, backtest_of
from heed.goals.slas.queries.negotiations import (
    OTHER,
    Grounds,
    Room,
    base_sla,
    negotiations,
    outcome_of,
    room,
    room_marks,
)
from heed.goals.slas.rules.bargaining import holds

STATUS: dict[type[HeedError], int] = {Invalid: 400, Forbidden: 403, NotFound: 404, Refused: 409}


def _scope(request: HttpRequest) -> Scope:
    found: Scope = request.scope  # type: ignore[attr-defined]
    return found


def _said(error: HeedError) -> str:
    return " ".join(translated(each, _) for each in (error.message, error.hint) if each)


@require_safe
@page("see_figures")
def negotiation(request: HttpRequest, key: str) -> HttpResponse:
    """The newest talk about an SLA, or the one asked for."""
    return _shown(request, key)


def _shown(request: HttpRequest, key: str, *, wrong: str = "", status: int = 200, **forms: Any) -> HttpResponse:
    scope = _scope(request)
    held = sla_in_force(key)
    found = room(scope, key, request.GET.get("of", ""))
    context: dict[str, Any] = {"held": held, "sla": held.body, "room": found, "wrong": wrong}
    if found is not None:
        context |= _context(scope, found, forms)
    if scope.may("propose") and (found is None or found.state != "open"):
        context["party_form"] = forms.get("party_form") or _party_form()
    context["others"] = [row for row in negotiations(scope, key) if found and row.key != found.row.key]
    return render(request, "goals/slas/negotiation.html", context, status=status)


def _party_form(told: Any = None) -> PartyForm:
    return PartyForm(told, units=unit_choices(), people=people_at_work())


def _context(scope: Scope, found: Room, forms: dict[str, Any]) -> dict[str, Any]:
    row, latest, newest = found.row, found.latest, _newest(found)
    titles = {"provider": row.provider_title, "customer": row.customer_title}
    people = names_of({each.made_by for each in found.offers} | {each.signed_by for each in found.signed.values()})
    context: dict[str, Any] = {
        "sides": [
            (side, titles[side], side == found.side, found.signed.get(side)) for side in ("provider", "customer")
        ],
        "earlier": [_line(each, titles, people) for each in found.offers if each not in newest],
        "latest": _line(latest, titles, people) if latest else None,
        "beside": [_line(each, titles, people) for each in newest],
        "outcome": outcome_of(scope, found),
        "marks": room_marks(found),
    }
    if found.side and found.state == "open":
        context["offer_form"] = forms.get("offer_form") or OfferForm(initial=_first(found))
        own = found.reservation
        context["reservation_form"] = ReservationForm(
            initial={"target": own.target, "money": own.money} if own else {}, prefix="own"
        )
        context["may_sign"] = found.may_sign and latest is not None and found.side not in found.signed
        context["other"] = titles[OTHER[found.side]]
    return context


def _newest(found: Room) -> list[Offer]:
    """The newest offer of each side that made one, the one on the table last."""
    by_side = {each.side: each for each in reversed(found.offers)}
    return sorted(by_side.values(), key=lambda each: each.number)


def _line(offer: Offer, titles: dict[str, str], people: dict[str, str]) -> dict[str, Any]:
    score = offer.score
    predicted = score.get("predicted") or {}
    return {
        "offer": offer,
        "by": titles[offer.side],
        "who": people.get(offer.made_by, ""),
        "days": ", ".join(str(WEEKDAYS_ABBR[KEYS.index(day)]) for day in offer.days.split(",") if day in KEYS),
        "level": predicted.get("service_level"),
        "csat": (predicted.get("csat") or {}).get("value"),
        "abandonment": (predicted.get("abandonment") or {}).get("value"),
        "holds": holds(score, offer.target),
        "needed": score.get("needed"),
        "rungs": score.get("rungs", []),
        "score": score,
        "work": score.get("work"),
        "was": score.get("was"),
        "most": score.get("most"),
        "matters": score.get("people_matter", True),
        "past": [each | {"day": date.fromisoformat(each["week"])} for each in score.get("past", [])],
        "past_inside": sum(each["inside"] for each in score.get("past", [])),
    }


def _first(found: Room) -> dict[str, Any]:
    """What stands in the form: the offer on the table, or what is in force."""
    if found.latest is None:
        sla = base_sla(found.row)
        return {"seen": 0, "target": sla.target, "within": f"{sla.within_seconds:g}", "days_open": 14}
    latest = found.latest
    names = ("target", "opens", "closes", "head_count", "money")
    told: dict[str, Any] = {name: getattr(latest, name) for name in names}
    return told | {
        "seen": latest.number,
        "within": f"{latest.within_seconds:g}",
        "days": latest.days.split(",") if latest.days else [],
        "in_force_on": latest.in_force_on.isoformat(),
        "days_open": 14,
    }


def _done(request: HttpRequest, key: str, does: Callable[[], Any], said: str, **forms: Any) -> HttpResponse:
    """Do it and go back to the room; where it is refused, show the room as it is now, with the reason."""
    try:
        does()
    except HeedError as error:
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
        return _shown(request, key, wrong=_said(error), status=status, **forms)
    messages.success(request, said)
    return redirect(reverse("negotiation", args=[key]))


@require_POST
@page("propose")
def negotiation_open(request: HttpRequest, key: str) -> HttpResponse:
    form = _party_form(request.POST)
    if not form.is_valid():
        return _shown(request, key, status=400, party_form=form)
    told = form.cleaned_data
    grounds = Grounds(
        told["weeks"], cost_per_hour=told["cost"], shrinkage=told["shrinkage"], hours_per_person=told["hours"]
    )
    keeper, promised = (Party("", told[f"{side}_unit"], told[f"{side}_person"]) for side in ("provider", "customer"))
    return _done(
        request, key, lambda: open_negotiation(_scope(request), key, keeper, promised, grounds), _("The talk is open."),
        party_form=form,
    )  # fmt: skip


def _key_of(request: HttpRequest, key: str) -> str:
    """The talk a form was about."""
    told = request.POST.get("of", "")
    if room(_scope(request), key, told) is None:
        raise Http404
    return told


@require_POST
@page("propose")
def negotiation_offer(request: HttpRequest, key: str) -> HttpResponse:
    form = OfferForm(request.POST)
    if not form.is_valid():
        return _shown(request, key, status=400, offer_form=form)
    told, of = form.cleaned_data, _key_of(request, key)
    return _done(
        request,
        key,
        lambda: make_offer(_scope(request), of, form.terms, seen=told["seen"], days_open=told["days_open"]),
        _("The offer is on the table."),
    )


@require_POST
@page("approve")
def negotiation_signature(request: HttpRequest, key: str) -> HttpResponse:
    number, of = request.POST.get("number", ""), _key_of(request, key)
    seen = int(number) if number.isdecimal() and len(number) < 9 else 0
    return _done(request, key, lambda: sign_offer(_scope(request), of, number=seen), _("Signed."))


@require_POST
@page("propose")
def negotiation_withdrawal(request: HttpRequest, key: str) -> HttpResponse:
    of = _key_of(request, key)
    return _done(request, key, lambda: withdraw_negotiation(_scope(request), of), _("You have left the table."))


@require_POST
@page("propose")
def negotiation_reservation(request: HttpRequest, key: str) -> HttpResponse:
    form = ReservationForm(request.POST, prefix="own")
    if not form.is_valid():
        return _shown(request, key, status=400, wrong=" ".join(str(each[0]) for each in form.errors.values()))
    told, of = form.cleaned_data, _key_of(request, key)
    return _done(
        request,
        key,
        lambda: set_reservation(_scope(request), of, target=told["target"], money=told["money"]),
        _("Kept, for your side alone."),
    )


@require_safe
@page("see_figures")
def sla_backtest(request: HttpRequest, key: str) -> HttpResponse:
    """Predicted against achieved, on weeks that have passed."""
    context: dict[str, Any] = {"held": sla_in_force(key), "weeks": WEEKS}
    if request.htmx or "figures" in request.GET:  # type: ignore[attr-defined]
        try:
            context["found"] = backtest_of(_scope(request), key)
        except Invalid as error:
            context["wrong"] = _said(error)
    template = "goals/slas/backtest_rows.html" if request.htmx else "goals/slas/backtest.html"  # type: ignore[attr-defined]
    return render(request, template, context)


urlpatterns = [
    path("slas/<str:key>/negotiation/", negotiation, name="negotiation"),
    path("slas/<str:key>/negotiation/open/", negotiation_open, name="negotiation-open"),
    path("slas/<str:key>/negotiation/offers/", negotiation_offer, name="negotiation-offer"),
    path("slas/<str:key>/negotiation/signature/", negotiation_signature, name="negotiation-signature"),
    path("slas/<str:key>/negotiation/withdrawal/", negotiation_withdrawal, name="negotiation-withdrawal"),
    path("slas/<str:key>/negotiation/reservation/", negotiation_reservation, name="negotiation-reservation"),
    path("slas/<str:key>/backtest/", sla_backtest, name="sla-backtest"),
]

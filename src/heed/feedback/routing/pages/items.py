"""Feedback items as pages: mine and my units', one with its evidence and what may be done, the routes and how right they are."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import HeedError, NotFound
from heed.core.people.actions import mark_subject_read
from heed.core.people.queries import names_of, unit_choices
from heed.feedback.routing.actions import working
from heed.feedback.routing.models import RoutedItem
from heed.feedback.routing.queries import items as queries
from heed.feedback.routing.queries.rehearsing import dry_run
from heed.feedback.verbatims.queries.reading import masked_words

TITLES: dict[str, Any] = {
    "mine": gettext_lazy("Mine"),
    "new": gettext_lazy("New"),
    "accepted": gettext_lazy("Accepted"),
    "late": gettext_lazy("Late"),
    "all": gettext_lazy("All open"),
    "done": gettext_lazy("Done"),
}
REASONS: dict[str, Any] = {
    "not_ours": gettext_lazy("It is not ours: the route is wrong"),
    "needs_another": gettext_lazy("Somebody else must act first"),
    "too_little": gettext_lazy("Too little to act on"),
}
OUTCOMES: dict[str, Any] = {
    "changed": gettext_lazy("Something was changed"),
    "planned": gettext_lazy("It is planned"),
    "answered": gettext_lazy("Customers were answered"),
    "no_action": gettext_lazy("Nothing is done"),
}
PROMISES: dict[str, Any] = {
    "acknowledge": gettext_lazy("nobody saw it in time"),
    "accept": gettext_lazy("nobody accepted it in time"),
}
SHOWN = 100
WEEKS = 8


def _scope(request: HttpRequest) -> Scope:
    return request.scope  # type: ignore[attr-defined,no-any-return]


def _line(row: RoutedItem, names: queries.Names) -> dict[str, Any]:
    return {"row": row, "name": names.of(row), "called": queries.called(row.way, row.receiver)}


@require_safe
@page("see_words")
def routed(request: HttpRequest) -> HttpResponse:
    """Items of a person and their units, tab by tab."""
    scope = _scope(request)
    held, names = queries.counts(scope), queries.names()
    tab = request.GET.get("tab", "")
    tab = tab if tab in queries.TABS else "mine" if held["mine"] else "all"
    tabs = [
        {"href": f"?tab={each}", "title": TITLES[each], "count": None if each == "done" else held[each],
         "current": each == tab}
        for each in queries.TABS
    ]  # fmt: skip
    context = {
        "tabs": tabs,
        "tab": tab,
        "lines": [_line(row, names) for row in queries.items(scope, tab)[:SHOWN]],
        "total": held[tab],
        "shown": SHOWN,
        "has_routing": queries.routing_in_force() is not None,
    }
    return render(request, "feedback/routing/items.html", context)


@require_safe
@page("see_words")
def routed_item(request: HttpRequest, key: str) -> HttpResponse:
    """One item: what customers say, who has it, what may be done, what happened."""
    scope = _scope(request)
    row = queries.item(scope, key)
    mark_subject_read(scope.person, ("feedback-item", row.key))
    return _shown(request, row)


def _shown(request: HttpRequest, row: RoutedItem, fault: str = "", status: int = 200) -> HttpResponse:
    scope, happened = _scope(request), queries.steps(row)
    actors, named = names_of({step.actor for step in happened}), queries.names()
    evidence = queries.pieces(row)
    said = masked_words(scope, [piece.verbatim_id for piece in evidence])
    context = {
        **_line(row, named),
        "customers": queries.customers_in(row),
        "pieces": [
            (piece, [named.theme(key) for key in piece.labels.get("themes", ())], said.get(piece.verbatim_id, ""))
            for piece in evidence
        ],
        "more": max(row.pieces - queries.SHOWN_PIECES, 0),
        "may": queries.may_work(scope, row) and row.ended_at is None,
        "history": [
            (step, actors.get(step.actor, step.actor), REASONS.get(step.reason) or OUTCOMES.get(step.reason)
             or PROMISES.get(step.reason, ""), queries.called(*step.after.split(":", 1)) if ":" in step.after else "")
            for step in happened
        ],
        "reasons": REASONS.items(),
        "outcomes": OUTCOMES.items(),
        "units": unit_choices(),
        "fault": fault,
    }  # fmt: skip
    return render(request, "feedback/routing/item.html", context, status=status)


@require_POST
@page("work_cases")
def routed_verb(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """See it, accept it, send it back, end it. A refusal is said in the page."""
    scope, typed = _scope(request), request.POST
    words = typed.get("words", "")[: working.LONGEST_WORDS]
    verbs: dict[str, Any] = {
        "acknowledgement": (lambda: working.acknowledge(scope, key), _("Noted that it was seen.")),
        "acceptance": (lambda: working.accept(scope, key), _("It is yours.")),
        "return": (
            lambda: working.send_back(scope, key, typed.get("reason", ""), words, typed.get("to", "")),
            _("It was sent on."),
        ),
        "completion": (lambda: working.finish(scope, key, typed.get("outcome", ""), words), _("It is done with.")),
    }
    if verb not in verbs:
        raise NotFound("There is no such thing to do about an item.", code="unknown_verb")
    row = queries.item(scope, key)
    run, done = verbs[verb]
    try:
        run()
    except HeedError as error:
        row.refresh_from_db()
        return _shown(request, row, error.said(_), error.status)
    messages.success(request, done)
    # Who sent it on may not see it any more.
    is_seen = queries.visible(scope).filter(pk=row.pk).exists()
    return redirect("routed-item", row.key) if is_seen else redirect("routed")


@require_safe
@page("see_figures")
def routes(request: HttpRequest) -> HttpResponse:
    """The routes in force: what each sent where, how often it was right, what it would do with the last weeks."""
    scope = _scope(request)
    found = queries.routing_in_force()
    context: dict[str, Any] = {
        "lines": queries.route_lines(scope, _("Everything else")),
        "found": found,
        "body": queries.body_of(found) if found else None,
        "weeks": WEEKS,
    }
    if request.GET.get("try") and found is not None:
        try:
            context["tried"] = dry_run(scope, None, WEEKS)
            context["tried_lines"] = {line["route"]: line for line in context["tried"].lines()}
        except HeedError as error:
            context["fault"] = error.said(_)
    return render(request, "feedback/routing/routes.html", context)


urlpatterns = [
    path("routed/", routed, name="routed"),
    path("routed/routes/", routes, name="routes"),
    path("routed/<slug:key>/", routed_item, name="routed-item"),
    path("routed/<slug:key>/<slug:verb>/", routed_verb, name="routed-verb"),
]

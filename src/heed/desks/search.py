"""Search over cases, customers, what customers said, KPIs, definitions and people: one page in groups.

Each group is a fragment of its own, so that one that fails or is slow takes neither the page nor the others down. What
a person may see is settled by the queries that are asked, not here.
"""

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from heed.core.access.rules import Scope
from heed.core.definitions.queries import newest
from heed.core.definitions.rules import KINDS
from heed.core.edge import page
from heed.core.errors.rules import HeedError, translated
from heed.core.people.queries import people
from heed.feedback.verbatims.queries.reading import search as search_verbatims
from heed.goals.kpis.queries import list_kpis
from heed.service.cases.queries import search as search_cases
from heed.service.customers.queries import search as search_customers

LONGEST = 120
SHORTEST = 2
IN_A_GROUP = 10
IN_THE_PALETTE = 4


@dataclass(frozen=True)
class Found:
    """One thing found: what it is called, a line about it, and where it leads."""

    title: str
    text: str
    href: str
    badge: str = ""


@dataclass(frozen=True)
class Group:
    """One sort of things: who may search it, how it is searched, and where all of it is listed."""

    key: str
    title: Any
    permission: str
    find: Callable[[str, Scope, int], list[Found]]
    all_of: Callable[[str], str] | None = None


def words_of(said: str) -> list[str]:
    """The words asked for, in small letters, each once."""
    return list(dict.fromkeys(said.casefold().split()))


def marked(text: str, said: str) -> SafeString:
    """The text with every word that was asked for marked; what is marked is text, never mark-up."""
    words = sorted(words_of(said), key=len, reverse=True)
    if not words:
        return format_html("{}", text)
    parts = re.split(f"({'|'.join(re.escape(word) for word in words)})", text, flags=re.IGNORECASE)
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", part) if place % 2 else part,) for place, part in enumerate(parts))
    )


def has_all(said: str, *texts: str) -> bool:
    """Whether each word asked for is somewhere in these texts."""
    whole = " ".join(texts).casefold()
    return all(word in whole for word in words_of(said))


# The groups ----------------------------------------------------------------------------------------------------------


def _cases(said: str, scope: Scope, limit: int) -> list[Found]:
    return [
        Found(
            f"{line.number} {line.title}".strip(),
            " · ".join(
                part
                for part in (
                    line.team_name,
                    line.owner_name,
                    _("opened on %(day)s") % {"day": date_format(localtime(line.opened_at), _("j M Y"))},
                )
                if part
            ),
            line.href,
            line.state_name,
        )
        for line in search_cases(said, scope, limit)
    ]


def _customers(said: str, scope: Scope, limit: int) -> list[Found]:
    return [
        Found(
            card.title,
            " · ".join(part for part in (card.account, card.email, card.external_id, card.region) if part),
            reverse("customer", args=[card.key]),
        )
        for card in search_customers(said, scope, limit)
    ]


def _verbatims(said: str, scope: Scope, limit: int) -> list[Found]:
    return [
        Found(
            hit.excerpt,
            " · ".join([date_format(localtime(hit.at), _("j M Y")), *hit.themes]),
            f"{reverse('verbatim')}?{urlencode({'key': hit.key})}",
            _(hit.sentiment),
        )
        for hit in search_verbatims(said, scope, limit)
    ]


def _kpis(said: str, scope: Scope, limit: int) -> list[Found]:
    found = []
    for kpi in list_kpis():
        name, formula = translated(kpi.name, _), translated(kpi.formula, _)
        if kpi.state == "in_force" and has_all(said, name, kpi.name, kpi.short, kpi.key):
            found.append(Found(name, formula, reverse("kpi", args=[kpi.key])))
    return found[:limit]


def _definitions(said: str, scope: Scope, limit: int) -> list[Found]:
    found = []
    for row in newest():
        kind = KINDS.get(row.kind)
        body = row.body if isinstance(row.body, dict) else {}
        name = translated(str(body.get("name") or body.get("title") or row.key), _)
        title = _(kind.title) if kind else row.kind
        if kind and has_all(said, name, row.key, title):
            text = _("%(kind)s, version %(number)s") % {"kind": title, "number": row.number}
            href = reverse("definition", args=[row.kind, row.key])
            found.append(Found(name, text, href, str(row.get_state_display())))
    return found[:limit]


def _people(said: str, scope: Scope, limit: int) -> list[Found]:
    """People of the units in which this person manages them."""
    rows = people().filter(is_active=True).exclude(email=None)
    if not scope.holds_everywhere("manage_people"):
        rows = rows.filter(memberships__unit__key__in=scope.reaches.get("manage_people", frozenset())).distinct()
    known = rows.order_by("name").values_list("key", "name", "email")
    return [
        Found(name or str(email), str(email), reverse("person", args=[key]))
        for key, name, email in known
        if has_all(said, name, str(email))
    ][:limit]


def _listed(name: str, parameter: str) -> Callable[[str], str]:
    return lambda said: f"{reverse(name)}?{urlencode({parameter: said, 'tab': 'all'})}"


GROUPS: tuple[Group, ...] = (
    Group("cases", gettext_lazy("Cases"), "see_cases", _cases, _listed("cases", "words")),
    Group("customers", gettext_lazy("Customers"), "see_customers", _customers, _listed("customers", "words")),
    Group("verbatims", gettext_lazy("Verbatims"), "see_words", _verbatims),
    Group("kpis", gettext_lazy("KPIs"), "see_figures", _kpis),
    Group("definitions", gettext_lazy("Definitions"), "see_figures", _definitions),
    Group("people", gettext_lazy("People"), "manage_people", _people),
)


def groups_for(scope: Scope) -> list[Group]:
    return [group for group in GROUPS if scope.may(group.permission)]


# The pages -----------------------------------------------------------------------------------------------------------


def asked_for(request: HttpRequest) -> str:
    """What somebody typed, without what no database keeps."""
    return " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST]


def _looked(group: Group, said: str, scope: Scope, limit: int) -> tuple[list[Found], str]:
    """What a group has, and why it could not be searched where it could not."""
    try:
        return group.find(said, scope, limit), ""
    except HeedError as error:
        return [], error.said(_)
    except Exception:
        logging.getLogger("heed.search").exception("the search of %s failed", group.key)
        return [], _("This part could not be searched. Its fault is in the log.")


def _shown(group: Group, said: str, found: Sequence[Found], fault: str) -> dict[str, Any]:
    return {
        "group": group,
        "said": said,
        "found": [(item, marked(item.title, said), marked(item.text, said)) for item in found[:IN_A_GROUP]],
        "more_href": group.all_of(said) if group.all_of and len(found) > IN_A_GROUP else "",
        "fault": fault,
        "again": f"{reverse('search-group', args=[group.key])}?{urlencode({'q': said})}",
        "back": f"{reverse('search')}?{urlencode({'q': said})}",
    }


@require_safe
@page()
def search(request: HttpRequest) -> HttpResponse:
    """The page with a place for each group; without a script each group has a page of its own."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    said = asked_for(request)
    query = urlencode({"q": said})
    places = [(group, f"{reverse('search-group', args=[group.key])}?{query}") for group in groups_for(scope)]
    context = {"said": said, "places": places, "is_short": 0 < len(said) < SHORTEST}
    return render(request, "desks/search.html", context)


@require_safe
@page()
def search_group(request: HttpRequest, key: str) -> HttpResponse:
    """One group: a fragment of the page, and a page by itself without a script."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    group = next((group for group in groups_for(scope) if group.key == key), None)
    if group is None:
        raise Http404
    said = asked_for(request)
    found, fault = _looked(group, said, scope, IN_A_GROUP + 1) if len(said) >= SHORTEST else ([], "")
    context = {**_shown(group, said, found, fault), "is_short": len(said) < SHORTEST}
    template = "desks/search_group.html" if request.htmx else "desks/search_one.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=503 if fault else 200)


def _told(groups: Iterable[Group], said: str, scope: Scope) -> list[dict[str, str]]:
    return [
        {"title": item.title, "group": str(group.title), "href": item.href}
        for group in groups
        for item in _looked(group, said, scope, IN_THE_PALETTE)[0]
    ]


@require_safe
@page()
def hits(request: HttpRequest) -> JsonResponse:
    """The first of each group for the palette, while somebody types."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    said = asked_for(request)
    groups = [group for group in groups_for(scope) if group.key in ("cases", "customers", "definitions")]
    response = JsonResponse({"places": _told(groups, said, scope) if len(said) >= SHORTEST else []})
    response["Cache-Control"] = "private, no-store"
    return response


urlpatterns = [
    path("search/", search, name="search"),
    path("search/hits.json", hits, name="search-hits"),
    path("search/<str:key>/", search_group, name="search-group"),
]

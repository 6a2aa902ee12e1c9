"""Pages of the journal: newest first, one entry, and whether the chain holds."""

import json
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from heed.core.edge import page
from heed.core.journal.events import meaning
from heed.core.journal.queries import actor_names, actors, entries_before, entry, head, last_id, names, verify_chain

ROWS = 50
# Walking a chain this long takes well under a second, so the page does it unasked.
CHECKED_UNASKED = 5_000
FILTERS = ("name", "actor", "kind", "id")


def _filters(request: HttpRequest) -> dict[str, str]:
    return {key: request.GET.get(key, "").replace("\0", "").strip() for key in FILTERS}


def _before(request: HttpRequest) -> int | None:
    given = request.GET.get("before", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


@require_safe
@page("see_journal")
def journal(request: HttpRequest) -> HttpResponse:
    """What happened, newest first."""
    request.scope.demand_everywhere("see_journal")  # type: ignore[attr-defined]
    chosen, before = _filters(request), _before(request)
    found = entries_before(
        before,
        ROWS + 1,
        name=chosen["name"],
        actor=chosen["actor"],
        subject_kind=chosen["kind"],
        subject_id=chosen["id"],
    )
    shown = found[:ROWS]
    persons = {row.subject_id for row in shown if row.subject_kind == "person"}
    known = actor_names({row.actor for row in shown} | persons)
    query = {key: value for key, value in chosen.items() if value}
    following = urlencode({**query, "before": shown[-1].id}) if len(found) > ROWS else ""
    newest, value = head()
    context: dict[str, Any] = {
        "rows": shown,
        "lines": [
            (row, known[row.actor], known[row.subject_id] if row.subject_kind == "person" else row.subject_id)
            for row in shown
        ],
        "names": names(),
        "actors": sorted(actor_names(actors()).items(), key=lambda item: item[1].casefold()),
        "chosen": chosen,
        "is_filtered": bool(query),
        "next": f"?{following}" if following else "",
        "first": f"?{urlencode(query)}" if before else "",
        "newest": newest,
        "head": value,
        "verdict": verify_chain() if newest <= CHECKED_UNASKED else None,
    }
    return render(request, "core/journal/journal.html", context)


@require_safe
@page("see_journal")
def chain(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain and say whether it holds: a fragment for HTMX, a page for everybody else."""
    request.scope.demand_everywhere("see_journal")  # type: ignore[attr-defined]
    template = "core/journal/verdict.html" if getattr(request, "htmx", False) else "core/journal/chain.html"
    return render(request, template, {"verdict": verify_chain()})


@require_safe
@page("see_journal")
def journal_entry(request: HttpRequest, number: int) -> HttpResponse:
    """One entry with its payload."""
    request.scope.demand_everywhere("see_journal")  # type: ignore[attr-defined]
    found = entry(number) if number < 2**63 else None
    if found is None:
        raise Http404
    payload = None if found.payload is None else json.dumps(found.payload, indent=2, ensure_ascii=False)
    known = actor_names({found.actor, found.subject_id})
    context = {
        "entry": found,
        "meaning": meaning(found.name),
        "payload": payload,
        "who": known[found.actor],
        "subject": known[found.subject_id] if found.subject_kind == "person" else found.subject_id,
        "earlier": number - 1 if number > 1 else None,
        "later": number + 1 if number < last_id() else None,
    }
    return render(request, "core/journal/entry.html", context)


urlpatterns = [
    path("journal/", journal, name="journal"),
    path("journal/chain/", chain, name="journal-chain"),
    path("journal/<int:number>/", journal_entry, name="journal-entry"),
]

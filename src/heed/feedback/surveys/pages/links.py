"""Pages of links that many use: those of a survey, one with its code to print, and addresses for one answer each."""

from datetime import UTC, datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heed.core.edge import page, tell
from heed.core.errors.rules import HeedError
from heed.core.people.queries import organisation
from heed.core.settings.rules import current
from heed.core.tables import csv_lines
from heed.feedback.surveys.actions.linking import MOST_AT_ONCE, LinkWish, close_link, issue_links, make_link
from heed.feedback.surveys.forms import LinkForm
from heed.feedback.surveys.language import chosen, native_name, told, words
from heed.feedback.surveys.queries.links import address_of, is_open, link_in_reach, links, token_of_link
from heed.feedback.surveys.queries.surveys import survey
from heed.feedback.surveys.rules.links import answer_path
from heed.feedback.surveys.rules.spreading import code_svg, snippet

SHOWN = 100
FIELDS = {
    "invalid_name": "name",
    "past_end": "until",
    "invalid_site": "sites",
    "no_site": "sites",
    "too_many_sites": "sites",
    "invalid_limit": "most_a_minute",
    "invalid_reset": "reset_seconds",
    "unit_out_of_reach": "region",
}


@require_http_methods(["GET", "HEAD", "POST"])
@page("ask")
def link_list(request: HttpRequest, key: str) -> HttpResponse:
    """The links of a survey, and another one."""
    scope = request.scope  # type: ignore[attr-defined]
    body, _number, holds = survey(key)
    tongues = [("", _("the browser's")), *((tag, native_name(tag)) for tag in body.languages)]
    form = LinkForm(request.POST or None, languages=tongues)
    if request.method == "POST" and form.is_valid():
        try:
            row = make_link(scope, key, _wish(form.cleaned_data))
        except HeedError as error:
            tell(form, error, FIELDS)
        else:
            return redirect("survey-link", row.key)
    lines = [(row, is_open(row)) for row in links(scope, key)[:SHOWN]]
    context = {"key": key, "survey": body, "holds": holds, "form": form, "lines": lines}
    return render(request, "surveys/links.html", context, status=422 if form.is_bound else 200)


def _wish(given: dict[str, Any]) -> LinkWish:
    until = given["until"] and datetime.combine(given["until"], time.max, UTC)
    return LinkWish(
        name=given["name"],
        sort=given["sort"],
        language=given["language"],
        context={name: given[name] for name in ("region", "team", "touchpoint") if given[name]},
        sites=given["sites"].split(),
        most_a_minute=given["most_a_minute"],
        reset_seconds=given["reset_seconds"],
        until=until,
    )


@require_safe
@page("ask")
def link_page(request: HttpRequest, key: str) -> HttpResponse:
    """One link: its address, its code, the line for a site, and what came of it."""
    row = link_in_reach(request.scope, key)  # type: ignore[attr-defined]
    body, _number, holds = survey(row.survey_key)
    address = address_of(row)
    context = {
        "link": row,
        "survey": body,
        "holds": holds,
        "is_open": is_open(row),
        "address": address,
        "code": code_svg(address),
        "snippet": snippet(current().public_url, token_of_link(row)),
        "most": MOST_AT_ONCE,
    }
    return render(request, "surveys/link.html", context)


@require_safe
@page("ask")
def link_code(request: HttpRequest, key: str) -> HttpResponse:
    """The code as a drawing for whoever prints."""
    row = link_in_reach(request.scope, key)  # type: ignore[attr-defined]
    response = HttpResponse(code_svg(address_of(row)), content_type="image/svg+xml")
    response.headers["Content-Disposition"] = f'attachment; filename="{row.survey_key}-{row.key}.svg"'
    return response


@require_safe
@page("ask")
def link_poster(request: HttpRequest, key: str) -> HttpResponse:
    """A page to print and hang up: what is asked, the code, the address."""
    row = link_in_reach(request.scope, key)  # type: ignore[attr-defined]
    body, _number, _holds = survey(row.survey_key)
    tongue = chosen(body.languages, row.language or get_language() or "")
    address = address_of(row)
    context = {
        "title": told(body.title, body.languages, tongue, words(tongue)["title"]),
        "question": told(body.questions[0].text, body.languages, tongue),
        "organisation": body.sender_name or organisation().name,
        "language": tongue,
        "address": address,
        "code": code_svg(address),
    }
    return render(request, "surveys/poster.html", context)


@require_POST
@page("ask")
def link_close(request: HttpRequest, key: str) -> HttpResponse:
    """No more answers here."""
    close_link(request.scope, key)  # type: ignore[attr-defined]
    messages.success(request, _("Closed. Who opens it reads that the survey has ended."))
    return redirect("survey-link", key)


@require_POST
@page("ask")
def link_singles(request: HttpRequest, key: str) -> HttpResponse:
    """Addresses for one answer each, as a file. They are shown this once."""
    scope = request.scope  # type: ignore[attr-defined]
    given = request.POST.get("many", "")
    many = int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 0
    try:
        tokens = issue_links(scope, key, many)
    except HeedError as error:
        messages.error(request, error.said(_))
        return redirect("survey-link", key)
    rows = ((number, current().public_url + answer_path(token)) for number, token in enumerate(tokens, 1))
    response = HttpResponse("".join(csv_lines(("number", "address"), rows)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{key}-{many}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("surveys/<str:key>/links/", link_list, name="survey-links"),
    path("survey-links/<str:key>/", link_page, name="survey-link"),
    path("survey-links/<str:key>/code.svg", link_code, name="survey-link-code"),
    path("survey-links/<str:key>/poster", link_poster, name="survey-link-poster"),
    path("survey-links/<str:key>/closing/", link_close, name="survey-link-close"),
    path("survey-links/<str:key>/singles/", link_singles, name="survey-link-singles"),
]

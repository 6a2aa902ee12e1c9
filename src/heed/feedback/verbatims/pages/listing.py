"""Verbatims to read, masked; one of them; and its words as they came in, for who opens them."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from heed.core.edge import page
from heed.core.tables import csv_lines
from heed.feedback.verbatims.actions.reading import open_words
from heed.feedback.verbatims.forms import SENTIMENT_TITLES
from heed.feedback.verbatims.pages.asking import Asked, asked, frame, language, tabs
from heed.feedback.verbatims.queries.reading import ThemeLabel, Verbatim, verbatim, verbatims
from heed.feedback.verbatims.queries.themes import demand_theme
from heed.text.themes import LEVELS

A_PAGE = 30
MOST_EXPORTED = 5000
COLUMNS = (
    "verbatim",
    "said_at",
    "language",
    "sentiment",
    "sentiment_score",
    "confidence",
    "themes",
    "region",
    "team",
    "channel",
    "topic",
    "words_masked",
)

LABEL_TITLES = {
    "intent": pgettext_lazy("of a verbatim", "Wanted"),
    "urgency": pgettext_lazy("of a verbatim", "Urgency"),
    "effort": pgettext_lazy("of a verbatim", "Effort of the customer"),
    "churn": pgettext_lazy("of a verbatim", "Speaks of leaving"),
}
VALUE_TITLES = {
    "request": pgettext_lazy("wanted", "a request"),
    "complaint": pgettext_lazy("wanted", "a complaint"),
    "question": pgettext_lazy("wanted", "a question"),
    "praise": pgettext_lazy("wanted", "praise"),
    "cancellation": pgettext_lazy("wanted", "a cancellation"),
    "fault": pgettext_lazy("wanted", "a fault is reported"),
    "high": pgettext_lazy("of a verbatim", "high"),
    "normal": pgettext_lazy("of a verbatim", "normal"),
    "at_risk": pgettext_lazy("of a verbatim", "yes"),
    "none": pgettext_lazy("of a verbatim", "no"),
}


# How strongly words tell a theme, while nobody has labelled enough to make a probability of it.
STRENGTH_TITLES = (
    pgettext_lazy("of a theme", "told by one of its words"),
    pgettext_lazy("of a theme", "told by two of its words"),
    pgettext_lazy("of a theme", "told by several of its words"),
)


def _theme(key: str, name: str, label: ThemeLabel | None) -> dict[str, Any]:
    """A theme of a verbatim: where it is, and how sure it is, as a probability where that is one, else in words."""
    found: dict[str, Any] = {"href": reverse("verbatim-theme", args=[key]), "name": name}
    if label is None:
        return found
    if label.is_probability:
        return found | {"sure": label.confidence}
    return found | {"strength": STRENGTH_TITLES[sum(label.confidence > edge for edge in LEVELS)]}


def item(each: Verbatim) -> dict[str, Any]:
    """A verbatim as the list shows it."""
    return {
        "said": each,
        "sentiment": SENTIMENT_TITLES.get(each.sentiment, each.sentiment),
        "href": f"{reverse('verbatim')}?key={each.key}",
        "labels": [
            (title, VALUE_TITLES.get(label.value, label.value), label.confidence)
            for name, title in LABEL_TITLES.items()
            if (label := each.labels.get(name))
        ],
        "aspects": [(aspect.term, SENTIMENT_TITLES.get(aspect.sentiment, "")) for aspect in each.aspects],
        "themes": [_theme(key, name, each.theme_labels.get(key)) for key, name in each.themes],
        "places": [each.places[name] for name in ("channel", "team", "region") if name in each.places],
    }


def list_context(ask: Asked, theme: str = "") -> dict[str, Any]:
    """A page of verbatims, newest first."""
    assert ask.seen is not None
    narrowed = ask.form.narrowed
    found = verbatims(
        ask.scope,
        ask.seen,
        theme=theme,
        narrowed=narrowed,
        words=ask.words,
        after=ask.mark,
        limit=A_PAGE,
        language=language(),
    )
    many = len(found.items)
    summary = ngettext("The newest verbatim", "The newest %(many)d verbatims", many) % {"many": many}
    if ask.mark:
        summary = ngettext("%(many)d more verbatim", "%(many)d more verbatims", many) % {"many": many}
    base = reverse("verbatim-csv")
    return {
        "items": [item(each) for each in found.items],
        "summary": summary,
        "next": ask.href(after=found.next.key, after_at=found.next.at.isoformat()) if found.next else "",
        "first": ask.href() if ask.mark else "",
        "words_csv": ask.href(base, theme=theme),
    }


@require_safe
@page("see_words")
def verbatim_list(request: HttpRequest) -> HttpResponse:
    """All verbatims, newest first."""
    ask = asked(request)
    context = {**frame(ask, "list"), **(list_context(ask) if ask.seen else {})}
    return render(request, "feedback/verbatims/list.html", context, status=422 if ask.form.errors else 200)


@require_safe
@page("see_words")
def verbatims_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The verbatims of the list as a file, masked; at most MOST_EXPORTED, newest first."""
    ask = asked(request)
    theme = ask.query.get("theme", "")
    if theme:
        demand_theme(theme)
    response = StreamingHttpResponse(csv_lines(COLUMNS, _rows(ask, theme)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verbatims.csv"'
    return response


def _rows(ask: Asked, theme: str) -> Any:
    after, left = None, MOST_EXPORTED
    while ask.seen is not None and left > 0:
        found = verbatims(
            ask.scope,
            ask.seen,
            theme=theme,
            narrowed=ask.form.narrowed,
            words=ask.words,
            after=after,
            limit=min(500, left),
        )
        for each in found.items:
            places = [each.places.get(name) for name in ("region", "team", "channel", "topic")]
            names = "; ".join(name for _key, name in each.themes)
            yield [
                each.key,
                each.at,
                each.language,
                each.sentiment,
                each.score,
                each.confidence,
                names,
                *places,
                each.masked,
            ]
        left -= len(found.items)
        after = found.next
        if after is None:
            return


@require_safe
@page("see_words")
def one(request: HttpRequest) -> HttpResponse:
    """One verbatim, masked."""
    scope = request.scope  # type: ignore[attr-defined]
    found = verbatim(scope, request.GET.get("key", "")[:300].replace("\0", ""), language())
    return render(
        request, "feedback/verbatims/one.html", {"item": item(found), "tabs": tabs(scope, "list"), "opened": ""}
    )


@require_POST
@page("see_words")
def opened(request: HttpRequest) -> HttpResponse:
    """The words as they came in. Who opened them stands in the journal."""
    scope = request.scope  # type: ignore[attr-defined]
    found = open_words(scope, request.POST.get("key", "")[:300].replace("\0", ""))
    context = {
        "item": item(found),
        "tabs": tabs(scope, "list"),
        "opened": found.words,
        "note": _("This reading is in the journal."),
    }
    response = render(request, "feedback/verbatims/one.html", context)
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("verbatims/words/", verbatim_list, name="verbatim-list"),
    path("verbatims/words.csv", verbatims_csv, name="verbatim-csv"),
    path("verbatims/verbatim/", one, name="verbatim"),
    path("verbatims/verbatim/opened/", opened, name="verbatim-opened"),
]

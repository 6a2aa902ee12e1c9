"""Building a survey with fields: questions in order, texts side by side, a preview beside it; it ends in a proposed version.

The form carries all of the draft, so nothing is kept until it is proposed, and it works without a script.
"""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST

from heed.core.definitions.actions import propose
from heed.core.definitions.rules import InvalidDefinition, validate
from heed.core.edge import page
from heed.core.errors.rules import HeedError, Invalid, Phrase
from heed.core.people.queries import organisation
from heed.feedback.surveys.definition import INSTRUMENTS, SCORING, Survey
from heed.feedback.surveys.forms import BOXES, TYPES, Draft, blank, body_of, changed, draft_in, draft_of, place_of
from heed.feedback.surveys.language import direction, native_name
from heed.feedback.surveys.pages.overview import PREVIEW_POLICY, shown_preview
from heed.feedback.surveys.queries.surveys import survey
from heed.feedback.surveys.questions import BOUNDED
from heed.feedback.surveys.rules.answering import Asked, plan_of, step_of
from heed.feedback.surveys.rules.branding import MOST_LOGO_BYTES, logo_of

Request = Any
TITLES = {
    "nps": gettext_lazy("Recommendation (0–10)"),
    "csat": gettext_lazy("Satisfaction (1–5)"),
    "ces": gettext_lazy("Effort (1–7)"),
    "rating": gettext_lazy("Own scale"),
    "choice": gettext_lazy("One of several"),
    "choices": gettext_lazy("Some of several"),
    "matrix": gettext_lazy("Matrix"),
    "ranking": gettext_lazy("Order"),
    "text": gettext_lazy("Own words"),
    "number": gettext_lazy("Number"),
    "date": gettext_lazy("Date"),
}
PAGINGS = {
    "few": gettext_lazy("As few as can be: questions that do not depend on each other stand together"),
    "each": gettext_lazy("One question a page"),
}
BOUNDS = {
    "number": (gettext_lazy("Least"), gettext_lazy("Most")),
    "rating": (gettext_lazy("From"), gettext_lazy("To")),
    "choices": (gettext_lazy("Fewest chosen"), gettext_lazy("Most chosen")),
    "ranking": (gettext_lazy("Fewest put in order"), gettext_lazy("Most put in order")),
}
WORDS = (
    ("title", gettext_lazy("Heading")),
    ("introduction", gettext_lazy("Introduction")),
    ("thanks", gettext_lazy("Thanks")),
    ("subject", gettext_lazy("Subject of the mail")),
    ("invitation", gettext_lazy("Words of the mail")),
)


@require_http_methods(["GET", "HEAD", "POST"])
@page("propose")
def build_new(request: Request) -> HttpResponse:
    """A new survey."""
    return _building(request, "", blank(organisation().languages))


@require_http_methods(["GET", "HEAD", "POST"])
@page("propose")
def build(request: Request, key: str) -> HttpResponse:
    """The next version of a survey."""
    body, _number, _holds = survey(key)
    return _building(request, key, draft_of(body))


def _building(request: Request, key: str, draft: Draft) -> HttpResponse:
    typed_key = key or request.POST.get("key", "").strip()
    note, what = request.POST.get("note", ""), request.POST.get("do", "")
    fault: HeedError | None = None
    if request.method == "POST":
        draft, fault = _typed(request)
        draft = changed(draft, what)
        if what == "propose" and not fault:
            try:
                row = propose(request.scope, "survey", typed_key, body_of(draft), note=note)
            except HeedError as error:
                fault = error
            else:
                messages.success(request, _("Proposed as version %(number)s.") % {"number": row.number})
                return redirect("definition_version", "survey", row.key, row.number)
    place, field = place_of(fault.at) if isinstance(fault, InvalidDefinition) else (None, "")
    context = {
        "key": key,
        "typed_key": typed_key,
        "note": note,
        "draft": _shown(draft, place, fault),
        "fault": fault if place is None else None,
        "fault_field": field,
        "wrong_question": None if place is None else place + 1,
        "first_key": next((one["key"] for one in draft["questions"] if one["key"]), "likely"),
        "types": [(sort, TITLES[sort]) for sort in TYPES],
        "preview": reverse("survey-draft-preview"),
        "pagings": [(name, PAGINGS[name], name == draft.get("paging", "few")) for name in PAGINGS],
    }
    return render(request, "surveys/build.html", context, status=422 if fault else 200)


def _shown(draft: Draft, wrong: int | None, fault: HeedError | None) -> Draft:
    """A draft as the template draws it: texts as pairs of language and words, in the order of the languages."""
    tongues = [(tag, native_name(tag), direction(tag)) for tag in draft["languages"]]

    def pairs(texts: Any) -> list[tuple[str, str, str, str]]:
        found = texts if isinstance(texts, dict) else {}
        return [(tag, name, way, found.get(tag, "")) for tag, name, way in tongues]

    questions = [
        _question_shown(question, pairs, fault if place == wrong else None)
        for place, question in enumerate(draft["questions"])
    ]
    words = [
        (name, title, pairs(draft.get(name)), name in ("introduction", "thanks", "invitation")) for name, title in WORDS
    ]
    brand = draft.get("brand", {})
    boxes = {name: draft.get(name, usual) for name, usual in BOXES.items()}
    dressed = {"brand": brand, "footers": pairs(brand.get("footer")), **boxes}
    return {**draft, **dressed, "tongues": tongues, "questions": questions, "words": words}


def _question_shown(question: Draft, pairs: Callable[[Any], Any], fault: HeedError | None) -> Draft:
    sort = question["type"]
    instruments = INSTRUMENTS.get(sort, ())
    return {
        **question,
        "title": TITLES.get(sort, sort),
        "texts": pairs(question.get("text")),
        "helps": pairs(question.get("help")),
        "lows": pairs(question.get("low")),
        "highs": pairs(question.get("high")),
        "has_scale": sort in SCORING,
        "is_bounded": sort in BOUNDED,
        "bounds": BOUNDS.get(sort, ("", "")),
        "is_scored": sort in ("choice", "matrix"),
        "instruments": instruments if len(instruments) > 1 else (),
        "options": [{**option, "texts": pairs(option.get("text"))} for option in question.get("options", [])],
        "rows": [{**row, "texts": pairs(row.get("text"))} for row in question.get("rows", [])],
        "fault": fault,
        "fault_words": _without_place(fault) if fault else "",
    }


def _typed(request: Request) -> tuple[Draft, HeedError | None]:
    """The draft as it was sent, with the logo that came along; what is wrong with that."""
    draft, sent = draft_in(request.POST), request.FILES.get("logo")
    if sent is None:
        return draft, None
    try:
        draft["brand"]["logo"] = logo_of(sent.read(MOST_LOGO_BYTES + 1))
    except HeedError as error:
        return draft, error
    return draft, None


def _without_place(fault: HeedError | None) -> str:
    """What is wrong, without the path of the field: it stands at its question."""
    message = fault.message if fault else ""
    inner = message.values.get("fault") if isinstance(message, Phrase) else None
    return inner if isinstance(inner, str) else message


@xframe_options_sameorigin
@require_POST
@page("propose")
def draft_preview(request: Request) -> HttpResponse:
    """The first step of a draft, and the steps after it; the draft travels along in the form."""
    kept = request.POST.get("draft", "")
    try:
        raw = json.loads(kept) if kept else _body_sent(request)
        body = validate("survey", raw)
        assert isinstance(body, Survey)
    except (HeedError, ValueError, TypeError, AttributeError, RecursionError) as fault:
        # What somebody else than the form sent has no words of its own.
        error = fault if isinstance(fault, HeedError) else Invalid("The draft cannot be read.")
        response = render(request, "surveys/build_wrong.html", {"error": error}, status=422)
        response.headers["Content-Security-Policy"] = PREVIEW_POLICY
        return response
    asked = Asked("open", plan=plan_of(body), organisation=body.sender_name or organisation().name)
    address, draft, looked_at = reverse("survey-draft-preview"), json.dumps(raw), request.POST.get("look", "")
    place = int(looked_at) if looked_at.isascii() and looked_at.isdigit() and len(looked_at) < 3 else 0
    step = step_of(asked.plan, body.questions[place].key) if asked.plan and place < len(body.questions) else 0
    return shown_preview(request, asked, address, draft=draft, is_begun=bool(kept), step=step)


def _body_sent(request: Request) -> Draft:
    draft, fault = _typed(request)
    if fault:
        raise fault
    return body_of(draft)


urlpatterns = [
    path("surveys/new/", build_new, name="survey-new"),
    path("surveys/new/preview/", draft_preview, name="survey-draft-preview"),
    path("surveys/<str:key>/build", build, name="survey-build"),
]

"""Labelling: rounds, one verbatim at a time with a key for each label, what two disagree in, and how well they agree."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heed.core.edge import page, tell
from heed.core.errors.rules import HeedError
from heed.feedback.verbatims.actions import labelling as actions
from heed.feedback.verbatims.forms import TASK_TITLES, LabelForm, RoundForm, label_title
from heed.feedback.verbatims.pages.asking import language, tabs
from heed.feedback.verbatims.queries import labelling as queries
from heed.feedback.verbatims.queries.models import found_themes, shown_model, theme_names
from heed.feedback.verbatims.rules.labelling import CHOICES, TASKS, Agreement, Said
from heed.metrics.readings import Row

# One key a label, near one another; those of the shell (g j k f / ?) are left out.
KEYS = {
    "sentiment": {"negative": "n", "neutral": "o", "positive": "p"},
    "intent": {
        "complaint": "c",
        "question": "q",
        "request": "r",
        "fault": "b",
        "praise": "l",
        "cancellation": "a",
        "none": "v",
    },
    "urgency": {"high": "u", "normal": "U"},
    "effort": {"high": "e", "normal": "E"},
    "churn": {"at_risk": "d", "none": "D"},
}
THEME_KEYS = "1234567890"
GOOD, FAIR = 0.8, 0.667  # Krippendorff 2004: from .8 on to be relied on, from .667 on for tentative conclusions


def _scope(request: HttpRequest) -> Any:
    return request.scope  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@page("label_words")
def round_list(request: HttpRequest) -> HttpResponse:
    """Every round and how far it is; a new one is drawn here."""
    scope = _scope(request)
    queries.demand(scope)
    form = RoundForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            row = actions.make_round(scope, **form.cleaned_data)
        except HeedError as error:
            tell(form, error, {"nothing_to_label": "weeks"})
            status = error.status
        else:
            return redirect("verbatim-label", row.key)
    elif form.is_bound:
        status = 422
    context = {
        "rounds": queries.rounds(scope),
        "form": form,
        "tabs": tabs(scope, "labelling"),
        "has_words": shown_model() is not None,
    }
    return render(request, "feedback/verbatims/rounds.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@page("label_words")
def label(request: HttpRequest, key: str) -> HttpResponse:
    """One verbatim after another. Each answer is kept at once; `?item=` shows one again."""
    scope = _scope(request)
    if request.method == "POST":
        return _labelled(request, key)
    typed = request.GET.get("item", "")
    place = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else None
    return _label_page(request, key, queries.asked(scope, key, place))


def _label_page(
    request: HttpRequest, key: str, asked: Any, form: LabelForm | None = None, status: int = 200
) -> HttpResponse:
    scope = _scope(request)
    names = theme_names(shown_model(), language())
    again = request.session.pop("heed_label_again", None) if form is None else None
    said = asked.said if asked else None
    if asked and said is None and again and again.get("place") == asked.place and again.get("round") == key:
        said = Said(**{**again["said"], "themes": tuple(again["said"]["themes"])})
    held = queries.one_round(scope, key)
    context = {
        "round": held,
        "asked": asked,
        "form": form or LabelForm(None, names, said, _found()),
        "tabs": tabs(scope, "labelling"),
        "part": held.mine / held.size if held.size else 0,
        "differ": queries.disagreements(scope, key, 0)[1],
        "rows": _rows(form or LabelForm(None, names, said, _found())) if asked else [],
    }
    return render(request, "feedback/verbatims/label.html", context, status=status)


def _found() -> frozenset[str]:
    """Themes that heed found and nobody took into a taxonomy."""
    return frozenset(theme.key for theme in found_themes(shown_model()))


def _rows(form: LabelForm) -> list[dict[str, Any]]:
    """The fields with the key of each choice."""
    rows: list[dict[str, Any]] = []
    for task in ("sentiment", "themes", "intent", "urgency", "effort", "churn"):
        field = form[task]
        chosen = field.value() or []
        chosen = chosen if isinstance(chosen, (list, tuple)) else [chosen]
        choices = [
            {
                "value": value,
                "title": title,
                "id": f"{task}-{place}",
                "checked": value in chosen,
                "key": (KEYS[task].get(value, "") if task in KEYS else THEME_KEYS[place : place + 1]),
            }
            for place, (value, title) in enumerate(form.fields[task].choices)  # type: ignore[attr-defined]
        ]
        more = [each for each in choices if task == "themes" and each["value"] in form.found]
        choices = [each for each in choices if each not in more]
        kind = "checkbox" if task == "themes" else "radio"
        rows.append({"task": task, "title": field.label, "choices": choices, "kind": kind, "errors": field.errors})
        rows[-1] |= {"more": more, "is_open": any(each["checked"] for each in more)}
    return rows


def _labelled(request: HttpRequest, key: str) -> HttpResponse:
    scope = _scope(request)
    typed = request.POST.get("item", "")
    place = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    if "undo" in request.POST:
        back = actions.take_back(scope, key)
        if back is None:
            messages.warning(request, _("There is nothing to take back."))
            return redirect("verbatim-label", key)
        place, said = back
        about = {task: said.value(task) for task in CHOICES} | {"themes": list(said.themes)}
        request.session["heed_label_again"] = {"round": key, "place": place, "said": about}
        return redirect(f"{reverse('verbatim-label', args=[key])}?item={place}")
    form = LabelForm(request.POST, theme_names(shown_model(), language()), found=_found())
    passed = "pass" in request.POST
    if form.is_valid() or passed:
        try:
            actions.label(scope, key, place, Said(passed=True) if passed else form.said())
        except HeedError as error:
            if error.code in ("has_two", "resolved", "round_closed"):
                messages.warning(request, error.said(_))
                return redirect("verbatim-label", key)
            tell(form, error, {"no_sentiment": "sentiment", "too_many_themes": "themes"})
            return _label_page(request, key, queries.asked(scope, key, place), form, status=error.status)
        return redirect("verbatim-label", key)
    return _label_page(request, key, queries.asked(scope, key, place), form, status=422)


@require_safe
@page("label_words")
def results(request: HttpRequest, key: str) -> HttpResponse:
    """How far a round is, how well people agree, and how often the model was right on the part drawn by chance."""
    scope = _scope(request)
    told = queries.honest(scope, key)
    context = {
        "round": queries.one_round(scope, key),
        "lines": [_agreement_line(each) for each in queries.agreements(scope, key)],
        "honest": Row({}, told["value"], told["low"], told["high"], told["n"]) if told["n"] else None,
        "model": told["model"],
        "differ": queries.disagreements(scope, key, 0)[1],
        "tabs": tabs(scope, "labelling"),
    }
    return render(request, "feedback/verbatims/results.html", context)


def _agreement_line(each: Agreement) -> dict[str, Any]:
    row = Row({}, each.kappa, each.low, each.high, each.n) if each.kappa is not None else None
    verdict = ""
    if each.alpha is not None:
        verdict = (
            _("to be relied on")
            if each.alpha >= GOOD
            else _("for first conclusions")
            if each.alpha >= FAIR
            else _("too low: talk over what the labels mean")
        )
    return {"title": TASK_TITLES[each.task], "it": each, "row": row, "verdict": verdict}


@require_http_methods(["GET", "HEAD", "POST"])
@page("label_words")
def disagreements(request: HttpRequest, key: str) -> HttpResponse:
    """What two said differently, one by one, without their names, to be resolved by a third or by both."""
    scope = _scope(request)
    names = theme_names(shown_model(), language())
    form, status = None, 200
    if request.method == "POST":
        typed = request.POST.get("item", "")
        place = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
        form = LabelForm(request.POST, names, found=_found())
        if form.is_valid():
            try:
                actions.resolve(scope, key, place, form.said(), together="together" in request.POST)
            except HeedError as error:
                tell(form, error, {"no_sentiment": "sentiment"})
                status = error.status
            else:
                messages.success(request, _("Resolved."))
                return redirect("verbatim-disagreements", key)
        else:
            status = 422
    found, many = queries.disagreements(scope, key, 1)
    here = found[0] if found else None
    if form is None and here is not None:
        form = LabelForm(None, names, _both_said(here.first, here.second), _found())
    context = {
        "round": queries.one_round(scope, key),
        "here": here,
        "many": many,
        "pairs": _pairs(here, names) if here else [],
        "rows": _rows(form) if form and here else [],
        "form": form,
        "tabs": tabs(scope, "labelling"),
    }
    return render(request, "feedback/verbatims/disagreements.html", context, status=status)


def _both_said(first: Said, second: Said) -> Said:
    """What the two agree in, to begin with."""
    same = {task: first.value(task) for task in TASKS if first.value(task) == second.value(task)}
    return Said(**same)


def _pairs(here: queries.Disagreement, names: dict[str, str]) -> list[tuple[str, str, str, bool]]:
    def shown(task: str, said: Said) -> str:
        if task == "themes":
            return ", ".join(names.get(key, key) for key in said.themes) or _("none")
        value = said.value(task)
        return label_title(task, value) or "–"

    return [
        (str(TASK_TITLES[task]), shown(task, here.first), shown(task, here.second), task in here.tasks)
        for task in TASKS
    ]


@require_POST
@page("label_words")
def closing(request: HttpRequest, key: str) -> HttpResponse:
    """End a round."""
    actions.close_round(_scope(request), key)
    messages.success(request, _("The round is closed. What was labelled stays."))
    return redirect("verbatim-label-results", key)


urlpatterns = [
    path("verbatims/labelling/", round_list, name="verbatim-labelling"),
    path("verbatims/labelling/<str:key>/", label, name="verbatim-label"),
    path("verbatims/labelling/<str:key>/results/", results, name="verbatim-label-results"),
    path("verbatims/labelling/<str:key>/disagreements/", disagreements, name="verbatim-disagreements"),
    path("verbatims/labelling/<str:key>/closing/", closing, name="verbatim-round-closing"),
]

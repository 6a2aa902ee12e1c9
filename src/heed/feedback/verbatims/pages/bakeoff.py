"""Bake-offs: who reads best on what people labelled; asked for here, run by the worker, read one by one."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from heed.core.edge import page, tell
from heed.core.errors.rules import HeedError, recognised, translated
from heed.core.people.queries import names_of
from heed.documents.units import in_unit
from heed.feedback.verbatims.actions.comparing import ask_bakeoff
from heed.feedback.verbatims.forms import TASK_TITLES, BakeOffForm, label_title
from heed.feedback.verbatims.pages.asking import language, tabs
from heed.feedback.verbatims.queries import bakeoffs as queries
from heed.feedback.verbatims.queries.models import shown_model, theme_names
from heed.feedback.verbatims.rules.bakeoff import LEAST_EACH, LEAST_TEXTS, NO_THEME
from heed.metrics.readings import Row

STATES = {
    "waits": (gettext_lazy("waits for the worker"), "hollow"),
    "runs": (gettext_lazy("is being measured"), "accent"),
    "done": (gettext_lazy("done"), ""),
    "failed": (gettext_lazy("came to nothing"), "act"),
}
KINDS = {
    "trained": gettext_lazy("learns from the other folds"),
    "lexicon": gettext_lazy("words with a mood; never trained"),
    "rules": gettext_lazy("rules; never trained"),
    "endpoint": gettext_lazy("a chat model outside"),
}
FAULTS = {
    "missing": gettext_lazy("no answer"),
    "wrong": gettext_lazy("no label it may give"),
    "refused": gettext_lazy("refused"),
    "timeout": gettext_lazy("too late"),
    "rate": gettext_lazy("asked too often"),
    "malformed": gettext_lazy("not readable"),
    "unreachable": gettext_lazy("not reached"),
}
WORST = 3


@require_http_methods(["GET", "HEAD", "POST"])
@page("see_figures")
def bakeoff_list(request: HttpRequest) -> HttpResponse:
    """Every bake-off, newest first; a new one is asked for here."""
    scope = request.scope  # type: ignore[attr-defined]
    rows, choices, outside = queries.bakeoffs(scope), queries.choices(), queries.outside()
    ready = [choice.task for choice in choices if not choice.thin]
    may_ask = scope.may("see_words") and scope.holds_everywhere("propose")
    form = BakeOffForm(
        request.POST if request.method == "POST" else None, ready, outside if scope.holds_everywhere("approve") else ""
    )
    status = 200
    if form.is_bound and form.is_valid():
        try:
            made = ask_bakeoff(scope, **form.asked())
        except HeedError as error:
            tell(form, error, {"invalid_amount": "price_in", "invalid_currency": "currency", "raced": "task"})
            status = error.status
        else:
            messages.success(request, _("It is measured in the background; the page shows it when it is done."))
            return redirect("verbatim-bakeoff", made.key)
    elif form.is_bound:
        status = 422
    names = names_of({row.asked_by for row in rows})
    context = {
        "tabs": tabs(scope, "models"),
        "lines": [_line(row, names) for row in rows],
        "is_busy": any(row.state in ("waits", "runs") for row in rows),
        "choices": [(TASK_TITLES[choice.task], choice) for choice in choices],
        "form": form,
        "may_ask": may_ask,
        "ready": ready,
        "outside": outside,
        "least": LEAST_TEXTS,
        "least_each": LEAST_EACH,
        "has_words": shown_model() is not None,
    }
    return render(request, "feedback/verbatims/bakeoffs.html", context, status=status)


def _line(row: queries.Compared, names: Mapping[str, str]) -> dict[str, Any]:
    """A bake-off in the list: the one that told most right, and how often."""
    analyzers = sorted(row.report.get("analyzers", ()), key=lambda each: -each["accuracy"])
    state, kind = STATES[row.state]
    return {
        "it": row,
        "title": TASK_TITLES[row.task],
        "state": state,
        "kind": kind,
        "by": names.get(row.asked_by, row.asked_by),
        "href": reverse("verbatim-bakeoff", args=[row.key]),
        "first": analyzers[0]["name"] if analyzers else "",
        "right": _share(analyzers[0], "accuracy") if analyzers else None,
        "others": len(analyzers) - 1,
    }


def _share(told: Mapping[str, Any], name: str, n: str = "n") -> Row | None:
    """A share of a report as a figure takes it."""
    limits = told.get(f"{name}_interval")
    if told.get(name) is None or limits is None:
        return None
    return Row({}, told[name], limits[0], limits[1], told[n])


@require_safe
@page("see_figures")
def bakeoff(request: HttpRequest, key: str) -> HttpResponse:
    """One bake-off: who is right how often, at what price and how fast, who is better, and rows to read."""
    scope = request.scope  # type: ignore[attr-defined]
    found = queries.bakeoff(scope, key)
    names = names_of({found.asked_by})
    title = _Titles(found.task)
    state, kind = STATES[found.state]
    context = {
        "tabs": tabs(scope, "models"),
        "it": found,
        "title": TASK_TITLES[found.task],
        "state": state,
        "kind": kind,
        "analyzers": [_analyzer(each, title) for each in found.report.get("analyzers", ())],
        "pairs": [_pair(each) for each in found.report.get("pairs", ())],
        "names": [each["name"] for each in found.report.get("analyzers", ())],
        "rows": [_to_read(each, title) for each in found.rows],
        "may_read": scope.may("see_words") and scope.everything,
        "failure": _failure(found),
        "about": _about(found, names.get(found.asked_by, found.asked_by), title),
        "commonest": _commonest(found, title),
    }
    return render(request, "feedback/verbatims/bakeoff.html", context)


class _Titles:
    """What people call the labels of a task."""

    def __init__(self, task: str) -> None:
        self.task = task
        self.names = theme_names(shown_model(), language()) if task == "themes" else {}

    def __call__(self, label: str | None) -> str:
        if label is None:
            return "–"
        if self.task == "themes":
            return _("no theme") if label == NO_THEME else self.names.get(label, label)
        return label_title(self.task, label)


def _analyzer(each: Mapping[str, Any], title: _Titles) -> dict[str, Any]:
    worst = sorted((row for row in each["classes"] if row["n"]), key=lambda row: row["f1"])[:WORST]
    faults = [(FAULTS.get(reason, reason), many) for reason, many in each["failures"]["reasons"].items()]
    return {
        "it": each,
        "kind": KINDS.get(each["kind"], each["kind"]),
        "right": _share(each, "accuracy"),
        "f1": _share(each, "macro_f1"),
        "cost": each["cost_per_1000"],
        "faults": faults,
        "worst": [
            {
                "label": title(row["label"]),
                "n": row["n"],
                "recall": _share(row, "recall"),
                "precision": _share(row, "precision", "told"),
            }
            for row in worst
        ],
    }


def _pair(each: Mapping[str, Any]) -> dict[str, Any]:
    low, high = each["interval"] or (None, None)
    p = each["p_adjusted"]
    return {"it": each, "low": low, "high": high, "p": _("below 0.0001") if p < 0.0001 else f"{p:.4f}"}


def _to_read(each: Mapping[str, Any], title: _Titles) -> dict[str, Any]:
    said = [(name, title(label), label == each["truth"]) for name, label in each["told"].items()]
    return {
        "text": each["text"],
        "truth": title(each["truth"]),
        "said": said,
        "href": f"{reverse('verbatim')}?key={each['verbatim']}",
    }


def _failure(found: queries.Compared) -> str:
    if not found.failure:
        return ""
    parts = (translated(recognised(str(found.failure.get(name, ""))), _) for name in ("message", "hint"))
    return " ".join(part for part in parts if part)


def _about(found: queries.Compared, by: str, title: _Titles) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = [
        (_("Asked for by"), by),
        (_("Asked for"), date_format(localtime(found.asked_at), "j M Y, H:i")),
    ]
    if found.done_at:
        pairs.append((_("Done"), date_format(localtime(found.done_at), "j M Y, H:i")))
    if found.sample:
        n, people = found.sample["n"], found.sample["customers"]
        many = ngettext("%(n)s verbatim", "%(n)s verbatims", n) % {"n": in_unit(n, "count")}
        pairs += [
            (_("Sample"), _("%(many)s of %(people)s customers") % {"many": many, "people": in_unit(people, "count")}),
            (_("Labels"), ", ".join(f"{title(label)} {each}" for label, each in found.sample["counts"].items())),
            (_("Fingerprint"), found.sample["fingerprint"][:16]),
        ]
    if found.versions:
        pairs += [
            (_("Version of heed"), found.versions["heed"]),
            (_("Reads now"), found.versions["reads"]),
            (_("Seed"), str(found.seed)),
        ]
    if found.outside:
        pairs.append((_("Asked outside"), found.outside))
    return pairs


def _commonest(found: queries.Compared, title: _Titles) -> str:
    told = found.report.get("commonest")
    if not told:
        return ""
    return _("Who always says %(label)s is right in %(share)s.") % {
        "label": title(told["label"]),
        "share": in_unit(told["share"], "share"),
    }


urlpatterns = [
    path("verbatims/bakeoff/", bakeoff_list, name="verbatim-bakeoffs"),
    path("verbatims/bakeoff/<str:key>/", bakeoff, name="verbatim-bakeoff"),
]

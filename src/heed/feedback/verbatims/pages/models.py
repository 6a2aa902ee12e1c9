"""Models: versions of what reads, how good each is, whether it drifts; promoted, gone back to, trained anew."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from heed.core.edge import page
from heed.core.errors.rules import HeedError
from heed.core.people.queries import names_of
from heed.documents.units import in_unit
from heed.feedback.verbatims.actions.promoting import promote
from heed.feedback.verbatims.actions.retraining import ask_retraining
from heed.feedback.verbatims.forms import TASK_TITLES, PromotionForm
from heed.feedback.verbatims.pages.asking import tabs
from heed.feedback.verbatims.queries.models import OTHER_ENCODER, newest_model
from heed.feedback.verbatims.queries.versions import Version, one, promotions, retraining, versions
from heed.feedback.verbatims.rules.cards import CONFIDENCE_EDGES
from heed.metrics.readings import Row

STATES = {
    "reads": (gettext_lazy("reads"), "accent"),
    "learning": (gettext_lazy("reads, not all yet"), "accent"),
    "former": (gettext_lazy("can come back at once"), ""),
    "old": (gettext_lazy("would read anew"), "hollow"),
    "waits": (gettext_lazy("waits for you"), "hollow"),
    "erased": (gettext_lazy("erased"), "hollow"),
}
CLASSES = {
    "negative": gettext_lazy("negative"),
    "neutral": gettext_lazy("neutral"),
    "positive": gettext_lazy("positive"),
}
FIGURES = {
    "sentiment": gettext_lazy("Sentiment"),
    "confidence": gettext_lazy("How sure it is"),
    "language": gettext_lazy("Language"),
    "unknown_words": gettext_lazy("Words it does not know"),
}
CAUSES = {
    "asked": gettext_lazy("Training was asked for %(at)s."),
    "erased": gettext_lazy("Words were erased; training without them was asked for %(at)s."),
    OTHER_ENCODER: gettext_lazy("HEED_EMBEDDINGS names another encoder; training with it was asked for %(at)s."),
}
OUTCOMES = {
    "": gettext_lazy("A new model was made."),
    "nothing new to train on": gettext_lazy("There was nothing new to train on."),
    "the lexicon does better": gettext_lazy("The small lexicon still does better."),
    "somebody went back to an older model; promote this one to have it read": gettext_lazy(
        "A new model was made; it waits to be promoted, for somebody went back to an older one."
    ),
    "words were erased meanwhile": gettext_lazy("Words were erased meanwhile; it is done again."),
}


def row_of(told: dict[str, Any] | None) -> Row | None:
    """A share of a card as a figure takes it."""
    return Row({}, told["value"], told["low"], told["high"], told["n"]) if told and told["n"] else None


def line(each: Version) -> dict[str, Any]:
    """A model in the list."""
    state, kind = STATES[each.state]
    return {
        "it": each,
        "state": state,
        "kind": kind,
        "href": reverse("verbatim-model", args=[each.number]),
        "right": row_of(each.card.get("accuracy")),
    }


@require_safe
@page("see_figures")
def model_list(request: HttpRequest) -> HttpResponse:
    """Every version, newest first; what reads, since when, and whether it drifts."""
    scope = request.scope  # type: ignore[attr-defined]
    rows = versions(scope)
    history = promotions(scope)
    names = names_of({each.by for each in history})
    context = {
        "tabs": tabs(scope, "models"),
        "lines": [line(each) for each in rows],
        "reading": next((line(each) for each in rows if each.state in ("reads", "learning")), None),
        "history": [
            {"it": each, "by": names.get(each.by, each.by), "href": reverse("verbatim-model", args=[each.model_id])}
            for each in history
        ],
        "asked": _asked(),
        "sees_all": scope.holds_everywhere("see_figures"),
        "may_train": scope.holds_everywhere("propose"),
    }
    return render(request, "feedback/verbatims/models.html", context)


def _asked() -> dict[str, Any] | None:
    row = retraining()
    if row is None:
        return None
    at = date_format(localtime(row.asked_at), "j M Y, H:i")
    said = str(CAUSES.get(row.cause, CAUSES["asked"])) % {"at": at}
    outcome = OUTCOMES.get(row.outcome, row.outcome) if row.done_at else ""
    return {"said": said, "outcome": outcome, "is_done": row.done_at is not None}


@require_safe
@page("see_figures")
def model(request: HttpRequest, number: int) -> HttpResponse:
    """One version: what it was trained on, how good it is on what it has not seen, and whether it drifts."""
    return _shown(request, number, PromotionForm())


def _shown(request: HttpRequest, number: int, form: PromotionForm, status: int = 200) -> HttpResponse:
    scope = request.scope  # type: ignore[attr-defined]
    found = one(scope, number)
    reading = newest_model()
    is_back = reading is not None and number < reading.pk
    context = {
        "model": found,
        "line": line(found),
        "card": found.card,
        "right": row_of(found.card.get("accuracy")),
        "lexicon": row_of(found.card.get("lexicon_apart")),
        "by_people": row_of(found.card.get("accuracy_by_people")),
        "classes": [_class(each) for each in found.card.get("by_class", ())],
        "bins": [{**each, "row": row_of(each["right"])} for each in found.card.get("calibration", {}).get("bins", ())],
        "curve": [{"rows": each["rows"], "row": row_of(each)} for each in found.card.get("curve", ())],
        "drift": drift_lines(found),
        "taught": _taught(found),
        "trust": found.taught.get("trust", {}).get("figures"),
        "pairs": _pairs(found),
        "form": form,
        "reading": reading,
        "is_back": is_back,
        "may_promote": scope.holds_everywhere("approve")
        and found.state not in ("reads", "learning", "erased")
        and not found.marked,
    }
    return render(request, "feedback/verbatims/model.html", context, status=status)


def _taught(found: Version) -> list[dict[str, Any]]:
    """What labels taught beside the sentiment: themes and readers, each against words and rules on customers held out."""
    lines = []
    if told := found.card.get("themes"):
        lines.append(
            {"title": TASK_TITLES["themes"], "n": told["rows"], "before": told["words_f1"], "after": told["joined_f1"]}
            | {"is_used": bool(found.taught.get("themes_model"))}
        )
    for name, told in found.card.get("readers", {}).items():
        lines.append(
            {
                "title": TASK_TITLES.get(name, name),
                "n": told["rows"],
                "before": told.get("rules_f1"),
                "after": told.get("taught_f1"),
                "difference": told.get("difference"),
                "low": told.get("difference_low"),
                "high": told.get("difference_high"),
                "sure": told.get("calibration_error"),
                "is_used": name in found.taught.get("readers", {}),
                "is_thin": "taught_f1" not in told,
            }
        )
    return lines


def _class(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": CLASSES.get(each["label"], each["label"]),
        "recall": row_of(each["recall"]),
        "precision": row_of(each["precision"]),
        "f1": each["f1"],
    }


def _pairs(found: Version) -> list[tuple[str, Any]]:
    card = found.card
    pairs = [(_("Made"), date_format(localtime(found.made_at), "j M Y, H:i")), (_("Sentiment"), found.sentiment)]
    if found.is_trained:
        pairs += [
            (
                _("Trained on"),
                ngettext("%(many)s text", "%(many)s texts", found.trained_on)
                % {"many": in_unit(found.trained_on, "count")},
            ),
            (_("Labelled by people"), in_unit(card.get("given_by_people", 0), "count")),
            (_("Said"), _said(card)),
            (_("Fingerprint"), found.fingerprint[:16]),
            (_("Seed"), str(found.seed)),
        ]
    return [*pairs, (_("Themes found"), in_unit(found.found, "count"))]


def _said(card: dict[str, Any]) -> str:
    days = [
        date_format(datetime.fromisoformat(card[name]), "j M Y")
        for name in ("said_from", "said_until")
        if card.get(name)
    ]
    return " – ".join(days)


def drift_lines(found: Version) -> list[dict[str, Any]]:
    """What moved, in words."""
    lines = []
    for each in found.drift.get("figures", ()):
        lines.append(
            {
                "title": FIGURES.get(each["what"], each["what"]),
                "moved": each["moved"],
                "p": _p(each["p"]),
                "psi": each["psi"],
                "distance": each["distance"],
                "low": each["low"],
                "high": each["high"],
                "shares": _largest(each),
            }
        )
    return lines


def _p(p: float | None) -> str:
    return "" if p is None else _("below 0.0001") if p < 0.0001 else f"{p:.4f}"


def _largest(each: dict[str, Any]) -> list[tuple[str, float, float]]:
    """The classes that moved most: name, share before, share now."""
    names = {*each["before"], *each["now"]}
    rows = [(name, each["before"].get(name, 0.0), each["now"].get(name, 0.0)) for name in names]
    rows.sort(key=lambda row: (-abs(row[2] - row[1]), row[0]))
    return [(_title(each["what"], name), before, now) for name, before, now in rows[:3]]


def _title(what: str, name: str) -> str:
    if what == "confidence":
        low, high = CONFIDENCE_EDGES[int(name)], min(CONFIDENCE_EDGES[int(name) + 1], 1.0)
        return f"{in_unit(low, 'share')} – {in_unit(high, 'share')}"
    if what == "unknown_words":
        return str(_("share of all words"))
    return str(CLASSES.get(name, name))


@require_POST
@page("approve")
def promotion(request: HttpRequest, number: int) -> HttpResponse:
    """Have a model read from now on."""
    form = PromotionForm(request.POST)
    if form.is_valid():
        try:
            promote(request.scope, number, **form.cleaned_data)  # type: ignore[attr-defined]
        except HeedError as error:
            field = "reason" if error.code == "no_reason" else None
            form.add_error(field, error.said(_))
            return _shown(request, number, form, status=error.status)
        messages.success(request, _("It reads from now on. Figures change as soon as it has read everything."))
        return redirect("verbatim-models")
    return _shown(request, number, form, status=422)


@require_POST
@page("propose")
def retrainings(request: HttpRequest) -> HttpResponse:
    """Train anew, in the background."""
    ask_retraining(request.scope)  # type: ignore[attr-defined]
    messages.success(
        request, _("Training was asked for. It is done in the background; look here again in a few minutes.")
    )
    return redirect("verbatim-models")


urlpatterns = [
    path("verbatims/models/", model_list, name="verbatim-models"),
    path("verbatims/models/retrainings/", retrainings, name="verbatim-retrainings"),
    path("verbatims/models/<int:number>/", model, name="verbatim-model"),
    path("verbatims/models/<int:number>/promotion/", promotion, name="verbatim-model-promotion"),
]

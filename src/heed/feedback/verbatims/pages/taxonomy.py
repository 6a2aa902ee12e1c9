"""The taxonomy on pages: themes changed one by one, with what each change would touch, then proposed or put in force."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heed.core.edge import page
from heed.core.errors.rules import HeedError, Invalid
from heed.core.people.queries import names_of
from heed.feedback.verbatims.actions import drafting
from heed.feedback.verbatims.definition import name_in
from heed.feedback.verbatims.forms import NoteForm, ThemeForm
from heed.feedback.verbatims.pages.asking import language
from heed.feedback.verbatims.queries import taxonomy as queries
from heed.feedback.verbatims.rules.taxonomy import all_words, key_from, keys_of, seen_as, theme_of, touched

KINDS: dict[str, tuple[str, str]] = {
    "new": ("new", "accent"),
    "changed": ("changed", "accent"),
    "gone": ("gone", "act"),
}


def _kind(kind: str) -> tuple[str, str]:
    titles = {"new": _("new"), "changed": _("changed"), "gone": _("would go")}
    return titles.get(kind, ""), KINDS.get(kind, ("", ""))[1]


@require_safe
@page("propose")
def taxonomies(request: HttpRequest) -> HttpResponse:
    """Which taxonomy; straight to it where there is one."""
    found = queries.taxonomies(request.scope)  # type: ignore[attr-defined]
    if len(found) == 1:
        return redirect("verbatim-taxonomy", found[0][0])
    return render(request, "feedback/verbatims/taxonomies.html", {"taxonomies": found})


@require_safe
@page("propose")
def taxonomy(request: HttpRequest, key: str) -> HttpResponse:
    """Every theme with what it takes of the last quarter, in force and as changed; what was found besides."""
    return _overview(request, key, NoteForm())


def _overview(request: HttpRequest, key: str, form: NoteForm, error: HeedError | None = None) -> HttpResponse:
    scope = request.scope  # type: ignore[attr-defined]
    found, over = queries.editing(scope, key), queries.texts()
    rows = [
        {
            "it": each,
            "kind": _kind(each.kind),
            "gained": len(each.touched.gained),
            "lost": len(each.touched.lost),
            "href": reverse("verbatim-taxonomy-theme", args=[key, each.key]) if each.kind != "gone" else "",
        }
        for each in queries.lines(found, over, language())
    ]
    draft = found.draft
    context = {
        "editing": found,
        "rows": rows,
        "over": over,
        "many": len(over.masked),
        "bare": queries.uncovered(found, over),
        "found": queries.found_ones(found),
        "form": form,
        "error": error,
        "seen": seen_as(draft.body) if draft else "",
        "changed_by": names_of({draft.changed_by}).get(draft.changed_by, draft.changed_by) if draft else "",
        "may_enact": scope.holds_everywhere("approve"),
    }
    status = error.status if error else 200
    return render(request, "feedback/verbatims/taxonomy.html", context, status=status)


@require_POST
@page("propose")
def draft(request: HttpRequest, key: str) -> HttpResponse:
    """What is done with the whole draft: proposed, put in force, thrown away, brought up to date; a found theme taken in."""
    scope, form = request.scope, NoteForm(request.POST)  # type: ignore[attr-defined]
    verb, seen = request.POST.get("verb", ""), request.POST.get("seen", "")[:64]
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        if verb == "adopt":
            drafting.adopt_theme(scope, key, request.POST.get("theme", "")[:80], language().split("-")[0])
            messages.success(request, _("It is one of yours in the draft now."))
        elif verb == "discard":
            drafting.discard_draft(scope, key)
            messages.success(request, _("The draft is thrown away. What is in force stays."))
        elif verb == "update":
            both = drafting.bring_up_to_date(scope, key)
            messages.success(request, _("The draft stands on what is in force now."))
            if both:
                said = _("Changed on both sides, with the words of both now: %(themes)s.") % {"themes": ", ".join(both)}
                messages.warning(request, said)
        elif verb == "propose":
            row = drafting.propose_draft(scope, key, note=note, seen=seen)
            messages.success(request, _("Proposed as version %(number)s.") % {"number": row.number})
            return redirect("definition_version", "taxonomy", key, row.number)
        elif verb == "enact":
            drafting.enact_draft(scope, key, note=note, seen=seen)
            messages.success(request, _("In force. Everything is read anew in the background."))
    except HeedError as error:
        return _overview(request, key, form, error)
    return redirect("verbatim-taxonomy", key)


@require_http_methods(["GET", "HEAD", "POST"])
@page("propose")
def theme(request: HttpRequest, key: str, theme: str = "") -> HttpResponse:
    """One theme, or a new one: name, words, and what a change would touch before it is kept."""
    scope = request.scope  # type: ignore[attr-defined]
    editing = queries.editing(scope, key)
    there = theme_of(editing.body, theme) if theme and theme in keys_of(editing.body) else None
    if theme and there is None and request.method != "POST":
        theme_of(editing.body, theme)
    form = ThemeForm(request.POST if request.method == "POST" else None, queries.languages(), there)
    seen = request.POST.get("seen", "")[:64] or seen_as(there)
    error: HeedError | None = None
    if request.method == "POST":
        try:
            if _done(request, key, theme, form, seen):
                return redirect("verbatim-taxonomy", key)
        except HeedError as refused:
            error = refused
    return _theme_page(request, editing, theme, form, seen, error)


def _done(request: HttpRequest, key: str, theme: str, form: ThemeForm, seen: str) -> bool:
    """Do what was pressed. False where it is only to be tried, or the form is wrong."""
    scope, verb = request.scope, request.POST.get("verb", "")  # type: ignore[attr-defined]
    if verb == "remove" and theme:
        drafting.remove_theme(scope, key, theme, seen=seen)
    elif verb == "merge" and theme:
        drafting.merge_theme(scope, key, theme, request.POST.get("into", "")[:80], seen=seen)
    elif verb == "split" and theme:
        name = request.POST.get("split_name", "")[:80].strip()
        if not name:
            raise Invalid("Give the new theme a name.", code="no_name", hint="")
        spoken = {language().split("-")[0]: name}
        drafting.split_theme(scope, key, theme, request.POST.getlist("word"), spoken, seen=seen)
    elif verb == "keep" and form.is_valid():
        taken = keys_of(queries.editing(scope, key).body)
        first = next(
            (form.cleaned_data[f"name_{each}"] for each in form.languages if form.cleaned_data[f"name_{each}"]), ""
        )
        made = form.typed(theme or key_from(first, taken))
        drafting.change_theme(scope, key, made, at=theme if theme in taken else "", seen=seen if theme in taken else "")
    else:
        return False
    messages.success(request, _("Kept in the draft. Nothing is in force yet."))
    return True


def _theme_page(
    request: HttpRequest, editing: Any, key: str, form: ThemeForm, seen: str, error: HeedError | None
) -> HttpResponse:
    over = queries.texts()
    held = next((each for each in editing.now["themes"] if each["key"] == key), None)
    there = next((each for each in editing.body["themes"] if each["key"] == key), None)
    typed = form.typed(key or "new") if form.is_bound and form.is_valid() and _has_words(form, key) else there
    try:
        what = touched(held, typed, over.masked)
    except Exception as fault:  # words that make no pattern are refused when they are kept; here they touch nothing
        if not isinstance(fault, (ValueError, HeedError)):
            raise
        typed, what = there, touched(held, there, over.masked)
    context = {
        "editing": editing,
        "key": key,
        "name": name_in(there["name"], language()) if there else "",
        "form": form,
        "seen": seen_as(there) if error is not None and error.code == "raced" else seen,
        "error": error,
        "now_words": all_words(there) if error is not None and error.code == "raced" else (),
        "words": all_words(there),
        "others": [
            (each["key"], name_in(each["name"], language())) for each in editing.body["themes"] if each["key"] != key
        ],
        "touched": what,
        "gained": len(what.gained),
        "lost": len(what.lost),
        "many": len(over.masked),
        "since": over.since,
        "samples": queries.samples(what, held, typed, over),
    }
    return render(request, "feedback/verbatims/taxonomy_theme.html", context, status=error.status if error else 200)


def _has_words(form: ThemeForm, key: str) -> bool:
    return bool(form.typed(key or "new")["words"])


urlpatterns = [
    path("verbatims/taxonomy/", taxonomies, name="verbatim-taxonomies"),
    path("verbatims/taxonomy/<str:key>/", taxonomy, name="verbatim-taxonomy"),
    path("verbatims/taxonomy/<str:key>/draft/", draft, name="verbatim-taxonomy-draft"),
    path("verbatims/taxonomy/<str:key>/new/", theme, name="verbatim-taxonomy-new"),
    path("verbatims/taxonomy/<str:key>/themes/<str:theme>/", theme, name="verbatim-taxonomy-theme"),
]

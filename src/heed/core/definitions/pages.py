"""Definitions on pages: what holds, what waits, every version, and a form for the next one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from pydantic_core import to_jsonable_python

from heed.core.definitions import actions
from heed.core.definitions.forms import DefinitionForm, EnactForm, YamlForm
from heed.core.definitions.models import DefinitionVersion
from heed.core.definitions.queries import in_force, newest, version, versions, waiting
from heed.core.definitions.rules import KINDS, as_yaml, kind_of
from heed.core.edge import page
from heed.core.errors.rules import NotFound, phrase, translated

Request = Any


@page("see_figures")
@require_GET
def definitions(request: Request) -> HttpResponse:
    """Every definition by kind, and the versions that wait for somebody."""
    chosen = request.GET.get("kind", "")
    if chosen:
        kind_of(chosen)
    rows = newest(chosen or None)
    groups = [
        (kind, [row for row in rows if row.kind == kind.name])
        for kind in sorted(KINDS.values(), key=lambda item: _(item.title_plural))
    ]
    context = {
        "groups": [(kind, mine) for kind, mine in groups if mine or kind.name == chosen],
        "kinds": sorted(KINDS.values(), key=lambda item: _(item.title)),
        "chosen": KINDS.get(chosen),
        "waiting": [row for row in waiting() if not chosen or row.kind == chosen],
    }
    return render(request, "definitions/list.html", context)


@page("see_figures")
@require_GET
def definition(request: Request, kind: str, key: str) -> HttpResponse:
    """One definition: what holds now, and every version."""
    rows = versions(kind, key)
    now = in_force(kind, key)
    holding = next((row for row in rows if now and row.number == now.version), None)
    context = {
        "kind": kind_of(kind),
        "key": key,
        "name": _name((holding or rows[0]).body),
        "versions": rows,
        "holding": holding,
        "yaml": as_yaml((holding or rows[0]).body),
        "open": [row for row in rows if row.state in ("proposed", "approved")],
    }
    return render(request, "definitions/definition.html", context)


@page("see_figures")
@require_GET
def one_version(request: Request, kind: str, key: str, number: int) -> HttpResponse:
    """One version, beside the one it follows, with what may be done with it."""
    return _version_page(request, version(kind, key, number), EnactForm())


def _version_page(request: Request, row: DefinitionVersion, form: EnactForm) -> HttpResponse:
    now = in_force(row.kind, row.key)
    against = _against(row, now.version if now else None)
    kind = kind_of(row.kind)
    context = {
        "kind": kind,
        "key": row.key,
        "row": row,
        "name": _name(row.body),
        "against": against,
        "yaml": as_yaml(row.body),
        "before": as_yaml(against.body) if against else "",
        "form": form,
        "may_approve": request.scope.may("approve")
        and row.state == "proposed"
        and not (kind.four_eyes and row.proposed_by == request.scope.person),
        "needs_other": kind.four_eyes and row.state == "proposed" and row.proposed_by == request.scope.person,
        "may_enact": request.scope.may("approve") and row.state == "approved",
        "may_withdraw": request.scope.may("propose") and row.state in ("proposed", "approved"),
        "may_retire": request.scope.may("approve") and row.state == "in_force" and row.effective_until is None,
    }
    return render(request, "definitions/version.html", context)


def _against(row: DefinitionVersion, holding: int | None) -> DefinitionVersion | None:
    """What a version is compared with: the one in force while it waits, the one before it otherwise."""
    if row.state in ("proposed", "approved") and holding is not None and holding != row.number:
        return version(row.kind, row.key, holding)
    earlier = [item for item in versions(row.kind, row.key) if item.number < row.number and item.state != "withdrawn"]
    return earlier[0] if earlier else None


@page("propose")
def proposal(request: Request, kind: str, key: str = "") -> HttpResponse:
    """The form for the next version (of a new definition when there is no key), as fields or as YAML."""
    known = kind_of(kind)
    base = in_force(kind, key) if key else None
    last = versions(kind, key)[0] if key else None
    body = base.body.model_dump(mode="json") if base else (last.body if last else None)
    as_text = request.GET.get("as", request.POST.get("as", "")) == "yaml"
    form: Any
    if as_text:
        start = {"text": as_yaml(body) if body else _blank(kind)}
        form = YamlForm(kind, request.POST or None, key=key, initial=start)
    else:
        form = DefinitionForm(kind, request.POST or None, body=body, key=key)
    typed = form.is_bound and form.is_valid()
    context = {
        "kind": known,
        "key": key,
        "name": _name(body or {}),
        "form": form,
        "as_text": as_text,
        "before": as_yaml(body) if body else "",
        "after": as_yaml(form.body) if typed else (as_yaml(body) if body else ""),
        "checked": typed,
    }
    if request.htmx and request.method == "POST" and "preview" in request.POST:
        return render(request, "definitions/preview.html", context)
    if typed and "preview" not in request.POST:
        row = actions.propose(request.scope, kind, form.cleaned_data["key"], form.body, note=form.cleaned_data["note"])
        messages.success(
            request,
            _("Proposed as version %(number)s. Somebody who may approve can put it in force.") % {"number": row.number},
        )
        return redirect("definition_version", kind, row.key, row.number)
    return render(request, "definitions/propose.html", context, status=422 if form.is_bound and not typed else 200)


def _name(body: dict[str, Any]) -> str:
    """What people call a definition; empty when its kind has no name."""
    return translated(str(body.get("name") or body.get("title") or ""), _)


def _blank(kind: str) -> str:
    """The fields of a kind, each with its default or nothing: a start for typing."""
    model = kind_of(kind).model
    lines = []
    for name, info in model.model_fields.items():
        value = None if info.is_required() else to_jsonable_python(info.get_default(call_default_factory=True))
        default = "" if info.is_required() else as_yaml({name: value}).strip()
        if info.description:
            lines.append(f"# {_(info.description)}")
        lines.append(default or f"{name}:")
    return "\n".join(lines) + "\n"


@page("approve")
@require_POST
def approve(request: Request, kind: str, key: str, number: int) -> HttpResponse:
    actions.approve(request.scope, kind, key, number)
    messages.success(request, _("Approved. It can now be put in force."))
    return redirect("definition_version", kind, key, number)


@page("approve")
@require_POST
def enact(request: Request, kind: str, key: str, number: int) -> HttpResponse:
    form = EnactForm(request.POST)
    if not form.is_valid():
        return _version_page(request, version(kind, key, number), form)
    actions.put_in_force(request.scope, kind, key, number, effective_from=form.cleaned_data["effective_from"])
    messages.success(request, _("In force."))
    return redirect("definition", kind, key)


@page("approve")
@require_POST
def retire(request: Request, kind: str, key: str) -> HttpResponse:
    actions.retire(request.scope, kind, key)
    messages.success(request, _("Retired. Nothing of this key is in force any more."))
    return redirect("definition", kind, key)


@page("propose")
@require_POST
def withdraw(request: Request, kind: str, key: str, number: int) -> HttpResponse:
    actions.withdraw(request.scope, kind, key, number)
    messages.success(request, _("Withdrawn."))
    return redirect("definition", kind, key)


@page("see_figures")
@require_GET
def compare(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Two versions of one definition, side by side."""
    rows = versions(kind, key)
    numbers = [row.number for row in rows]

    def chosen(name: str, otherwise: int) -> int:
        typed = request.GET.get(name, "")
        return int(typed) if typed.isdigit() else otherwise

    older, newer = chosen("from", numbers[min(1, len(numbers) - 1)]), chosen("to", numbers[0])
    if older not in numbers or newer not in numbers:
        raise NotFound(phrase("There is no such version of {kind} {key}.", kind=kind, key=key))
    context = {
        "kind": kind_of(kind),
        "key": key,
        "name": _name(rows[0].body),
        "numbers": numbers,
        "older": older,
        "newer": newer,
        "before": as_yaml(version(kind, key, older).body),
        "after": as_yaml(version(kind, key, newer).body),
    }
    return render(request, "definitions/compare.html", context)


urlpatterns = [
    path("definitions/", definitions, name="definitions"),
    path("definitions/<slug:kind>/new/", proposal, name="definition_new"),
    path("definitions/<slug:kind>/<str:key>/", definition, name="definition"),
    path("definitions/<slug:kind>/<str:key>/compare/", compare, name="definition_compare"),
    path("definitions/<slug:kind>/<str:key>/propose/", proposal, name="definition_propose"),
    path("definitions/<slug:kind>/<str:key>/retirement/", retire, name="definition_retire"),
    path("definitions/<slug:kind>/<str:key>/<int:number>/", one_version, name="definition_version"),
    path("definitions/<slug:kind>/<str:key>/<int:number>/approval/", approve, name="definition_approve"),
    path("definitions/<slug:kind>/<str:key>/<int:number>/enactment/", enact, name="definition_enact"),
    path("definitions/<slug:kind>/<str:key>/<int:number>/withdrawal/", withdraw, name="definition_withdraw"),
]

"""Pages of the people who work with heed: the list, one person, invitations."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heed.core.access.actions import invitations, links, roles
from heed.core.access.forms import InviteForm, RoleForm, role_name
from heed.core.access.queries import (
    invitations_for,
    manages,
    memberships_of,
    people_for,
    person_for,
    unit_counts,
)
from heed.core.access.rules import may_give
from heed.core.edge import page, tell
from heed.core.errors.rules import HeedError
from heed.core.journal.queries import entries_before
from heed.core.people.queries import names_of, unit_by_key
from heed.core.settings.rules import current

FIELDS = {
    "invalid_address": "email",
    "address_taken": "email",
    "unknown_role": "role",
    "role_above_yours": "role",
    "unknown_unit": "unit",
    "not_permitted_here": "unit",
}


@require_safe
@page("manage_people")
def people_list(request: HttpRequest) -> HttpResponse:
    """The tree of units with counts, who works there with which roles, and who is invited."""
    scope = request.scope  # type: ignore[attr-defined]
    unit, words = request.GET.get("unit", "").replace("\0", ""), request.GET.get("q", "").replace("\0", "").strip()
    inactive = request.GET.get("state") == "inactive"
    found = Paginator(people_for(scope, unit=unit, words=words, inactive=inactive), 100)
    shown = found.get_page(request.GET.get("page"))
    people = [
        (person, [(role_name(held.role), held.unit.name) for held in person.memberships.all()]) for person in shown
    ]
    waiting = [
        (row, role_name(row.role), state) for row, state in invitations_for(scope) if state in {"open", "expired"}
    ]
    context = {
        "tree": unit_counts(scope),
        "chosen": unit_by_key(unit) if unit else None,
        "words": words,
        "inactive": inactive,
        "people": people,
        "shown": shown,
        "waiting": waiting,
        **_steps(request, shown),
    }
    return render(request, "core/access/people.html", context)


def _steps(request: HttpRequest, shown: Any) -> dict[str, str]:
    def address(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "previous": address(shown.previous_page_number()) if shown.has_previous() else "",
        "next": address(shown.next_page_number()) if shown.has_next() else "",
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page("manage_people")
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody by mail; the link is shown once, for when mail does not arrive."""
    scope = request.scope  # type: ignore[attr-defined]
    form = InviteForm(request.POST or None, scope=scope, initial={"unit": request.GET.get("unit")})
    if request.method == "POST" and form.is_valid():
        try:
            done = invitations.invite(scope, **form.cleaned_data)
        except HeedError as error:
            tell(form, error, FIELDS)
        else:
            return render(request, "core/access/invited.html", {"done": done})
    status = 422 if form.is_bound else 200
    return render(request, "core/access/invite.html", {"form": form}, status=status)


@never_cache
@require_POST
@page("manage_people")
def invitation_again(request: HttpRequest, number: int) -> HttpResponse:
    """Send an invitation anew."""
    done = invitations.invite_again(request.scope, number)  # type: ignore[attr-defined]
    return render(request, "core/access/invited.html", {"done": done})


@require_POST
@page("manage_people")
def invitation_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take an invitation back."""
    invitations.withdraw_invitation(request.scope, number)  # type: ignore[attr-defined]
    messages.success(request, _("The invitation was taken back; its link no longer works."))
    return redirect("people")


@require_safe
@page("manage_people")
def person(request: HttpRequest, key: str) -> HttpResponse:
    """One person: roles, access, and what was done about them."""
    return _person_page(request, key, RoleForm(scope=request.scope))  # type: ignore[attr-defined]


def _person_page(request: HttpRequest, key: str, form: RoleForm, **more: Any) -> HttpResponse:
    scope = request.scope  # type: ignore[attr-defined]
    someone = person_for(scope, key)
    held = [(row, role_name(row.role), may_give(scope, row.role, row.unit.key)) for row in memberships_of(someone)]
    entries = entries_before(None, 10, subject=("person", key)) if scope.holds_everywhere("see_journal") else []
    context = {
        "someone": someone,
        "held": held,
        "form": form,
        "entries": entries,
        "names": names_of({entry.actor for entry in entries}),
        "may_manage": manages(scope, someone),
        "is_self": scope.person == key,
        **more,
    }
    return render(request, "core/access/person.html", context, status=422 if form.is_bound else 200)


@require_POST
@page("manage_people")
def role_give(request: HttpRequest, key: str) -> HttpResponse:
    """Give a role."""
    scope = request.scope  # type: ignore[attr-defined]
    person_for(scope, key)
    form = RoleForm(request.POST, scope=scope)
    if form.is_valid():
        try:
            roles.give_role(scope, key, form.cleaned_data["unit"], form.cleaned_data["role"])
        except HeedError as error:
            tell(form, error, FIELDS)
        else:
            messages.success(request, _("The role was given."))
            return redirect("person", key=key)
    return _person_page(request, key, form)


@require_POST
@page("manage_people")
def role_take(request: HttpRequest, key: str) -> HttpResponse:
    """Take a role away."""
    scope, given = request.scope, request.POST  # type: ignore[attr-defined]
    roles.take_role(scope, key, given.get("unit", "").replace("\0", ""), given.get("role", "").replace("\0", ""))
    messages.success(request, _("The role was taken away."))
    still = people_for(scope).filter(key=key).exists() or people_for(scope, inactive=True).filter(key=key).exists()
    return redirect("person", key=key) if still else redirect("people")


@require_POST
@page("manage_people")
def person_deactivate(request: HttpRequest, key: str) -> HttpResponse:
    """End a person's access."""
    roles.deactivate(request.scope, key)  # type: ignore[attr-defined]
    messages.success(request, _("They can no longer sign in; their links and tokens have ended."))
    return redirect("person", key=key)


@require_POST
@page("manage_people")
def person_reactivate(request: HttpRequest, key: str) -> HttpResponse:
    """Let a person in again."""
    roles.reactivate(request.scope, key)  # type: ignore[attr-defined]
    messages.success(request, _("They can sign in again."))
    return redirect("person", key=key)


@never_cache
@require_POST
@page("manage_people")
def person_link(request: HttpRequest, key: str) -> HttpResponse:
    """Make a sign-in link to pass on; it is shown once."""
    scope = request.scope  # type: ignore[attr-defined]
    link = f"{current().public_url}{links.make_sign_in_link(scope, key)}ask/"
    return _person_page(request, key, RoleForm(scope=scope), link=link, minutes=links.LINK_MINUTES)


urlpatterns = [
    path("people/", people_list, name="people"),
    path("people/invite/", invite, name="invite"),
    path("people/invitations/<int:number>/again/", invitation_again, name="invitation-again"),
    path("people/invitations/<int:number>/withdraw/", invitation_withdraw, name="invitation-withdraw"),
    path("people/<slug:key>/", person, name="person"),
    path("people/<slug:key>/roles/give/", role_give, name="role-give"),
    path("people/<slug:key>/roles/take/", role_take, name="role-take"),
    path("people/<slug:key>/deactivate/", person_deactivate, name="person-deactivate"),
    path("people/<slug:key>/reactivate/", person_reactivate, name="person-reactivate"),
    path("people/<slug:key>/link/", person_link, name="person-link"),
]

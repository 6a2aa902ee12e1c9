"""Reading who may do what."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from heed.core.access.models import ApiToken, Invitation, Membership, SignInLink
from heed.core.access.rules import Scope, digest_of, invitation_state, scope_for
from heed.core.errors.rules import NotFound
from heed.core.people.queries import Person, people, unit_nodes, units
from heed.core.people.rules import below, in_order


def scope_of(person: Any) -> Scope:
    """What a signed-in person may do, over which rows; nothing for who is not signed in or no longer active."""
    if not isinstance(person, Person) or not person.is_active:
        return Scope(person="")
    held = Membership.objects.filter(person=person).values_list("unit__key", "role")
    return scope_for(person.key, list(held), unit_nodes())


def administrators() -> list[Person]:
    """Active people who administer the organisation itself, longest-standing first."""
    held = Membership.objects.filter(role="administrator", unit__parent=None, person__is_active=True)
    return [membership.person for membership in held.select_related("person").order_by("id")]


def memberships_of(person: Person) -> list[Membership]:
    """A person's roles, by unit."""
    return list(Membership.objects.filter(person=person).select_related("unit").order_by("unit__name", "role"))


def open_invitation(token: str) -> Invitation | None:
    """The invitation this token belongs to, while it can still be accepted."""
    found = Invitation.objects.filter(digest=digest_of(token), expires_at__gt=timezone.now())
    return found.filter(accepted_at=None, withdrawn_at=None).select_related("unit").first()


def live_link(secret: str) -> SignInLink | None:
    """The sign-in link of this secret, while it can still be used."""
    found = SignInLink.objects.filter(digest=digest_of(secret), used_at=None, expires_at__gt=timezone.now())
    return found.filter(person__is_active=True).select_related("person").first()


def manages(scope: Scope, person: Person) -> bool:
    """Whether the scope manages people in every unit the person works in; who works in none is the organisation's."""
    units = set(Membership.objects.filter(person=person).values_list("unit__key", flat=True))
    if not units:
        return scope.holds_everywhere("manage_people")
    return all(scope.holds_in("manage_people", unit) for unit in units)


def managed_units(scope: Scope) -> frozenset[str] | None:
    """The units whose people this scope manages; None = all of them."""
    if scope.holds_everywhere("manage_people"):
        return None
    return scope.reaches.get("manage_people", frozenset()) if scope.may("manage_people") else frozenset()


def people_for(scope: Scope, *, unit: str = "", words: str = "", inactive: bool = False) -> QuerySet[Person]:
    """The people this scope manages, by name: in a unit and below, with these words in name or address."""
    found = people().filter(is_active=not inactive).prefetch_related("memberships__unit")
    managed = managed_units(scope)
    if managed is not None:
        found = found.filter(memberships__unit__key__in=managed)
    if unit:
        found = found.filter(memberships__unit__key__in=below(unit, unit_nodes()))
    if words:
        found = found.filter(Q(name__icontains=words) | Q(email__icontains=words))
    return found.distinct()


def person_for(scope: Scope, key: str) -> Person:
    """A person this scope manages. Raises NotFound also for those it does not: it may not know of them."""
    found = people_for(scope).filter(key=key) | people_for(scope, inactive=True).filter(key=key)
    person = found.first()
    if person is None:
        raise NotFound("There is no such person.", code="unknown_person")
    return person


def unit_counts(scope: Scope) -> list[tuple[str, str, int, int]]:
    """(key, name, depth, active people in it and below) of the units this scope manages, in the order of the tree."""
    managed, nodes = managed_units(scope), unit_nodes()
    rows = {unit.key: unit for unit in units() if managed is None or unit.key in managed}
    held: dict[str, set[int]] = {}
    for person, unit in Membership.objects.filter(person__is_active=True).values_list("person_id", "unit__key"):
        held.setdefault(unit, set()).add(person)
    tree = in_order((unit.key, unit.name, unit.parent.key if unit.parent else None) for unit in rows.values())
    return [
        (key, rows[key].name, depth, len(set().union(*(held.get(each, set()) for each in below(key, nodes)))))
        for key, depth in tree
    ]


def invitations_for(scope: Scope, *, limit: int = 200, before: int | None = None) -> list[tuple[Invitation, str]]:
    """The newest invitations to units this scope manages (older than `before`), each with its state."""
    now, managed = timezone.now(), managed_units(scope)
    found = Invitation.objects.select_related("unit").order_by("-id")
    if managed is not None:
        found = found.filter(unit__key__in=managed)
    if before is not None:
        found = found.filter(pk__lt=before)
    return [(row, invitation_state(now, row.expires_at, row.accepted_at, row.withdrawn_at)) for row in found[:limit]]


def tokens_of(person_key: str) -> list[ApiToken]:
    """A person's tokens that have not been revoked, newest first."""
    return list(ApiToken.objects.filter(person__key=person_key, revoked_at=None).order_by("-id"))


def invitation_with_state(row: Invitation) -> tuple[Invitation, str]:
    return row, invitation_state(timezone.now(), row.expires_at, row.accepted_at, row.withdrawn_at)

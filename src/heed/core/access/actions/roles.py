"""Giving and taking roles, and ending a person's access. The organisation never loses its last administrator."""

from django.db import transaction
from django.utils import timezone

from heed.core.access.events import PersonDeactivated, PersonReactivated, RoleGiven, RoleTaken
from heed.core.access.models import ApiToken, Membership, SignInLink
from heed.core.access.queries import manages
from heed.core.access.rules import Scope, checked_role, may_give
from heed.core.errors.rules import Forbidden, NotFound, Refused, phrase
from heed.core.journal.actions import record
from heed.core.people.actions import set_active
from heed.core.people.queries import Person, person_by_key, unit_by_key


def known_person(key: str) -> Person:
    found = person_by_key(key)
    if found is None:
        raise NotFound(phrase("There is no person {key}.", key=key), code="unknown_person")
    return found


def demand_giving(scope: Scope, role: str, unit: str) -> None:
    """Raise unless this scope may give and take the role in the unit."""
    checked_role(role)
    if unit_by_key(unit) is None:
        raise NotFound(phrase("There is no unit {unit}.", unit=unit), code="unknown_unit")
    if not may_give(scope, role, unit):
        scope.demand_in("manage_people", unit)
        raise Forbidden("You cannot give a role that may more than you.", code="role_above_yours")


def _keep_an_administrator(leaving: Membership | Person) -> None:
    """Raise Refused when nobody would administer the organisation any more.

    The rows are locked first: of two people who press at once the second sees what the first has done.
    """
    held = Membership.objects.select_for_update().order_by("id")
    rows = list(held.filter(role="administrator", unit__parent=None, person__is_active=True))
    left = [row for row in rows if (row.person_id if isinstance(leaving, Person) else row.pk) != leaving.pk]
    if rows and not left:
        raise Refused(
            "This is the last administrator.",
            code="last_administrator",
            hint="Make somebody else administrator of the organisation first.",
        )


@transaction.atomic
def give_role(scope: Scope, person: str, unit: str, role: str) -> Membership:
    """Give a person a role in a unit. Giving it twice changes nothing."""
    demand_giving(scope, role, unit)
    someone, place = known_person(person), unit_by_key(unit)
    membership, is_new = Membership.objects.get_or_create(person=someone, unit=place, role=role)
    if is_new:
        record(RoleGiven(person, unit, role), actor=scope.person, subject=("person", person))
    return membership


@transaction.atomic
def take_role(scope: Scope, person: str, unit: str, role: str) -> None:
    """Take a role from a person, unless nobody would administer the organisation any more."""
    demand_giving(scope, role, unit)
    membership = Membership.objects.filter(person__key=person, unit__key=unit, role=role).select_related("unit").first()
    if membership is None:
        raise NotFound("The person does not hold this role there.", code="unknown_role_of_person")
    if role == "administrator" and membership.unit.parent_id is None:
        _keep_an_administrator(membership)
    if Membership.objects.filter(pk=membership.pk).delete()[0]:
        record(RoleTaken(person, unit, role), actor=scope.person, subject=("person", person))


@transaction.atomic
def deactivate(scope: Scope, person: str) -> Person:
    """End a person's access: no sign-in, and their links and tokens end. What they did stays named."""
    someone = known_person(person)
    demand_managing(scope, someone)
    if not someone.is_active:
        return someone
    _keep_an_administrator(someone)
    now = timezone.now()
    SignInLink.objects.filter(person=someone, used_at=None, expires_at__gt=now).update(expires_at=now)
    ApiToken.objects.filter(person=someone, revoked_at=None).update(revoked_at=now)
    set_active(someone, False)
    record(PersonDeactivated(person), actor=scope.person, subject=("person", person))
    return someone


@transaction.atomic
def reactivate(scope: Scope, person: str) -> Person:
    """Let a person sign in again, with the roles they had. Tokens stay ended."""
    someone = known_person(person)
    demand_managing(scope, someone)
    if not someone.is_active:
        set_active(someone, True)
        record(PersonReactivated(person), actor=scope.person, subject=("person", person))
    return someone


def demand_managing(scope: Scope, someone: Person) -> None:
    scope.demand("manage_people")
    if not manages(scope, someone):
        raise Forbidden(
            "This person also works where your role does not reach.",
            code="not_permitted_here",
            hint="Ask an administrator of the organisation.",
        )

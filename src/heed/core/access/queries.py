"""Reading who may do what."""

from typing import Any

from heed.core.access.models import Membership
from heed.core.access.rules import Scope, scope_for
from heed.core.people.queries import Person, unit_nodes


def scope_of(person: Any) -> Scope:
    """What a signed-in person may do, over which rows; nothing for who is not signed in or no longer active."""
    if not isinstance(person, Person) or not person.is_active:
        return Scope(person="")
    held = Membership.objects.filter(person=person).values_list("unit__key", "role")
    return scope_for(person.key, list(held), unit_nodes())

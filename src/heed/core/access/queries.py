"""Reading who may do what."""

from typing import Any

from heed.core.access.models import Membership
from heed.core.access.rules import Scope, scope_for
from heed.core.people.rules import Node
from heed.core.people.models import Person, Unit


def unit_nodes() -> dict[str, Node]:
    """The tree of units, by key."""
    rows = Unit.objects.values_list("key", "kind", "parent__key")
    return {key: Node(key, kind, parent) for key, kind, parent in rows}


def scope_of(person: Any) -> Scope:
    """What a signed-in person may do, and over which rows; nothing for somebody who is not signed in or no longer active."""
    if not isinstance(person, Person) or not person.is_active:
        return Scope(person="")
    held = Membership.objects.filter(person=person).values_list("unit__key", "role")
    return scope_for(person.key, list(held), unit_nodes())

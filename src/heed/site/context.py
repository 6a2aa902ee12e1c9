"""What the shell of every page shows: where one can go."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from heed.core.people.queries import unread_count


def shell(request: HttpRequest) -> dict[str, Any]:
    """The signed-in person's scope, for the navigation, and how much they have not read, for the bell."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"scope": None}
    unread = SimpleLazyObject(lambda: unread_count(person.key))
    return {"scope": getattr(request, "scope", None), "unread_count": unread}

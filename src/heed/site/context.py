"""What the shell of every page shows: where one can go."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """The signed-in person's scope, for the navigation."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"scope": None}
    return {"scope": getattr(request, "scope", None)}

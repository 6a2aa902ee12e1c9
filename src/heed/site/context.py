"""What the shell of every page shows: where one can go, and how much waits there."""

from typing import Any

from django.http import HttpRequest

from heed.core.access.queries import scope_of


def shell(request: HttpRequest) -> dict[str, Any]:
    """The signed-in person's scope, for the navigation; read once a request."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"scope": None}
    if not hasattr(request, "scope"):
        request.scope = scope_of(person)  # type: ignore[attr-defined]
    return {"scope": request.scope}  # type: ignore[attr-defined]

"""What the shell of every page shows: where one can go."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from heed.core.people.queries import unread_count
from heed.core.settings.rules import current
from heed.facts.store.opening import store_of


def shell(request: HttpRequest) -> dict[str, Any]:
    """The signed-in person's scope, for the navigation, and how much they have not read, for the bell."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"scope": None}
    unread = SimpleLazyObject(lambda: unread_count(person.key))
    sample = SimpleLazyObject(_is_sample)
    return {"scope": getattr(request, "scope", None), "unread_count": unread, "is_sample": sample}


def _is_sample() -> bool:
    """Whether the sample operation is what is looked at; asked only where a page wants to say so."""
    from heed.sample.loading import loaded

    return loaded(store_of(current())) is not None

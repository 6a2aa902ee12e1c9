"""Which invitations brought an answer."""

from collections.abc import Iterable

from heed.feedback.surveys.models import Response


def answered_of(once_keys: Iterable[str]) -> set[str]:
    """Of invitations made by these once_keys those that somebody began to answer."""
    found: set[str] = set()
    keys = list(once_keys)
    for start in range(0, len(keys), 500):
        rows = Response.objects.filter(invitation__once_key__in=keys[start : start + 500])
        found |= {each for each in rows.values_list("invitation__once_key", flat=True) if each}
    return found

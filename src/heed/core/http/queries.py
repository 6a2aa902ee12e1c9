"""Reading the events other systems sent."""

from collections.abc import Iterable
from typing import Any

from heed.core.http.models import ReceivedEvent


def received_data(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What events hold, by their ids; those that were erased are left out."""
    return dict(ReceivedEvent.objects.filter(pk__in=list(ids)).values_list("pk", "data"))


def keys_taken(type_: str, keys: Iterable[str]) -> dict[str, tuple[str, str]]:
    """(source, event id) of the events of a type that told a fact of these keys already."""
    rows = ReceivedEvent.objects.filter(type=type_, fact_key__in=list(keys))
    return {key: (source, event_id) for key, source, event_id in rows.values_list("fact_key", "source", "event_id")}

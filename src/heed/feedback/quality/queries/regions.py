"""What the journal leaves out of exclusions, for their facts: the region under whose root the questionnaire lies."""

from collections.abc import Mapping, Sequence
from typing import Any

from heed.core.journal.rules import Entry
from heed.facts.projections import completes
from heed.feedback.quality.events import ResponsePutBack, ResponseSetAside
from heed.feedback.quality.models import Exclusion


@completes(ResponseSetAside, fields=("region",))
@completes(ResponsePutBack, fields=("region",))
def regions_of(entries: Sequence[Entry]) -> Mapping[int, Mapping[str, Any]]:
    """The region of each; empty where the exclusion is not there any more."""
    keys = {entry.id: str((entry.payload or {})["exclusion"]) for entry in entries}
    found = dict(Exclusion.objects.filter(key__in=keys.values()).values_list("key", "region"))
    return {entry: {"region": found.get(key, "")} for entry, key in keys.items()}

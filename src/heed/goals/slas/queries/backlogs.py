"""Cases as they were worked off, learned from facts. Kept while the facts stay the same."""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from heed.goals.kpis.queries import engine, organisation_zone
from heed.goals.slas.definition import Sla
from heed.goals.slas.queries.attainment import BEFORE, KIND, newest_fact
from heed.goals.slas.rules.backlog import Traces
from heed.goals.slas.rules.tracing import Tracing
from heed.rehearsal.replay.deciders import decider_of
from heed.rehearsal.replay.replay import rehearse


def traces_of(sla: Sla, since: datetime, until: datetime) -> Traces:
    """The cases of an SLA opened in a span, as they stood at its end."""
    _newest, version = newest_fact(sla.source)
    return _traces(sla.model_dump_json(), since, until, version, engine().store.url)


@lru_cache(maxsize=8)
def _traces(sla: str, since: datetime, until: datetime, version: int | None, place: str) -> Traces:
    from heed.goals.slas.rules.keeping import CASES

    definition = Sla.model_validate_json(sla)
    tracing = Tracing(definition, since, until, organisation_zone())
    if version is None:
        return tracing.traces()
    decider = replace(decider_of(KIND), columns=lambda sla: CASES, tally=lambda sla, low, high: tracing)
    rehearse(engine(), decider, definition, since - BEFORE, until)
    return tracing.traces()

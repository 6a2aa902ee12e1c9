"""Evidence and tensions as they were read last, kept while nothing they rest on has changed."""

import hashlib
from typing import Any

from django.core.cache import cache

from heed.core.access.rules import Scope
from heed.core.definitions.queries import all_in_force
from heed.feedback.quality.queries.audits import standing_doubts
from heed.goals.kpis.queries import engine, organisation_zone, privacy_policy
from heed.goals.kpis.rules import reached_rows
from heed.goals.kpis.selection.evidence import Selection, weigh_selection, with_choice
from heed.goals.kpis.selection.tensions import Tensions, find_tensions
from heed.goals.kpis.selection.weighing import Asked, candidates, demand
from heed.metrics.sources.shapes import shape_of

KEPT_SECONDS = 3600
BESIDE = {"interactions", "usage", "workforce", "changes", "exclusions", "invitations"}


def kept_selection(scope: Scope, asked: Asked | None = None, *, read: bool = True) -> Selection | None:
    """As `weigh_selection`; None where it is not at hand and must not be read."""
    asked = asked or Asked()
    demand(scope, asked, candidates())
    name = _name("selection", scope, asked)
    told: Selection | None = cache.get(name)
    if told is None and read:
        told = weigh_selection(scope, asked)
        cache.set(name, told, KEPT_SECONDS)
    return with_choice(told) if told else None


def kept_tensions(scope: Scope, asked: Asked | None = None, *, read: bool = True) -> Tensions | None:
    """As `find_tensions`; None where they are not at hand and must not be read."""
    asked = asked or Asked()
    demand(scope, asked, candidates())
    name = _name("tensions", scope, asked)
    told: Tensions | None = cache.get(name)
    if told is None and read:
        told = find_tensions(scope, asked)
        cache.set(name, told, KEPT_SECONDS)
    return told


def _name(what: str, scope: Scope, asked: Any) -> str:
    """Names all that such an answer rests on: the definitions, the versions of the facts, the reach and the policy."""
    kpis = candidates()
    bases = sorted({shape_of(kpi.resolved.measure.source).base for kpi in kpis} | BESIDE)
    reach = reached_rows(scope)
    rests_on = (
        [(kpi.key, kpi.version, repr(kpi.resolved.measure)) for kpi in kpis],
        [(base, engine().store.version(base)) for base in bases],
        engine().store.url,
        sorted((name, sorted(values)) for name, values in reach.items()) if reach is not None else None,
        (privacy_policy(), organisation_zone().key),
        (standing_doubts(), [(held.key, held.digest) for held in all_in_force("quality")]),
        asked,
    )
    return f"kpi-{what}:{hashlib.blake2s(repr(rests_on).encode()).hexdigest()}"

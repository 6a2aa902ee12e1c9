"""Figures as pages ask for them, kept while nothing they rest on has changed."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from django.core.cache import cache
from django.utils.translation import gettext

from heed.core.access.rules import Scope
from heed.core.errors.rules import translated
from heed.goals.kpis.queries import (
    Question,
    ShownKpi,
    demand_sight,
    engine,
    kpi_in_force,
    organisation_zone,
    privacy_policy,
    show_kpi,
)
from heed.goals.kpis.rules import reached_rows
from heed.metrics.periods import Period
from heed.metrics.sources.shapes import shape_of

KEPT_SECONDS = 3600


def figures(
    key: str,
    scope: Scope,
    question: Question,
    *,
    by: Sequence[str] = (),
    period: Period | None = None,
    with_sql: bool = False,
) -> ShownKpi:
    """As `show_kpi`, from what was kept where that still holds."""
    demand_sight(key, scope, question, by)
    name = _name(key, scope, question, by, period, with_sql)
    found: ShownKpi | None = cache.get(name)
    if found is None:
        found = show_kpi(key, scope, question, by=by, period=period, with_sql=with_sql)
        cache.set(name, found, KEPT_SECONDS)
    return in_language(found)


def in_language(shown: ShownKpi) -> ShownKpi:
    """The same figure with its names in the reader's language."""
    return replace(
        shown,
        name=translated(shown.name, gettext),
        short=translated(shown.short, gettext),
        formula=translated(shown.formula, gettext),
        source=translated(shown.source, gettext),
        target_hints=tuple(translated(hint, gettext) for hint in shown.target_hints),
    )


def is_kept(key: str, scope: Scope, question: Question, *, period: Period | None = None) -> bool:
    """Whether the figures are at hand, so that a page need not wait for them."""
    return _name(key, scope, question, (), period, False) in cache


def _name(key: str, scope: Scope, question: Question, by: Sequence[str], period: Period | None, with_sql: bool) -> str:
    """Names all that an answer rests on: the definition, the version of the facts, the reach, the policy and the
    zone.
    """
    held = kpi_in_force(key)
    source = shape_of(held.body.measure.source)  # type: ignore[attr-defined]
    reach = reached_rows(scope)
    rests_on = (
        (held.key, held.digest, held.version, engine().name, engine().store.url, engine().store.version(source.base)),
        sorted((name, sorted(values)) for name, values in reach.items()) if reach is not None else None,
        (privacy_policy(), organisation_zone().key),
        (question, tuple(by), period, with_sql),
    )
    return f"kpi:{hashlib.blake2s(repr(rests_on).encode()).hexdigest()}"

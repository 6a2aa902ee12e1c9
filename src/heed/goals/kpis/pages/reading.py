"""Figures as pages ask for them, kept while nothing they rest on has changed."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from django.core.cache import cache
from django.utils.translation import gettext

from heed.core.access.rules import Scope
from heed.core.definitions.queries import all_in_force
from heed.core.errors.rules import translated
from heed.feedback.quality.queries.audits import standing_doubts
from heed.feedback.quality.queries.weights import weights_rest_on
from heed.goals.kpis.published import show_published
from heed.goals.kpis.queries import (
    Question,
    ShownKpi,
    demand_sight,
    engine,
    kpi_as,
    kpi_in_force,
    organisation_zone,
    privacy_policy,
    show_kpi,
)
from heed.goals.kpis.revisions import known_versions
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
    as_published: bool = False,
) -> ShownKpi:
    """As `show_kpi`, or by period as `show_published`, from what was kept where that still holds."""
    demand_sight(key, scope, question, by)
    name = _name(key, scope, question, by, period, (with_sql, as_published))
    found: ShownKpi | None = cache.get(name)
    if found is None:
        if period and as_published:
            found = show_published(key, scope, question, by=by, period=period)
        else:
            found = show_kpi(key, scope, question, by=by, period=period, with_sql=with_sql)
        cache.set(name, found, KEPT_SECONDS)
    return in_language(found)


def in_language(shown: ShownKpi) -> ShownKpi:
    """The same figure with its names in the reader's language, and money with its currency in its unit."""
    return replace(
        shown,
        unit=f"{shown.unit} {shown.currency}".rstrip(),
        name=translated(shown.name, gettext),
        short=translated(shown.short, gettext),
        formula=translated(shown.formula, gettext),
        source=translated(shown.source, gettext),
        target_hints=tuple(translated(hint, gettext) for hint in shown.target_hints),
    )


def is_kept(key: str, scope: Scope, question: Question, *, period: Period | None = None) -> bool:
    """Whether the figures are at hand, so that a page need not wait for them."""
    return _name(key, scope, question, (), period, (False, False)) in cache


def _name(
    key: str, scope: Scope, question: Question, by: Sequence[str], period: Period | None, how: tuple[bool, bool]
) -> str:
    """Names all that an answer rests on: the definition, the version of the facts, the reach, the policy and the
    zone.
    """
    held = kpi_in_force(key)
    source = shape_of(held.body.measure.source)  # type: ignore[attr-defined]
    reach = reached_rows(scope)
    rests_on = (
        (held.key, held.digest, held.version, engine().name, engine().store.url, engine().store.version(source.base)),
        sorted((name, sorted(values)) for name, values in reach.items()) if reach is not None else None,
        (privacy_policy(), organisation_zone().key, engine().store.version("exclusions"), standing_doubts()),
        (question, tuple(by), period, how, _others(key) if how[1] else ()),
        (*weights_rest_on(), *((each.key, each.digest) for each in all_in_force("quality"))),
    )
    return f"kpi:{hashlib.blake2s(repr(rests_on).encode()).hexdigest()}"


def _others(key: str) -> tuple[tuple[int, str, int | None], ...]:
    """What a series as published rests on besides: the versions, and the facts each of them read."""
    found = []
    for each in known_versions(key):
        if each.is_published:
            base = shape_of(kpi_as(key, each.number).body.measure.source).base  # type: ignore[attr-defined]
            found.append((each.number, str(each.since), engine().store.version(base)))
    return tuple(found)

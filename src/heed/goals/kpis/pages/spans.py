"""From when to when there are facts for a KPI, and what they can be split by that files brought beside the columns."""

from datetime import datetime
from functools import lru_cache

from heed.goals.kpis.queries import engine
from heed.metrics.sources.opening import kept_beside, open_source, span
from heed.metrics.sources.shapes import shape_of


def facts_span(source: str) -> tuple[datetime, datetime] | None:
    """The first and the last time in the facts of a source; None where there are none."""
    base = shape_of(source).base
    return _span(source, engine().store.version(base), engine().store.url)


@lru_cache(maxsize=64)
def _span(source: str, version: int | None, place: str) -> tuple[datetime, datetime] | None:
    """Kept until the table has a new version."""
    if version is None:
        return None
    first, last = span(engine(), open_source(engine(), source))
    return (first, last) if first and last else None


def columns_beside(source: str) -> tuple[str, ...]:
    """Columns of the files themselves that the facts of a source can be split by."""
    base = shape_of(source).base
    return _beside(source, engine().store.version(base), engine().store.url)


@lru_cache(maxsize=64)
def _beside(source: str, version: int | None, place: str) -> tuple[str, ...]:
    """Kept until the table has a new version."""
    return () if version is None else tuple(kept_beside(engine(), open_source(engine(), source)))

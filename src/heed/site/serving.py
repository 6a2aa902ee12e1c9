"""The WSGI application as `heed web` serves it: what the first figure needs is loaded before the first request."""

from contextlib import suppress

from django.urls import get_resolver

from heed.core.errors.rules import HeedError
from heed.site.wsgi import application as application


def load_ahead() -> None:
    """Load pages, engine and distributions. What fails here is told by the page that needs it."""
    import heed.metrics.readings  # noqa: F401
    from heed.goals.kpis.queries import engine
    from heed.stats.distributions import student_quantile

    _ = get_resolver().url_patterns
    student_quantile(1.0, 0.5)
    with suppress(HeedError, OSError):
        opened = engine()
        opened.run(opened.table("interactions").limit(0))


load_ahead()

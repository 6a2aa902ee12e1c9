"""The WSGI application as the web workers serve it, behind the front.

What the first figure needs is loaded before the first request.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from django.urls import get_resolver

from heed.core.errors.rules import HeedError
from heed.site.lifeline import end_with_parent
from heed.site.wsgi import application as django_application

Environ = dict[str, Any]


def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Take who asks from the front's word: nobody else may open the socket, and a socket has no address of its own."""
    address = environ.get("HTTP_X_FORWARDED_FOR", "")
    environ["REMOTE_ADDR"] = address if "," not in address else ""
    environ["wsgi.url_scheme"] = environ.get("HTTP_X_FORWARDED_PROTO", "http")
    answer: Iterable[bytes] = django_application(environ, start_response)
    return answer


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


end_with_parent()
load_ahead()

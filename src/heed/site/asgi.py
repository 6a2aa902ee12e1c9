"""The ASGI application, for the front: what it needs of the site is handed to it here."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heed.site.settings")
django.setup()

from heed.collector.front import Front  # noqa: E402  needs models
from heed.core.errors.rules import HeedError  # noqa: E402
from heed.core.settings.rules import current  # noqa: E402
from heed.site.lifeline import end_with_parent  # noqa: E402
from heed.site.middleware import problem  # noqa: E402
from heed.site.server import pages_socket  # noqa: E402

end_with_parent()


def _told(error: HeedError) -> tuple[int, str, bytes]:
    """A refusal as the API answers it."""
    response = problem(error)
    return response.status_code, response.headers["Content-Type"], response.content


_settings = current()
application = Front(pages_socket(_settings), _settings.trusted_networks, int(_settings.upload_bytes), _told)

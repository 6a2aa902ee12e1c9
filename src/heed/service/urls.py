"""Gathers the pages and the API of service for the site."""

from typing import Any

from ninja import Router

from heed.service.formats import api as formats_api
from heed.service.formats import pages as formats

urlpatterns: list[Any] = [*formats.urlpatterns]
routers: list[tuple[str, Router]] = [
    ("/imports", formats_api.router),
    ("/quarantined-rows", formats_api.rows),
    ("/replays", formats_api.replays),
]

"""Gathers the pages and the API of goals for the site."""

from typing import Any

from ninja import Router

from heed.goals.kpis import api as kpis_api
from heed.goals.kpis.pages import figure, listing, records

# The list's own pages come first: `kpis/changed/` is no KPI.
urlpatterns: list[Any] = [
    *listing.urlpatterns,
    *records.urlpatterns,
    *figure.urlpatterns,
]
routers: list[tuple[str, Router]] = [("/kpis", kpis_api.router)]

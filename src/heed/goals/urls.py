"""Gathers the pages and the API of goals for the site."""

from typing import Any

from ninja import Router

from heed.goals.escalation import api as escalation_api
from heed.goals.escalation import pages as escalation_pages
from heed.goals.footprint import api as footprint_api
from heed.goals.footprint.pages import footprints as footprint_pages
from heed.goals.journeys import api as journeys_api
from heed.goals.journeys.pages import journeys as journeys_pages
from heed.goals.journeys.pages import process as process_pages
from heed.goals.kpis import api as kpis_api
from heed.goals.kpis.pages import figure, listing, records, revision, selection, tensions
from heed.goals.slas.api import attainment as slas_api
from heed.goals.slas.api import negotiation as negotiation_api
from heed.goals.slas.api import staffing as staffing_api
from heed.goals.slas.pages import attainment as slas_pages
from heed.goals.slas.pages import negotiation as negotiation_pages
from heed.goals.slas.pages import staffing as staffing_pages
from heed.goals.targets import api as targets_api
from heed.goals.targets.pages import cascade, wallboard

# The list's own pages come first: `kpis/changed/` is no KPI.
urlpatterns: list[Any] = [
    *escalation_pages.urlpatterns,
    *footprint_pages.urlpatterns,
    *listing.urlpatterns,
    *records.urlpatterns,
    *revision.urlpatterns,
    *tensions.urlpatterns,
    *selection.urlpatterns,
    *figure.urlpatterns,
    *process_pages.urlpatterns,
    *journeys_pages.urlpatterns,
    *slas_pages.urlpatterns,
    *negotiation_pages.urlpatterns,
    *staffing_pages.urlpatterns,
    *cascade.urlpatterns,
    *wallboard.urlpatterns,
]
routers: list[tuple[str, Router]] = [
    ("/journeys", journeys_api.router),
    ("/journey-process", journeys_api.process_router),
    ("/escalations", escalation_api.router),
    ("/escalation-rotas", escalation_api.rota_router),
    ("/escalation-load", escalation_api.load_router),
    ("/footprints", footprint_api.router),
    ("/kpis", kpis_api.router),
    ("/kpi-tensions", kpis_api.tensions_router),
    ("/kpi-selection", kpis_api.selection_router),
    ("/slas", slas_api.router),
    ("/slas", negotiation_api.router),
    ("/staffing", staffing_api.router),
    ("/targets", targets_api.router),
    ("/wallboards", targets_api.wallboards_router),
]

"""Gathers the pages and the API of service for the site."""

from typing import Any

from ninja import Router

from heed.service.cases import api as cases_api
from heed.service.cases.pages import listing as case_list
from heed.service.cases.pages import rehearsing as case_rehearsal
from heed.service.cases.pages import showing as case_page
from heed.service.customers import api as customers_api
from heed.service.customers.pages import bringing as customer_files
from heed.service.customers.pages import leaving as customer_leaving
from heed.service.customers.pages import listing as customer_list
from heed.service.formats import api as formats_api
from heed.service.formats import pages as formats

urlpatterns: list[Any] = [
    *formats.urlpatterns,
    *case_list.urlpatterns,
    *case_rehearsal.urlpatterns,
    *case_page.urlpatterns,
    *customer_list.urlpatterns,
    *customer_files.urlpatterns,
    *customer_leaving.urlpatterns,
]
routers: list[tuple[str, Router]] = [
    ("/cases", cases_api.router),
    ("/imports", formats_api.router),
    ("/quarantined-rows", formats_api.rows),
    ("/replays", formats_api.replays),
    ("/customers", customers_api.router),
]

"""Gathers the pages and the API of core for the site."""

from typing import Any

from ninja import Router

from heed.core.access import api as access
from heed.core.access.pages import entrance, profile
from heed.core.access.pages import people as people_pages
from heed.core.definitions import api as definitions_api
from heed.core.definitions import pages as definitions
from heed.core.journal import api as journal_api
from heed.core.journal import pages as journal
from heed.core.people import api as people_api
from heed.core.people import pages as units

# Units come before people: `people/units/` is no person.
urlpatterns: list[Any] = [
    *entrance.urlpatterns,
    *units.urlpatterns,
    *people_pages.urlpatterns,
    *profile.urlpatterns,
    *journal.urlpatterns,
    *definitions.urlpatterns,
]
routers: list[tuple[str, Router]] = [
    ("/units", people_api.router),
    ("/notifications", people_api.notifications),
    ("/people", access.people),
    ("/roles", access.roles),
    ("/invitations", access.invitations),
    ("/tokens", access.tokens),
    ("/journal", journal_api.router),
    ("/definitions", definitions_api.router),
]

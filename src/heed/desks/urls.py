"""The desks' addresses."""

from typing import Any

from django.urls import path

from heed.desks.customer import urlpatterns as customer_pages
from heed.desks.home import home
from heed.desks.operations import urlpatterns as operation_pages
from heed.desks.places import urlpatterns as place_pages
from heed.desks.search import urlpatterns as search_pages
from heed.documents.charts.pages import charts_script

urlpatterns: list[Any] = [
    path("", home, name="home"),
    *place_pages,
    *search_pages,
    *customer_pages,
    *operation_pages,
    path("charts/<str:name>", charts_script, name="charts-script"),
]

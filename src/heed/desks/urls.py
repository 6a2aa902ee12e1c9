"""The desks' addresses."""

from typing import Any

from django.urls import path

from heed.desks.home import home
from heed.desks.places import urlpatterns as place_pages
from heed.documents.charts.pages import charts_script

urlpatterns: list[Any] = [
    path("", home, name="home"),
    *place_pages,
    path("charts/<str:name>", charts_script, name="charts-script"),
]

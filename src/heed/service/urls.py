"""Gathers the pages and the API of service for the site."""

from typing import Any

from ninja import Router

urlpatterns: list[Any] = []
routers: list[tuple[str, Router]] = []

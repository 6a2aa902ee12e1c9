"""The site as a Django app: it has template tags and no models."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "heed.site"
    label = "heed_site"

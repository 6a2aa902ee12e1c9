"""The site as a Django app: it has template tags and no models."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "heed.site"
    label = "heed_site"

    def ready(self) -> None:
        from heed.collector import projections  # noqa: F401  what comes in becomes facts, whichever process follows

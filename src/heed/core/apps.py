"""The core as a Django app: journal, people, access, definitions, consent, queue."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "heed.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from heed.core.people import definition  # noqa: F401  registers the kinds it owns

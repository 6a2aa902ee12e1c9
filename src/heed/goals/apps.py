"""Goals as a Django app: what good means, promised and kept."""

from django.apps import AppConfig


class GoalsConfig(AppConfig):
    name = "heed.goals"
    label = "goals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from heed.goals.kpis import definition  # noqa: F401  registers the kind

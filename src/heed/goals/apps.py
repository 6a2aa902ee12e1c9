"""Goals as a Django app: what good means, promised and kept."""

from typing import Any

from django.apps import AppConfig


class GoalsConfig(AppConfig):
    name = "heed.goals"
    label = "goals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from heed.goals.kpis import definition  # noqa: F401  registers the kind

        post_migrate.connect(_install, sender=self, dispatch_uid="heed.install_catalogue")


def _install(**_: Any) -> None:
    """A new store has the catalogue in force, whoever made it."""
    from heed.goals.kpis.actions import ensure_catalogue

    ensure_catalogue()

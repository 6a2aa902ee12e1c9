"""Service as a Django app: one customer, every channel."""

from typing import Any

from django.apps import AppConfig


class ServiceConfig(AppConfig):
    name = "heed.service"
    label = "service"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from heed.service.cases import definition as case_definition  # noqa: F401  registers its kinds
        from heed.service.cases.rules import changes, notices, opening  # noqa: F401  registers what its name says
        from heed.service.cases.rules import personal as case_personal  # noqa: F401  registers the personal columns
        from heed.service.customers import events as customer_events  # noqa: F401  registers its events
        from heed.service.customers import rules as customer_rules  # noqa: F401  registers the personal columns
        from heed.service.formats import definition, events  # noqa: F401  registers the kind and the events
        from heed.service.formats.rules import personal, reasons  # noqa: F401  registers the personal columns, and why rows fail

        post_migrate.connect(_install, sender=self, dispatch_uid="heed.ensure_causes")


def _install(**_: Any) -> None:
    """A new store has a list of causes in force."""
    from heed.service.cases.actions.opening import ensure_causes

    ensure_causes()

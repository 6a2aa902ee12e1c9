"""Service as a Django app: one customer, every channel."""

from django.apps import AppConfig


class ServiceConfig(AppConfig):
    name = "heed.service"
    label = "service"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from heed.service.cases import definition as case_definition  # noqa: F401  registers its kinds
        from heed.service.cases.rules import changes, opening  # noqa: F401  registers its projections and its decide
        from heed.service.cases.rules import personal as case_personal  # noqa: F401  registers the personal columns
        from heed.service.formats import definition, events  # noqa: F401  registers the kind and the events
        from heed.service.formats.rules import personal  # noqa: F401  registers the personal columns

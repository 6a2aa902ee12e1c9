"""Goals as a Django app: what good means, promised and kept."""

from typing import Any

from django.apps import AppConfig


class GoalsConfig(AppConfig):
    name = "heed.goals"
    label = "goals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from heed.goals.escalation import events as escalation_events  # noqa: F401  registers its events
        from heed.goals.escalation.rules import changes, notices, personal, rehearsing  # noqa: F401  registers what its name says
        from heed.goals.footprint import definition as footprint  # noqa: F401  registers the kind
        from heed.goals.footprint import events as footprint_events  # noqa: F401  registers its events
        from heed.goals.footprint.rules import personal as footprint_personal  # noqa: F401  registers what its name says
        from heed.goals.journeys import definition as journeys  # noqa: F401  registers the kind
        from heed.goals.kpis import definition  # noqa: F401  registers the kind
        from heed.goals.slas import events as sla_events  # noqa: F401  registers its events
        from heed.goals.slas.rules import keeping  # noqa: F401  registers the kind and how it decides
        from heed.goals.slas.rules import notices as sla_notices  # noqa: F401  registers its notices
        from heed.goals.targets import definition as targets  # noqa: F401  registers the kind
        from heed.goals.targets import rules as target_rules  # noqa: F401  registers what targets and KPIs agree on

        post_migrate.connect(_install, sender=self, dispatch_uid="heed.install_catalogue")


def _install(**_: Any) -> None:
    """A new store has the catalogue in force, whoever made it."""
    from heed.goals.kpis.actions import ensure_catalogue

    ensure_catalogue()

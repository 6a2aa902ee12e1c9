"""The core as a Django app: journal, people, access, definitions, consent, queue."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "heed.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from heed.core.access import rules as access_rules  # noqa: F401  registers its personal columns
        from heed.core.access.actions.links import note_sign_in
        from heed.core.calendar import definition as calendar_definition  # noqa: F401  registers its kind
        from heed.core.http import rules as http_rules  # noqa: F401  registers its personal columns
        from heed.core.people import definition  # noqa: F401  registers the kinds it owns

        user_logged_in.connect(note_sign_in, dispatch_uid="heed.note_sign_in")

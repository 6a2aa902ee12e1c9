"""Feedback as a Django app: asking and listening."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "heed.feedback"
    label = "feedback"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from heed.feedback.privacy import definition  # noqa: F401  registers the kind it owns
        from heed.feedback.privacy.actions import ensure_policy

        post_migrate.connect(ensure_policy, sender=self, dispatch_uid="heed.ensure_policy")

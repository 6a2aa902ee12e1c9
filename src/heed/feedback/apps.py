"""Feedback as a Django app: asking and listening."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "heed.feedback"
    label = "feedback"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from heed.feedback.privacy import definition  # noqa: F401  registers the kind it owns
        from heed.feedback.privacy import events as privacy_events  # noqa: F401  registers its events
        from heed.feedback.privacy.actions.policy import ensure_policy
        from heed.feedback.privacy.rules import stores as privacy_stores  # noqa: F401  registers the personal columns
        from heed.feedback.quality import definition as quality_definition  # noqa: F401  registers its kind
        from heed.feedback.quality import events as quality_events  # noqa: F401  registers its events
        from heed.feedback.quality.queries import regions as quality_regions  # noqa: F401  reads what the journal leaves out
        from heed.feedback.quality.rules import telling as quality_telling  # noqa: F401  what becomes of events
        from heed.feedback.routing import definition as routing_definition  # noqa: F401  registers its kind
        from heed.feedback.routing import events as routing_events  # noqa: F401  registers its events
        from heed.feedback.routing.rules import connecting as routing_rules  # noqa: F401  registers personal columns and notices
        from heed.feedback.routing.rules import items as routed_rules  # noqa: F401  registers personal columns and notices
        from heed.feedback.surveys import definition as survey_definition  # noqa: F401  registers its kind
        from heed.feedback.surveys import events as survey_events  # noqa: F401  registers its events
        from heed.feedback.surveys.queries import surveys as survey_queries  # noqa: F401  reads the words of answers for facts
        from heed.feedback.surveys.rules import links as survey_links  # noqa: F401  registers the personal columns
        from heed.feedback.surveys.rules import projections as survey_projections  # noqa: F401  what becomes of events
        from heed.feedback.triggers.actions.asking import ensure_contact_policy
        from heed.feedback.triggers.queries import log as trigger_log  # noqa: F401  reads what the journal leaves out
        from heed.feedback.triggers.queries import state as trigger_state  # noqa: F401  what rehearsals begin with
        from heed.feedback.triggers.rules import telling as trigger_telling  # noqa: F401  what becomes of events
        from heed.feedback.verbatims import definition as verbatim_definition  # noqa: F401  registers its kind
        from heed.feedback.verbatims import events as verbatim_events  # noqa: F401  registers its events
        from heed.feedback.verbatims.actions.taxonomy import ensure_taxonomy
        from heed.feedback.verbatims.rules import notices as verbatim_notices  # noqa: F401  registers its notices

        post_migrate.connect(ensure_policy, sender=self, dispatch_uid="heed.ensure_policy")
        post_migrate.connect(ensure_contact_policy, sender=self, dispatch_uid="heed.ensure_contact_policy")
        post_migrate.connect(ensure_taxonomy, sender=self, dispatch_uid="heed.ensure_taxonomy")

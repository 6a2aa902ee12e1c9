"""Feedback as a Django app: asking and listening."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "heed.feedback"
    label = "feedback"
    default_auto_field = "django.db.models.BigAutoField"

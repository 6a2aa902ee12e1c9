"""Service as a Django app: one customer, every channel."""

from django.apps import AppConfig


class ServiceConfig(AppConfig):
    name = "heed.service"
    label = "service"
    default_auto_field = "django.db.models.BigAutoField"

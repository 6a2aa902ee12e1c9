"""Each decision to ask, or not to ask, a customer; the one rest period; and lists that a survey is sent to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from heed.core.fields import new_key


def ask_key() -> str:
    return new_key("ask")


def list_key() -> str:
    return new_key("list")


class Ask(models.Model):
    """One decision about one customer. `once_key` holds what led to it (trigger and fact, or list), so that it is taken once."""

    key = models.CharField(max_length=40, unique=True, default=ask_key)
    once_key = models.CharField(max_length=255, unique=True)
    trigger_key = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(null=True)
    asked_list = models.CharField(max_length=40, blank=True, db_index=True)
    survey_key = models.CharField(max_length=80)
    customer_key = models.CharField(max_length=40)
    fact_table = models.CharField(max_length=40, blank=True)
    fact_key = models.CharField(max_length=255, blank=True)
    decided_at = models.DateTimeField()
    asked = models.BooleanField()
    reason = models.CharField(max_length=40)
    probability = models.FloatField(default=1.0)
    draw = models.FloatField(null=True)
    rested_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    invitation = models.CharField(max_length=40, blank=True)
    region = models.CharField(max_length=120, blank=True)
    context = models.JSONField(default=dict)
    actor = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("decision to ask")
        verbose_name_plural = _("decisions to ask")
        indexes = [
            models.Index(fields=["customer_key", "-id"]),
            models.Index(fields=["trigger_key", "-id"]),
            models.Index(fields=["reason", "-id"]),
            models.Index(fields=["decided_at"]),
            models.Index(fields=["due_at"], condition=models.Q(asked=True, invitation=""), name="asks_waiting"),
        ]

    def __str__(self) -> str:
        return self.key


class Attention(models.Model):
    """When a customer was last asked, whatever asked: the one rest period is counted from here."""

    customer_key = models.CharField(max_length=40, unique=True)
    last_asked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("attention")
        verbose_name_plural = _("attention")

    def __str__(self) -> str:
        return self.customer_key


class AskList(models.Model):
    """A survey for a list of customers. `customers` are keys; `position` is how many of them were decided about.

    Nobody is asked before `confirmed_at`. `unknown` counts what was given and is nobody's identifier or address.
    """

    key = models.CharField(max_length=40, unique=True, default=list_key)
    survey_key = models.CharField(max_length=80)
    customers = models.JSONField(default=list)
    unknown = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    actor = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("list that is asked")
        verbose_name_plural = _("lists that are asked")
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(confirmed_at__isnull=False, finished_at=None), name="lists_open"
            )
        ]

    def __str__(self) -> str:
        return self.key

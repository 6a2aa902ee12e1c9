"""Connections with other systems, and what was sent to each."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from heed.core.fields import Dated, new_key


def connection_key() -> str:
    return new_key("con")


def message_key() -> str:
    return new_key("msg")


class Connection(Dated):
    """Another system that is told what happens. Its secret is worked out from the store's own and this version, not kept."""

    key = models.CharField(max_length=24, unique=True, default=connection_key, editable=False)
    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=2000)
    events = models.JSONField(default=list)
    made_by = models.CharField(max_length=64)
    # Of what happened before it was made nothing is sent.
    after_entry = models.BigIntegerField()
    secret_version = models.PositiveIntegerField(default=1)
    former_until = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=20, blank=True)
    removed_at = models.DateTimeField(null=True)
    # The line as a whole: failures in a row, when it is tried again, and who is at it until when.
    failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message to one connection. `key` is its id on the line: the same at every try, so that a receiver knows it again."""

    STATES = (
        ("pending", _("pending")),
        ("delivered", _("delivered")),
        ("dead", _("given up")),
        ("dropped", _("dropped")),
    )

    key = models.CharField(max_length=24, unique=True, default=message_key, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="deliveries")
    # None is a message that tries the line.
    entry = models.BigIntegerField(null=True)
    event = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=STATES, default="pending")
    made_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    # Tries since it was last put in the queue: what the pauses go by.
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_answer = models.TextField(blank=True)
    last_seconds = models.FloatField(null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["connection", "entry"], name="one_message_per_entry_and_connection"),
        ]
        indexes = [
            models.Index(fields=["connection", "next_at"], condition=models.Q(state="pending"), name="delivery_due"),
            models.Index(fields=["connection", "state", "-id"]),
            models.Index(fields=["state", "ended_at"]),
        ]

    def __str__(self) -> str:
        return self.key

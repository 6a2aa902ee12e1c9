"""What came in over HTTP and must be counted once: calls with a key, and events from other systems."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdempotentCall(models.Model):
    """A call made under an `Idempotency-Key`, with its answer: a repeat gets the same one and changes nothing."""

    actor = models.CharField(max_length=64)
    door = models.CharField(max_length=120)
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(null=True)
    made_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("idempotent call")
        verbose_name_plural = _("idempotent calls")
        constraints = [models.UniqueConstraint(fields=["actor", "door", "key"], name="one_call_per_idempotency_key")]

    def __str__(self) -> str:
        return f"{self.door} {self.key}"


class ReceivedEvent(models.Model):
    """A CloudEvent another system sent. `data` may hold customers' words; the journal names the row by its id."""

    event_id = models.CharField(max_length=255)
    source = models.CharField(max_length=255)
    type = models.CharField(max_length=120)
    subject = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    fact_key = models.CharField(max_length=255, blank=True)
    customer_key = models.CharField(max_length=64, blank=True, db_index=True)
    sent_by = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("received event")
        verbose_name_plural = _("received events")
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="one_event_per_source_and_id"),
            models.UniqueConstraint(
                fields=["type", "fact_key"], condition=~models.Q(fact_key=""), name="one_event_per_fact"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.event_id}"

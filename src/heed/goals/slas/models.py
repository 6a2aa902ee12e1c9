"""Negotiations of promises: two sides, what they offered each other, who signed. Rows are added, not rewritten."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from heed.core.fields import Dated, new_key

SIDES = (("provider", _("who keeps the promise")), ("customer", _("who is promised")))


def negotiation_key() -> str:
    return new_key("nego")


class Negotiation(Dated):
    """One talk about one SLA, between two units, or two persons of them. What all offers are scored on is settled at its
    start: the version that is in force, the calls up to `history_until`, what an hour costs.
    """

    key = models.CharField(max_length=24, unique=True, default=negotiation_key, editable=False)
    sla_key = models.CharField(max_length=80, db_index=True)
    base_version = models.PositiveIntegerField()
    provider_title = models.CharField(_("who keeps the promise"), max_length=120)
    provider_unit = models.CharField(max_length=60)
    provider_person = models.CharField(max_length=64, blank=True)
    customer_title = models.CharField(_("who is promised"), max_length=120)
    customer_unit = models.CharField(max_length=60)
    customer_person = models.CharField(max_length=64, blank=True)
    queues_by = models.CharField(max_length=20, blank=True)
    weeks = models.PositiveSmallIntegerField()
    history_until = models.DateTimeField()
    seed = models.PositiveIntegerField()
    cost_per_hour = models.DecimalField(max_digits=9, decimal_places=2)
    currency = models.CharField(max_length=3)
    shrinkage = models.FloatField()
    hours_per_person = models.FloatField()
    opened_by = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=64, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    agreed_number = models.PositiveIntegerField(null=True)
    definition_version = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            # Of one SLA one talk runs at a time.
            models.UniqueConstraint(
                fields=["sla_key"],
                condition=models.Q(withdrawn_at__isnull=True, agreed_at__isnull=True),
                name="one_live_negotiation",
            )
        ]


class Offer(Dated):
    """What one side offers: the terms as they would be in force, and the score of the simulator."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="offers")
    number = models.PositiveIntegerField()
    side = models.CharField(max_length=10, choices=SIDES)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    target = models.FloatField()
    within_seconds = models.FloatField()
    days = models.CharField(max_length=80, blank=True)
    opens = models.CharField(max_length=5, blank=True)
    closes = models.CharField(max_length=5, blank=True)
    head_count = models.DecimalField(max_digits=9, decimal_places=2)
    money = models.DecimalField(max_digits=14, decimal_places=2)
    in_force_on = models.DateField()
    expires_at = models.DateTimeField()
    score = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["negotiation", "number"], name="offer_numbers")]


class OfferSignature(models.Model):
    """That a person of a side agreed to exactly this offer."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=10, choices=SIDES)
    signed_by = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer", "side"], name="one_signature_a_side")]


class Reservation(Dated):
    """How far a side would go, for itself alone: read by nobody of the other."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="reservations")
    side = models.CharField(max_length=10, choices=SIDES)
    target = models.FloatField(null=True)
    money = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    set_by = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["negotiation", "side"], name="one_reservation_a_side")]

"""Requests of people about their data, holds, erasures with their receipts, breaches, runs of retention, backups that are known."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from heed.core.fields import Dated, new_key


def new_request_key() -> str:
    return new_key("prq")


def new_erasure_key() -> str:
    return new_key("era")


def new_breach_key() -> str:
    return new_key("brc")


def new_veil() -> str:
    """What stands for a person who was erased, in what stays without them: random, and kept nowhere else."""
    return new_key("gone")


class PrivacyRequest(Dated):
    """A person asks for their data, for its erasure or correction, or objects. After an erasure it names nobody."""

    KINDS = (
        ("access", _("access")),
        ("erasure", _("erasure")),
        ("correction", _("correction")),
        ("objection", _("objection")),
    )
    OUTCOMES = (("fulfilled", _("fulfilled")), ("refused", _("refused")))

    key = models.CharField(max_length=24, unique=True, default=new_request_key)
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS)
    customer_key = models.CharField(max_length=64, db_index=True, blank=True)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=20, blank=True)
    policies = models.JSONField(default=list)
    received_at = models.DateTimeField()
    due_on = models.DateField()
    extended_on = models.DateField(null=True)
    extended_by = models.CharField(max_length=64, blank=True)
    extension_reason = models.CharField(max_length=300, blank=True)
    identity_checked_at = models.DateTimeField(null=True)
    identity_checked_by = models.CharField(max_length=64, blank=True)
    identity_check = models.CharField(max_length=300, blank=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=64, blank=True)
    opened_by = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=10, choices=OUTCOMES, blank=True)
    outcome_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("privacy request")
        verbose_name_plural = _("privacy requests")
        indexes = [models.Index(fields=["ended_at", "due_on"])]

    def __str__(self) -> str:
        return self.key


class LegalHold(models.Model):
    """While it stands, nothing of the customer is erased."""

    customer_key = models.CharField(max_length=64)
    reason = models.CharField(_("reason"), max_length=300)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=64)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=64, blank=True)
    release_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints = [
            models.UniqueConstraint(
                fields=["customer_key"], condition=models.Q(released_at=None), name="one_standing_hold"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Erasure(models.Model):
    """An erasure under way, and afterwards its receipt. Whom it is about is sealed until it is done, then gone: `digest`
    is that of the key under the store's secret, by which a backup that is brought back is cleaned again.
    """

    key = models.CharField(max_length=24, unique=True, default=new_erasure_key)
    digest = models.CharField(max_length=64, db_index=True)
    sealed = models.TextField(blank=True)
    request = models.CharField(max_length=24, blank=True)
    reason = models.CharField(max_length=300)
    asked_by = models.CharField(max_length=64)
    begun_at = models.DateTimeField()
    step = models.CharField(max_length=20, default="begun")
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    counts = models.JSONField(default=dict)
    left_in = models.JSONField(default=dict)
    files_scanned = models.PositiveIntegerField(default=0)
    tables_scanned = models.PositiveIntegerField(default=0)
    looked_for = models.PositiveIntegerField(default=0)
    found_after = models.PositiveIntegerField(default=0)
    backups = models.JSONField(default=list)
    policies = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [
            models.UniqueConstraint(fields=["digest"], condition=models.Q(done_at=None), name="one_erasure_at_a_time")
        ]

    def __str__(self) -> str:
        return self.key


class Breach(Dated):
    """Personal data was lost, altered, disclosed or got at; the authority is told within the hours of the policies."""

    key = models.CharField(max_length=24, unique=True, default=new_breach_key)
    title = models.CharField(_("title"), max_length=200)
    happened = models.TextField(_("what happened"))
    kinds = models.CharField(_("kinds of data"), max_length=300, blank=True)
    people = models.PositiveIntegerField(_("people concerned, about"), null=True)
    noticed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    noted_by = models.CharField(max_length=64)
    measures = models.TextField(blank=True)
    authority_told_at = models.DateTimeField(null=True)
    people_told_at = models.DateTimeField(null=True)
    not_told_reason = models.CharField(max_length=500, blank=True)
    late_reason = models.CharField(max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("breach")
        verbose_name_plural = _("breaches")
        indexes = [models.Index(fields=["closed_at", "due_at"])]

    def __str__(self) -> str:
        return self.key


class RetentionRun(models.Model):
    """What one run of retention removed, or would have: counts by kind of data, and the days and policies it went by."""

    ran_at = models.DateTimeField()
    is_dry = models.BooleanField(default=False)
    actor = models.CharField(max_length=64)
    days = models.JSONField(default=dict)
    removed = models.JSONField(default=dict)
    policies = models.JSONField(default=list)

    class Meta:
        verbose_name = _("run of retention")
        verbose_name_plural = _("runs of retention")

    def __str__(self) -> str:
        return str(self.pk)


class KnownBackup(models.Model):
    """A backup that was written: where, when, and until when it is to be kept. What was erased since is still in it."""

    path = models.CharField(max_length=500)
    made_at = models.DateTimeField()
    expires_on = models.DateField()
    entries = models.PositiveBigIntegerField(default=0)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("known backup")
        verbose_name_plural = _("known backups")

    def __str__(self) -> str:
        return self.path

"""Customers as heed knows them: who somebody is and how to reach them, under the key their facts carry."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from heed.core.fields import new_key


def import_key() -> str:
    return new_key("imp")


class Customer(models.Model):
    """One customer of one system. `key` is the pseudonym of (system, external id), as in the facts."""

    key = models.CharField(max_length=40, unique=True)
    system = models.CharField(max_length=80)
    external_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True, db_index=True)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=20, blank=True)
    time_zone = models.CharField(max_length=60, blank=True)
    region = models.CharField(max_length=80, blank=True, db_index=True)
    segment = models.CharField(max_length=80, blank=True)
    account = models.CharField(max_length=200, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    mail_opted_out_at = models.DateTimeField(null=True, blank=True)
    opted_out_by = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [models.UniqueConstraint(fields=["system", "external_id"], name="one_customer_per_identifier")]
        indexes = [models.Index(fields=["name", "id"]), models.Index(fields=["region", "name", "id"])]

    def __str__(self) -> str:
        return self.key


class CustomerImport(models.Model):
    """A file of customers that was brought in: what was read from which column, and how many rows did what."""

    key = models.CharField(max_length=40, unique=True, default=import_key)
    file_name = models.CharField(max_length=255)
    file_digest = models.CharField(max_length=64)
    system = models.CharField(max_length=80)
    fields = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    actor = models.CharField(max_length=64)
    started_at = models.DateTimeField(auto_now_add=True)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("import of customers")
        verbose_name_plural = _("imports of customers")

    def __str__(self) -> str:
        return self.key


class RejectedCustomer(models.Model):
    """A row of such a file that could not be taken, with the line it stood on and the reason."""

    origin = models.ForeignKey(CustomerImport, on_delete=models.CASCADE, related_name="rejected_rows")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=60)
    raw = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("rejected customer")
        verbose_name_plural = _("rejected customers")
        indexes = [models.Index(fields=["origin", "line"])]

    def __str__(self) -> str:
        return f"{self.origin_id}:{self.line}"


class ConsentEntry(models.Model):
    """A customer gave consent for a purpose, withdrew it, or objected to it. The newest of a purpose holds; rows are only
    added, and go with the customer.
    """

    SAID = (("given", _("given")), ("withdrawn", _("withdrawn")), ("objected", _("objected")))

    customer_key = models.CharField(max_length=64, db_index=True)
    purpose = models.CharField(max_length=60)
    said = models.CharField(max_length=10, choices=SAID)
    # What stood before the customer when they said so, word for word; empty where nothing was shown.
    shown = models.TextField(blank=True)
    source = models.CharField(max_length=60)
    said_at = models.DateTimeField()
    noted_at = models.DateTimeField(auto_now_add=True)
    noted_by = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("entry of the consent ledger")
        verbose_name_plural = _("consent ledger")
        indexes = [models.Index(fields=["purpose", "customer_key", "said_at", "id"])]

    def __str__(self) -> str:
        return f"{self.purpose} {self.said}"

"""The journal: one table, written in the transaction of the change it tells of. Never updated but to erase a payload."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JournalEntry(models.Model):
    """One thing that happened. `id` is given by the writer, 1, 2, 3 …: order of id is order of commit."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    name = models.CharField(max_length=80)
    actor = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=120)
    payload = models.JSONField(null=True)
    salt = models.CharField(max_length=32, blank=True)
    digest = models.CharField(max_length=64)
    chain = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"]),
            models.Index(fields=["name", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.name}"

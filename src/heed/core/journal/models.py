"""The journal: one table, written in the transaction of the change it tells of. Never updated but to erase a payload.

Beside it, how far each follower has carried it on, and what it had to put aside.
"""

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


class FollowerPosition(models.Model):
    """The last entry a follower is done with, moved in the transaction of what it did with it."""

    name = models.CharField(max_length=40, primary_key=True)
    entry = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)
    # Of the entry that comes next: how often it was tried, and why not yet.
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.entry}"


class ParkedEntry(models.Model):
    """A step that could not be taken for an entry: put aside so that the rest goes on, until it is tried again."""

    follower = models.CharField(max_length=40)
    entry = models.BigIntegerField()
    event = models.CharField(max_length=80)
    step = models.CharField(max_length=80)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500)
    parked_at = models.DateTimeField()
    replayed_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("parked entry")
        verbose_name_plural = _("parked entries")
        constraints = [
            models.UniqueConstraint(fields=["follower", "entry", "step"], name="parked_once"),
        ]
        indexes = [
            models.Index(
                fields=["follower", "entry"],
                condition=models.Q(replayed_at=None, dropped_at=None),
                name="parked_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.follower} {self.entry} {self.step}"

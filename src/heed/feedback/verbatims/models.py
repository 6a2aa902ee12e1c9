"""What is kept of the reading of words: the models that read, and the signals that were found. Words lie in the facts."""

from django.db import models


class TextModel(models.Model):
    """One version of the analyzer: which sentiment, which themes, what it was trained on, and how far it has read."""

    name = models.CharField(max_length=80, unique=True)
    sentiment = models.CharField(max_length=80)
    taxonomy_digest = models.CharField(max_length=64)
    found = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64, blank=True)
    seed = models.IntegerField(default=0)
    trained_on = models.IntegerField(default=0)
    card = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    # The version of the table of verbatims of which everything is read; empty until the first time.
    read_version = models.BigIntegerField(null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class Signal(models.Model):
    """Something that changed beyond noise, as it was last found; who has seen or dismissed it, and when."""

    key = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=200)
    theme = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=80, blank=True)
    since = models.DateField()
    share_before = models.FloatField()
    share_after = models.FloatField()
    ratio = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.IntegerField()
    p = models.FloatField()
    method = models.CharField(max_length=40)
    own_words = models.JSONField(default=list)
    near_on = models.DateField(null=True)
    near_kind = models.CharField(max_length=40, blank=True)
    near_title = models.CharField(max_length=200, blank=True)
    found_at = models.DateTimeField()
    last_found_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=40, blank=True)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ("-since", "key")

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.since}"

    @property
    def state(self) -> str:
        """dismissed, seen or new."""
        return "dismissed" if self.dismissed_at else "seen" if self.seen_at else "new"


class Looking(models.Model):
    """When signals were last looked for, over which facts; one row."""

    looked_at = models.DateTimeField()
    verbatims_version = models.BigIntegerField(null=True)
    contacts_version = models.BigIntegerField(null=True)
    model_name = models.CharField(max_length=80, blank=True)
    seconds = models.FloatField(default=0.0)

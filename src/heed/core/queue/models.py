"""What runs again and again beside the queue: when each pump ran last, and how that went. Of any worker."""

from django.db import models


class PumpRun(models.Model):
    """The last run of a pump. Written when it did something or failed, and now and then while there is nothing to do."""

    name = models.CharField(max_length=60, primary_key=True)
    ran_at = models.DateTimeField()
    did_at = models.DateTimeField(null=True)
    did = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.name

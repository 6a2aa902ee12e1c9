"""Decisions about footprints: what was chosen, by whom, why, and the figures as they were. Rows are added, never rewritten."""

from django.db import models

from heed.core.fields import Dated, new_key


def decision_key() -> str:
    return new_key("fpd")


class FootprintDecision(Dated):
    """One decision. `figures`: the comparison that was seen; `digest`: of the definition it rests on."""

    key = models.CharField(max_length=24, unique=True, default=decision_key, editable=False)
    footprint_key = models.CharField(max_length=80, db_index=True)
    definition_version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    option = models.CharField(max_length=10)
    owner = models.CharField(max_length=120)
    reason = models.TextField(max_length=2000)
    figures = models.JSONField()
    draws = models.PositiveIntegerField()
    seed = models.PositiveIntegerField()
    decided_by = models.CharField(max_length=64)
    decided_at = models.DateTimeField()

"""Versions of definitions: what was proposed, who approved it, and when it holds."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DefinitionVersion(models.Model):
    """One version of one definition. It holds at a moment when effective_from ≤ moment < effective_until."""

    STATES = (
        ("proposed", _("proposed")),
        ("approved", _("approved")),
        ("in_force", _("in force")),
        ("retired", _("retired")),
        ("withdrawn", _("withdrawn")),
    )

    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("key"), max_length=80)
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=12, choices=STATES, default="proposed")
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    follows = models.PositiveIntegerField(_("follows version"), null=True)
    note = models.TextField(_("why"), blank=True)
    effective_from = models.DateTimeField(_("in force from"), null=True)
    effective_until = models.DateTimeField(_("in force until"), null=True)
    proposed_by = models.CharField(max_length=64)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True)
    enacted_by = models.CharField(max_length=64, blank=True)
    enacted_at = models.DateTimeField(null=True)
    retired_by = models.CharField(max_length=64, blank=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("version of a definition")
        verbose_name_plural = _("definitions")
        ordering = ("kind", "key", "-number")
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "number"], name="definition_versions_are_numbered"),
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=models.Q(state="in_force", effective_until=None),
                name="one_version_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(effective_until=None) | models.Q(effective_until__gte=models.F("effective_from")),
                name="definition_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.number}"

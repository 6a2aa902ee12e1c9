"""Who holds which role where, and the ways in: invitations, one-time links, API tokens.

Secrets are kept as digests only.
"""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from heed.core.access.rules import ROLES
from heed.core.fields import Dated


class Membership(Dated):
    """A person's role in a unit. The role reaches over all that lies below the unit."""

    person = models.ForeignKey("core.Person", on_delete=models.CASCADE, related_name="memberships")
    unit = models.ForeignKey("core.Unit", on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=[(role.key, role.name) for role in ROLES.values()])

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["person", "unit", "role"], name="one_membership_per_role_and_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.role} · {self.unit}"


class Invitation(Dated):
    """An invitation by mail. The token is kept as a digest only."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=150, blank=True)
    unit = models.ForeignKey("core.Unit", on_delete=models.PROTECT)
    role = models.CharField(_("role"), max_length=20, choices=[(role.key, role.name) for role in ROLES.values()])
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.CharField(max_length=24)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "unit",
                "role",
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation",
            )
        ]

    def __str__(self) -> str:
        return self.email


class SignInLink(models.Model):
    """A link that signs one person in, once. Printed by `make run`, or made by an administrator."""

    person = models.ForeignKey("core.Person", on_delete=models.CASCADE, related_name="sign_in_links")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sign-in link {self.pk}"


class ApiToken(models.Model):
    """A token for the API. Only its digest is kept; its first characters are shown, to tell it from others."""

    person = models.ForeignKey("core.Person", on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

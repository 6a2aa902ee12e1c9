"""Inviting people by mail: a secret in the mail, its digest in the store, seven days to take it up."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from heed.core.access.actions.letters import Delivery, send_invitation
from heed.core.access.actions.roles import demand_giving
from heed.core.access.events import InvitationAccepted, InvitationWithdrawn, PersonInvited, RoleGiven
from heed.core.access.models import Invitation, Membership
from heed.core.access.queries import open_invitation
from heed.core.access.rules import Scope, digest_of
from heed.core.errors.rules import Invalid, NotFound, Refused
from heed.core.journal.actions import record
from heed.core.people.actions import checked_password, make_person
from heed.core.people.queries import Person, names_of, person_by_address, unit_by_key
from heed.core.people.rules import address
from heed.core.settings.rules import current

DAYS = 7


@dataclass(frozen=True)
class Invited:
    """An invitation, its link (shown once), and what became of the mail."""

    invitation: Invitation
    link: str
    delivery: Delivery


def invite(scope: Scope, *, email: str, unit: str, role: str, name: str = "") -> Invited:
    """Invite somebody to a role in a unit. An open invitation to the same is sent anew, with a new link."""
    email = _checked_address(email)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        demand_giving(scope, role, unit)
        _refuse_known(email)
        invitation = _write(scope, email, " ".join(name.split()), unit, role, token)
    return _send(scope, invitation, token)


def invite_again(scope: Scope, invitation_id: int) -> Invited:
    """Send an invitation anew, with a new link and another seven days; the link before ends."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        before = _reachable(scope, invitation_id)
        _refuse_known(before.email)
        invitation = _write(scope, before.email, before.name, before.unit.key, before.role, token)
    return _send(scope, invitation, token)


@transaction.atomic
def withdraw_invitation(scope: Scope, invitation_id: int) -> None:
    """Take an invitation back; its link ends."""
    invitation = _reachable(scope, invitation_id)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at", "changed_at"])
    record(InvitationWithdrawn(invitation.pk), actor=scope.person, subject=("invitation", str(invitation.pk)))


@transaction.atomic
def accept_invitation(token: str, *, name: str, password: str) -> Person:
    """Become a person here. Of two who press at once with the same link one wins."""
    invitation = open_invitation(token)
    now = timezone.now()
    still = Invitation.objects.filter(digest=digest_of(token), accepted_at=None, withdrawn_at=None, expires_at__gt=now)
    if invitation is None or not still.update(accepted_at=now, changed_at=now):
        raise NotFound(
            "This invitation has been used, taken back, or has ended.",
            code="invitation_spent",
            hint="Ask whoever invited you to do it again.",
        )
    _refuse_known(invitation.email)
    checked_password(password, email=invitation.email, name=name)
    try:
        with transaction.atomic():
            person = make_person(email=invitation.email, name=name, password=password)
    except IntegrityError:
        raise Refused("Somebody with this address is here already.", code="address_taken") from None
    Membership.objects.create(person=person, unit=invitation.unit, role=invitation.role)
    subject = ("person", person.key)
    record(InvitationAccepted(invitation.pk, person.key), actor=person.key, subject=subject)
    record(RoleGiven(person.key, invitation.unit.key, invitation.role), actor=invitation.invited_by, subject=subject)
    return person


def _checked_address(typed: str) -> str:
    email = address(typed)
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid("This is no e-mail address.", code="invalid_address") from None
    return email


def _refuse_known(email: str) -> None:
    known = person_by_address(email)
    if known is not None:
        raise Refused(
            "Somebody with this address is here already.",
            code="address_taken",
            hint="Give them the role on their own page." if known.is_active else "Reactivate them on their own page.",
        )


def _reachable(scope: Scope, invitation_id: int) -> Invitation:
    found = Invitation.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=invitation_id).first()
    if found is None or not scope.holds_in("manage_people", found.unit.key):
        raise NotFound("There is no such invitation.", code="unknown_invitation")
    demand_giving(scope, found.role, found.unit.key)
    if found.accepted_at or found.withdrawn_at:
        raise Refused("This invitation is no longer open.", code="invitation_closed")
    return found


def _write(scope: Scope, email: str, name: str, unit: str, role: str, token: str) -> Invitation:
    invitation, is_new = Invitation.objects.update_or_create(
        email__iexact=email,
        unit=unit_by_key(unit),
        role=role,
        accepted_at=None,
        withdrawn_at=None,
        defaults={
            "digest": digest_of(token),
            "expires_at": timezone.now() + timedelta(days=DAYS),
            "invited_by": scope.person,
            "name": name,
        },
        create_defaults={
            "email": email,
            "name": name,
            "digest": digest_of(token),
            "expires_at": timezone.now() + timedelta(days=DAYS),
            "invited_by": scope.person,
        },
    )
    happened = PersonInvited(invitation.pk, unit, role, again=not is_new)
    record(happened, actor=scope.person, subject=("invitation", str(invitation.pk)))
    return invitation


def _send(scope: Scope, invitation: Invitation, token: str) -> Invited:
    """The mail goes out after the commit: a mail cannot be taken back, a transaction can."""
    link = f"{current().public_url}/invitation/{token}/"
    by = names_of({scope.person}).get(scope.person, "")
    return Invited(invitation, link, send_invitation(invitation.email, invitation.name, link, DAYS, by))

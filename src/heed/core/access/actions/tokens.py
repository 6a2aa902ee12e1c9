"""API tokens: made by a person for themselves, with no more than they may do; shown once, kept as a digest."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from heed.core.access.events import ApiTokenMade, ApiTokenRevoked
from heed.core.access.models import ApiToken
from heed.core.access.queries import scope_of
from heed.core.access.rules import PERMISSIONS, Scope, digest_of, narrowed
from heed.core.errors.rules import Forbidden, Invalid, NotFound, nearest, phrase
from heed.core.journal.actions import record
from heed.core.people.queries import Person, person_by_key

# A mark by which scanners for leaked secrets know our tokens.
MARK = "heed_"
NOTED_EVERY = timedelta(minutes=1)


def _checked_scopes(scope: Scope, scopes: Collection[str]) -> tuple[str, ...]:
    for each in scopes:
        if each not in PERMISSIONS:
            raise Invalid(
                phrase("There is no permission {permission}.", permission=each),
                code="unknown_permission",
                hint=nearest(each, PERMISSIONS),
            )
        if not scope.may(each):
            raise Forbidden(
                "A token cannot do more than you may.",
                code="scope_above_yours",
                hint=phrase("Leave {permission} out.", permission=each),
            )
    if not scopes:
        raise Invalid("Say what the token may do.", code="no_scopes")
    return tuple(sorted(set(scopes)))


@transaction.atomic
def make_token(
    scope: Scope, *, name: str, scopes: Collection[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token for the asker. Returns it and its secret, which is never shown again."""
    scope.demand("use_api")
    owner = person_by_key(scope.person)
    if owner is None:
        raise Forbidden("Only a person can hold a token.", code="no_person")
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80:
        raise Invalid("A token wants a name of 1 to 80 characters.", code="invalid_name")
    now = timezone.now()
    if expires_at is not None and expires_at <= now:
        raise Invalid("The token would have ended already.", code="invalid_expiry")
    permitted = _checked_scopes(scope, scopes)
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        person=owner,
        name=name,
        prefix=secret[:12],
        digest=digest_of(secret),
        scopes=list(permitted),
        expires_at=expires_at,
    )
    record(ApiTokenMade(owner.key, token.pk, permitted), actor=scope.person, subject=("token", str(token.pk)))
    return token, secret


@transaction.atomic
def revoke_token(scope: Scope, token_id: int) -> None:
    """End a token of the asker's, at once and for good."""
    if not ApiToken.objects.filter(pk=token_id, person__key=scope.person).exists():
        raise NotFound("You have no such token.", code="unknown_token")
    if ApiToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=timezone.now()):
        record(ApiTokenRevoked(scope.person, token_id), actor=scope.person, subject=("token", str(token_id)))


def token_scope(secret: str) -> tuple[Person, Scope] | None:
    """Whose token this is, and what it may do now: what it was given and its owner still may. None when not valid.

    The digest is looked up, not compared: timing tells about a digest, from which no secret follows.
    """
    if not secret.startswith(MARK):
        return None
    now = timezone.now()
    found = ApiToken.objects.filter(digest=digest_of(secret), revoked_at=None, person__is_active=True)
    token = found.filter(Q(expires_at=None) | Q(expires_at__gt=now)).select_related("person").first()
    if token is None:
        return None
    if token.last_used_at is None or token.last_used_at <= now - NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.person, narrowed(scope_of(token.person), token.scopes)

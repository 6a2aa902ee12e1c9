"""Sign-in links: made for one person, used once, and the note that somebody signed in."""

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from heed.core.access.actions.roles import demand_managing, known_person
from heed.core.access.events import SignedIn, SignInLinkMade, SignInLinkUsed
from heed.core.access.models import SignInLink
from heed.core.access.rules import Scope, digest_of
from heed.core.errors.rules import NotFound, Refused
from heed.core.journal.actions import record
from heed.core.people.queries import Person

LINK_MINUTES = 15


@transaction.atomic
def make_sign_in_link(scope: Scope, person: str, minutes: int = LINK_MINUTES) -> str:
    """A link that signs a person in, once. Returns its path; only a digest is kept. Links made before end."""
    someone = known_person(person)
    demand_managing(scope, someone)
    if not someone.is_active:
        raise Refused("This person may not sign in.", code="person_inactive", hint="Reactivate them first.")
    now = timezone.now()
    SignInLink.objects.filter(person=someone, used_at=None, expires_at__gt=now).update(expires_at=now)
    secret = secrets.token_urlsafe(32)
    link = SignInLink.objects.create(
        person=someone, digest=digest_of(secret), expires_at=now + timedelta(minutes=minutes)
    )
    record(SignInLinkMade(person, link.pk), actor=scope.person, subject=("person", person))
    return f"/sign-in/{secret}/"


@transaction.atomic
def use_sign_in_link(secret: str) -> Person:
    """Use a link up and say whom it signs in. Of two browsers that come at once one wins."""
    link = SignInLink.objects.filter(digest=digest_of(secret)).select_related("person").first()
    now = timezone.now()
    # Columns of the link alone: a condition on another table would be read before the row is locked, and both would win.
    live = SignInLink.objects.filter(digest=digest_of(secret), used_at=None, expires_at__gt=now)
    if link is None or not link.person.is_active or not live.update(used_at=now):
        raise NotFound(
            "This link has been used or has ended.", code="link_spent", hint="Ask an administrator for another one."
        )
    record(SignInLinkUsed(link.person.key, link.pk), actor=link.person.key, subject=("person", link.person.key))
    return link.person


def note_sign_in(sender: Any, user: Any, **context: Any) -> None:
    """Write a sign-in down, by whatever way it came. Hears Django's signal `user_logged_in`."""
    with transaction.atomic():
        record(SignedIn(user.key), actor=user.key, subject=("person", user.key))

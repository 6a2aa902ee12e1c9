"""How the first person gets in: a link printed on the terminal, and the settling of the organisation."""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from heed.core.access.actions.links import make_sign_in_link
from heed.core.access.events import FirstRunDone, RoleGiven
from heed.core.access.models import Membership
from heed.core.access.queries import administrators, scope_of
from heed.core.access.rules import COMMAND_LINE
from heed.core.errors.rules import NotFound, Refused
from heed.core.journal.actions import record
from heed.core.people.actions import (
    change_office_hours,
    change_organisation,
    checked_password,
    ensure_root_unit,
    make_person,
)
from heed.core.people.queries import Person, organisation, person_by_address

FIRST_LINK_MINUTES = 60
SAMPLE_ADMINISTRATOR = ("administrator@example.org", "Sample administrator")


def first_run_token() -> str:
    """The secret of the first-run page. It follows from the store's secret key, so that every start prints the same."""
    return hmac.new(settings.SECRET_KEY.encode(), b"heed first run", hashlib.sha256).hexdigest()[:43]


def demand_first_run(token: str) -> None:
    """Raise NotFound unless the token is right and nobody administers the organisation yet."""
    if not hmac.compare_digest(token.encode(), first_run_token().encode()) or administrators():
        raise NotFound(
            "This page has done its work.", code="first_run_over", hint="Sign in, or ask an administrator for a link."
        )


@transaction.atomic
def ensure_first_administrator(email: str, name: str) -> Person:
    """The longest-standing administrator; made, without a password, when there is none."""
    found = administrators()
    if found:
        return found[0]
    return _become_administrator(person_by_address(email) or make_person(email=email, name=name))


def entrance_link(*, empty: bool) -> str:
    """The path that lets the first person in: nothing once an administrator has a password.

    An empty store gets the first-run page; a sample gets an administrator and a link that signs them in.
    """
    found = administrators()
    if any(person.has_usable_password() for person in found):
        return ""
    if not found and empty:
        return f"/first-run/{first_run_token()}/"
    first = ensure_first_administrator(*SAMPLE_ADMINISTRATOR)
    return make_sign_in_link(COMMAND_LINE, first.key, minutes=FIRST_LINK_MINUTES)


@transaction.atomic
def finish_first_run(
    token: str,
    *,
    organisation_settings: dict[str, Any],
    hours: dict[str, str],
    holidays: str,
    email: str,
    name: str,
    password: str,
) -> Person:
    """Settle the organisation and make its first administrator. Of two who press at once one wins."""
    root = ensure_root_unit(organisation_settings["name"])
    # The row of the organisation is the lock: the second waits here and then finds an administrator.
    type(root).objects.select_for_update().get(pk=root.pk)
    demand_first_run(token)
    if person_by_address(email):
        raise Refused("Somebody with this address is here already.", code="address_taken")
    checked_password(password, email=email, name=name)
    person = _become_administrator(make_person(email=email, name=name, password=password))
    scope = scope_of(person)
    settled = change_organisation(scope, {**organisation().model_dump(), **organisation_settings})
    office = _("Office hours")
    change_office_hours(scope, name=office, time_zone=settled.time_zone, hours=hours, holidays=holidays)
    record(FirstRunDone(person.key), actor=person.key, subject=("person", person.key))
    return person


def _become_administrator(person: Person) -> Person:
    root = ensure_root_unit(organisation().name)
    if Membership.objects.get_or_create(person=person, unit=root, role="administrator")[1]:
        record(RoleGiven(person.key, root.key, "administrator"), subject=("person", person.key))
    return person

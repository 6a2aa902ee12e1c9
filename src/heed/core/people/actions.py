"""Changing the tree of units, the organisation's settings and one's own profile; telling people what happened."""

import logging
import smtplib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import ngettext

from heed.core.definitions import actions as definitions
from heed.core.definitions.queries import in_force
from heed.core.definitions.rules import validate
from heed.core.errors.rules import Invalid, NotFound, Refused, phrase
from heed.core.journal.actions import record
from heed.core.people.definition import Organisation
from heed.core.people.events import PeopleNotified, ProfileChanged, UnitAdded, UnitMoved, UnitRenamed
from heed.core.people.models import Notification, Person, Unit
from heed.core.people.queries import organisation, root_unit, sentence, unit_nodes
from heed.core.people.rules import KINDS, NOTICES, Asker, address, unit_key, would_loop
from heed.core.settings.rules import current

ROOT_KEY = "organisation"
# Who is at the page reads it within this time, and no mail is sent.
MAIL_AFTER = timedelta(minutes=2)
# Until a mail that was not accepted, or whose worker died, is tried again; and how often at most.
MAIL_LEASE = timedelta(minutes=10)
MAIL_TRIES = 5
MOST_IN_A_MAIL = 50
log = logging.getLogger("heed.notifications")


def ensure_root_unit(name: str, *, actor: str = "system") -> Unit:
    """The organisation itself, made when there is none. Call it inside a transaction."""
    found = root_unit()
    if found is None:
        # Of two who come at once the second waits here, and gets what the first has made.
        found, is_new = Unit.objects.get_or_create(key=ROOT_KEY, defaults={"name": name, "kind": "organisation"})
        if is_new:
            record(UnitAdded(found.key, found.kind, None), actor=actor, subject=("unit", found.key))
    return found


def make_person(*, email: str, name: str, password: str | None = None) -> Person:
    """Somebody who can sign in. Call it inside a transaction, beside the event that tells why."""
    return Person.objects.create_user(address(email), password, name=" ".join(name.split()))


def set_active(person: Person, is_active: bool) -> None:
    """Let a person sign in or not. Call it inside a transaction, beside the event that tells why."""
    person.is_active = is_active
    person.save(update_fields=["is_active"])


def checked_password(password: str, *, email: str, name: str) -> str:
    """The password, when it is strong enough; Invalid saying why not otherwise."""
    try:
        validate_password(password, Person(email=email, name=name))
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), code="weak_password") from None
    return password


def _unit(key: str) -> Unit:
    # Writers of the tree wait for one another, or two moves at once could close a ring between them.
    rows = {unit.key: unit for unit in Unit.objects.select_for_update().select_related(None).order_by("id")}
    if key not in rows:
        raise NotFound(phrase("There is no unit {key}.", key=key), code="unknown_unit")
    return rows[key]


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise Invalid("A unit wants a name of 1 to 120 characters.", code="invalid_name")
    return name


@transaction.atomic
def add_unit(scope: Asker, *, name: str, kind: str, parent: str, key: str = "", source: str = "people") -> Unit:
    """Add a unit below another. The key is made from the name when none is given, and never changes."""
    scope.demand_in("manage_people", parent)
    above = _unit(parent)
    name = _checked_name(name)
    if kind not in KINDS or kind == "organisation":
        raise Invalid("A unit is a region, a department or a team.", code="invalid_kind")
    nodes = unit_nodes()
    if key and key != unit_key(key, ()):
        hint = phrase("Such as {key}.", key=unit_key(key, ()))
        raise Invalid("A key has small letters, figures and hyphens.", code="invalid_key", hint=hint)
    if key in nodes:
        raise Refused(phrase("There is a unit {key} already.", key=key), code="unit_exists")
    unit = Unit.objects.create(key=key or unit_key(name, nodes), name=name, kind=kind, parent=above, source=source)
    record(UnitAdded(unit.key, kind, above.key), actor=scope.person, subject=("unit", unit.key))
    return unit


@transaction.atomic
def rename_unit(scope: Asker, key: str, name: str) -> Unit:
    """Give a unit another name. Its key, by which facts name it, stays."""
    scope.demand_in("manage_people", key)
    unit, name = _unit(key), _checked_name(name)
    if unit.name != name:
        unit.name = name
        unit.save(update_fields=["name", "changed_at"])
        record(UnitRenamed(key), actor=scope.person, subject=("unit", key))
    return unit


@transaction.atomic
def move_unit(scope: Asker, key: str, parent: str) -> Unit:
    """Hang a unit, and all below it, below another one. Both places must be the mover's to manage."""
    scope.demand_in("manage_people", key)
    scope.demand_in("manage_people", parent)
    unit, above = _unit(key), _unit(parent)
    if unit.parent_id is None:
        raise Refused("The organisation itself cannot be moved.", code="root_stays")
    if would_loop(key, parent, unit_nodes()):
        raise Refused("A unit cannot lie below itself.", code="ring", hint="Choose a unit that is not below it.")
    if unit.parent_id != above.pk:
        before = Unit.objects.values_list("key", flat=True).get(pk=unit.parent_id)
        unit.parent = above
        unit.save(update_fields=["parent", "changed_at"])
        record(UnitMoved(key, before, above.key), actor=scope.person, subject=("unit", key))
    return unit


@transaction.atomic
def change_unit(scope: Asker, key: str, *, name: str | None = None, parent: str | None = None) -> None:
    """Rename and move in one go: both happen or neither."""
    scope.demand_in("manage_people", _unit(key).key)
    if parent is not None:
        move_unit(scope, key, parent)
    if name is not None:
        rename_unit(scope, key, name)


@transaction.atomic
def change_profile(
    person: Person, *, name: str, language: str, time_zone: str, notified_by: str | None = None
) -> Person:
    """A person changes what is theirs to say about themselves."""
    given = {"name": " ".join(name.split()), "language": language, "time_zone": time_zone}
    given |= {} if notified_by is None else {"notified_by": notified_by}
    changed = tuple(column for column, value in given.items() if getattr(person, column) != value)
    if changed:
        for column in changed:
            setattr(person, column, given[column])
        person.save(update_fields=list(changed))
        record(ProfileChanged(person.key, changed), actor=person.key, subject=("person", person.key))
    return person


@transaction.atomic
def change_organisation(scope: Asker, settings: dict[str, Any]) -> Organisation:
    """Settle name, time zone, currency and languages: the first time from the beginning of history, then from now on."""
    scope.demand_everywhere("manage_settings")
    body = cast(Organisation, validate("organisation", {**settings, "first_run_done": True}))
    _settle(scope, "organisation", "organisation", body.model_dump(mode="json"))
    root = ensure_root_unit(body.name, actor=scope.person)
    if root.name != body.name:
        rename_unit(scope, root.key, body.name)
    return body


def change_office_hours(scope: Asker, *, name: str, time_zone: str, hours: Mapping[str, str], holidays: str) -> None:
    """Settle the calendar the organisation's promises are counted on: a span such as 09:00-17:00 by weekday."""
    scope.demand_everywhere("manage_settings")
    week = {weekday: [span] for weekday, span in hours.items()}
    body = {"name": name, "time_zone": time_zone, "hours": week, "holidays_country": holidays}
    _settle(scope, "calendar", organisation().calendar, validate("calendar", body).model_dump(mode="json"))


def _settle(scope: Asker, kind: str, key: str, body: dict[str, Any]) -> None:
    """Put a definition in force: the first from the beginning of history, each later one from now on."""
    with transaction.atomic():
        found = in_force(kind, key)
        if found is None:
            definitions.ensure(kind, key, body, actor=scope.person)
        elif found.body.model_dump(mode="json") != body:
            version = definitions.propose(scope, kind, key, body)
            definitions.approve(scope, kind, key, version.number)
            definitions.put_in_force(scope, kind, key, version.number)


def notify(
    person_keys: Iterable[str],
    *,
    kind: str,
    params: Mapping[str, Any],
    href: str,
    subject: tuple[str, str] = ("", ""),
    once_key: str,
) -> int:
    """Tell people of something, in the caller's transaction. Returns how many had not been told under this key before.

    `kind` names a sentence registered by `rules.notice`, `params` the values in it; `href` is an address of heed's own.
    Who is gone, or wants no notifications, is passed over.
    """
    if kind not in NOTICES:
        raise LookupError(f"no notice is registered as {kind}")
    if not href.startswith("/") or href.startswith("//"):
        raise ValueError("a notification leads to an address of heed's own")
    now = timezone.now()
    people = Person.objects.filter(key__in=set(person_keys), is_active=True).exclude(notified_by="none")
    told = Notification.objects.filter(once_key=once_key).values("person_id")
    rows = [
        Notification(
            person=person,
            kind=kind,
            params=dict(params),
            href=href,
            subject_kind=subject[0],
            subject_id=subject[1],
            once_key=once_key,
            made_at=now,
            mail_next_at=now + MAIL_AFTER if person.notified_by == "mail" and person.email else None,
        )
        for person in people.exclude(pk__in=told).order_by("id")
    ]
    if rows:
        with transaction.atomic():
            Notification.objects.bulk_create(rows, ignore_conflicts=True)
            record(PeopleNotified(tuple(row.person.key for row in rows), kind), subject=subject)
    return len(rows)


@transaction.atomic
def mark_read(person_key: str, number: int) -> Notification | None:
    """A person has read one of their notifications. None when it is none of theirs."""
    found = Notification.objects.filter(person__key=person_key, pk=number).first()
    if found is not None and found.read_at is None:
        found.read_at, found.mail_next_at = timezone.now(), None
        found.save(update_fields=["read_at", "mail_next_at"])
    return found


def mark_all_read(person_key: str, *, up_to: int | None = None) -> int:
    """A person has read all of theirs, up to the newest they were shown. Returns how many were unread."""
    unread = Notification.objects.filter(person__key=person_key, read_at=None)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    return unread.update(read_at=timezone.now(), mail_next_at=None)


def mark_subject_read(person_key: str, subject: tuple[str, str]) -> int:
    """Who opens the thing itself has read what was told of it."""
    unread = Notification.objects.filter(
        person__key=person_key, subject_kind=subject[0], subject_id=subject[1], read_at=None
    )
    return unread.update(read_at=timezone.now(), mail_next_at=None)


def mail_unread(now: datetime | None = None, limit: int = 50) -> int:
    """Write to those who have not read what they were told, one mail a person. Returns how many mails left.

    The rows are leased before the mail is handed over, so that of two workers one writes; a worker killed in between
    writes again once the lease has ended.
    """
    moment = now or timezone.now()
    due = Notification.objects.filter(mail_next_at__lte=moment, read_at=None).order_by("mail_next_at")
    people = list(dict.fromkeys(due.values_list("person_id", flat=True)[: limit * 10]))[:limit]
    return sum(_mail_to(person, moment) for person in people)


def _mail_to(person_id: int, now: datetime) -> bool:
    with transaction.atomic():
        waiting = Notification.objects.select_for_update().filter(person_id=person_id, read_at=None)
        rows = list(waiting.exclude(mail_next_at=None).select_related(None).order_by("-id")[:MOST_IN_A_MAIL])
        if not any(row.mail_next_at and row.mail_next_at <= now for row in rows):
            return False
        person = Person.objects.get(pk=person_id)
        wanted = person.is_active and person.email and person.notified_by == "mail"
        numbers = [row.pk for row in rows]
        leased = {"mail_next_at": now + MAIL_LEASE, "mail_attempts": F("mail_attempts") + 1}
        # Whoever wants no mail any more gets none about what is past either.
        waiting.filter(pk__in=numbers).update(**(leased if wanted else {"mail_next_at": None}))
    if not wanted:
        return False
    sent = _write(person, rows)
    tries = max(row.mail_attempts for row in rows) + 1
    after = {"mailed_at": timezone.now()} if sent else {}
    again = None if sent or tries >= MAIL_TRIES else now + MAIL_LEASE
    with transaction.atomic():
        Notification.objects.filter(pk__in=numbers, read_at=None).update(mail_next_at=again, **after)
    return sent


def _write(person: Person, rows: Sequence[Notification]) -> bool:
    """One mail with what a person was told, in their language. Whether it was accepted."""
    house = organisation()
    known = dict(settings.LANGUAGES)
    language = next((each for each in (person.language, *house.languages) if each in known), settings.LANGUAGE_CODE)
    address = current().public_url
    with translation.override(language), timezone.override(person.time_zone or house.time_zone):
        told = [(sentence(row.kind, row.params), f"{address}/notifications/{row.pk}/", row.made_at) for row in rows]
        count = len(told)
        several = ngettext("%(count)s thing is new for you", "%(count)s things are new for you", count)
        subject = told[0][0] if count == 1 else several % {"count": count}
        words = {"name": person.name, "told": told, "organisation": house.name, "address": address}
        text = render_to_string("core/people/mail/notifications.txt", words)
    try:
        EmailMessage(subject=" ".join(subject.split())[:200], body=text, to=[str(person.email)]).send()
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        log.warning("a mail about notifications was not accepted: %s", type(error).__name__)
        return False
    return True

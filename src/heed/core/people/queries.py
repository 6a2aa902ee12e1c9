"""Reading the organisation, its people and its units."""

import zoneinfo
from collections.abc import Mapping

from django.db.models import QuerySet
from django.db.utils import OperationalError, ProgrammingError
from django.utils.translation import gettext

from heed.core.definitions.queries import in_force
from heed.core.people.definition import Organisation
from heed.core.people.models import NOTIFIED_BY as NOTIFIED_BY
from heed.core.people.models import Notification as Notification
from heed.core.people.models import Person as Person  # the type of what these return
from heed.core.people.models import Unit as Unit
from heed.core.people.rules import NOTICES, Node, address, in_order, told


def organisation() -> Organisation:
    """The organisation in force; the defaults before first run."""
    try:
        found = in_force("organisation", "organisation")
    except (OperationalError, ProgrammingError):
        return Organisation()
    return found.body if found else Organisation()  # type: ignore[return-value]


def person_by_key(key: str) -> Person | None:
    return Person.objects.filter(key=key).first()


def person_by_address(email: str) -> Person | None:
    """The person who signs in with this address, however it is typed."""
    return Person.objects.filter(email=address(email)).first()


def people() -> QuerySet[Person]:
    """Everybody, by name; callers narrow it."""
    return Person.objects.order_by("name", "id")


def people_at_work() -> list[tuple[str, str]]:
    """(key, name) of everybody who is active, for choosing one."""
    return list(Person.objects.filter(is_active=True).order_by("name").values_list("key", "name"))


def names_of(keys: set[str]) -> dict[str, str]:
    """Names by pseudonymous key, for showing who did a thing."""
    return dict(Person.objects.filter(key__in=keys).values_list("key", "name"))


def units() -> list[Unit]:
    return list(Unit.objects.select_related("parent").order_by("kind", "name"))


def root_unit() -> Unit | None:
    """The organisation itself: the unit without a parent."""
    return Unit.objects.filter(parent=None, kind="organisation").order_by("id").first()


def unit_nodes() -> dict[str, Node]:
    """The tree of units, by key."""
    rows = Unit.objects.values_list("key", "kind", "parent__key")
    return {key: Node(key, kind, parent) for key, kind, parent in rows}


def unit_by_key(key: str) -> Unit | None:
    return Unit.objects.select_related("parent").filter(key=key).first()


def unit_choices(within: frozenset[str] | None = None) -> list[tuple[str, str]]:
    """(key, name) of units in the order of the tree, names set in by depth; None = all."""
    rows = {unit.key: unit for unit in units()}
    tree = in_order((unit.key, unit.name, unit.parent.key if unit.parent else None) for unit in rows.values())
    shown = [(key, depth) for key, depth in tree if within is None or key in within]
    return [(key, "\u2003" * depth + rows[key].name) for key, depth in shown]


def zone_choices() -> list[tuple[str, str]]:
    """The time zones of places, and UTC, for choosing one."""
    places = [name for name in sorted(zoneinfo.available_timezones()) if "/" in name and not name.startswith("Etc/")]
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


def known_countries() -> frozenset[str]:
    """Countries whose public holidays are known, by ISO 3166 code."""
    import holidays  # of every country: slow to load, and only a form asks

    return frozenset(holidays.list_supported_countries())


def notifications(
    person_key: str, unread_only: bool = False, limit: int = 50, *, before: int | None = None
) -> list[Notification]:
    """What a person was told, newest first; `before` is the id the page before ended with."""
    found = Notification.objects.filter(person__key=person_key).order_by("-id")
    if unread_only:
        found = found.filter(read_at=None)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found[:limit])


def one_told(person_key: str, number: int) -> Notification | None:
    """One notification of a person; None when it is none of theirs."""
    return Notification.objects.filter(person__key=person_key, pk=number).first()


def unread_count(person_key: str) -> int:
    """How many notifications a person has not read."""
    return Notification.objects.filter(person__key=person_key, read_at=None).count()


def sentence(kind: str, params: Mapping[str, object]) -> str:
    """What a notification says, in the language of the moment. A kind of another version of heed says its name."""
    template = NOTICES.get(kind)
    return told(gettext(template), params) if template else kind


def mails_outstanding() -> tuple[int, int]:
    """How many notifications wait to be mailed, and of how many the mail was given up."""
    unread = Notification.objects.filter(read_at=None, mailed_at=None)
    return unread.exclude(mail_next_at=None).count(), unread.filter(mail_next_at=None, mail_attempts__gt=0).count()

"""Reading the organisation, its people and its units."""

from django.db.utils import OperationalError, ProgrammingError

from heed.core.definitions.queries import in_force
from heed.core.people.definition import Organisation
from heed.core.people.models import Person, Unit


def organisation() -> Organisation:
    """The organisation in force; the defaults before first run."""
    try:
        found = in_force("organisation", "organisation")
    except (OperationalError, ProgrammingError):
        return Organisation()
    return found.body if found else Organisation()  # type: ignore[return-value]


def person_by_key(key: str) -> Person | None:
    return Person.objects.filter(key=key).first()


def names_of(keys: set[str]) -> dict[str, str]:
    """Names by pseudonymous key, for showing who did a thing."""
    return dict(Person.objects.filter(key__in=keys).values_list("key", "name"))


def units() -> list[Unit]:
    return list(Unit.objects.select_related("parent").order_by("kind", "name"))


def root_unit() -> Unit | None:
    """The organisation itself: the unit without a parent."""
    return Unit.objects.filter(parent=None, kind="organisation").order_by("id").first()

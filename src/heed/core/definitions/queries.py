"""Reading definitions: what holds at a moment, and every version there was."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from pydantic import BaseModel

from heed.core.definitions.importers import read_model as read_model  # how others read a folder of definitions
from heed.core.definitions.models import DefinitionVersion
from heed.core.definitions.rules import KINDS, kind_of, references_of
from heed.core.errors.rules import NotFound, phrase


@dataclass(frozen=True)
class InForce:
    """A definition as it holds at a moment."""

    kind: str
    key: str
    version: int
    body: BaseModel
    effective_from: datetime
    digest: str


def _holding(kind: str, at: datetime | None) -> QuerySet[DefinitionVersion]:
    moment = at or timezone.now()
    return DefinitionVersion.objects.filter(
        Q(effective_until=None) | Q(effective_until__gt=moment),
        kind=kind,
        state__in=("in_force", "retired"),
        effective_from__lte=moment,
    ).order_by("key", "-effective_from", "-number")


def _read(row: DefinitionVersion) -> InForce:
    body = kind_of(row.kind).model.model_validate(row.body)
    assert row.effective_from is not None
    return InForce(row.kind, row.key, row.number, body, row.effective_from, row.digest)


def in_force(kind: str, key: str, at: datetime | None = None) -> InForce | None:
    """The version that holds at a moment (now, unless given); None when there is none."""
    if "\x00" in key:
        # No key holds it, and PostgreSQL would not even be asked.
        return None
    row = _holding(kind, at).filter(key=key).first()
    return _read(row) if row else None


def all_in_force(kind: str, at: datetime | None = None) -> list[InForce]:
    """Every definition of a kind that holds at a moment, in order of key."""
    found: dict[str, InForce] = {}
    for row in _holding(kind, at):
        if row.key not in found:
            found[row.key] = _read(row)
    return list(found.values())


def everything_in_force(at: datetime | None = None) -> list[InForce]:
    """Every definition of every kind that holds at a moment, by kind and key."""
    return [found for kind in sorted(KINDS) for found in all_in_force(kind, at)]


def keys_in_force(at: datetime | None = None) -> dict[str, set[str]]:
    """Kind → keys of what holds at a moment."""
    found: dict[str, set[str]] = {}
    for kind in sorted(KINDS):
        found[kind] = set(_holding(kind, at).values_list("key", flat=True))
    return found


def known_keys() -> dict[str, set[str]]:
    """Kind → keys of every definition that is in force, or waits to be."""
    rows = DefinitionVersion.objects.filter(
        Q(state__in=("proposed", "approved")) | Q(state="in_force", effective_until=None)
    )
    found: dict[str, set[str]] = {}
    for kind, key in rows.order_by().values_list("kind", "key").distinct():
        found.setdefault(kind, set()).add(key)
    return found


def users_of(kind: str, key: str, at: datetime | None = None) -> list[InForce]:
    """The definitions in force that name this one."""
    return [
        found
        for found in everything_in_force(at)
        if any((named.kind, named.key) == (kind, key) for named in references_of(found.body))
    ]


def versions(kind: str, key: str) -> list[DefinitionVersion]:
    """Every version of a definition, newest first. Raises NotFound when there is none."""
    rows = list(DefinitionVersion.objects.filter(kind=kind, key=key).order_by("-number"))
    if not rows:
        raise NotFound(phrase("There is no {kind} called {key}.", kind=kind, key=key))
    return rows


def version(kind: str, key: str, number: int) -> DefinitionVersion:
    """One version. Raises NotFound."""
    row = DefinitionVersion.objects.filter(kind=kind, key=key, number=number).first()
    if row is None:
        raise NotFound(phrase("There is no version {number} of {kind} {key}.", number=number, kind=kind, key=key))
    return row


def waiting() -> list[DefinitionVersion]:
    """Versions proposed or approved and not in force yet, oldest first."""
    return list(DefinitionVersion.objects.filter(state__in=("proposed", "approved")).order_by("proposed_at"))


def newest(kind: str | None = None) -> list[DefinitionVersion]:
    """The newest version of every definition, by kind and key."""
    rows = DefinitionVersion.objects.exclude(state="withdrawn")
    if kind:
        rows = rows.filter(kind=kind)
    tops = rows.values("kind", "key").annotate(top=Max("number"))
    wanted = {(item["kind"], item["key"], item["top"]) for item in tops}
    return [row for row in rows.order_by("kind", "key") if (row.kind, row.key, row.number) in wanted]

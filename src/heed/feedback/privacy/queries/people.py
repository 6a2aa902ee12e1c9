"""Finding one person in every table of the database: the rows that name them, and what only they leave behind."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet

from heed.core.consent.rules import personal_columns
from heed.core.errors.rules import NotFound, phrase
from heed.feedback.privacy.rules.stores import KEYS, LISTS, OWN, named_in, words_in
from heed.feedback.privacy.rules.traces import Whom

Model = type[models.Model]
CUSTOMER = "service.Customer"
JOURNAL, RECEIVED = "core.JournalEntry", "received-event"


@dataclass(frozen=True)
class Table:
    """A table whose rows may name a customer, the columns that do, and those that may hold their words."""

    model: Model
    keys: tuple[str, ...]
    lists: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def has_children(self) -> bool:
        return any(each.one_to_many or each.one_to_one for each in self.model._meta.related_objects)

    def rows(self, keys: list[str]) -> QuerySet[Any]:
        """The rows that name one of these customers."""
        chosen = Q()
        for column in self.keys:
            chosen |= Q(**{f"{column}__in": keys})
        for column in self.lists:
            for key in keys:
                chosen |= Q(**{f"{column}__icontains": f'"{key}"'})
        return self.model._default_manager.filter(chosen)


def model_of(label: str) -> Any:
    """A table by its name. Whoever erases goes through the tables of all modules, and needs none of their rules."""
    return next(model for model in apps.get_models() if model._meta.label == label)


def tables() -> list[Table]:
    """Every table that names customers, by the registry of personal columns; erasures look after themselves."""
    columns, found = personal_columns(), []
    for model in apps.get_models():
        label = model._meta.label
        present = {item.name for item in model._meta.concrete_fields}
        named = [name for name in named_in(columns, label) if name in present]
        if label == CUSTOMER:
            named = ["key"]
        if named and label not in OWN:
            keys = tuple(name for name in named if name in (*KEYS, "key"))
            lists = tuple(name for name in named if name in LISTS)
            words = tuple(name for name in words_in(columns, label) if name in present)
            found.append(Table(model, keys, lists, words))
    return found


def children(row: models.Model) -> Iterator[models.Model]:
    """The rows that hang on a row, and those on them."""
    for relation in row._meta.related_objects:
        if relation.one_to_many or relation.one_to_one:
            named = {relation.field.name: row}
            for child in relation.related_model._default_manager.filter(**named):
                yield child
                yield from children(child)


def held(keys: list[str]) -> Iterator[tuple[str, models.Model]]:
    """(table, row) of all rows that name these customers, with what hangs on them."""
    for table in tables():
        for row in table.rows(keys):
            yield table.label, row
            for child in children(row):
                yield child._meta.label, child


def customer_key_of(given: str) -> str:
    """heed's key of a customer, from the key or `system:id`. Raises NotFound when nothing at all is held of them."""
    from heed.service.customers.queries import key_of

    text = given.strip()
    system, colon, identifier = text.partition(":")
    for key in [text, *([key_of(system, identifier)] if colon and identifier else [])]:
        if key and "\0" not in key and is_known(key):
            return key
    raise NotFound(
        phrase("Nothing is held of a customer {given!r}.", given=given[:80]),
        code="unknown_customer",
        hint=phrase("Give heed's key or system:id, as `heed customers list` shows them."),
    )


def is_known(key: str) -> bool:
    """Whether any store holds something under this key."""
    from heed.facts.people import find_rows
    from heed.feedback.verbatims.queries.engine import engine

    return any(table.rows([key]).exists() for table in tables()) or find_rows(engine().store, (key,))


def entries_of(whom: Whom, ids: list[str]) -> QuerySet[Any]:
    """Entries of the journal that are about a customer, or about something that is theirs alone."""
    chosen = Q(subject_id__in=[*whom.keys, *ids]) | Q(subject_kind=RECEIVED, subject_id__in=whom.received)
    for key in whom.keys:
        chosen |= Q(payload__icontains=key)
    rows: QuerySet[Any] = model_of(JOURNAL)._default_manager.filter(chosen)
    return rows


def received_of(keys: list[str]) -> list[str]:
    """Ids of the events other systems told about these customers."""
    rows = model_of("core.ReceivedEvent")._default_manager.filter(customer_key__in=keys)
    return [str(number) for number in rows.values_list("pk", flat=True)]


def received_by(entries: list[int]) -> list[str]:
    """Ids of the events other systems told, by the entries that brought their facts."""
    rows = model_of(JOURNAL)._default_manager.filter(id__in=entries, subject_kind=RECEIVED)
    return list(rows.values_list("subject_id", flat=True))

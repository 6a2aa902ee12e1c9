"""Who is meant, before anything goes: keys, what is theirs alone, and the traces by which the proof would know them again."""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db import models
from django.db.models import Q

from heed.core.consent.rules import personal_columns
from heed.facts.people import Person, find_person, rows_of, texts_of_others
from heed.feedback.privacy.models import new_veil
from heed.feedback.privacy.queries.people import (
    CUSTOMER,
    children,
    entries_of,
    model_of,
    received_by,
    received_of,
    tables,
)
from heed.feedback.privacy.rules.stores import FOREIGN_IDS, OWN, words_in
from heed.feedback.privacy.rules.traces import (
    MOST_PHRASES,
    MOST_WORDS,
    Whom,
    not_in,
    pattern_of,
    phrases_of,
    rare_words_of,
    tells,
    tells_name,
)
from heed.feedback.verbatims.queries.engine import engine

MOST_IDS = 100
# What staff call themselves and what is defined is not what customers are known by.
NOT_LOOKED_THROUGH = ("core.Person", "core.Invitation", "core.DefinitionVersion", "core.ApiToken")
OURS = ("core", "service", "feedback", "goals", "frontline", "improvement", "measurement", "governance")
Mine = dict[str, set[object]]


def gather(key: str) -> Whom:
    """All that must be known of a customer to erase them and to prove it."""
    whom = Whom(keys=[key], veil=new_veil())
    person = find_person(engine().store, (key,))
    mine, texts = _rows(whom)
    told = list(rows_of(engine().store, person))
    texts += [str(row["text"]) for name, row in told if name == "verbatims" and row.get("text")]
    whom.ids = {column: sorted(values) for column, values in person.ids.items()}
    ids = [each for values in whom.ids.values() for each in values]
    batches = [str(row["batch"]).removeprefix("journal:") for _, row in told]
    whom.entries = sorted({int(each) for each in batches if each.isdigit()})
    whom.received = sorted({*received_of(whom.keys), *received_by(whom.entries)})
    known = [*ids, *whom.responses, *whom.cases]
    whom.entries = sorted({*whom.entries, *entries_of(whom, known).values_list("id", flat=True)})
    _trace(whom, person, mine, texts, ids)
    return whom


def person_of(whom: Whom) -> Person:
    """The person as the facts know them."""
    return Person(tuple(whom.keys), {column: set(values) for column, values in whom.ids.items()})


def _rows(whom: Whom) -> tuple[Mine, list[str]]:
    """Primary keys of the person's rows by table, and their texts; the keys of what was opened about them are noted."""
    mine: Mine = {}
    texts: list[str] = []
    for table in tables():
        for row in table.rows(whom.keys):
            for each in (row, *children(row)):
                label = each._meta.label
                mine.setdefault(label, set()).add(each.pk)
                if label != CUSTOMER:
                    texts += _texts(each)
                if label == "service.Case":
                    whom.cases.append(str(each.key))
            keyed = getattr(row, "key", "")
            if keyed and table.label not in (CUSTOMER, "service.Case"):
                whom.responses.append(str(keyed))
    return mine, texts


def _texts(row: models.Model) -> list[str]:
    columns = words_in(personal_columns(), row._meta.label)
    values = [getattr(row, name, None) for name in columns]
    return [value for value in values if isinstance(value, str) and value]


def _trace(whom: Whom, person: Person, mine: Mine, texts: list[str], ids: list[str]) -> None:
    identifiers, names = list(whom.keys), []
    for row in model_of(CUSTOMER)._default_manager.filter(key__in=whom.keys):
        digits = re.sub(r"[^\d+]", "", row.phone)
        given = [f"{row.system}:{row.external_id}", row.external_id, row.email, row.phone, digits]
        identifiers += [each for each in given if tells(each) and not _is_shared(each, whom)]
        names += [each for each in (row.name, row.account) if tells_name(each) and not _is_shared(each, whom)]
        texts += [str(value) for value in (row.attributes or {}).values()]
    known = [*(each for each in ids if tells(each) and not each.isdigit())][:MOST_IDS]
    candidates = [*known, *phrases_of(texts), *rare_words_of(texts)]
    left = not_in(candidates, _of_others(candidates, person, mine)) if candidates else []
    whom.identifiers = [*identifiers, *(each for each in known if each in left)]
    whom.names = list(dict.fromkeys(names))
    phrases = [each for each in left if " " in each][:MOST_PHRASES]
    whom.words = [*phrases, *[each for each in left if " " not in each and each not in known][:MOST_WORDS]]


def _is_shared(value: str, whom: Whom) -> bool:
    """Whether another customer has it too, alone or as a part of something longer."""
    rows = model_of(CUSTOMER)._default_manager.exclude(key__in=whom.keys)
    columns = ("external_id", "name", "email", "phone", "account")
    chosen = Q()
    for column in columns:
        chosen |= Q(**{f"{column}__icontains": value})
    bare = value.partition(":")[2] or value
    return bool(rows.filter(chosen | Q(external_id__icontains=bare) if ":" in value else chosen).exists())


def _of_others(candidates: list[str], person: Person, mine: Mine) -> Iterator[str]:
    """Texts of everybody else in which one of the candidates stands."""
    yield from texts_of_others(engine().store, pattern_of(candidates), person)
    for model, name in word_columns():
        rows = model._default_manager.exclude(pk__in=mine.get(model._meta.label, set()))
        for each in candidates:
            yield from (
                str(value) for value in rows.filter(**{f"{name}__icontains": each}).values_list(name, flat=True)[:1]
            )


def word_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Every column in which somebody may be spoken of."""
    for model in apps.get_models():
        label = model._meta.label
        if model._meta.app_label not in OURS or label in (*NOT_LOOKED_THROUGH, *OWN):
            continue
        present = {item.name for item in model._meta.concrete_fields}
        yield from ((model, name) for name in words_in(personal_columns(), label) if name in present)


def foreign_ids(model: type[models.Model]) -> list[str]:
    """Columns of a model in which ids of the person's records may stand."""
    present = {item.name for item in model._meta.concrete_fields}
    return [name for name in FOREIGN_IDS if name in present]

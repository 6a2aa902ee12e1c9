"""Taking a person out of each store. Every step may be cut and taken again."""

import json
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Q

from heed.core.consent.rules import personal_columns
from heed.core.journal.actions import erase_payload, veil_subjects
from heed.core.settings.rules import current
from heed.facts.people import erase_rows, rows_with, take_away_files
from heed.facts.projector.follow import project
from heed.feedback.privacy.queries.people import JOURNAL, Table, children, entries_of, model_of, received_of, tables
from heed.feedback.privacy.queries.scanning import files_of
from heed.feedback.privacy.queries.whom import foreign_ids, person_of, word_columns
from heed.feedback.privacy.rules.stores import GONE_WITH_ALL, words_in
from heed.feedback.privacy.rules.traces import Whom, needles, without
from heed.feedback.verbatims.actions.forgetting import unlearn_words
from heed.feedback.verbatims.queries.engine import engine

# Whole rows of a file that was brought in: they speak of one person, who is gone.
REJECTED = ("service.RejectedCustomer", "service.QuarantinedRow")
STAYS = ("feedback.PrivacyRequest",)
# What separates the mails that are kept in one file.
BETWEEN_MAILS = re.compile(rb"(?m)^-{79}\r?\n")


def clear_database(whom: Whom, actor: str) -> Counter[str]:
    """The person's rows, in one transaction: gone, or without them. Followers of the journal wait meanwhile, so that no
    step taken from what was there before comes behind.
    """
    gone: Counter[str] = Counter()
    with transaction.atomic():
        positions = model_of("core.FollowerPosition")._default_manager.order_by("name")
        list(positions.select_for_update() if connection.features.has_select_for_update else positions)
        whom.received = sorted({*whom.received, *received_of(whom.keys)})
        gone["journal"] += _journal(whom, actor)
        events = model_of("core.ReceivedEvent")._default_manager.filter(pk__in=whom.received)
        gone["core.ReceivedEvent"] += events.delete()[0]
        for table in tables():
            for row in list(table.rows(whom.keys)):
                gone.update(_clear(table, row, whom))
        model_of("core.Notification")._default_manager.filter(subject_kind="case", subject_id__in=whom.cases).delete()
    return gone


def _journal(whom: Whom, actor: str) -> int:
    """Payloads of entries about the person, and their key where it is the subject."""
    rows = model_of(JOURNAL)._default_manager
    theirs = [each for values in whom.ids.values() for each in values]
    known = [*theirs, *whom.responses, *whom.cases]
    found = {*entries_of(whom, known).values_list("id", flat=True), *whom.entries}
    left = rows.filter(id__in=found).exclude(payload=None)
    many = 0
    named = list(rows.filter(subject_id__in=[*whom.keys, *theirs]).values_list("id", flat=True))
    for number in left.exclude(id__in=named).values_list("id", flat=True):
        erase_payload(number)
        many += 1
    return many + veil_subjects(named, whom.veil, actor)


def _clear(table: Table, row: Any, whom: Whom) -> Counter[str]:
    """One row that names the person: out of a list, without them, or away with all that hangs on it."""
    if table.lists and not any(getattr(row, name) in whom.keys for name in table.keys):
        if table.label in REJECTED:
            row.delete()
            return Counter({table.label: 1})
        for name in table.lists:
            setattr(row, name, [each for each in getattr(row, name) if each not in whom.keys])
        row.save(update_fields=list(table.lists))
        return Counter({table.label: 1})
    if table.label in STAYS or (table.has_children and table.label not in GONE_WITH_ALL):
        hanging = list(children(row))
        for each in (row, *hanging):
            _empty(each, whom)
        return Counter({table.label: 1, **Counter(each._meta.label for each in hanging)})
    _, by_label = row.delete()
    return Counter(by_label)


def _empty(row: Any, whom: Whom) -> None:
    """A record of the organisation's work, without the person: another key, no words, no ids of theirs."""
    changed = {}
    for item in row._meta.concrete_fields:
        value = getattr(row, item.attname)
        if item.name in ("customer_key", "customer") and value in whom.keys:
            changed[item.name] = "" if row._meta.label in STAYS else whom.veil
        elif item.name in words_in(personal_columns(), row._meta.label):
            changed[item.name] = "" if isinstance(value, str) else {} if isinstance(value, dict) else value
        elif item.name in foreign_ids(type(row)) and value:
            changed[item.name] = f"{whom.veil}:{row.pk}" if item.unique else ""
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        row.save(update_fields=list(changed))


def clear_words(whom: Whom, actor: str) -> Counter[str]:
    """Facts and what was learnt from them. First the journal is carried on: what was written before must not come behind."""
    project()
    gone = Counter({f"facts.{name}": many for name, many in erase_rows(engine().store, person_of(whom)).items()})
    gone["models"] += unlearn_words(whom.keys, whom.ids.get("verbatim_id", []), actor=actor)
    return gone


def clear_mentions(whom: Whom) -> Counter[str]:
    """Where others speak of the person: their name, address and identifiers are taken out of the words, the rest stays."""
    gone: Counter[str] = Counter()
    spoken = [*whom.traces.names, *whom.traces.identifiers]
    for model, name in word_columns():
        rows = model._default_manager.filter(_holding(name, spoken)) if spoken else model._default_manager.none()
        for row in rows:
            if model._meta.label in REJECTED:
                row.delete()
            else:
                setattr(row, name, _said_without(getattr(row, name), spoken))
                row.save(update_fields=[name])
            gone[f"mentions.{model._meta.label}"] += 1
    calls = model_of("core.IdempotentCall")._default_manager.filter(_holding("answer", [*spoken, *whom.responses]))
    gone["core.IdempotentCall"] += calls.delete()[0]
    gone.update(_mentions_in_facts(spoken))
    return gone


def _mentions_in_facts(spoken: list[str]) -> Counter[str]:
    gone: Counter[str] = Counter()
    store = engine().store
    for words in spoken:
        for table, row in list(rows_with(store, words)):
            changed: dict[str, str | dict[str, str]] = {}
            for name, value in row.items():
                if name != table.key and value:
                    clean = _said_without(dict(value) if isinstance(value, list) else value, spoken)
                    if clean != (dict(value) if isinstance(value, list) else value):
                        changed[name] = clean
            if changed:
                gone[f"mentions.facts.{table.name}"] += store.rewrite(table.name, str(row[table.key]), changed)
    return gone


def _holding(name: str, words: list[str]) -> Q:
    chosen = Q(pk__in=[])
    for each in words:
        for form in {each, json.dumps(each)[1:-1]}:
            chosen |= Q(**{f"{name}__icontains": form})
    return chosen


def _said_without(value: Any, spoken: list[str]) -> Any:
    if isinstance(value, str):
        return without(value, spoken)
    if isinstance(value, dict):
        return {name: _said_without(each, spoken) for name, each in value.items()}
    if isinstance(value, list):
        return [_said_without(each, spoken) for each in value]
    return value


def clear_files(whom: Whom) -> Counter[str]:
    """Mails kept as files lose the person's, uploads that hold them go, and what is cached goes as a whole."""
    gone: Counter[str] = Counter()
    home, traces = current().home_path, needles([*whom.traces.identifiers, *whom.traces.names])
    for path in files_of(home / "mail"):
        gone["mails"] += _without_mails(path, traces)
    for folder in (home / "imports" / "uploads", home / "uploads"):
        for path in files_of(folder):
            low = path.read_bytes().lower()
            if any(each in low for each in traces):
                path.unlink(missing_ok=True)
                gone["uploads"] += 1
    cache.clear()
    return gone


def _without_mails(path: Path, traces: dict[bytes, str]) -> int:
    """Rewrite a file of mails without those that hold a trace. Returns how many went."""
    from email import message_from_bytes

    def holds(mail: bytes) -> bool:
        parts = [part.get_payload(decode=True) for part in message_from_bytes(mail).walk() if not part.is_multipart()]
        low = b"\n".join([mail, *(each for each in parts if isinstance(each, bytes))]).lower()
        return any(each in low for each in traces)

    mails = [each for each in BETWEEN_MAILS.split(path.read_bytes()) if each.strip()]
    kept = [mail for mail in mails if not holds(mail)]
    if len(kept) == len(mails):
        return 0
    if not kept:
        path.unlink()
        return len(mails)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(b"".join(mail + b"-" * 79 + b"\n" for mail in kept))
    draft.replace(path)
    return len(mails) - len(kept)


def sweep(tell: Callable[[str], None] = lambda step: None) -> None:
    """Take away what deleting leaves behind: dead files of the facts, free pages and the log of the database."""
    tell("facts")
    take_away_files(engine().store)
    tell("database")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"VACUUM {connection.ops.quote_name(table)}")
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        for _ in range(200):
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = cursor.fetchone()[0]
            if not busy:
                break


def is_left(whom: Whom) -> bool:
    """Whether something came in again meanwhile."""
    return any(table.rows(whom.keys).exists() for table in tables() if table.label not in STAYS)

"""All that is held about one person, from every store, as JSON takes it (GDPR art. 15 and 20)."""

from collections import Counter
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.journal.actions import record
from heed.core.settings.rules import current
from heed.facts.people import rows_of
from heed.feedback.privacy.events import DataExported
from heed.feedback.privacy.queries.backups import backups_before
from heed.feedback.privacy.queries.people import JOURNAL, customer_key_of, entries_of, held, model_of
from heed.feedback.privacy.queries.scanning import files_of
from heed.feedback.privacy.queries.whom import gather, person_of
from heed.feedback.privacy.rules.traces import needles
from heed.feedback.verbatims.actions.measuring import was_trained_on
from heed.feedback.verbatims.queries.engine import engine
from heed.feedback.verbatims.queries.models import models_folder

# What protects heed itself and says nothing about the person.
WITHHELD = frozenset({"token_digest", "nonce", "digest", "sealed"})


def export_customer(scope: Scope, customer: str) -> tuple[dict[str, Any], dict[str, int]]:
    """All that is held about a customer, for whoever answers a request; told in the journal. Raises NotFound."""
    scope.demand_everywhere("manage_settings")
    key = customer_key_of(customer)
    told, counts = all_held(key)
    with transaction.atomic():
        record(DataExported(sum(counts.values()), len(counts)), actor=scope.person, subject=("customer", key))
    return told, counts


def all_held(key: str) -> tuple[dict[str, Any], dict[str, int]]:
    """(everything, rows by table). Records by table name, facts as `facts.<table>`, and where else the person is."""
    whom = gather(key)
    stores: dict[str, list[dict[str, Any]]] = {}
    seen: set[tuple[str, Any]] = set()
    for label, row in held([key]):
        if (label, row.pk) not in seen:
            seen.add((label, row.pk))
            stores.setdefault(label, []).append(_record(row))
    for event in model_of("core.ReceivedEvent")._default_manager.filter(pk__in=whom.received):
        if ("core.ReceivedEvent", event.pk) not in seen:
            stores.setdefault("core.ReceivedEvent", []).append(_record(event))
    for name, fact in rows_of(engine().store, person_of(whom)):
        stores.setdefault(f"facts.{name}", []).append(_plain(fact))
    entries = entries_of(whom, [*whom.responses, *whom.cases]).order_by("id")
    if rows := [_record(each) for each in entries.defer("salt", "chain")]:
        stores[JOURNAL] = [{name: row[name] for name in ("id", "at", "name", "payload")} for row in rows]
    files = _files_with([*whom.identifiers, *whom.names])
    everything = {
        "customer": key,
        "made_at": timezone.now().isoformat(),
        "stores": stores,
        "files": files,
        "models_trained_on": _models_that_learnt([key, *whom.ids.get("verbatim_id", [])]),
        "backups": backups_before(timezone.now()),
    }
    return everything, dict(Counter({name: len(rows) for name, rows in sorted(stores.items())}))


def _models_that_learnt(keys: list[str]) -> list[str]:
    folders = [each for each in sorted(models_folder().glob("[!.]*")) if each.is_dir()]
    return [each.name for each in folders if was_trained_on(each, keys)]


def _record(row: models.Model) -> dict[str, Any]:
    return {
        item.name: _plain(getattr(row, item.attname)) for item in row._meta.concrete_fields if item.name not in WITHHELD
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _files_with(traces: list[str]) -> list[str]:
    """Mails and uploads that hold the person, by name below the data folder."""
    home, found = current().home_path, []
    looked_for = needles(traces)
    for folder in ("mail", "imports", "uploads"):
        for path in files_of(home / folder):
            low = path.read_bytes().lower()
            if any(each in low for each in looked_for):
                found.append(str(path.relative_to(home)))
    return sorted(found)

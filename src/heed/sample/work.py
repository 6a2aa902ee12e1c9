"""What the sample leaves to do: who its customers are, and the unhappy answers of its last days as cases, some of them taken."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from heed.core.access.rules import COMMAND_LINE
from heed.core.errors.rules import HeedError
from heed.core.journal.rules import Entry
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store
from heed.goals.escalation.actions.noting import forget_escalations
from heed.sample.names import LANGUAGES, REGIONS, SEGMENTS, SOURCE, ZONE
from heed.sample.places import customer_keys
from heed.sample.population import CUSTOMERS, FIRST_NAMES, LAST_NAMES
from heed.sample.world import World
from heed.service.cases.actions.opening import consider_facts
from heed.service.cases.actions.removing import forget_cases
from heed.service.cases.actions.working import assign
from heed.service.cases.queries import opened_since
from heed.service.customers.actions import adopt_customers, forget_system
from heed.service.customers.rules import CustomerRow

WATCHED_DAYS = 3
OWNED_HOURS = 30
# Facts that heed made of the sample's cases and words; keys of the sample all begin so.
OF_SAMPLE = "source = 'heed' AND customer_key >= 'sample-' AND customer_key < 'sample.'"


def make_work(world: World, store: Store) -> dict[str, int]:
    """Make what is missing of it. Returns how many customers and cases were made."""
    kept = adopt_customers(_customers(world), COMMAND_LINE.person, system=SOURCE)
    return {"customers": kept.new, "cases": _open_cases(store)}


def _customers(world: World) -> Iterator[tuple[str, CustomerRow]]:
    """As many as scale 1 has; more would say nothing new. Their addresses lead nowhere (RFC 2606)."""
    people, rng = world.customers, world.rng("names")
    many = min(len(people), CUSTOMERS)
    first, last = rng.integers(0, len(FIRST_NAMES), many), rng.integers(0, len(LAST_NAMES), many)
    for number, key in enumerate(customer_keys(np.arange(many)).to_pylist()):
        name = f"{FIRST_NAMES[first[number]]} {LAST_NAMES[last[number]]}"
        yield (
            key,
            CustomerRow(
                external_id=key.removeprefix(f"{SOURCE}-"),
                name=name,
                email=f"{name.lower().replace(' ', '.')}.{number}@example.com",
                language=LANGUAGES[int(people.language[number])],
                time_zone=ZONE,
                region=REGIONS[int(people.region[number])],
                segment=SEGMENTS[int(people.segment[number])],
                opted_out=bool(people.opted_out[number]),
            ),
        )


def _open_cases(store: Store) -> int:
    """Through the rule in force and the same decision as ever, at the time of each answer."""
    answers, words = _recent(store, "responses"), _recent(store, "verbatims")
    if not answers:
        return 0
    said: dict[str, list[dict[str, Any]]] = {}
    for row in words:
        if row["response_id"]:
            said.setdefault(row["response_id"], []).append(row)
    begun = answers[0]["answered_at"]
    before = len(opened_since(begun, SOURCE))
    for row in answers:
        at: datetime = row["answered_at"]
        entry = Entry(0, at, SOURCE, SOURCE, "", "", None)
        rows = [("responses", row), *(("verbatims", each) for each in said.get(row["response_id"], ()))]
        with transaction.atomic():
            consider_facts(entry, rows)
    opened = opened_since(begun, SOURCE)
    if before == 0:
        _share_out(opened, {row["response_id"]: row["agent_key"] for row in answers}, answers[-1]["answered_at"])
    return len(opened) - before


def _share_out(opened: list[tuple[str, str, datetime]], served: dict[str, str | None], end: datetime) -> None:
    """The older ones have an owner: who served the customer, where that person may work on the case."""
    for key, response, at in opened:
        agent = served.get(response)
        if agent and at < end - timedelta(hours=OWNED_HOURS):
            try:
                assign(COMMAND_LINE, key, agent)
            except HeedError:
                continue


def _recent(store: Store, name: str) -> list[dict[str, Any]]:
    """The sample's rows of its last days, oldest first, as a live row is read."""
    dataset, time = store.dataset(name), TABLES[name].time
    if dataset is None:
        return []
    mine = pc.field("source") == SOURCE
    times = dataset.to_table(columns=[time], filter=mine)[time]
    newest = pc.max(times).as_py()
    if newest is None:
        return []
    since = pa.scalar(newest - timedelta(days=WATCHED_DAYS), times.type)
    table = dataset.to_table(filter=mine & (pc.field(time) >= since)).sort_by([(time, "ascending")])
    maps = [column.name for column in TABLES[name].columns if column.kind == "map"]
    return [{**row, **{each: dict(row[each]) for each in maps if row[each] is not None}} for row in table.to_pylist()]


def take_away_work(store: Store) -> dict[str, int]:
    """Take away the sample's customers and cases, and the facts that came of them."""
    forget_escalations(SOURCE)
    cases, customers = forget_cases(SOURCE), forget_system(SOURCE)
    for name in ("case_changes", "invitations", "responses", "verbatims"):
        store.delete(name, OF_SAMPLE)
    for name in ("verbatim_labels", "verbatim_aspects"):
        store.delete(name, "verbatim_id >= 'sample-' AND verbatim_id < 'sample.'")
    return {"customers": customers, "cases": cases}


def said_keys(store: Store, *, everything: bool = False) -> list[str]:
    """Which verbatims are the sample's, or all there are."""
    dataset = store.dataset("verbatims")
    if dataset is None:
        return []
    mine = (pc.field("source") == SOURCE) | pc.starts_with(pc.field("customer_key"), f"{SOURCE}-")
    found = dataset.to_table(columns=["verbatim_id"], filter=None if everything else mine)["verbatim_id"]
    return [str(each) for each in found.to_pylist()]

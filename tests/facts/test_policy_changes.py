"""A definition that comes into force is a change of the operation, told in the facts."""

from datetime import UTC, datetime

from heed.core.definitions.events import DefinitionEnacted, DefinitionRetired
from heed.core.journal.events import event_name, payload_of
from heed.core.journal.rules import Entry
from heed.facts.projected import as_table
from heed.facts.projections import PROJECTIONS, faults, rows_of
from heed.facts.projector import definitions

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def entry(happened: object, number: int = 7) -> Entry:
    return Entry(number, AT, event_name(type(happened)), "p_1", "definition", "x", payload_of(happened))


def test_what_comes_into_force_and_what_ends_is_a_change_of_kind_policy():
    projections = [item for key, item in PROJECTIONS.items() if item.project.__module__ == definitions.__name__]
    assert [
        faults(item, {"definition-enacted": DefinitionEnacted, "definition-retired": DefinitionRetired}[item.event])
        for item in projections
    ] == [[], []]
    told = [
        entry(DefinitionEnacted("case_opening", "loop", 2, "d", "2026-03-02T00:00:00+00:00")),
        entry(DefinitionRetired("case_opening", "loop", 2, "2026-04-02T00:00:00+00:00"), 8),
    ]
    rows = [row for each in told for _, row in rows_of(each, projections)]
    table = as_table("changes", rows).to_pylist()
    assert [(row["kind"], row["title"], row["at"].isoformat()) for row in table] == [
        ("policy", "case_opening loop version 2 in force", "2026-03-02T00:00:00+00:00"),
        ("policy", "case_opening loop version 2 ended", "2026-04-02T00:00:00+00:00"),
    ]


def test_what_heed_brings_along_changed_nothing():
    projections = PROJECTIONS.values()
    shipped = DefinitionEnacted("kpi", "csat", 1, "d", definitions.BEGINNING)
    assert rows_of(entry(shipped), projections) == []

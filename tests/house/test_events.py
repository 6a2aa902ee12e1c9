"""Events: what is projected fits the facts, and the journal is told nothing personal."""

import ast
from dataclasses import fields, is_dataclass
from importlib import import_module

import pytest

from heed.core.journal.events import EVENTS, event_name
from heed.facts.projections import PROJECTIONS, Projection, faults
from tests.house.plan import module_name, source_files

# A field of this name would hold a name, an address or somebody's words.
TELLING_NAMES = {"email", "phone", "address", "first_name", "last_name", "text", "words", "comment", "note", "verbatim"}


def marked_events() -> dict[str, str]:
    """Each class under `@event`, and where it is written."""
    found = {}
    for path in source_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(
                getattr(mark, "id", "") == "event" for mark in node.decorator_list
            ):
                found[node.name] = module_name(path)
    return found


def test_every_event_lies_in_an_events_room() -> None:
    assert not {name: module for name, module in marked_events().items() if ".events" not in module}


@pytest.fixture(autouse=True, scope="module")
def every_event_is_known() -> None:
    for module in set(marked_events().values()):
        import_module(module)


def test_event_names_are_unique_in_the_product() -> None:
    known = {cls.__name__ for cls in EVENTS.values() if cls.__module__.startswith("heed.")}
    assert known == set(marked_events())


def test_no_event_has_a_field_for_personal_words() -> None:
    telling = [
        f"{name}.{item.name}"
        for name, cls in EVENTS.items()
        if cls.__module__.startswith("heed.") and is_dataclass(cls)
        for item in fields(cls)
        if item.name in TELLING_NAMES
    ]
    assert not telling


def test_every_projection_fits_its_event_and_its_table() -> None:
    assert not [
        fault for projection in PROJECTIONS.values() for fault in faults(projection, EVENTS.get(projection.event))
    ]


def test_a_projection_that_does_not_fit_would_be_seen() -> None:
    some = next(iter(EVENTS.values()))
    wrong = Projection(event_name(some), "case_changes", {"colour": "no_such_field"}, lambda payload, entry: None)
    assert len(faults(wrong, some)) >= 2

"""The tree of units: added, renamed, moved, never a ring."""

import pytest

from heed.core.errors.rules import Forbidden, HeedError, Invalid, NotFound, Refused
from heed.core.journal.models import JournalEntry
from heed.core.people.actions import add_unit, change_unit, ensure_root_unit, move_unit, rename_unit
from heed.core.people.models import Unit
from heed.core.people.rules import Node, below, in_order, unit_key, would_loop
from tests.core.conftest import House

NODES = {
    "a": Node("a", "organisation", None),
    "b": Node("b", "region", "a"),
    "c": Node("c", "team", "b"),
    "d": Node("d", "region", "a"),
}


def test_below_and_rings() -> None:
    assert below("b", NODES) == {"b", "c"}
    assert would_loop("b", "c", NODES)
    assert would_loop("b", "b", NODES)
    assert not would_loop("c", "d", NODES)
    ring = {"x": Node("x", "team", "y"), "y": Node("y", "team", "x")}
    assert below("x", ring) == {"x", "y"}


def test_the_tree_is_read_in_order() -> None:
    rows = [("z", "Zed", "r"), ("r", "Root", None), ("a", "ape", "r"), ("b", "Bee", "a"), ("lost", "Lost", "gone")]
    assert in_order(rows) == [("lost", 0), ("r", 0), ("a", 1), ("b", 2), ("z", 1)]


@pytest.mark.parametrize(
    ("name", "taken", "key"),
    [
        ("Süd West", (), "sud-west"),
        ("Team 1", ("team-1",), "team-1-2"),
        ("北", (), "unit"),
        ("x" * 80, (), "x" * 50),
    ],
)
def test_keys_are_made_from_names(name: str, taken: tuple[str, ...], key: str) -> None:
    assert unit_key(name, taken) == key


def test_added_below_another_and_written_down(house: House) -> None:
    unit = add_unit(house.scope("admin"), name="Chat  North", kind="team", parent="north")
    assert (unit.key, unit.name, unit.parent.key) == ("chat-north", "Chat North", "north")
    entry = JournalEntry.objects.order_by("-id").first()
    assert (entry.name, entry.payload) == ("unit-added", {"unit": "chat-north", "kind": "team", "parent": "north"})


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"name": ""}, Invalid),
        ({"name": "x" * 121}, Invalid),
        ({"kind": "organisation"}, Invalid),
        ({"kind": "galaxy"}, Invalid),
        ({"parent": "nowhere"}, NotFound),
        ({"key": "North Pole"}, Invalid),
        ({"key": "south"}, Refused),
    ],
)
def test_refused(house: House, given: dict[str, str], error: type[HeedError]) -> None:
    with pytest.raises(error):
        add_unit(house.scope("admin"), **{"name": "Chat", "kind": "team", "parent": "north", **given})


def test_a_new_name_keeps_the_key(house: House) -> None:
    rename_unit(house.scope("north_admin"), "north", "The North")
    assert Unit.objects.get(key="north").name == "The North"
    entry = JournalEntry.objects.order_by("-id").first()
    assert (entry.name, entry.payload) == ("unit-renamed", {"unit": "north"})
    before = JournalEntry.objects.count()
    rename_unit(house.scope("admin"), "north", "The North")
    assert JournalEntry.objects.count() == before


def test_moved_with_all_below(house: House) -> None:
    move_unit(house.scope("admin"), "north", "south")
    assert Unit.objects.get(key="north").parent.key == "south"
    assert JournalEntry.objects.order_by("-id").first().payload["before"] == "organisation"
    with pytest.raises(Refused) as refusal:
        move_unit(house.scope("admin"), "south", "north-phone")
    assert refusal.value.code == "ring"
    with pytest.raises(Refused):
        move_unit(house.scope("admin"), "organisation", "north")


def test_a_region_moves_nothing_out_of_itself(house: House) -> None:
    with pytest.raises(Forbidden):
        move_unit(house.scope("north_admin"), "north-phone", "south")
    with pytest.raises(Forbidden):
        rename_unit(house.scope("north_admin"), "south", "Ours")
    with pytest.raises(Forbidden):
        add_unit(house.scope("agent"), name="x", kind="team", parent="north-phone")


def test_a_change_is_whole_or_not_at_all(house: House) -> None:
    with pytest.raises(Invalid):
        change_unit(house.scope("admin"), "north-phone", parent="south", name=" ")
    assert Unit.objects.get(key="north-phone").parent.key == "north"


def test_the_organisation_is_there_once(house: House) -> None:
    assert ensure_root_unit("Another").key == "organisation"
    assert Unit.objects.filter(parent=None).count() == 1

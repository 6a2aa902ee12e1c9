"""Pages of units."""

from heed.core.people.models import Unit
from tests.core.conftest import House


def test_units_are_shown_as_a_tree_and_added(house: House) -> None:
    client = house.client("admin")
    assert [unit.key for unit, _ in client.get("/people/units/").context["tree"]] == [
        "organisation",
        "north",
        "north-phone",
        "south",
        "south-phone",
    ]
    given = {"name": "Chat", "kind": "team", "parent": "south"}
    assert client.post("/people/units/new/", given).status_code == 302
    assert Unit.objects.get(key="chat").parent.key == "south"


def test_a_region_sees_and_changes_its_own_tree(house: House) -> None:
    client = house.client("north_admin")
    assert [unit.key for unit, _ in client.get("/people/units/").context["tree"]] == ["north", "north-phone"]
    assert client.get("/people/units/south/").status_code == 404
    assert client.post("/people/units/north/", {"name": "Up North", "parent": "organisation"}).status_code == 302
    assert Unit.objects.get(key="north").name == "Up North"
    away = client.post("/people/units/north-phone/", {"name": "North Phone", "parent": "south"})
    assert away.status_code == 422
    assert "parent" in away.context["form"].errors


def test_errors_stand_at_their_fields(house: House) -> None:
    client = house.client("admin")
    for given, field in (
        ({"name": "", "kind": "team", "parent": "north"}, "name"),
        ({"name": "x", "kind": "star", "parent": "north"}, "kind"),
        ({"name": "x", "kind": "team", "parent": "north", "key": "south"}, "key"),
        ({"name": "x", "kind": "team", "parent": "north", "key": "South"}, "key"),
    ):
        answer = client.post("/people/units/new/", given)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]


def test_moving_below_oneself_is_not_offered(house: House) -> None:
    client = house.client("admin")
    shown = client.get("/people/units/north/")
    offered = [key for key, _ in shown.context["form"].fields["parent"].choices]
    assert offered == ["organisation", "south", "south-phone"]
    assert "parent" not in client.get("/people/units/organisation/").context["form"].fields
    assert client.post("/people/units/north/", {"name": "N", "parent": "south"}).status_code == 302
    assert client.get("/people/units/nowhere/").status_code == 404

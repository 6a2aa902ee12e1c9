"""Roles: given and taken where one may, and never the last administrator's."""

import pytest

from heed.core.access.actions.roles import deactivate, give_role, reactivate, take_role
from heed.core.access.actions.tokens import make_token, token_scope
from heed.core.access.models import Membership
from heed.core.access.queries import administrators, people_for, scope_of
from heed.core.access.rules import COMMAND_LINE
from heed.core.errors.rules import Forbidden, Invalid, NotFound, Refused
from heed.core.journal.models import JournalEntry
from tests.core.conftest import House


def test_a_role_given_is_a_role_held_and_written_down(house: House) -> None:
    give_role(house.scope("admin"), house.agent.key, "south-phone", "supervisor")
    assert scope_of(house.agent).holds_in("propose", "south-phone")
    assert not scope_of(house.agent).holds_in("propose", "north-phone")
    entry = JournalEntry.objects.order_by("-id").first()
    assert (entry.name, entry.actor, entry.subject_id) == ("role-given", house.admin.key, house.agent.key)
    assert entry.payload == {"person": house.agent.key, "unit": "south-phone", "role": "supervisor"}


def test_giving_twice_changes_nothing(house: House) -> None:
    before = JournalEntry.objects.count()
    give_role(house.scope("admin"), house.agent.key, "north-phone", "agent")
    assert JournalEntry.objects.count() == before


def test_an_administrator_of_a_region_rules_that_region_alone(house: House) -> None:
    give_role(house.scope("north_admin"), house.agent.key, "north", "supervisor")
    with pytest.raises(Forbidden) as refusal:
        give_role(house.scope("north_admin"), house.agent.key, "south", "agent")
    assert refusal.value.code == "not_permitted_here"
    with pytest.raises(Forbidden):
        give_role(house.scope("north_admin"), house.north_admin.key, "organisation", "administrator")


def test_who_reads_figures_elsewhere_rules_there_no_more(house: House) -> None:
    give_role(house.scope("admin"), house.north_admin.key, "organisation", "auditor")
    with pytest.raises(Forbidden):
        give_role(house.scope("north_admin"), house.agent.key, "south", "agent")


def test_an_agent_gives_nothing(house: House) -> None:
    with pytest.raises(Forbidden):
        give_role(house.scope("agent"), house.agent.key, "north-phone", "administrator")


@pytest.mark.parametrize(
    ("unit", "role", "error"),
    [("nowhere", "agent", NotFound), ("north", "emperor", Invalid), ("north", "agnt", Invalid)],
)
def test_unknown_units_and_roles_are_refused(house: House, unit: str, role: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        give_role(house.scope("admin"), house.agent.key, unit, role)


def test_the_last_administrator_stays(house: House) -> None:
    for press in (
        lambda: take_role(house.scope("admin"), house.admin.key, "organisation", "administrator"),
        lambda: deactivate(house.scope("admin"), house.admin.key),
    ):
        with pytest.raises(Refused) as refusal:
            press()
        assert refusal.value.code == "last_administrator"
    assert [person.key for person in administrators()] == [house.admin.key]


def test_with_two_administrators_one_may_go(house: House) -> None:
    give_role(house.scope("admin"), house.agent.key, "organisation", "administrator")
    take_role(house.scope("agent"), house.admin.key, "organisation", "administrator")
    assert [person.key for person in administrators()] == [house.agent.key]


def test_an_inactive_administrator_does_not_count(house: House) -> None:
    give_role(house.scope("admin"), house.agent.key, "organisation", "administrator")
    deactivate(house.scope("admin"), house.agent.key)
    with pytest.raises(Refused):
        take_role(house.scope("admin"), house.admin.key, "organisation", "administrator")


def test_taking_a_role_that_is_not_held(house: House) -> None:
    with pytest.raises(NotFound):
        take_role(house.scope("admin"), house.agent.key, "south", "agent")


def test_ending_access_ends_tokens_and_leaves_the_name(house: House) -> None:
    give_role(house.scope("admin"), house.agent.key, "north-phone", "analyst")
    _, secret = make_token(house.scope("agent"), name="export", scopes=["see_figures"])
    assert token_scope(secret) is not None
    deactivate(house.scope("north_admin"), house.agent.key)
    assert token_scope(secret) is None
    house.agent.refresh_from_db()
    assert scope_of(house.agent).permissions == frozenset()
    assert house.agent.name == "Sam Agent"
    reactivate(house.scope("admin"), house.agent.key)
    assert token_scope(secret) is None
    house.agent.refresh_from_db()
    assert scope_of(house.agent).may("see_figures")


def test_who_also_works_elsewhere_is_not_a_regions_to_end(house: House) -> None:
    give_role(house.scope("admin"), house.agent.key, "south-phone", "agent")
    with pytest.raises(Forbidden) as refusal:
        deactivate(house.scope("north_admin"), house.agent.key)
    assert refusal.value.code == "not_permitted_here"


def test_a_region_sees_its_own_people(house: House) -> None:
    assert {person.key for person in people_for(house.scope("north_admin"))} == {
        house.agent.key,
        house.north_admin.key,
    }
    assert {person.key for person in people_for(house.scope("admin"))} == {
        house.agent.key,
        house.north_admin.key,
        house.admin.key,
    }
    assert not people_for(house.scope("agent"))


def test_the_command_line_may_do_all(house: House) -> None:
    give_role(COMMAND_LINE, house.agent.key, "organisation", "administrator")
    assert Membership.objects.filter(person=house.agent, role="administrator").exists()

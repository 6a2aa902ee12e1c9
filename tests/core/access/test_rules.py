"""Who may do what where: the pure part."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from heed.core.access.rules import (
    COMMAND_LINE,
    PERMISSIONS,
    ROLES,
    Scope,
    digest_of,
    invitation_state,
    lands_at_once,
    may_give,
    narrowed,
    scope_for,
)
from heed.core.consent.rules import personal_columns
from heed.core.errors.rules import Forbidden
from heed.core.people.rules import Node

NODES = {
    "all": Node("all", "organisation", None),
    "north": Node("north", "region", "all"),
    "desk": Node("desk", "team", "north"),
    "south": Node("south", "region", "all"),
}
NOW = datetime(2026, 5, 3, tzinfo=UTC)


def test_a_role_reaches_all_below_its_unit_and_nothing_else() -> None:
    scope = scope_for("p", [("north", "analyst")], NODES)
    assert scope.units == {"north", "desk"}
    assert (scope.regions, scope.teams) == ({"north"}, {"desk"})
    assert scope.holds_in("import", "desk")
    assert not scope.holds_in("import", "south")
    assert not scope.holds_everywhere("import")
    assert not scope.everything
    with pytest.raises(Forbidden):
        scope.demand_everywhere("import")
    with pytest.raises(Forbidden):
        scope.demand_in("import", "south")


def test_each_permission_reaches_as_far_as_its_own_roles() -> None:
    scope = scope_for("p", [("all", "agent"), ("north", "administrator")], NODES)
    assert scope.everything
    assert scope.holds_everywhere("see_figures")
    assert not scope.holds_everywhere("manage_people")
    assert scope.holds_in("manage_people", "desk")
    assert not scope.holds_in("manage_people", "south")
    assert may_give(scope, "administrator", "desk")
    assert not may_give(scope, "agent", "south")


def test_unknown_roles_and_units_give_nothing() -> None:
    scope = scope_for("p", [("north", "emperor"), ("moon", "administrator")], NODES)
    assert scope == Scope(person="p")
    assert hash(scope)


def test_the_command_line_reaches_everything() -> None:
    for permission in PERMISSIONS:
        COMMAND_LINE.demand_everywhere(permission)
        COMMAND_LINE.demand_in(permission, "anywhere")


MEMBERSHIPS = st.lists(st.tuples(st.sampled_from(sorted(NODES)), st.sampled_from(sorted(ROLES))), max_size=4)


@given(MEMBERSHIPS, st.sets(st.sampled_from(sorted(PERMISSIONS))))
def test_a_narrowed_scope_never_may_more(memberships: list[tuple[str, str]], kept: set[str]) -> None:
    wide = scope_for("p", memberships, NODES)
    narrow = narrowed(wide, kept)
    for permission in PERMISSIONS:
        assert not narrow.may(permission) or permission in kept
        assert wide.holds_everywhere(permission) or not narrow.holds_everywhere(permission)
        for unit in NODES:
            assert wide.holds_in(permission, unit) or not narrow.holds_in(permission, unit)


@given(MEMBERSHIPS, st.sampled_from(sorted(ROLES)), st.sampled_from(sorted(NODES)))
def test_nobody_gives_what_they_do_not_hold(memberships: list[tuple[str, str]], role: str, unit: str) -> None:
    giver = scope_for("p", memberships, NODES)
    if may_give(giver, role, unit):
        given_scope = scope_for("q", [(unit, role)], NODES)
        for permission in PERMISSIONS:
            for place in NODES:
                assert giver.holds_in(permission, place) or not given_scope.holds_in(permission, place)


def test_states_of_an_invitation() -> None:
    later, day = NOW + timedelta(days=1), timedelta(days=1)
    assert invitation_state(NOW, later, None, None) == "open"
    assert invitation_state(NOW, NOW, None, None) == "expired"
    assert invitation_state(NOW, NOW - day, NOW, None) == "accepted"
    assert invitation_state(NOW, later, None, NOW) == "withdrawn"


@pytest.mark.parametrize(
    ("fetch", "at_once"),
    [
        ({}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "none", "sec-purpose": "prefetch"}, False),
        ({"purpose": "prefetch"}, False),
    ],
)
def test_what_opens_a_link(fetch: dict[str, str], at_once: bool) -> None:
    assert lands_at_once(fetch) is at_once


def test_a_digest_is_sha_256() -> None:
    assert digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_personal_columns_name_columns_that_exist() -> None:
    ours = [column for column in personal_columns() if not column.store.startswith("facts.")]
    assert {column.store for column in ours} >= {
        "core.Person",
        "core.Invitation",
        "core.ReceivedEvent",
        "core.ApiToken",
    }
    for column in ours:
        label, _, model = column.store.partition(".")
        apps.get_model(label, model)._meta.get_field(column.column)

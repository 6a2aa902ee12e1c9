"""Two who press at once: one wins, the other is told, and the store is whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from heed.core.access.actions.entrance import entrance_link, finish_first_run, first_run_token
from heed.core.access.actions.invitations import accept_invitation, invite
from heed.core.access.actions.links import make_sign_in_link, use_sign_in_link
from heed.core.access.actions.roles import deactivate, give_role, take_role
from heed.core.access.models import Membership
from heed.core.access.queries import administrators
from heed.core.access.rules import COMMAND_LINE
from heed.core.errors.rules import NotFound, Refused
from heed.core.journal.models import JournalEntry
from heed.core.journal.queries import verify_chain
from heed.core.people.actions import move_unit
from heed.core.people.models import Person, Unit
from heed.core.people.queries import unit_nodes
from heed.core.people.rules import below
from tests.core.conftest import PASSWORD, House, build
from tests.core.races import at_once, file_store


@pytest.fixture
def store(tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), file_store(tmp_path / "heed.db"):
        yield


@pytest.fixture
def full(store: None) -> House:
    return build()


def _sorts(results: list[object]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def test_two_administrators_demote_each_other_and_one_stays(full: House) -> None:
    give_role(COMMAND_LINE, full.agent.key, "organisation", "administrator")
    first, second = full.scope("admin"), full.scope("agent")
    results = at_once(
        lambda: take_role(first, full.agent.key, "organisation", "administrator"),
        lambda: deactivate(second, full.admin.key),
    )
    assert [result.code for result in results if isinstance(result, Refused)] == ["last_administrator"]
    assert len(administrators()) == 1
    assert verify_chain().broken_at is None


def test_a_sign_in_link_opened_in_five_browsers_signs_in_one(full: House) -> None:
    secret = make_sign_in_link(COMMAND_LINE, full.agent.key).split("/")[2]
    results = at_once(*[lambda: use_sign_in_link(secret)] * 5)
    assert _sorts(results) == ["NotFound"] * 4 + ["Person"]
    assert JournalEntry.objects.filter(name="sign-in-link-used").count() == 1


def test_an_invitation_accepted_twice_makes_one_person(full: House) -> None:
    done = invite(full.scope("admin"), email="kim@harbour.example", unit="north", role="agent")
    token = done.link.rstrip("/").rsplit("/", 1)[1]
    results = at_once(*[lambda: accept_invitation(token, name="Kim", password=PASSWORD)] * 3)
    assert _sorts(results) == ["NotFound", "NotFound", "Person"]
    assert Person.objects.filter(email="kim@harbour.example").count() == 1
    assert Membership.objects.filter(person__email="kim@harbour.example").count() == 1


def test_the_same_invitation_from_two_desks_is_one(full: House) -> None:
    scope = full.scope("admin")
    results = at_once(*[lambda: invite(scope, email="kim@harbour.example", unit="north", role="agent")] * 3)
    assert _sorts(results) == ["Invited"] * 3
    assert len({result.invitation.pk for result in results}) == 1
    assert JournalEntry.objects.filter(name="person-invited").count() == 3


def test_a_role_given_twice_is_held_once(full: House) -> None:
    scope = full.scope("admin")
    results = at_once(*[lambda: give_role(scope, full.agent.key, "south", "analyst")] * 4)
    assert _sorts(results) == ["Membership"] * 4
    assert Membership.objects.filter(person=full.agent, role="analyst").count() == 1
    assert JournalEntry.objects.filter(name="role-given", actor=full.admin.key).count() == 1


def test_two_units_moved_below_each_other_make_no_ring(full: House) -> None:
    scope = full.scope("admin")
    results = at_once(lambda: move_unit(scope, "north", "south"), lambda: move_unit(scope, "south", "north"))
    assert _sorts(results) == ["Refused", "Unit"]
    assert len(below("organisation", unit_nodes())) == Unit.objects.count()


def test_two_first_runs_make_one_administrator(store: None) -> None:
    assert entrance_link(empty=True)

    def settle(name: str) -> Person:
        return finish_first_run(
            first_run_token(),
            organisation_settings={"name": name, "time_zone": "UTC", "currency": "EUR", "languages": ["en"]},
            hours={"monday": "09:00-17:00"},
            holidays="",
            email=f"{name}@harbour.example",
            name=name,
            password=PASSWORD,
        )

    results = at_once(lambda: settle("ada"), lambda: settle("eve"))
    assert _sorts(results) == ["NotFound", "Person"], results
    assert any(isinstance(result, NotFound) and result.code == "first_run_over" for result in results)
    assert Person.objects.count() == 1

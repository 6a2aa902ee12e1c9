"""A small organisation with its people, for the tests of core."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from heed.core.access.actions.roles import give_role
from heed.core.access.queries import scope_of
from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.people.actions import add_unit, ensure_root_unit, make_person
from heed.core.people.models import Person

PASSWORD = "a-quiet-harbour-42"


@dataclass
class House:
    """The organisation, two regions, a team in each; an administrator of it, one of the north, and an agent there."""

    admin: Person
    north_admin: Person
    agent: Person

    def scope(self, who: str) -> Scope:
        return scope_of(getattr(self, who))

    def client(self, who: str) -> Client:
        client = Client()
        client.force_login(getattr(self, who), backend="allauth.account.auth_backends.AuthenticationBackend")
        return client


def build() -> House:
    with transaction.atomic():
        ensure_root_unit("Harbour Goods")
        for key, kind, parent in (
            ("north", "region", "organisation"),
            ("south", "region", "organisation"),
            ("north-phone", "team", "north"),
            ("south-phone", "team", "south"),
        ):
            add_unit(COMMAND_LINE, name=key.replace("-", " ").title(), kind=kind, parent=parent, key=key)
        people: dict[str, Any] = {}
        for name, unit, role in (
            ("admin", "organisation", "administrator"),
            ("north_admin", "north", "administrator"),
            ("agent", "north-phone", "agent"),
        ):
            person = make_person(email=f"{name}@harbour.example", name=f"Sam {name.title()}", password=PASSWORD)
            give_role(COMMAND_LINE, person.key, unit, role)
            people[name] = person
    return House(**people)


@pytest.fixture
def house(db: None) -> House:
    return build()


@pytest.fixture(autouse=True)
def _no_limits_kept() -> None:
    """Limits on trying to sign in are counted anew in each test."""
    cache.clear()

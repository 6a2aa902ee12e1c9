"""Whoever reads what customers wrote, unmasked, stands in the journal: once a person, thing and day."""

import pytest
from django.db import transaction

from heed.core.access.actions.reading import note_words_read
from heed.core.access.actions.roles import give_role
from heed.core.access.rules import COMMAND_LINE
from heed.core.journal.queries import entries_before
from heed.core.people.actions import make_person
from heed.service.cases.actions.opening import open_case
from tests.core.conftest import build

pytestmark = pytest.mark.django_db


def readings() -> list[tuple[str, str, str]]:
    return [(each.actor, each.subject_kind, each.subject_id) for each in entries_before(None, name="raw-words-read")]


def test_a_case_that_is_read_is_noted_once_a_day_and_not_for_who_may_not_read() -> None:
    house = build()
    case = open_case(COMMAND_LINE, title="x", team="north-phone", words="My begonias are gone.")
    client = house.client("agent")
    assert b"begonias" in client.get(f"/cases/{case.key}/").content
    assert client.get(f"/cases/{case.key}/").status_code == 200
    assert client.get(f"/api/v1/cases/{case.key}/steps").json()["items"][0]["words"]
    assert readings() == [(house.agent.key, "case", case.key)]


def test_a_case_without_words_is_no_reading() -> None:
    house = build()
    case = open_case(COMMAND_LINE, title="x", team="north-phone")
    assert house.client("agent").get(f"/cases/{case.key}/").status_code == 200
    assert readings() == []


def test_many_are_noted_in_one_call() -> None:
    with transaction.atomic():
        assert note_words_read("p_1", "verbatim", [f"v{number}" for number in range(1200)], door="file") == 1200
        assert note_words_read("p_1", "verbatim", ["v7", "v1200"], door="page") == 1
        assert note_words_read("p_2", "verbatim", ["v7", ""], door="page") == 1


def test_who_may_not_read_leaves_no_reading() -> None:
    build()
    person = make_person(email="audit@shop.example", name="Audit", password="a long enough secret 9")
    give_role(COMMAND_LINE, person.key, "organisation", "auditor")
    assert note_words_read(person.key, "case", [], door="page") == 0
    assert readings() == []

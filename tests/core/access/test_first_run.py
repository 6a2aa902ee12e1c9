"""The first run: a printed link, the organisation settled, the first administrator in."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client, override_settings

from heed.core.access.actions.entrance import (
    demand_first_run,
    ensure_first_administrator,
    entrance_link,
    finish_first_run,
    first_run_token,
)
from heed.core.access.queries import administrators
from heed.core.definitions.queries import in_force
from heed.core.errors.rules import NotFound
from heed.core.journal.models import JournalEntry
from heed.core.people.models import Person
from heed.core.people.queries import organisation, root_unit
from tests.core.conftest import PASSWORD

pytestmark = pytest.mark.django_db

FILLED: dict[str, Any] = {
    "organisation": "Harbour Goods",
    "time_zone": "Europe/Berlin",
    "currency": "USD",
    "languages": "de, en",
    "days": ["monday", "tuesday"],
    "opens": "08:30",
    "closes": "18:00",
    "holidays": "DE",
    "name": "Ada Ray",
    "email": "Ada@Harbour.example",
    "password": PASSWORD,
}


def test_an_empty_store_is_settled_by_whoever_has_the_link() -> None:
    path, client = entrance_link(empty=True), Client()
    assert b"Welcome to heed" in client.get(path).content
    answer = client.post(path, FILLED)
    assert answer.status_code == 302, answer.context["form"].errors
    settled = organisation()
    assert (settled.name, settled.time_zone, settled.currency) == ("Harbour Goods", "Europe/Berlin", "USD")
    assert settled.languages == ("de", "en")
    assert settled.first_run_done
    office = in_force("calendar", settled.calendar).body
    assert (office.hours.monday, office.hours.wednesday) == (("08:30-18:00",), ())
    assert (office.time_zone, office.holidays_country) == ("Europe/Berlin", "DE")
    assert root_unit().name == "Harbour Goods"
    assert [(person.email, person.name) for person in administrators()] == [("ada@harbour.example", "Ada Ray")]
    assert client.session["_auth_user_id"] == str(administrators()[0].pk)
    assert JournalEntry.objects.filter(name="first-run-done", actor=administrators()[0].key).exists()


def test_after_that_the_page_is_gone() -> None:
    path = entrance_link(empty=True)
    Client().post(path, FILLED)
    assert Client().get(path).status_code == 404
    assert Client().post(path, {**FILLED, "email": "eve@harbour.example"}).status_code == 404
    assert Person.objects.count() == 1
    assert entrance_link(empty=True) == ""


@pytest.mark.parametrize("token", ["x", "é", first_run_token()[:-1] + "!"])
def test_without_the_token_there_is_no_page(token: str) -> None:
    assert Client().get(f"/first-run/{token}/").status_code == 404
    assert Client().get("/first-run/").status_code == 404
    with pytest.raises(NotFound):
        finish_first_run(
            token,
            organisation_settings={"name": "x"},
            hours={},
            holidays="",
            email="a@b.example",
            name="A",
            password=PASSWORD,
        )
    assert root_unit() is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("organisation", ""),
        ("time_zone", "Europe/Atlantis"),
        ("currency", "euro"),
        ("languages", "deutsch"),
        ("closes", "08:00"),
        ("days", []),
        ("holidays", "QQ"),
        ("holidays", "Germany"),
        ("email", "ada"),
        ("password", "1234567890"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(field: str, value: Any) -> None:
    answer = Client().post(entrance_link(empty=True), {**FILLED, field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert Person.objects.count() == 0
    assert root_unit() is None


def test_the_mail_can_be_tried_before() -> None:
    path = entrance_link(empty=True)
    answer = Client().post(path, {**FILLED, "test_mail": "1"})
    assert b"The mail server took the mail" in answer.content
    assert mail.outbox[0].to == [FILLED["email"]]
    assert b"Harbour Goods" in answer.content
    assert PASSWORD.encode() not in answer.content
    assert Person.objects.count() == 0


@override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1)
def test_a_mail_that_fails_says_why() -> None:
    answer = Client().post(entrance_link(empty=True), {**FILLED, "test_mail": "1"})
    assert b"Nothing answers at 127.0.0.1:1" in answer.content


def test_the_sample_gets_an_administrator_and_a_link_until_there_is_a_password() -> None:
    first = entrance_link(empty=False)
    assert first.startswith("/sign-in/")
    second = entrance_link(empty=False)
    assert second != first
    assert Client().get(first).status_code == 404
    client = Client()
    assert client.get(second).status_code == 302
    person = administrators()[0]
    person.set_password(PASSWORD)
    person.save()
    assert entrance_link(empty=False) == ""


def test_the_first_administrator_is_made_once() -> None:
    first = ensure_first_administrator("ada@harbour.example", "Ada")
    assert ensure_first_administrator("eve@harbour.example", "Eve") == first
    assert Person.objects.count() == 1
    with pytest.raises(NotFound):
        demand_first_run(first_run_token())

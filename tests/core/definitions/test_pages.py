"""Definitions on pages: proposed by a form or as YAML, approved, put in force, compared, retired."""

import pytest
from django.test import Client

from heed.core.access.models import Membership
from heed.core.definitions.models import DefinitionVersion
from heed.core.definitions.queries import in_force
from heed.core.definitions.rules import KINDS, validate
from heed.core.errors.rules import Invalid
from heed.core.people.models import Person, Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def root() -> Unit:
    return Unit.objects.filter(kind="organisation").first() or Unit.objects.create(
        key="all", name="All", kind="organisation"
    )


def client(root: Unit, role: str) -> Client:
    person = Person.objects.create_user(f"{role}@example.org", "a long pass phrase", name=role.title())
    Membership.objects.create(person=person, unit=root, role=role)
    browser = Client()
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


FIELDS = {
    "key": "organisation",
    "name": "Fern & Co",
    "time_zone": "Europe/Berlin",
    "currency": "EUR",
    "languages": "de\nen",
    "calendar": "office",
}


def test_a_definition_is_proposed_approved_and_put_in_force(root: Unit) -> None:
    manager = client(root, "manager")
    answer = manager.post("/definitions/organisation/new/", {**FIELDS, "note": "we moved"}, follow=True)
    assert answer.status_code == 200
    assert "Fern &amp; Co" in answer.content.decode()
    row = DefinitionVersion.objects.get(kind="organisation", key="organisation", state="proposed")
    assert row.body["languages"] == ["de", "en"]
    assert (
        manager.post(f"/definitions/organisation/organisation/{row.number}/approval/", follow=True).status_code == 200
    )
    assert (
        manager.post(f"/definitions/organisation/organisation/{row.number}/enactment/", follow=True).status_code == 200
    )
    found = in_force("organisation", "organisation")
    assert found is not None
    assert found.body.name == "Fern & Co"  # type: ignore[attr-defined]


def test_a_wrong_field_is_named_where_it_stands_and_nothing_is_kept(root: Unit) -> None:
    manager = client(root, "manager")
    answer = manager.post("/definitions/organisation/new/", {**FIELDS, "time_zone": "Europe/Berlim"})
    assert answer.status_code == 422
    assert "Europe/Berlim is no IANA time zone" in answer.content.decode()
    assert not DefinitionVersion.objects.filter(state="proposed").exists()


def test_the_same_is_typed_as_yaml(root: Unit) -> None:
    manager = client(root, "manager")
    bad = manager.post(
        "/definitions/organisation/new/?as=yaml", {"as": "yaml", "key": "organisation", "text": "nme: x"}
    )
    assert bad.status_code == 422
    good = manager.post(
        "/definitions/organisation/new/?as=yaml",
        {"as": "yaml", "key": "organisation", "text": "name: Elm\n"},
        follow=True,
    )
    assert good.status_code == 200
    assert DefinitionVersion.objects.get(state="proposed").body["name"] == "Elm"


def test_every_kind_can_be_begun_as_yaml(root: Unit) -> None:
    manager = client(root, "manager")
    for kind in KINDS:
        assert manager.get(f"/definitions/{kind}/new/?as=yaml").status_code == 200, kind


def test_checking_shows_the_difference_and_keeps_nothing(root: Unit) -> None:
    manager = client(root, "manager")
    answer = manager.post("/definitions/organisation/new/", {**FIELDS, "preview": "1"}, headers={"HX-Request": "true"})
    assert "Valid." in answer.content.decode()
    assert "Fern &amp; Co" in answer.content.decode()
    assert not DefinitionVersion.objects.filter(state="proposed").exists()


def test_an_analyst_may_propose_and_not_approve(root: Unit) -> None:
    analyst = client(root, "analyst")
    analyst.post("/definitions/organisation/new/", FIELDS)
    row = DefinitionVersion.objects.get(state="proposed")
    answer = analyst.post(f"/definitions/organisation/organisation/{row.number}/approval/")
    assert answer.status_code == 403
    row.refresh_from_db()
    assert row.state == "proposed"


def test_an_agent_may_look_and_not_propose(root: Unit) -> None:
    agent = client(root, "agent")
    assert agent.get("/definitions/").status_code == 200
    assert agent.get("/definitions/organisation/new/").status_code == 403


@pytest.mark.parametrize(
    ("address", "status"),
    [("/definitions/?kind=nothing", 422), ("/definitions/organisation/absent/", 404), ("/definitions/nothing/x/", 404)],
)
def test_what_is_not_there_is_said(root: Unit, address: str, status: int) -> None:
    assert client(root, "manager").get(address).status_code == status


def test_two_versions_are_compared_and_the_last_is_retired(root: Unit) -> None:
    manager = client(root, "manager")
    for name in ("Elm", "Oak"):
        manager.post("/definitions/organisation/new/", {**FIELDS, "name": name})
        row = DefinitionVersion.objects.get(state="proposed")
        manager.post(f"/definitions/organisation/organisation/{row.number}/approval/")
        manager.post(f"/definitions/organisation/organisation/{row.number}/enactment/")
    shown = manager.get("/definitions/organisation/organisation/compare/").content.decode()
    assert "Elm" in shown
    assert "Oak" in shown
    assert manager.get("/definitions/organisation/organisation/").status_code == 200
    assert manager.get(f"/definitions/organisation/organisation/{row.number}/").status_code == 200
    manager.post("/definitions/organisation/organisation/retirement/")
    assert in_force("organisation", "organisation") is None


def test_a_number_without_a_value_is_refused() -> None:
    columns = {"used_at": {"from": "at"}, "quantity": {"from": "a", "least": float("nan")}}
    body = {
        "title": "x",
        "columns": {"a": "number", "at": "text"},
        "targets": [{"table": "usage", "columns": columns}],
    }
    with pytest.raises(Invalid, match="finite"):
        validate("mapping", body)


def test_a_key_that_no_database_keeps_names_nothing() -> None:
    assert in_force("kpi", "a\x00b") is None

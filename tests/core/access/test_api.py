"""People, roles, invitations, tokens, units and the journal over the API."""

import json
from typing import Any

import pytest
from django.test import Client

from heed.core.access.actions.tokens import make_token
from heed.core.access.models import ApiToken
from heed.core.access.rules import ROLES
from heed.core.people.models import Unit
from tests.core.conftest import House


class Caller:
    """Calls the API with a token."""

    def __init__(self, secret: str) -> None:
        self.headers = {"Authorization": f"Bearer {secret}"}
        self.client = Client(headers=self.headers, raise_request_exception=False)

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        raw = body if isinstance(body, (str, bytes)) else json.dumps(body) if body is not None else ""
        return self.client.generic(method, f"/api/v1{path}", raw, content_type="application/json")


@pytest.fixture
def admin(house: House) -> Caller:
    return Caller(make_token(house.scope("admin"), name="all", scopes=ROLES["administrator"].permissions)[1])


@pytest.fixture
def north(house: House) -> Caller:
    return Caller(make_token(house.scope("north_admin"), name="all", scopes=["manage_people", "see_journal"])[1])


def test_without_a_token_nothing(house: House) -> None:
    for secret in ("", "heed_x", "é"):
        answer = Caller(secret)("GET", "/people")
        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/problem+json"


def test_people_by_cursor(house: House, admin: Caller, north: Caller) -> None:
    first = admin("GET", "/people?limit=2").json()
    second = admin("GET", f"/people?limit=2&cursor={first['next']}").json()
    assert len(first["items"]) == 2
    assert second["next"] is None
    keys = [item["key"] for item in first["items"] + second["items"]]
    assert set(keys) == {house.admin.key, house.north_admin.key, house.agent.key}
    assert {item["key"] for item in north("GET", "/people").json()["items"]} == {house.agent.key, house.north_admin.key}
    one = admin("GET", f"/people/{house.agent.key}").json()
    assert one["roles"] == [{"role": "agent", "unit": "north-phone"}]
    assert north("GET", f"/people/{house.admin.key}").status_code == 404


def test_roles_are_resources(house: House, admin: Caller) -> None:
    path = f"/people/{house.agent.key}/roles"
    assert admin("POST", path, {"role": "analyst", "unit": "south"}).status_code == 201
    assert admin("DELETE", f"{path}/south/analyst").status_code == 204
    assert admin("DELETE", f"{path}/south/analyst").status_code == 404
    last = admin("DELETE", f"/people/{house.admin.key}/roles/organisation/administrator")
    assert (last.status_code, last.json()["code"]) == (409, "last_administrator")
    assert "administrator" in [role["key"] for role in admin("GET", "/roles").json()["items"]]


def test_access_ends_and_comes_back(house: House, admin: Caller) -> None:
    path = f"/people/{house.agent.key}/deactivation"
    assert admin("POST", path).json()["active"] is False
    assert house.agent.key in [item["key"] for item in admin("GET", "/people?active=false").json()["items"]]
    assert admin("DELETE", path).json()["active"] is True


def test_invitations(house: House, admin: Caller, north: Caller) -> None:
    body = {"email": "kim@harbour.example", "role": "agent", "unit": "south"}
    made = admin("POST", "/invitations", body)
    assert made.status_code == 201
    assert made.json()["state"] == "open"
    assert made.json()["mail"] == "sent"
    assert "/invitation/" in made.json()["link"]
    assert admin("GET", "/invitations").json()["items"][0]["email"] == "kim@harbour.example"
    assert north("GET", "/invitations").json()["items"] == []
    number = made.json()["id"]
    assert north("DELETE", f"/invitations/{number}").status_code == 404
    assert admin("DELETE", f"/invitations/{number}").status_code == 204
    assert admin("DELETE", f"/invitations/{number}").status_code == 409
    assert north("POST", "/invitations", body).status_code == 403


def test_units(house: House, admin: Caller, north: Caller) -> None:
    assert len(admin("GET", "/units").json()["items"]) == 5
    made = admin("POST", "/units", {"name": "Chat", "kind": "team", "parent": "south"})
    assert made.json() == {"key": "chat", "name": "Chat", "kind": "team", "parent": "south"}
    assert admin("PATCH", "/units/chat", {"parent": "north"}).json()["parent"] == "north"
    assert admin("PATCH", "/units/north", {"parent": "chat"}).status_code == 409
    assert north("PATCH", "/units/south", {"name": "Ours"}).status_code == 403
    assert Unit.objects.get(key="south").name == "South"
    assert admin("GET", "/units/nowhere").status_code == 404


def test_tokens_are_ones_own(house: House, admin: Caller) -> None:
    made = admin("POST", "/tokens", {"name": "narrow", "scopes": ["see_figures", "use_api"]})
    assert made.status_code == 201
    narrow = Caller(made.json()["secret"])
    listed = narrow("GET", "/tokens").json()["items"]
    assert {item["name"] for item in listed} == {"all", "narrow"}
    assert "secret" not in listed[0]
    wide = narrow("POST", "/tokens", {"name": "wide", "scopes": ["manage_people"]})
    assert (wide.status_code, wide.json()["code"]) == (403, "scope_above_yours")
    assert narrow("GET", "/people").status_code == 403
    assert narrow("DELETE", f"/tokens/{made.json()['id']}").status_code == 204
    assert narrow("GET", "/tokens").status_code == 401
    assert ApiToken.objects.filter(revoked_at=None).count() == 1


def test_the_journal_by_cursor(house: House, admin: Caller, north: Caller) -> None:
    seen, cursor = [], ""
    while True:
        page = admin("GET", f"/journal?limit=4{cursor}").json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == list(range(seen[0], 0, -1))
    given = admin("GET", f"/journal?name=role-given&subject_kind=person&subject_id={house.agent.key}").json()["items"]
    assert [item["payload"]["role"] for item in given] == ["agent"]
    assert admin("GET", f"/journal/{seen[0]}").json()["id"] == seen[0]
    assert admin("GET", "/journal/99999").status_code == 404
    assert north("GET", "/journal").status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/units", {"name": "x", "kind": "team"}),
        ("POST", "/units", {"name": "x", "kind": "team", "parent": "south", "colour": "red"}),
        ("POST", "/units", {"name": "\x00", "kind": "team", "parent": "south"}),
        ("POST", "/units", {"name": "x", "kind": "team", "parent": "\x00"}),
        ("POST", "/units", []),
        ("POST", "/units", "{"),
        ("POST", "/units", b"\xff"),
        ("PATCH", "/units/south", {"name": ""}),
        ("POST", "/invitations", {"email": "no", "role": "agent", "unit": "south"}),
        ("POST", "/invitations", {"email": "a@b.example\x00", "role": "agent", "unit": "south"}),
        ("POST", "/invitations", {"email": "a@b.example", "role": "king", "unit": "south"}),
        ("POST", "/tokens", {"name": "x", "scopes": "all"}),
        ("POST", "/tokens", {"name": "x", "scopes": []}),
        ("POST", "/tokens", {"name": "x", "scopes": ["fly"]}),
        ("POST", "/tokens", {"name": "x", "scopes": ["see_figures"], "expires_at": "2020-01-01T00:00:00Z"}),
        ("POST", "/tokens", {"name": "x", "scopes": ["see_figures"], "expires_at": "2030-01-01T00:00:00"}),
        ("GET", "/journal?limit=0", None),
        ("GET", "/journal?cursor=x", None),
        ("GET", "/journal?name=%00", None),
        ("GET", f"/journal/{2**80}", None),
        ("GET", f"/people?cursor={2**80}", None),
        ("GET", "/people/%00", None),
        ("DELETE", f"/tokens/{2**80}", None),
        ("DELETE", "/tokens/x", None),
        ("POST", "/people/nobody/roles", {"role": "agent", "unit": "south"}),
        ("DELETE", "/people/nobody/deactivation", None),
    ],
)
def test_what_is_wrong_is_a_problem_and_never_a_crash(admin: Caller, method: str, path: str, body: Any) -> None:
    answer = admin(method, path, body)
    assert answer.status_code in (400, 404, 409, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["title"]

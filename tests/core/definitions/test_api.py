"""Definitions over the API: a version is proposed, approved and put in force as resources; refusals are problems."""

import pytest

from tests.core.definitions.kinds import careful_promise, promise  # noqa: F401

BASE = "/api/v1/definitions"
AT = f"{BASE}/test_promise/a"


def post(client, path: str, body: dict | None = None):
    return client.post(path, data=body or {}, content_type="application/json")


def test_a_version_is_proposed_approved_and_put_in_force(house, promise):  # noqa: F811
    admin = house.client("admin")
    made = post(admin, f"{AT}/versions", {"body": {"title": "A"}, "note": "first"})
    assert (made.status_code, made.json()["number"], made.json()["state"]) == (201, 1, "proposed")
    assert [row["key"] for row in admin.get(f"{BASE}/proposals").json()["items"]] == ["a"]
    assert admin.get(AT).json()["code"] == "not_in_force"
    assert post(admin, f"{AT}/versions/1/enactments").json()["code"] == "not_approved"
    assert post(admin, f"{AT}/versions/1/approvals").json()["approved_by"] == house.admin.key
    assert post(admin, f"{AT}/versions/1/enactments").status_code == 201
    assert admin.get(AT).json()["body"]["title"] == "A"
    post(admin, f"{AT}/versions", {"body": {"title": "B"}})
    told = admin.get(f"{AT}/versions/2/differences").json()
    assert (told["older"], told["items"]) == (1, [{"path": "title", "old": "A", "new": "B"}])
    assert [row["number"] for row in admin.get(f"{AT}/versions").json()["items"]] == [2, 1]
    assert post(admin, f"{AT}/versions/2/withdrawals").json()["state"] == "withdrawn"
    assert post(admin, f"{AT}/retirements").json()["state"] == "retired"
    assert admin.get(AT).status_code == 404


def test_what_is_wrong_or_not_allowed_is_a_problem(house, careful_promise):  # noqa: F811
    admin, agent = house.client("admin"), house.client("agent")
    wrong = post(admin, f"{AT}/versions", {"body": {"titel": "A"}})
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["hint"]) == (
        422,
        "invalid_definition",
        "Did you mean title?",
    )
    assert post(agent, f"{AT}/versions", {"body": {"title": "A"}}).status_code == 403
    post(admin, f"{AT}/versions", {"body": {"title": "A"}})
    own = post(admin, f"{AT}/versions/1/approvals")
    assert (own.status_code, own.json()["code"]) == (409, "four_eyes")
    assert admin.get(f"{BASE}/test_promise/b/versions").status_code == 404
    assert admin.get(f"{BASE}/nothing/b").json()["code"] == "unknown_kind"


@pytest.mark.django_db
def test_kinds_come_with_the_schema_of_their_bodies(house, promise):  # noqa: F811
    agent = house.client("agent")
    names = [kind["name"] for kind in agent.get(f"{BASE}/kinds").json()["items"]]
    assert {"calendar", "case_opening", "test_promise"} <= set(names)
    one = agent.get(f"{BASE}/kinds/test_promise").json()
    assert one["body_schema"]["properties"]["title"]["type"] == "string"

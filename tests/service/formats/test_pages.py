"""Pages and the API of imports: a dry run before a file comes in, the quarantine, and who may see them."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from heed.core.access.rules import COMMAND_LINE
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.service.formats.actions.importing import import_file
from heed.service.formats.models import Import, QuarantinedRow
from tests.core.conftest import House, build

HEAD = b"CUSTOMER_RESPONSE_DATE,SURVEY_SUB_TYPE,NPS_RATING,NPS_SCORE,text,Qtr\n"
GOOD = HEAD + b"21/02/2018 19:39,Order,Passive,7,fine,Q1\n"
BAD = GOOD + b"21/02/2018 19:39,Order,Passive,seven,<b>Erika</b>,Q1\n31/02/2018 19:39,Order,Passive,8,x,Q1\n"


@pytest.fixture
def people(db: None) -> House:
    return build()


@pytest.fixture
def admin(people: House, store: Store) -> Client:
    return people.client("admin")


def upload(words: bytes, name: str = "answers.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, words, content_type="text/csv")


def bring(tmp_path: Path, words: bytes = BAD) -> None:
    (tmp_path / "answers.csv").write_bytes(words)
    import_file(COMMAND_LINE, str(tmp_path / "answers.csv"), "nps_verbatims")


def test_a_file_is_tried_before_it_comes_in(admin: Client, store: Store) -> None:
    page = admin.post("/imports/new/", {"file": upload(BAD), "mapping": "nps_verbatims"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "not a number" in text
    assert "seven" in text
    assert not store.tables()
    assert not Import.objects.exists()
    given = {name: page.context[name] for name in ("token", "mapping", "name")}
    done = admin.post("/imports/new/confirm/", given, follow=True)
    assert done.status_code == 200
    assert "answers.csv" in done.content.decode()
    assert store.rows("responses") == 1
    assert QuarantinedRow.objects.count() == 2
    assert not list((current().home_path / "imports" / "uploads").glob(f"*{given['token']}"))
    assert admin.post("/imports/new/confirm/", given).status_code == 404


def test_a_file_that_is_refused_says_why_in_the_form(admin: Client) -> None:
    page = admin.post("/imports/new/", {"file": upload(b"a,b\n1,2\n"), "mapping": "nps_verbatims"})
    assert page.status_code == 422
    assert "NPS_SCORE" in page.content.decode()


def test_an_upload_belongs_to_who_made_it(admin: Client, people: House) -> None:
    page = admin.post("/imports/new/", {"file": upload(GOOD), "mapping": "nps_verbatims"})
    other = Client()
    from heed.core.access.actions.roles import give_role

    give_role(COMMAND_LINE, people.agent.key, "organisation", "analyst")
    other.force_login(people.agent, backend="allauth.account.auth_backends.AuthenticationBackend")
    given = {name: page.context[name] for name in ("token", "mapping", "name")}
    assert other.post("/imports/new/confirm/", given).status_code == 404
    assert other.post("/imports/new/confirm/", {**given, "token": "../../heed.db"}).status_code == 404


@pytest.mark.parametrize("address", ["/imports/", "/imports/new/", "/imports/quarantine/"])
def test_pages_before_anything_came_in(admin: Client, address: str) -> None:
    assert admin.get(address).status_code == 200


def test_a_row_is_repaired_on_its_page(admin: Client, store: Store, tmp_path: Path) -> None:
    bring(tmp_path)
    row = QuarantinedRow.objects.get(rule="not_a_number")
    listed = admin.get("/imports/quarantine/", {"mapping": "nps_verbatims", "rule": "not_a_number"}).content.decode()
    assert "Line 3" in listed
    page = admin.get(f"/imports/quarantine/{row.pk}/")
    text = page.content.decode()
    assert "is not a number" in text
    assert "<b>Erika" not in text
    values = {name: field.initial or "" for name, field in page.context["form"].fields.items()}
    at_fault = next(name for name, field in page.context["form"].fields.items() if field.label == "NPS_SCORE")
    assert at_fault == "v0"
    still = admin.post(f"/imports/quarantine/{row.pk}/", {**values, at_fault: "99"}, follow=True)
    assert "outside" in still.content.decode()
    admin.post(f"/imports/quarantine/{row.pk}/", {**values, at_fault: "7"})
    row.refresh_from_db()
    assert row.state == "accepted"
    assert store.rows("responses") == 2
    assert admin.get("/imports/").status_code == 200
    assert admin.get(f"/imports/{Import.objects.latest('id').pk}/").status_code == 200


def test_a_row_is_given_up_and_a_rule_brought_in_again(admin: Client, tmp_path: Path) -> None:
    bring(tmp_path)
    row = QuarantinedRow.objects.get(rule="not_a_time")
    admin.post(f"/imports/quarantine/{row.pk}/discard/")
    row.refresh_from_db()
    assert row.state == "discarded"
    again = admin.post("/imports/quarantine/replay/", {"mapping": "nps_verbatims", "rule": "not_a_number"}, follow=True)
    assert "1 waits in quarantine" in again.content.decode()


@pytest.mark.parametrize(
    "address", ["/imports/", "/imports/new/", "/imports/quarantine/", "/imports/quarantine/1/", "/imports/1/"]
)
def test_who_may_not_import_sees_none_of_it(people: House, store: Store, address: str) -> None:
    assert people.client("agent").get(address).status_code == 403
    assert people.client("north_admin").get(address).status_code == 403
    assert Client().get(address).status_code in (302, 403)


# The API


def answered(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return json.loads(response.content)


def test_a_file_over_the_api(admin: Client, store: Store) -> None:
    dry = answered(admin.post("/api/v1/imports", {"file": upload(BAD), "mapping": "nps_verbatims", "dry_run": "true"}))
    assert (dry["read"], dry["accepted"], dry["quarantined"], dry["id"]) == (3, 1, 2, None)
    told = answered(admin.post("/api/v1/imports", {"file": upload(BAD), "mapping": "nps_verbatims"}), 201)
    assert [error["rule"] for error in told["errors"]] == ["not_a_number", "not_a_time"]
    assert answered(admin.get(f"/api/v1/imports/{told['id']}"))["rules"] == {"not_a_number": 1, "not_a_time": 1}
    listed = answered(admin.get("/api/v1/imports", {"limit": 1}))
    assert [item["id"] for item in listed["items"]] == [told["id"]]
    rows = answered(admin.get("/api/v1/quarantined-rows", {"rule": "not_a_number"}))["items"]
    patched = answered(
        admin.patch(
            f"/api/v1/quarantined-rows/{rows[0]['id']}", {"values": {"NPS_SCORE": "8"}}, content_type="application/json"
        )
    )
    assert patched["repaired"]
    again = answered(
        admin.post(
            "/api/v1/replays", {"mapping": "nps_verbatims", "rows": [rows[0]["id"]]}, content_type="application/json"
        ),
        201,
    )
    assert (again["read"], again["accepted"]) == (1, 1)
    assert answered(admin.get("/api/v1/quarantined-rows"))["next"] is None


@pytest.mark.parametrize(
    ("mapping", "code"),
    [("nps", "no_such_mapping"), ("/etc/passwd", "no_such_mapping"), ("../mappings/twcs.yaml", "no_such_mapping")],
)
def test_a_mapping_over_the_api_is_a_key_and_never_a_path(admin: Client, mapping: str, code: str) -> None:
    assert answered(admin.post("/api/v1/imports", {"file": upload(GOOD), "mapping": mapping}), 404)["code"] == code


def test_the_api_asks_who_it_is(people: House, store: Store) -> None:
    assert people.client("agent").get("/api/v1/imports").status_code == 403
    assert Client().get("/api/v1/quarantined-rows").status_code == 401

"""The page that asks what the columns of somebody's own file mean: told, corrected, tried, and brought in."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from heed.core.access.actions.roles import give_role
from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.queries import in_force, newest
from heed.facts.store.store import Store
from heed.service.formats.models import QuarantinedRow
from tests.core.conftest import House, build

FILE = (
    "Antwort-ID;Datum;NPS;Kommentar;Kundennr;Filiale;E-Mail\n"
    "1;21.02.2026 19:39;3;Zu spät geliefert;4711;Kiel;mia@customer.example\n"
    "2;22.02.2026 08:00;10;;4712;Jena;jon@customer.example\n"
    "3;23.02.2026 08:00;elf;;4713;Jena;\n"
).encode()


@pytest.fixture
def people(db: None) -> House:
    return build()


@pytest.fixture
def admin(people: House, store: Store) -> Client:
    return people.client("admin")


def asked(client: Client, words: bytes = FILE, name: str = "antworten-2026.csv") -> Any:
    return client.post("/imports/new/", {"file": SimpleUploadedFile(name, words), "mapping": ""})


def given(page: Any, **more: str) -> dict[str, str]:
    """What the form would send: its values as they stand, with what was changed."""
    form = page.context["form"]
    return {name: str(form[name].value() or "") for name in form.fields} | more


def test_a_file_of_ones_own_is_told_tried_and_brought_in(admin: Client, store: Store) -> None:
    page = asked(admin)
    text = page.content.decode()
    assert page.status_code == 200, text
    assert "Zu spät geliefert" in text
    assert page.context["form"]["key"].value() == "antworten"
    tried = admin.post("/imports/new/columns/", given(page, step="try", zone="Europe/Berlin"))
    assert tried.status_code == 200
    assert "elf" in tried.content.decode() and not store.tables() and in_force("mapping", "antworten") is None
    done = admin.post("/imports/new/columns/", given(tried, step="import"), follow=True)
    assert done.status_code == 200, done.content.decode()
    assert (store.rows("responses"), store.rows("verbatims"), QuarantinedRow.objects.count()) == (2, 1, 1)
    answers = store.dataset("responses").to_table().sort_by("answered_at").to_pylist()  # type: ignore[union-attr]
    assert [row["score"] for row in answers] == [3.0, 10.0]
    assert answers[0]["answered_at"].isoformat() == "2026-02-21T18:39:00+00:00"
    assert dict(answers[0]["attributes"]) == {"Filiale": "Kiel"}
    held = in_force("mapping", "antworten")
    assert held is not None and held.body.system == "crm"
    # The next file of this kind is read by the same mapping, and the same file again changes nothing.
    again = asked(admin)
    repeated = admin.post("/imports/new/columns/", given(again, step="import", zone="Europe/Berlin"), follow=True)
    assert repeated.status_code == 200
    assert store.rows("responses") == 2
    assert len([row for row in newest("mapping") if row.key == "antworten"]) == 1


def test_another_sort_of_rows_asks_for_other_columns(admin: Client) -> None:
    page = asked(admin)
    again = admin.post("/imports/new/columns/", given(page, step="again", sort="cases"))
    assert again.status_code == 200
    names = re.findall(r'<option value="(\w+)"', again.content.decode())
    assert "opened_at" in names and "score" not in names


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"c1": "keep"}, "when it was"),
        ({"c5": "at"}, "cannot both mean the same"),
        ({"formats": "tomorrow"}, "no format of a time"),
        ({"key": "Not a key"}, "no key"),
        ({"zone": "Mars/Base"}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(admin: Client, changed: dict[str, str], said: str) -> None:
    page = asked(admin)
    refused = admin.post("/imports/new/columns/", given(page, step="import", **changed))
    assert refused.status_code in (409, 422)
    assert said in refused.content.decode()
    assert refused.context["form"]["c2"].value() == "score"
    assert in_force("mapping", "antworten") is None


def test_who_may_not_approve_proposes(people: House, store: Store) -> None:
    give_role(COMMAND_LINE, people.agent.key, "organisation", "analyst")
    analyst = people.client("agent")
    page = asked(analyst)
    done = analyst.post("/imports/new/columns/", given(page, step="import"), follow=True)
    assert done.status_code == 200
    assert in_force("mapping", "antworten") is None and not store.tables()
    assert [row.state for row in newest("mapping") if row.key == "antworten"] == ["proposed"]


def test_a_file_that_is_gone_or_no_table_is_told(admin: Client) -> None:
    page = asked(admin)
    lost = admin.post("/imports/new/columns/", given(page, step="try", token="lost"))
    assert lost.status_code == 404
    broken = asked(admin, b"\x1f\x8bnothing", "answers.csv.gz")
    assert broken.status_code == 422 and "gzip" in broken.content.decode()

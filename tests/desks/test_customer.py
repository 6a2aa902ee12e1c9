"""The page of a customer: who it is, what happened to them over every channel, and what is kept from whom."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from heed.core.access.models import Membership
from heed.core.people.models import Person, Unit
from heed.facts.engine.engine import open_engine
from heed.facts.projected import as_table
from heed.facts.store.store import Store
from heed.service.customers.actions import keep_customers
from heed.service.customers.queries import key_of
from heed.service.customers.rules import CustomerRow

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def row(table: str, key: str, at: datetime, **said: Any) -> tuple[str, dict[str, Any]]:
    keys = {"interactions": ("interaction_id", "started_at"), "responses": ("answer_id", "answered_at")}
    name, time = keys.get(table, ("verbatim_id", "said_at"))
    origin = {"source": "test", "batch": "1", "recorded_at": NOW}
    return table, {name: key, time: at, "region": "north", "customer_key": key_of("crm", "1"), **origin, **said}


FACTS = (
    row("interactions", "i1", NOW, channel="phone", topic="delivery", team="desk", abandoned=False),
    row("interactions", "i2", NOW - timedelta(days=2), channel="chat", abandoned=True, region="south"),
    row("verbatims", "v1", NOW - timedelta(hours=1), text="<script>alert(1)</script> late", response_id="r1"),
    row("responses", "r1:nps", NOW - timedelta(hours=1), response_id="r1", instrument="nps", score=2.0, scale_max=10.0),
    row("responses", "r1:ok", NOW - timedelta(hours=1), response_id="r1", instrument="resolved", score=0.0),
    row("verbatims", "v2", NOW, text="on the phone", interaction_id="i1"),
)


@pytest.fixture(autouse=True)
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    store = Store(str(tmp_path / "facts"))
    for number, table in enumerate(("interactions", "responses", "verbatims"), 1):
        store.append(table, as_table(table, [said for name, said in FACTS if name == table]), app="test", number=number)
    with open_engine("duckdb", store) as engine:
        monkeypatch.setattr("heed.desks.customer.engine", lambda: engine)
        keep_customers([CustomerRow("1", name="Ann Ost", email="a@b.example", region="north")], "test", system="crm")
        yield


def visitor(role: str, region: str = "") -> Client:
    root, _ = Unit.objects.get_or_create(key="organisation", defaults={"name": "All", "kind": "organisation"})
    place = Unit.objects.create(key=region, name=region, kind="region", parent=root) if region else root
    person = Person.objects.create(name=role, email=f"{role}{region}@shop.example")
    Membership.objects.create(person=person, unit=place, role=role)
    client = Client()
    client.force_login(person)
    return client


def page(client: Client, rest: str = "?inline=1") -> str:
    return client.get(f"/customers/{key_of('crm', '1')}/{rest}").content.decode()


def test_what_happened_is_told_newest_first_with_words_beside_it() -> None:
    body = page(visitor("manager"))
    assert "Ann Ost" in body and "a@b.example" in body
    places = [
        body.index(words) for words in ("By telephone", "Answered: NPS 2 of 10, not solved", "By chat: gave up waiting")
    ]
    assert places == sorted(places)
    assert "&lt;script&gt;alert(1)" in body and "<script>alert" not in body
    assert body.count("on the phone") == 1, "words of a contact stand with it"


def test_the_fragment_is_a_fragment() -> None:
    body = page(visitor("manager"), "history")
    assert "By telephone" in body and "<html" not in body


def test_words_are_kept_from_who_may_not_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from heed.core.access import rules

    kept = rules.ROLES["agent"].permissions - {"see_words"}
    monkeypatch.setitem(rules.ROLES, "agent", rules.Role("agent", "agent", kept))
    body = page(visitor("agent"))
    assert "What they wrote is kept from your role." in body and "late" not in body


def test_who_it_is_is_kept_from_who_may_not_know() -> None:
    body = page(visitor("analyst"))
    assert "Ann Ost" not in body and "a@b.example" not in body
    assert "Your role sees what happened, not who it is." in body and "By telephone" in body


def test_another_region_sees_what_happened_there_alone() -> None:
    body = page(visitor("supervisor", "south"))
    assert "Ann Ost" not in body
    assert "By chat" in body and "By telephone" not in body and "late" not in body


def test_a_stranger_and_an_auditor() -> None:
    body = visitor("manager").get(f"/customers/{key_of('crm', '2')}/?inline=1").content.decode()
    assert "Nothing is known to have happened" in body
    assert visitor("auditor").get(f"/customers/{key_of('crm', '1')}/").status_code == 403


def test_facts_that_cannot_be_read_take_nothing_else_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OSError("the disk is away")

    monkeypatch.setattr("heed.desks.customer.engine", away)
    body = page(visitor("manager"))
    assert "Ann Ost" in body and "The facts cannot be read just now" in body


def test_older_things_come_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heed.desks.customer.AT_ONCE", 1)
    client = visitor("manager")
    body = page(client, "history")
    assert "By telephone" in body and "By chat" not in body
    seen = ""
    while "What happened before" in body:
        rest = body.split('hx-get="')[1].split('"')[0].replace("&amp;", "&").split("/history")[1]
        body = page(client, "history" + rest)
        seen += body
    assert "By chat" in seen and "Answered" in seen

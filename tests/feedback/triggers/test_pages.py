"""Pages of asking: the log with its reasons, a list from choosing to sending, and why one person was not asked."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from heed.core.access.models import Membership
from heed.core.people.models import Person, Unit
from heed.feedback.surveys.models import Invitation
from heed.feedback.triggers.models import Ask, AskList
from heed.feedback.triggers.rules.telling import listed_in
from tests.feedback.triggers.shop import call, customer, happen, open_shop

pytestmark = pytest.mark.django_db


def visitor(role: str = "manager", unit: str = "organisation") -> Client:
    root, _ = Unit.objects.get_or_create(key="organisation", defaults={"name": "All", "kind": "organisation"})
    place = root
    if unit != "organisation":
        place, _ = Unit.objects.get_or_create(key=unit, defaults={"name": unit, "kind": "region", "parent": root})
    person = Person.objects.create(name=role, email=f"{role}.{unit}@shop.example")
    Membership.objects.create(person=person, unit=place, role=role)
    client = Client()
    client.force_login(person)
    return client


def test_the_log_counts_reasons_and_filters_by_them() -> None:
    open_shop()
    ann, bob = customer("ann"), customer("bob", email="")
    happen(call(ann, "1"), call(ann, "2"), call(bob, "3"))
    client = visitor()
    whole = client.get("/asks/").content.decode()
    assert "The customer was asked lately" in whole and "There is no e-mail address" in whole and "Ann" in whole
    rested = client.get("/asks/?reason=rested").content.decode()
    assert rested.count("<tbody>") == 2 and ">Bob<" not in rested
    exported = b"".join(client.get("/asks/export.csv?reason=no_address")).decode()
    assert exported.count("\r\n") == 2 and bob in exported


def test_an_empty_log_says_what_to_do_next() -> None:
    open_shop()
    body = visitor().get("/asks/").content.decode()
    assert "Nobody was asked" in body and 'href="/ask/"' in body and "/definitions/trigger/new/" in body


def test_a_list_is_chosen_seen_and_sent() -> None:
    open_shop()
    for name in ("ann", "bob"):
        customer(name, region="north")
    customer("cid", region="south")
    customer("dan", region="north", opted_out=True)
    client = visitor()
    seen = client.post("/ask/", {"survey": "after_call", "by": "filter", "region": "north"}, follow=True)
    body = seen.content.decode()
    assert "Ask 2 customers" in body and "not asked: the customer wants no more mail that asks" in body
    assert not Invitation.objects.exists()
    key = AskList.objects.get().key
    for _ in range(2):
        client.post(f"/ask/{key}/confirm/", follow=True)
    assert (Invitation.objects.count(), Ask.objects.count()) == (2, 3)
    after = client.get(f"/ask/{key}/?reason=opted_out").content.decode()
    assert "Dan" in after and ">Ann<" not in after
    assert client.post(f"/ask/{key}/discard/").status_code == 409


def test_a_list_of_addresses_tells_whom_nobody_knows() -> None:
    open_shop()
    customer("ann")
    file = SimpleUploadedFile("who.csv", b"name;mail\nAnn;ANN@customer.example\nEve;eve@customer.example\n")
    given = {"survey": "after_call", "by": "given", "given": "ann\nshop:ann\n", "file": file}
    body = visitor().post("/ask/", given, follow=True).content.decode()
    assert "Ask 1 customer" in body and "2 entries of the list are nobody" in body


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"by": "given"}, "Name somebody"),
        ({"by": "given", "given": "nobody@nowhere.example"}, "The list holds no customer that heed knows."),
        ({"by": "filter", "survey": "other"}, "Select a valid choice"),
        ({"by": "filter", "words": "zzz"}, "The list holds no customer that heed knows."),
    ],
)
def test_a_list_that_cannot_be_is_refused_where_it_is_wrong(given: dict[str, str], words: str) -> None:
    open_shop()
    customer("ann")
    answer = visitor().post("/ask/", {"survey": "after_call", **given})
    assert answer.status_code == 422 and words in answer.content.decode()


def test_who_may_not_ask_sees_none_of_it_and_a_region_only_its_own() -> None:
    open_shop()
    ann, bob = customer("ann", region="north"), customer("bob", region="south")
    happen(call(ann, "1", region=None), call(bob, "2", region=None))
    agent = visitor("agent")
    assert {agent.get(path).status_code for path in ("/asks/", "/ask/", "/asks/why/", "/asks/export.csv")} == {403}
    north = visitor("manager", "north")
    assert "Bob" not in north.get("/asks/").content.decode()
    hidden = north.get(f"/asks/why/?customer={bob}").content.decode()
    assert "Nobody here goes by that" in hidden
    north.post("/ask/", {"survey": "after_call", "by": "filter"})
    assert AskList.objects.get().customers == [ann]
    others = visitor("manager", "south")
    assert others.get(f"/ask/{AskList.objects.get().key}/").status_code == 404


def test_why_says_how_a_customer_stands_and_what_was_decided() -> None:
    open_shop()
    ann = customer("ann")
    happen(call(ann, "1"), call(ann, "2"))
    for given in (ann, "ann@customer.example", "ann", "shop:ann"):
        body = visitor_of(given)
        assert "Why was Ann not asked?" in body and "Last asked on" in body
        assert "Not asked: the customer was asked lately" in body


def visitor_of(given: str) -> str:
    Person.objects.all().delete()
    return visitor().get("/asks/why/", {"customer": given}).content.decode()


def test_typed_lists_are_read_as_people_write_them() -> None:
    assert listed_in("a@b.c\n\n d@e.f \n") == ["a@b.c", "d@e.f"]
    assert listed_in("\ufeffname;mail;city\nAnn, Ms;a@b.c;X\nBob;d@e.f;Y") == ["mail", "a@b.c", "d@e.f"]
    assert listed_in("4711\n4712") == ["4711", "4712"]
    assert listed_in("") == []


def test_the_api_prepares_and_sends_a_list() -> None:
    open_shop()
    ann = customer("ann", region="north")
    client = visitor()
    body = {"survey": "after_call", "customers": ["ann@customer.example", "nobody"]}
    made = client.post("/api/v1/ask-lists", json.dumps(body), content_type="application/json")
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["customers"], told["unknown"], told["reasons"]) == (1, 1, [{"reason": "asked", "count": 1}])
    for _ in range(2):
        sent: Any = client.put(f"/api/v1/ask-lists/{told['key']}/confirmation")
        assert sent.json()["finished_at"] is not None
    (item,) = client.get("/api/v1/asks").json()["items"]
    assert (item["customer"], item["reason"], item["asked"]) == (ann, "on_list", True)
    assert client.get(f"/api/v1/asks/{item['key']}").json() == item
    assert client.get("/api/v1/asks/none").status_code == 404

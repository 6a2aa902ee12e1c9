"""Requests on their clock, holds, four eyes, breaches, retention, an erasure that is cut: with the pages and the API."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client
from django.utils import timezone

from heed.core.access.actions.roles import give_role
from heed.core.access.queries import scope_of
from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.definitions.actions import ensure
from heed.core.errors.rules import Forbidden, HeedError, Invalid, NotFound, Refused
from heed.core.people.actions import ensure_root_unit, make_person
from heed.core.people.models import Notification, Person
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.feedback.privacy import jobs
from heed.feedback.privacy.actions import breaching, clearing, erasing, holding, requesting, retaining
from heed.feedback.privacy.models import Breach, Erasure, PrivacyRequest
from heed.service.customers.actions import keep_customers
from heed.service.customers.models import Customer
from heed.service.customers.rules import CustomerRow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("HEED_HOME", str(tmp_path))
    current.cache_clear()
    # What is deleted of a database in memory leaves no page to take away.
    monkeypatch.setattr(clearing, "sweep", lambda: None)
    ensure("privacy_policy", "default", {"name": "Default"})
    yield tmp_path
    monkeypatch.undo()
    current.cache_clear()


@pytest.fixture
def key() -> str:
    keep_customers(
        [CustomerRow("CRM-448210", name="Balthasar Quintemeier", email="b@post.example")], "test", system="crm"
    )
    return Customer.objects.get().key


def administrator(name: str) -> tuple[Person, Scope]:
    from django.db import transaction

    with transaction.atomic():
        root = ensure_root_unit("Shop")
    person = make_person(email=f"{name}@shop.example", name=name.title(), password="a long enough secret 9")
    give_role(COMMAND_LINE, person.key, root.key, "administrator")
    return person, scope_of(person)


def policy(**said: Any) -> None:
    """One more policy in force."""
    name = f"p{len(said)}{sorted(said)[0].replace('_', '')}"
    ensure("privacy_policy", name, {"name": name, **said})


def refused(code: str, act: Any, *given: Any, **named: Any) -> HeedError:
    with pytest.raises(HeedError) as caught:
        act(*given, **named)
    assert caught.value.code == code, caught.value
    return caught.value


def test_a_request_has_the_strictest_term_and_can_be_put_off_once(key: str) -> None:
    policy(request_months=1, extension_months=2, rolls_over_weekends=True, jurisdiction="EU")
    row = requesting.open_request(COMMAND_LINE, "crm:CRM-448210", "access", jurisdiction="EU")
    assert 28 <= (row.due_on - timezone.localdate()).days <= 33
    # The policy heed brings holds everywhere and knows no extension.
    refused("not_extendable", requesting.extend_request, COMMAND_LINE, row.key, "many systems")
    ensure("privacy_policy", "default", {"name": "Default"})
    refused("no_reason", requesting.end_request, COMMAND_LINE, row.key, "refused", " ")
    requesting.note_identity_check(COMMAND_LINE, row.key, "called back on the number we know")
    assert requesting.end_request(COMMAND_LINE, row.key, "fulfilled").outcome == "fulfilled"
    refused("request_ended", requesting.end_request, COMMAND_LINE, row.key, "fulfilled")


def test_what_is_no_request_is_refused(key: str) -> None:
    refused("unknown_kind", requesting.open_request, COMMAND_LINE, key, "forget")
    refused("unknown_customer", requesting.open_request, COMMAND_LINE, "crm:nobody", "access")
    far = datetime(1999, 1, 1, tzinfo=UTC)
    refused("invalid_received_at", requesting.open_request, COMMAND_LINE, key, "access", received_at=far)
    with pytest.raises(Forbidden):
        requesting.open_request(Scope("agent"), key, "access")
    assert not PrivacyRequest.objects.exists()


def test_administrators_are_reminded_before_the_term_and_once_a_stage(key: str) -> None:
    person, _ = administrator("ada")
    row = requesting.open_request(COMMAND_LINE, key, "access")
    assert jobs.remind_of_terms() == 0
    for days in (7, 3, 1, -1):
        PrivacyRequest.objects.filter(pk=row.pk).update(due_on=timezone.localdate() + timedelta(days=days))
        assert [jobs.remind_of_terms(), jobs.remind_of_terms()] == [1, 0], days
    kinds = list(Notification.objects.filter(person=person).order_by("id").values_list("kind", flat=True))
    assert kinds == ["privacy-request-due"] * 3 + ["privacy-request-over"]


def test_a_hold_stops_an_erasure_with_its_reason(key: str) -> None:
    holding.place_hold(COMMAND_LINE, key, "case 12 C 34/26 is open")
    error = refused("legal_hold", erasing.begin_erasure, COMMAND_LINE, key, "asked")
    assert "12 C 34/26" in error.message
    refused("held", holding.place_hold, COMMAND_LINE, key, "again")
    holding.release_hold(COMMAND_LINE, key, "closed")
    refused("not_held", holding.release_hold, COMMAND_LINE, key, "closed")
    assert erasing.carry_out(erasing.begin_erasure(COMMAND_LINE, key, "asked")).found_after == 0
    assert not Customer.objects.exists()


def test_a_reason_that_names_the_customer_is_refused(key: str) -> None:
    refused("reason_names", erasing.begin_erasure, COMMAND_LINE, key, "Balthasar Quintemeier rang")
    refused("no_reason", erasing.begin_erasure, COMMAND_LINE, key, " ")
    assert not Erasure.objects.exists()


def test_four_eyes_where_a_policy_wants_them(key: str) -> None:
    policy(erasure_four_eyes=True)
    _, ada = administrator("ada")
    _, bob = administrator("bob")
    row = requesting.open_request(ada, key, "erasure")
    refused("four_eyes", erasing.begin_erasure, ada, key, "asked", request=row.key)
    refused("four_eyes", requesting.approve_erasure, ada, row.key)
    requesting.approve_erasure(bob, row.key)
    refused("not_erased", requesting.end_request, ada, row.key, "fulfilled")
    erasing.carry_out(erasing.begin_erasure(ada, key, "asked", request=row.key))
    row.refresh_from_db()
    assert (row.outcome, row.customer_key) == ("fulfilled", "")


@pytest.mark.parametrize("step", ["clear_database", "clear_words", "clear_mentions", "clear_files", "sweep"])
def test_an_erasure_that_dies_in_the_middle_is_taken_up_by_the_worker(
    key: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = erasing.begin_erasure(COMMAND_LINE, key, "asked")
    with monkeypatch.context() as cut:
        cut.setattr(clearing, step, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            erasing.carry_out(row)
    assert key not in Erasure.objects.get().sealed
    # The dead process still holds its lease; nobody else works on it until that is over.
    assert jobs.carry_erasures() == 0
    Erasure.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    # Asked again, it is the same erasure, whatever is gone already.
    if Customer.objects.exists():
        assert erasing.begin_erasure(COMMAND_LINE, key, "asked").pk == row.pk
    assert jobs.carry_erasures() == 1
    row.refresh_from_db()
    assert (row.step, row.sealed, row.found_after) == ("done", "", 0)
    assert row.counts["service.Customer"] == 1
    assert jobs.carry_erasures() == 0


def test_what_comes_in_during_an_erasure_goes_as_well(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row, clear, late = erasing.begin_erasure(COMMAND_LINE, key, "asked"), clearing.clear_words, iter([1, 2])

    def raced(*given: Any) -> Any:
        if next(late, None):
            from heed.service.customers.models import ConsentEntry

            ConsentEntry.objects.create(
                customer_key=key, purpose="asking", said="withdrawn", source="x", said_at=timezone.now(), noted_by="x"
            )
        return clear(*given)

    monkeypatch.setattr(clearing, "clear_words", raced)
    assert erasing.carry_out(row).counts["service.ConsentEntry"] == 2


def test_the_register_of_breaches_has_a_clock_of_72_hours() -> None:
    person, scope = administrator("ada")
    noticed = timezone.now() - timedelta(hours=50)
    row = breaching.note_breach(scope, title="Laptop lost", happened="Left on a train.", noticed_at=noticed)
    assert row.due_at == noticed + timedelta(hours=72)
    assert Notification.objects.filter(person=person, kind="breach-due").count() == 1
    jobs.remind_of_terms()
    assert Notification.objects.filter(person=person, kind="breach-due").count() == 2
    refused("authority_not_told", breaching.change_breach, scope, row.key, close=True)
    refused("invalid_told_at", breaching.change_breach, scope, row.key, authority_told_at=noticed - timedelta(hours=1))
    Breach.objects.update(due_at=noticed + timedelta(hours=1))
    breaching.change_breach(scope, row.key, authority_told_at=timezone.now())
    refused("told_late", breaching.change_breach, scope, row.key, close=True)
    assert breaching.change_breach(scope, row.key, late_reason="found over the weekend", close=True).closed_at
    with pytest.raises(NotFound):
        breaching.change_breach(scope, "brc_none", close=True)
    with pytest.raises(Refused):
        breaching.change_breach(scope, row.key, measures="x")
    with pytest.raises(Invalid):
        breaching.note_breach(scope, title="x", happened=" ")


def test_retention_removes_what_is_older_than_the_strictest_policy_says(home: Path) -> None:
    policy(retention_days={"interactions": 730})
    policy(retention_days={"interactions": 365}, work_retention_days={"quarantine": 30})
    store, now = Store(current().facts_location), datetime.now(UTC)
    rows = [
        {
            "interaction_id": f"i{days}",
            "started_at": now - timedelta(days=days),
            "customer_key": f"c_{days}",
            "source": "test",
            "batch": "test",
        }
        for days in (10, 364, 366, 800)
    ]
    store.append_new("interactions", pa.Table.from_pylist(rows))
    dry = retaining.retain(COMMAND_LINE, dry_run=True)
    assert dry.removed == {"facts.interactions": 2, "work.quarantine": 0}
    assert store.rows("interactions") == 4
    # A hold keeps also what is too old.
    from heed.feedback.privacy.models import LegalHold

    LegalHold.objects.create(customer_key="c_800", reason="x", placed_at=now, placed_by="x")
    assert jobs.retain_daily() == 1
    assert jobs.retain_daily() == 0
    assert store.rows("interactions") == 3


def test_pages_and_api(key: str) -> None:
    person, _ = administrator("ada")
    client = Client()
    client.force_login(person)
    told = client.post("/privacy/", {"customer": key, "kind": "erasure"})
    assert told.status_code == 302
    page = client.get(told["Location"])
    assert b"Erase the customer" in page.content
    assert client.post("/privacy/", {"customer": "nobody", "kind": "access"}).status_code == 422
    done = client.post(f"{told['Location']}change/", {"verb": "erase", "reason": "asked"})
    assert done.status_code == 302
    assert jobs.carry_erasures() == 1
    receipt = client.get("/api/v1/privacy/erasures").json()["items"][0]
    assert receipt["found_after"] == 0
    assert key not in json.dumps(receipt)
    assert b"traces were found" in client.get(told["Location"]).content
    client.post("/privacy/breaches/", {"title": "x", "happened": "y"})
    breach = client.get("/api/v1/privacy/breaches").json()["items"][0]
    assert client.post(f"/privacy/breaches/{breach['key']}/change/", {"verb": "told"}).status_code == 302
    for address in ("/privacy/", "/privacy/erasures/", "/privacy/breaches/", "/privacy/record/"):
        assert client.get(address).status_code == 200
    record = client.get("/api/v1/privacy/record").json()
    assert record["policies"][0]["key"] == "default"
    assert any(each["store"] == "service.Customer" for each in record["data"])
    make_person(email="eve@shop.example", name="Eve", password="a long enough secret 9")
    client.force_login(Person.objects.get(email="eve@shop.example"))
    assert client.get("/privacy/").status_code == 403
    assert client.get("/api/v1/privacy/requests").status_code == 403

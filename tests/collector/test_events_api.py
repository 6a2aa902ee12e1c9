"""Facts told by another system: taken once, kept apart from the journal, and carried on to the facts."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from heed.collector.actions import MOST_BYTES, take_events
from heed.core.access.actions.roles import give_role
from heed.core.access.actions.tokens import make_token
from heed.core.access.rules import COMMAND_LINE
from heed.core.consent.rules import pseudonym
from heed.core.http.actions import forget_calls
from heed.core.http.models import IdempotentCall, ReceivedEvent
from heed.core.http.rules import BATCH, SINGLE
from heed.core.journal.events import EVENTS
from heed.core.journal.models import JournalEntry
from heed.core.journal.queries import entries_after
from heed.facts.follower import Follower
from heed.facts.projections import COMPLETIONS, PROJECTIONS, faults
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store
from tests.core.access.test_races import store  # noqa: F401  a store in a file
from tests.core.conftest import House, build, house  # noqa: F401
from tests.core.races import at_once

Call = Any


def told(number: int = 1, **data: Any) -> dict[str, Any]:
    row = {"interaction_id": f"i{number}", "started_at": "2026-05-03T09:00:00Z", "customer_key": "crm:4711", **data}
    return {"specversion": "1.0", "id": str(number), "source": "/crm", "type": "heed.fact.interactions", "data": row}


def verbatim(number: int = 1) -> dict[str, Any]:
    row = {
        "verbatim_id": f"v{number}",
        "said_at": "2026-05-03T09:00:00Z",
        "text": "Nobody called back.",
        "customer_key": "crm:1",
    }
    return {**told(number), "id": f"v{number}", "type": "heed.fact.verbatims", "data": row}


@pytest.fixture
def call(house: House) -> Call:  # noqa: F811
    secret = make_token(house.scope("admin"), name="crm", scopes=["import"])[1]
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})

    def post(body: Any, media: str = "", key: str = "") -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        media = media or (BATCH if isinstance(body, list) else SINGLE)
        headers = {"Idempotency-Key": key} if key else {}
        return client.generic("POST", "/api/v1/events", raw, content_type=media, headers=headers)

    return post


def test_told_once_and_written_down_without_words(call: Call) -> None:
    answer = call(verbatim())
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "unchanged": 0})
    entry = JournalEntry.objects.order_by("-id").first()
    kept = ReceivedEvent.objects.get()
    assert (entry.name, entry.payload) == ("event-received", {"event": kept.pk, "table": "verbatims"})
    assert "called" not in str(list(JournalEntry.objects.values()))
    assert kept.data["text"] == "Nobody called back."
    assert kept.customer_key == pseudonym(settings.SECRET_KEY, "c", "crm", "1")
    assert "crm:1" not in json.dumps(kept.data)


def test_the_same_event_again_changes_nothing(call: Call) -> None:
    call(told())
    assert call([told(), told(2)]).json() == {"accepted": 1, "unchanged": 1}
    assert ReceivedEvent.objects.count() == 2
    changed = call(told(1, channel="phone"))
    assert (changed.status_code, changed.json()["code"]) == (409, "event_changed")


def test_a_fact_is_not_told_by_two_events(call: Call) -> None:
    call(told())
    again = call({**told(), "id": "other"})
    assert (again.status_code, again.json()["code"]) == (409, "fact_exists")
    assert call([told(5), {**told(5), "id": "other"}]).status_code == 409
    assert ReceivedEvent.objects.count() == 1


def test_all_of_a_batch_or_none(call: Call) -> None:
    answer = call([told(1), told(2, wait_seconds="long"), told(3)])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_fact")
    assert "event 2" in answer.json()["title"]
    assert ReceivedEvent.objects.count() == 0
    assert call([]).json() == {"accepted": 0, "unchanged": 0}


def test_a_key_gives_the_same_answer_and_another_body_is_refused(call: Call) -> None:
    first = call([told(1), told(2)], key="k1")
    again = call([told(1), told(2)], key="k1")
    assert again.json() == first.json() == {"accepted": 2, "unchanged": 0}
    assert again.status_code == 202
    other = call([told(1), told(3)], key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert call([told(1), told(2)], key="k2").json() == {"accepted": 0, "unchanged": 2}


def test_a_refused_call_leaves_its_key_free(call: Call) -> None:
    assert call(told(1, answered="yes"), key="k1").status_code == 422
    assert not IdempotentCall.objects.exists()
    assert call(told(1, answered=True), key="k1").status_code == 202
    assert forget_calls(hours=0) == 1


@pytest.mark.parametrize(
    ("body", "media", "key", "status"),
    [
        (b"{}", "application/json", "", 415),
        (b"{", SINGLE, "", 422),
        (b"null", SINGLE, "", 422),
        (b"[1]", BATCH, "", 422),
        (b" " * (MOST_BYTES + 1), BATCH, "", 413),
        (b"{}", SINGLE, "a b", 422),
    ],
)
def test_what_is_wrong_is_a_problem(call: Call, body: bytes, media: str, key: str, status: int) -> None:
    answer = call(body, media, key)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_only_for_who_may_import_everywhere(house: House) -> None:  # noqa: F811
    give_role(COMMAND_LINE, house.agent.key, "north", "analyst")
    for who, code in (("agent", "not_permitted_here"), ("north_admin", "not_permitted_here")):
        secret = make_token(house.scope(who), name="x", scopes=["import"])[1]
        answer = Client(headers={"Authorization": f"Bearer {secret}"}).post(
            "/api/v1/events", json.dumps(told()), content_type=SINGLE
        )
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert Client().post("/api/v1/events", "{}", content_type=SINGLE).status_code == 401


@pytest.fixture
def facts(tmp_path: Path) -> Iterator[Follower]:
    return Follower(Store(str(tmp_path / "facts")), entries_after, PROJECTIONS.values(), COMPLETIONS)


def test_every_table_can_be_told() -> None:
    ours = [each for each in PROJECTIONS.values() if each.event == "event-received"]
    assert len(ours) == len(TABLES)
    assert [faults(each, EVENTS["event-received"]) for each in ours] == [[]] * len(ours)


def test_carried_on_to_the_facts_exactly_once(call: Call, facts: Follower) -> None:
    call([told(1, channel="phone", wait_seconds=12, attributes={"plan": "gold"}), told(2), verbatim(3)])
    while facts.follow(100, None):
        pass
    assert facts.store.rows("interactions") == 2
    assert facts.store.rows("verbatims") == 1
    call(told(1, channel="phone", wait_seconds=12, attributes={"plan": "gold"}))
    while facts.follow(100, None):
        pass
    assert facts.store.rows("interactions") == 2


def test_what_was_erased_before_becomes_no_fact(call: Call, facts: Follower) -> None:
    call([verbatim(1), verbatim(2)])
    ReceivedEvent.objects.filter(event_id="v1").delete()
    while facts.follow(100, None):
        pass
    assert facts.store.rows("verbatims") == 1


def test_the_same_call_from_four_senders_is_told_once(store: None) -> None:  # noqa: F811
    scope = build().scope("admin")
    body = json.dumps([told(number) for number in range(5)]).encode()
    results = at_once(
        *[lambda: take_events(scope, body, BATCH, "k")] * 2, *[lambda: take_events(scope, body, BATCH)] * 2
    )
    assert [result[0] for result in results] == [202] * 4
    assert results[0] == results[1]
    assert ReceivedEvent.objects.count() == 5
    assert JournalEntry.objects.filter(name="event-received").count() == 5


def test_the_door_is_described(db: None) -> None:
    described = Client().get("/api/v1/openapi.json").json()["paths"]["/api/v1/events"]["post"]
    assert set(described["requestBody"]["content"]) == {SINGLE, BATCH}
    assert described["parameters"][0]["name"] == "Idempotency-Key"
    assert "202" in described["responses"]

"""Facts told to the front while the workers are down, and the same answers as the workers give. On a front of its own."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from heed.core.http.rules import BATCH, SINGLE
from tests.collector.fronts import Front

TOKEN = """
from heed.core.access.actions.roles import give_role
from heed.core.access.actions.tokens import make_token
from heed.core.access.queries import scope_of
from heed.core.access.rules import COMMAND_LINE
from heed.core.people.models import Person, Unit
Unit.objects.get_or_create(key="organisation", defaults={"name": "O", "kind": "organisation"})
person, _ = Person.objects.get_or_create(email="crm@example.org", defaults={"name": "CRM"})
give_role(COMMAND_LINE, person.key, "organisation", "administrator")
told = make_token(scope_of(person), name="crm", scopes=SCOPES)[1]
"""
KEPT = """
from heed.core.http.models import ReceivedEvent
from heed.core.journal.models import JournalEntry
from heed.core.journal.queries import verify_chain
told = [ReceivedEvent.objects.count(), JournalEntry.objects.filter(name="event-received").count(), verify_chain().broken_at]
"""


def event(number: int, **data: Any) -> dict[str, Any]:
    row = {"interaction_id": f"i{number}", "started_at": "2026-05-03T09:00:00Z", "customer_key": "crm:4711", **data}
    return {"specversion": "1.0", "id": str(number), "source": "/crm", "type": "heed.fact.interactions", "data": row}


class Crm:
    """Another system, with a token."""

    def __init__(self, front: Front, *scopes: str) -> None:
        self.front, self.secret = front, front.python(TOKEN, SCOPES=list(scopes))

    def tell(self, body: Any, key: str = "", media: str = "") -> tuple[int, dict[str, Any]]:
        media = media or (BATCH if isinstance(body, list) else SINGLE)
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": media}
        headers |= {"Idempotency-Key": key} if key else {}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        status, _, answer = self.front.ask("POST", "/api/v1/events", raw, **headers)
        return status, json.loads(answer)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    made = Front(tmp_path_factory.mktemp("calls") / "home")
    made.python("told = 0")
    with made.serving():
        yield made


@pytest.fixture(scope="module")
def crm(front: Front) -> Crm:
    return Crm(front, "import")


def test_a_fact_is_taken_once_however_often_it_is_told(front: Front, crm: Crm) -> None:
    before = front.python(KEPT)
    assert crm.tell(event(1)) == (202, {"accepted": 1, "unchanged": 0})
    assert crm.tell([event(1), event(2)]) == (202, {"accepted": 1, "unchanged": 1})
    assert crm.tell(event(3), key="k1") == crm.tell(event(3), key="k1") == (202, {"accepted": 1, "unchanged": 0})
    assert front.python(KEPT) == [before[0] + 3, before[1] + 3, None]


def test_a_refused_call_among_many_takes_nothing_and_hinders_nobody(front: Front, crm: Crm) -> None:
    before = front.python(KEPT)
    calls: list[Any] = [event(number) for number in range(100, 130)]
    calls[7] = [event(500), {**event(501), "type": "heed.fact.nonsense"}]
    calls[9] = event(1, channel="phone")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(crm.tell, calls))
    assert [status for status, _ in answers] == [422 if n == 7 else 409 if n == 9 else 202 for n in range(30)]
    assert (answers[7][1]["code"], answers[9][1]["code"]) == ("invalid_fact", "event_changed")
    assert front.python(KEPT) == [before[0] + 28, before[1] + 28, None]


def test_refusals_are_problems_as_everywhere_in_the_api(front: Front, crm: Crm) -> None:
    assert crm.tell(b"{", media=SINGLE)[1]["code"] == "invalid_json"
    assert crm.tell(event(1), media="text/plain")[0] == 415
    assert crm.tell(event(1), key="has space")[1]["code"] == "invalid_idempotency_key"
    assert Crm(front, "see_journal").tell(event(9))[0] == 403
    told = crm.tell(event(1, wait_seconds="soon"))[1]
    assert set(told) == {"type", "title", "status", "code", "hint"}


def test_what_the_front_does_not_take_is_the_workers_to_answer(front: Front, crm: Crm) -> None:
    crm_without = Crm.__new__(Crm)
    crm_without.front, crm_without.secret = front, "heed_nonsense"
    assert crm_without.tell(event(1))[1]["code"] == "starting"
    assert front.ask("GET", "/api/v1/events")[0] == 503
    big = [event(number, channel="x" * 900) for number in range(1000, 1400)]
    assert crm.tell(big)[1]["code"] == "starting"

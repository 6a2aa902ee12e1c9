"""What happens reaches other systems, signed, at least once; what they answer decides what comes next."""

import json
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from heed import flow
from heed.channels.webhooks import verify
from heed.core.access.rules import COMMAND_LINE
from heed.core.errors.rules import Forbidden, Invalid, NotFound, Refused
from heed.core.journal.actions import erase_payload, record
from heed.core.journal.queries import entries_before, last_id
from heed.core.people.events import UnitRenamed
from heed.core.people.queries import notifications, sentence
from heed.feedback.routing.actions import connecting as actions
from heed.feedback.routing.models import Connection, Delivery
from heed.feedback.routing.queries import connecting as queries
from heed.feedback.routing.rules.connecting import TRIES
from tests.channels.far import Far, answer, far, says
from tests.core.conftest import House


def connect(server: Far | None, *events: str, path: str = "/hook") -> tuple[Connection, str]:
    url = f"{server.address}{path}" if server else "http://127.0.0.1:9/hook"
    return actions.add_connection(COMMAND_LINE, name="CRM", url=url, event_names=events)


def happen(unit: str = "north") -> int:
    with transaction.atomic():
        return record(UnitRenamed(unit), actor="p_1", subject=("unit", unit))


def carry_on() -> None:
    reader = flow.follower()
    while reader.carry():
        pass


def deliver() -> int:
    """All that is due, as the worker does it."""
    total = 0
    while tried := actions.deliver_due():
        total += tried
    return total


def make_due(**more: Any) -> None:
    Delivery.objects.filter(state="pending").update(next_at=timezone.now(), **more)
    Connection.objects.update(retry_at=None, leased_until=None)


def parsed(request: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    rows = [line.decode().partition(": ") for line in head.split(b"\r\n")[1:]]
    return {name.lower(): value for name, _, value in rows}, body


def test_what_happens_is_told_once_and_can_be_verified(house: House) -> None:
    with far(says(answer("204 No Content", b""))) as server:
        before = happen()
        row, secret = connect(server)
        number = happen()
        carry_on()
        assert deliver() == 1
        headers, body = parsed(server.asked[0])
        message = Delivery.objects.get()
        assert verify([secret], headers, body, timezone.now()) == message.key
        event = json.loads(body)
        assert (event["id"], event["type"], event["subject"]) == (str(number), "heed.unit-renamed", "unit/north")
        assert event["data"] == {"unit": "north"}
        assert event["source"] == "http://127.0.0.1:8000"
        assert headers["content-type"].startswith("application/cloudevents+json")
        assert (message.state, message.attempts, message.last_status) == ("delivered", 1, 204)
        # What happened before it was connected, and connecting it, is not told; and nothing is told twice.
        assert before == row.after_entry < number
        carry_on()
        assert deliver() == 0
        assert len(server.asked) == 1


def test_a_connection_hears_of_what_it_wants_only(house: House) -> None:
    with far(says(answer())) as server:
        connect(server, "case-opened", "unit-moved")
        happen()
        carry_on()
        assert not Delivery.objects.exists()


def test_taking_the_step_again_sends_nothing_again(house: House) -> None:
    from heed.core.journal.queries import entry

    connect(None)
    found = entry(happen())
    assert found is not None
    for _ in range(3):
        actions.queue_deliveries(found)
    assert Delivery.objects.count() == 1


def test_an_error_is_tried_again_with_the_same_id_and_given_up_at_last(house: House) -> None:
    with far(says(answer("500 Internal Server Error", b"out of order"))) as server:
        row, _secret = connect(server)
        happen()
        carry_on()
        for _ in range(TRIES + 3):
            deliver()
            make_due()
        message = Delivery.objects.get()
        assert (message.state, message.attempts, message.last_answer) == ("dead", TRIES, "out of order")
        assert len({parsed(request)[0]["webhook-id"] for request in server.asked}) == 1
        assert len(server.asked) == TRIES
        assert entries_before(None, 1)[0].name == "delivery-given-up"
        carry_on()
        told = notifications(house.admin.key)[0]
        assert sentence(told.kind, told.params) == "A message to CRM could not be delivered and waits to be sent again."
        assert told.href == f"/connections/{row.key}/"
        # That is told to people, and never over the line that failed.
        assert Delivery.objects.count() == 1


def test_what_was_given_up_is_sent_again_one_or_all(house: House) -> None:
    says_what = [answer("500 Internal Server Error", b"")]
    with far(lambda line, request: line.sendall(says_what[0])) as server:
        row, _secret = connect(server)
        for _ in range(3):
            happen()
        carry_on()
        Delivery.objects.update(state="dead", next_at=None, tries=TRIES)
        says_what[0] = answer()
        keys = [message.key for message in queries.deliveries(row.key)]
        assert actions.replay_deliveries(COMMAND_LINE, row.key, [keys[0]]) == 1
        assert deliver() == 1
        assert actions.replay_deliveries(COMMAND_LINE, row.key) == 2
        assert deliver() == 2
        assert actions.replay_deliveries(COMMAND_LINE, row.key) == 0
        assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_too_many_requests_leaves_the_whole_line_alone_as_asked(house: House) -> None:
    with far(says(answer("429 Too Many Requests", b"", Retry_After="7200"))) as server:
        row, _secret = connect(server)
        happen()
        happen()
        carry_on()
        assert deliver() == 1
        row.refresh_from_db()
        assert row.retry_at is not None
        assert row.retry_at > timezone.now() + timedelta(seconds=7100)
        assert deliver() == 0


def test_gone_ends_the_connection_until_somebody_lets_it_go_on(house: House) -> None:
    with far(says(answer("410 Gone", b""))) as server:
        row, _secret = connect(server)
        happen()
        happen()
        carry_on()
        assert deliver() == 1
        row.refresh_from_db()
        assert (queries.state_of(row), row.ended_reason) == ("ended", "gone")
        make_due()
        assert deliver() == 0
        happen()
        carry_on()
        assert Delivery.objects.count() == 2
        assert [note.kind for note in notifications(house.admin.key)] == ["connection-ended"]
        with pytest.raises(Refused):
            actions.replay_deliveries(COMMAND_LINE, row.key)
        actions.resume_connection(COMMAND_LINE, row.key)
        assert queries.state_of(queries.connection_by_key(row.key)) == "active"


def test_a_line_without_an_answer_costs_one_try_not_one_a_message(house: House) -> None:
    row, _secret = connect(None)
    for _ in range(5):
        happen()
    carry_on()
    assert deliver() == 1
    row.refresh_from_db()
    assert row.failures == 1
    assert Delivery.objects.filter(attempts=0).count() == 4


def test_a_message_that_alone_is_refused_does_not_stop_those_behind_it(house: House) -> None:
    def respond(line: Any, request: bytes) -> None:
        line.sendall(answer("400 Bad Request", b"") if b'"unit":"bad"' in request else answer())

    with far(respond) as server:
        connect(server)
        for unit in ("bad", "north", "south"):
            happen(unit)
        carry_on()
        deliver()
        Connection.objects.update(retry_at=None)
        deliver()
        states = list(Delivery.objects.order_by("id").values_list("state", flat=True))
        assert states == ["pending", "delivered", "delivered"]


def test_what_was_erased_is_not_sent(house: House) -> None:
    with far(says(answer())) as server:
        connect(server)
        number = happen()
        carry_on()
        erase_payload(number)
        deliver()
        assert server.asked == []
        assert Delivery.objects.get().state == "dropped"


def test_a_new_secret_holds_beside_the_former_one_for_a_day(house: House) -> None:
    with far(says(answer())) as server:
        row, former = connect(server)
        new = actions.replace_secret(COMMAND_LINE, row.key)
        assert new != former
        happen()
        carry_on()
        deliver()
        headers, body = parsed(server.asked[0])
        assert verify([former], headers, body, timezone.now())
        assert verify([new], headers, body, timezone.now())
        Connection.objects.update(former_until=timezone.now())
        happen()
        carry_on()
        deliver()
        headers, body = parsed(server.asked[1])
        assert len(headers["webhook-signature"].split()) == 1
        assert verify([new], headers, body, timezone.now())


def test_paused_means_that_what_happens_waits(house: House) -> None:
    with far(says(answer())) as server:
        row, _secret = connect(server)
        actions.pause_connection(COMMAND_LINE, row.key)
        happen()
        carry_on()
        assert deliver() == 0
        actions.resume_connection(COMMAND_LINE, row.key)
        assert deliver() == 1


def test_what_waits_goes_with_the_connection(house: House) -> None:
    row, _secret = connect(None)
    happen()
    carry_on()
    assert actions.remove_connection(COMMAND_LINE, row.key) == 1
    assert deliver() == 0
    assert queries.connections() == []
    with pytest.raises(NotFound):
        queries.connection_by_key(row.key)
    with pytest.raises(NotFound):
        queries.delivery_by_key(Delivery.objects.get().key)


def test_a_test_message_is_tried_once(house: House) -> None:
    with far(says(answer("404 Not Found", b"no such hook"))) as server:
        row, secret = connect(server)
        tried = actions.try_connection(COMMAND_LINE, row.key)
        assert (tried.last_status, tried.last_answer, tried.state) == (404, "no such hook", "dropped")
        headers, body = parsed(server.asked[0])
        assert verify([secret], headers, body, timezone.now()) == tried.key
        assert json.loads(body)["type"] == "heed.connection-tested"
        make_due()
        assert deliver() == 0
        assert actions.replay_deliveries(COMMAND_LINE, row.key) == 0


def test_a_slow_line_keeps_no_other_waiting_and_is_held_by_one(house: House) -> None:
    asked = threading.Event()

    def slow(line: Any, request: bytes) -> None:
        asked.set()
        time.sleep(0.3)
        line.sendall(answer())

    with far(slow) as first, far(says(answer())) as second:
        one, _secret = connect(first)
        other, _secret = connect(second)
        happen()
        carry_on()
        Connection.objects.filter(pk=one.pk).update(leased_until=timezone.now() + timedelta(seconds=60))
        assert actions.deliver_due() == 1
        assert len(second.asked) == 1
        assert not asked.is_set()
        # The lease of a worker that died ends, and the message is sent after all.
        Connection.objects.filter(pk=one.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
        assert actions.deliver_due() == 1
        assert Delivery.objects.get(connection=other).state == "delivered"


def test_an_address_that_may_not_be_called_is_refused_with_the_reason(house: House) -> None:
    for url in ("http://10.0.0.1/hook", "https://169.254.169.254/", "ftp://127.0.0.1/", "not an address", ""):
        with pytest.raises(Invalid) as refusal:
            actions.add_connection(COMMAND_LINE, name="CRM", url=url)
        assert refusal.value.code == "address_refused"
    with pytest.raises(Invalid, match="name"):
        actions.add_connection(COMMAND_LINE, name="  ", url="http://127.0.0.1:9/")
    assert not Connection.objects.exists()


def test_an_address_that_became_private_is_not_called(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with far(says(answer())) as server:
        connect(server)
        happen()
        carry_on()
        monkeypatch.setattr(actions, "allowed_networks", lambda: ())
        deliver()
        assert server.asked == []
        assert Delivery.objects.get().last_error.startswith("address_refused")


def test_only_who_manages_the_connections_of_the_whole_organisation_may(house: House) -> None:
    for who in ("agent", "north_admin"):
        with pytest.raises(Forbidden):
            actions.add_connection(house.scope(who), name="CRM", url="http://127.0.0.1:9/")
    row, _secret = actions.add_connection(house.scope("admin"), name="CRM", url="http://127.0.0.1:9/")
    for verb in (
        actions.replace_secret,
        actions.pause_connection,
        actions.resume_connection,
        actions.remove_connection,
        actions.try_connection,
        actions.replay_deliveries,
    ):
        with pytest.raises(Forbidden):
            verb(house.scope("agent"), row.key)  # type: ignore[operator]


def test_what_was_delivered_is_forgotten_after_a_month_and_what_was_given_up_is_not(house: House) -> None:
    row, _secret = connect(None)
    old = timezone.now() - timedelta(days=31)
    for number, state in enumerate(("delivered", "dropped", "dead", "pending"), 1):
        Delivery.objects.create(
            connection=row, entry=last_id() + number, event="x", state=state, made_at=old, ended_at=old
        )
    Delivery.objects.create(connection=row, event="x", state="delivered", made_at=old, ended_at=timezone.now())
    assert actions.forget_deliveries() == 2
    assert set(Delivery.objects.values_list("state", flat=True)) == {"dead", "pending", "delivered"}


def test_what_waits_is_told_with_how_long(house: House) -> None:
    connect(None)
    happen()
    carry_on()
    Delivery.objects.update(made_at=timezone.now() - timedelta(seconds=50))
    found = queries.outstanding()
    assert (found.pending, found.dead) == (1, 0)
    assert found.seconds >= 50

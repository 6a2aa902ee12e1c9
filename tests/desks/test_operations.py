"""The page of operations: what is behind, what was put aside and can be taken again, what waits to go out; for whom it is."""

import html
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from heed import flow
from heed.core.journal.actions import park, record
from heed.core.journal.models import ParkedEntry
from heed.core.journal.queries import entries_before, last_id
from heed.core.journal.rules import EVERY, Step
from heed.core.people.events import UnitRenamed
from heed.core.queue.actions import note_runs
from heed.core.queue.rules import Run
from heed.desks import operations
from tests.core.conftest import House, build


@pytest.fixture
def house(db: None) -> House:
    operations.sizes.cache_clear()
    return build()


def page(house: House, who: str = "admin") -> str:
    return html.unescape(house.client(who).get("/operations/").content.decode())


def put_aside(step: str = "open-cases") -> ParkedEntry:
    with transaction.atomic():
        record(UnitRenamed("north"))
        park("flow", entries_before(None, 1)[0], step, "ValueError: out of order", 5)
    return ParkedEntry.objects.get(step=step)


def test_nothing_runs_and_it_is_said_what_to_do(house: House) -> None:
    shown = page(house)
    assert "No worker is running." in shown
    assert "Nothing was put aside" in shown


def test_how_the_pumps_run_is_told(house: House) -> None:
    now = timezone.now()
    note_runs(
        [
            Run("flow", now, did=7, did_at=now),
            Run("deliver_due 2", now, failures=3, failed_at=now, error="OSError: away"),
            Run("read_new", now - timedelta(minutes=5)),
        ]
    )
    shown = page(house)
    assert "No worker is running." not in shown
    assert "Send messages to connections 2" in shown
    assert "OSError: away" in shown
    assert "silent" in shown


def test_a_follower_that_is_late_is_told_with_its_seconds(house: House) -> None:
    shown = page(house)
    assert "Flow: what follows from what happens" in shown
    assert f"{last_id()} entries" in shown


def test_a_step_put_aside_is_taken_again_or_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    monkeypatch.setattr(flow, "FLOW", (Step(EVERY, "open-cases", lambda entry, rows: done.append(entry.id)),))
    parked = put_aside()
    client = house.client("admin")
    shown = page(house)
    assert "ValueError: out of order" in shown
    assert "Take all again" in shown
    assert "The step was taken." in client.post(f"/operations/parked/{parked.pk}/replay/", follow=True).content.decode()
    assert done == [parked.entry]
    assert client.post(f"/operations/parked/{parked.pk}/replay/").status_code == 404
    other = put_aside("ask-customers")
    assert client.post(f"/operations/parked/{other.pk}/give-up/").status_code == 302
    assert entries_before(None, 1)[0].name == "step-given-up"
    assert entries_before(None, 1)[0].actor == house.admin.key
    assert "Nothing was put aside" in page(house)


def test_a_step_that_fails_again_says_why(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(entry: Any, rows: Any) -> None:
        raise ValueError("still out of order")

    monkeypatch.setattr(flow, "FLOW", (Step(EVERY, "open-cases", broken),))
    put_aside()
    client = house.client("admin")
    shown = html.unescape(client.post("/operations/parked/replay/", follow=True).content.decode())
    assert "0 steps were taken. 1 failed again." in shown
    assert "still out of order" in shown


def test_an_auditor_sees_and_does_not_act_others_do_not_see(house: House) -> None:
    from heed.core.access.actions.roles import give_role
    from heed.core.access.rules import COMMAND_LINE

    give_role(COMMAND_LINE, house.agent.key, "organisation", "auditor")
    parked = put_aside()
    shown = page(house, "agent")
    assert "ValueError: out of order" in shown
    assert "Take again" not in shown
    assert house.client("agent").post(f"/operations/parked/{parked.pk}/replay/").status_code == 403
    assert house.client("agent").post("/operations/parked/replay/").status_code == 403
    assert house.client("agent").post(f"/operations/parked/{parked.pk}/give-up/").status_code == 403
    assert house.client("north_admin").get("/operations/").status_code == 403
    assert Client().get("/operations/").status_code == 302


def test_prometheus_and_readiness_say_the_same(house: House) -> None:
    note_runs([Run('odd "name"', timezone.now(), did=3)])
    put_aside()
    found = Client().get("/metrics").content.decode()
    assert f'heed_follower_lag_entries{{follower="flow"}} {last_id()}' in found
    assert 'heed_follower_parked{follower="flow"} 1' in found
    assert 'heed_pump_done{pump="odd \\"name\\""} 3' in found
    assert 'heed_outgoing_given_up{what="messages"} 0' in found
    ready = Client().get("/readyz").json()
    assert ready["ready"] is True
    assert [lag["behind"] for lag in ready["lags"] if lag["name"] == "flow"] == [last_id()]

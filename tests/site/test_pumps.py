"""Pumps of a worker: one that fails or hangs stops no other, each leaves word of how it ran, all end when told to."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from heed.core.queue.queries import pump_runs
from heed.site.pumps import Pump, PumpHouse, Runner
from tests.core.races import file_store


@pytest.fixture
def store(tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), file_store(tmp_path / "heed.db"):
        yield


def until(is_so: Callable[[], bool], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.01)
    return is_so()


def failing() -> int:
    raise ValueError("the neighbour is away\nand his secret is 42")


def test_one_that_fails_or_hangs_stops_no_other(store: None) -> None:
    turns, never = [], threading.Event()

    def good() -> int:
        turns.append(1)
        return 0

    house = PumpHouse([Pump("good", good, 0.01), Pump("bad", failing, 0.01), Pump("stuck", lambda: never.wait(60), 1)])  # type: ignore[arg-type,return-value]
    house.start()
    assert until(lambda: len(turns) > 20)
    house.look()
    told = {run.name: run for run in pump_runs()}
    assert told["bad"].failures >= 1
    assert told["bad"].error == "ValueError: the neighbour is away"
    assert told["good"].failures == 0
    assert house.stop(0.5) == ["stuck"]
    never.set()


def test_what_was_done_adds_up_and_an_idle_pump_is_not_told_of_all_the_time(store: None) -> None:
    due = [3, 2]
    house = PumpHouse([Pump("works", lambda: due.pop() if due else 0, 0.01)])
    runner = house.runners[0]
    for _ in range(3):
        runner.turn()
    house.look()
    assert pump_runs()[0].did == 5
    before = pump_runs()[0].ran_at
    runner.turn()
    house.look()
    assert pump_runs()[0].ran_at == before


def test_one_that_rests_for_an_hour_is_told_of_as_well_and_one_that_hangs_is_not(
    store: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heed.site.pumps.HEARTBEAT", timedelta(0))
    never, begun = threading.Event(), []

    def hangs() -> int:
        begun.append(1)
        never.wait(60)
        return 0

    house = PumpHouse([Pump("hourly", lambda: 0, 3600.0), Pump("stuck", hangs, 3600.0)])
    house.start()
    assert until(lambda: house.runners[0].resting and bool(begun))
    house.look()
    (first,) = pump_runs()
    house.look()
    (second,) = pump_runs()
    assert (first.name, second.name) == ("hourly", "hourly")
    assert second.ran_at > first.ran_at
    assert house.stop(0.2) == ["stuck"]
    never.set()


def test_one_that_begins_later_is_well_until_then_and_is_stopped_at_once(store: None) -> None:
    ran = threading.Event()
    house = PumpHouse(
        [Pump("later", lambda: int(ran.set() or 0), 600.0, first=600.0), Pump("soon", lambda: 0, 0.01, first=0.05)]
    )
    house.start()
    seen: set[str] = set()

    def both_told() -> bool:
        house.look()
        seen.update(run.name for run in pump_runs())
        return seen == {"later", "soon"}

    assert until(both_told)
    assert house.stop() == []
    assert not ran.is_set()


def test_a_failure_is_followed_by_longer_and_longer_pauses_and_forgotten_after_a_success(store: None) -> None:
    waited: list[float] = []
    outcomes = iter([failing, failing, failing, lambda: 0])
    runner = Runner(Pump("tries", lambda: next(outcomes)(), 2.0))
    runner.stopping.wait = lambda seconds=None: bool(waited.append(seconds or 0.0))  # type: ignore[method-assign]
    for _ in range(3):
        assert runner.turn() == 0.0
    assert waited == [4.0, 8.0, 16.0]
    assert runner.turn() == 2.0
    assert runner.failures == 0


def test_what_one_did_wakes_the_others_at_once(store: None) -> None:
    work, seen = threading.Event(), threading.Event()

    def first() -> int:
        did = int(work.is_set())
        work.clear()
        return did

    def second() -> int:
        if started.is_set():
            seen.set()
        started.set()
        return 0

    started = threading.Event()
    house = PumpHouse([Pump("first", first, 0.01, wakes=True), Pump("second", second, 600.0, hears=True)])
    house.start()
    assert started.wait(20)
    work.set()
    assert seen.wait(20)
    assert house.stop() == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_ended_is_started_again(store: None) -> None:
    ends = [True]

    def leaves() -> int:
        if ends.pop() if ends else False:
            raise SystemExit
        ran.set()
        return 0

    ran = threading.Event()
    house = PumpHouse([Pump("leaves", leaves, 0.01)])
    house.start()
    assert until(lambda: not house.runners[0].thread.is_alive())
    house.look()
    assert ran.wait(20)
    assert house.stop() == []

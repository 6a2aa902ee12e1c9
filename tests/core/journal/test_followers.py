"""Steps are taken for each entry exactly once, in order; what fails is tried again, put aside, and can be taken later."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from pytest_django import DjangoDbBlocker

from heed.core.errors.rules import NotFound, Refused
from heed.core.journal.actions import StepFollower, give_up_parked, record
from heed.core.journal.events import EVENTS, event
from heed.core.journal.models import FollowerPosition, ParkedEntry
from heed.core.journal.queries import entries_after, lags, last_id, open_parked_rows, position
from heed.core.journal.rules import EVERY, WITH_ROWS, Entry, Step
from tests.core.races import at_once, file_store

TRIES = 5


@pytest.fixture
def told() -> Iterator[type]:
    @event
    @dataclass(frozen=True)
    class StepWasTried:
        thing: str

    yield StepWasTried
    EVENTS.pop("step-was-tried")


@pytest.fixture
def store(db: None, told: type) -> type:
    FollowerPosition.objects.create(name="test", entry=last_id())
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE effects (entry bigint, step text)")
    return told


def tell(told: type, *things: str) -> None:
    for thing in things:
        with transaction.atomic():
            record(told(thing))


def effect(entry: Entry, step: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO effects VALUES (%s, %s)", [entry.id, step])


def effects() -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry, step FROM effects ORDER BY entry, step")
        return [(int(entry), str(step)) for entry, step in cursor.fetchall()]


def step(key: str, on: str = EVERY, fails: Any = None) -> Step:
    def run(entry: Entry, rows: Any) -> None:
        effect(entry, key)
        if fails is not None and (entry.payload or {})["thing"] in fails:
            raise ValueError("no such thing\nDETAIL: what nobody should keep")

    return Step(on, key, run)


def follower(*steps: Step, rows: Any = lambda entry: []) -> StepFollower:
    return StepFollower("test", steps, rows, pauses=(0.0,) * (TRIES - 1))


def carried(reader: StepFollower, turns: int = 30) -> int:
    return sum(reader.carry() for _ in range(turns))


def test_each_entry_has_its_steps_once(store: type) -> None:
    start = last_id()
    tell(store, "a", "b", "c")
    reader = follower(step("one"), step("named", "step-was-tried"), step("other", "never-happened"))
    assert reader.carry() == 3
    assert reader.carry() == 0
    assert effects() == [(start + n, key) for n in (1, 2, 3) for key in ("named", "one")]
    assert position("test") == last_id()


def test_steps_on_facts_are_taken_where_there_are_rows(store: type) -> None:
    start = last_id()
    tell(store, "a", "b")
    rows = lambda entry: [("responses", {"score": 3})] if entry.payload["thing"] == "b" else []  # noqa: E731
    follower(step("facts", WITH_ROWS), rows=rows).carry()
    assert effects() == [(start + 2, "facts")]


def test_a_failing_entry_keeps_nothing_and_those_before_it_go_on(store: type) -> None:
    start = last_id()
    tell(store, "a", "b", "bad", "c")
    reader = follower(step("first"), step("second", fails={"bad"}))
    reader.carry()
    reader.carry()
    assert position("test") == start + 2
    assert effects() == [(start + n, key) for n in (1, 2) for key in ("first", "second")]
    assert reader.carry() == 0
    standing = FollowerPosition.objects.get(name="test")
    assert standing.attempts == 1
    assert standing.last_error == "ValueError: no such thing"
    assert [(lag.behind, lag.parked) for lag in lags() if lag.name == "test"] == [(2, 0)]


def test_after_five_tries_the_failing_step_alone_is_put_aside(store: type) -> None:
    start = last_id()
    tell(store, "bad", "c")
    carried(follower(step("first"), step("second", fails={"bad"}), step("third")))
    assert position("test") == start + 2
    assert effects() == [
        (start + 1, "first"),
        (start + 1, "third"),
        *[(start + 2, key) for key in ("first", "second", "third")],
    ]
    parked = open_parked_rows().get()
    assert (parked.entry, parked.step, parked.attempts) == (start + 1, "second", TRIES)
    assert "DETAIL" not in parked.error


def test_an_entry_waits_before_it_is_tried_again(store: type) -> None:
    tell(store, "bad")
    reader = StepFollower("test", (step("one", fails={"bad"}),), lambda entry: [], pauses=(60.0,) * 4)
    carried(reader)
    assert FollowerPosition.objects.get(name="test").attempts == 1
    assert reader.carry() == 0


def test_a_database_that_is_away_is_no_fault_of_the_entry(store: type) -> None:
    def away(entry: Entry, rows: Any) -> None:
        raise OperationalError("the database system is shutting down")

    tell(store, "a")
    reader = follower(Step(EVERY, "one", away))
    for _ in range(10):
        with pytest.raises(OperationalError):
            reader.carry()
    assert FollowerPosition.objects.get(name="test").attempts == 0
    assert not open_parked_rows().exists()


def test_a_parked_step_is_taken_again_alone(store: type) -> None:
    start = last_id()
    tell(store, "bad")
    carried(follower(step("first"), step("second", fails={"bad"})))
    parked = open_parked_rows().get()
    mended = follower(step("first"), step("second"))
    mended.replay(parked.pk, "p_1")
    assert effects() == [(start + 1, "first"), (start + 1, "second")]
    assert ParkedEntry.objects.get().settled_by == "p_1"
    with pytest.raises(NotFound):
        mended.replay(parked.pk, "p_1")


def test_a_replay_that_fails_says_why_and_stays(store: type) -> None:
    tell(store, "bad", "also bad")
    reader = follower(step("one", fails={"bad", "also bad"}))
    carried(reader)
    first = open_parked_rows()[0]
    with pytest.raises(Refused, match="no such thing"):
        reader.replay(first.pk, "p_1")
    assert ParkedEntry.objects.get(pk=first.pk).attempts == TRIES + 1
    assert reader.replay_all("p_1") == (0, 2)
    assert follower(step("one")).replay_all("p_1") == (2, 0)
    assert not open_parked_rows().exists()


def test_what_could_not_become_rows_is_taken_again_by_all_who_ask_for_rows(store: type) -> None:
    start = last_id()
    tell(store, "a")

    def broken(entry: Entry) -> Any:
        raise ValueError("the projection is wrong")

    carried(follower(step("plain"), step("decide", WITH_ROWS), rows=broken))
    assert effects() == [(start + 1, "plain")]
    assert open_parked_rows().get().step == "facts"
    mended = follower(step("plain"), step("decide", WITH_ROWS), rows=lambda entry: [("responses", {})])
    mended.replay(open_parked_rows().get().pk, "p_1")
    assert effects() == [(start + 1, "decide"), (start + 1, "plain")]


def test_a_step_that_is_no_more_can_only_be_given_up(store: type) -> None:
    tell(store, "bad")
    carried(follower(step("old", fails={"bad"})))
    parked = open_parked_rows().get()
    with pytest.raises(Refused) as refusal:
        follower(step("new")).replay(parked.pk, "p_1")
    assert refusal.value.code == "unknown_step"
    give_up_parked(parked.pk, "p_1")
    assert not open_parked_rows().exists()
    assert entries_after(last_id() - 1)[0].name == "step-given-up"
    with pytest.raises(NotFound):
        give_up_parked(parked.pk, "p_1")


def test_a_store_without_history_begins_at_its_first_entry(db: None) -> None:
    assert FollowerPosition.objects.filter(name="flow").exists()
    assert position("never seen") == 0


@pytest.fixture
def shared(tmp_path: Path, told: type, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[type]:
    with django_db_blocker.unblock(), file_store(tmp_path / "heed.db"):
        FollowerPosition.objects.update_or_create(name="test", defaults={"entry": last_id()})
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE effects (entry bigint, step text)")
        try:
            yield told
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE effects")


def test_four_workers_at_once_take_each_step_once(shared: type) -> None:
    start, ended = last_id(), threading.Event()

    def write() -> None:
        tell(shared, *(f"thing {number}" for number in range(150)))
        ended.set()

    def follow() -> None:
        reader = follower(step("one"), step("two"))
        while not ended.is_set() or position("test") < last_id():
            reader.carry()

    results = at_once(write, follow, follow, follow, follow)
    assert results == [None] * 5
    assert effects() == [(start + n, key) for n in range(1, 151) for key in ("one", "two")]

"""The one writer: what queues together is one transaction, one bad item does not fail the others, a full queue says so."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import OperationalError, connection

from heed.collector.writing import Waiting, Writer, write
from heed.core.errors.rules import Unavailable
from heed.core.people.models import Unit
from tests.core.access.test_races import store  # noqa: F401  a store in a file

pytestmark = pytest.mark.usefixtures("store")


def keep(names: Sequence[str]) -> list[Any]:
    """Keeps units of these names; "bad" breaks all, "refused" only itself."""
    if "bad" in names:
        Unit.objects.create(key="before-bad", name="x", kind="team")
        raise ValueError("bad")
    made: list[Any] = []
    for name in names:
        if name == "refused":
            made.append(LookupError(name))
        else:
            made.append(Unit.objects.create(key=name, name=name, kind="team").key)
    return made


def units() -> set[str]:
    return set(Unit.objects.exclude(key="organisation").values_list("key", flat=True))


def test_what_waits_is_written_together_and_told_after_the_commit() -> None:
    writer, holding, free = Writer(), threading.Event(), threading.Event()

    def hold(items: Sequence[str]) -> list[str]:
        holding.set()
        free.wait(10)
        return list(items)

    sizes: list[int] = []

    def counted(names: Sequence[str]) -> list[Any]:
        sizes.append(len(names))
        return keep(names)

    first = writer.hand_in(hold, "first")
    holding.wait(10)
    promises = [writer.hand_in(counted, f"u{number}") for number in range(50)]
    free.set()
    assert first.result(10) == "first"
    assert [promise.result(10) for promise in promises] == [f"u{number}" for number in range(50)]
    assert sizes == [50]
    assert len(units()) == 50
    writer.stop()
    assert writer.thread is not None
    assert not writer.thread.is_alive()


def test_one_that_cannot_be_kept_does_not_take_the_others_down() -> None:
    group = [Waiting(keep, name) for name in ("one", "bad", "two", "refused")]
    write(group)
    assert [group[0].promise.result(), group[2].promise.result()] == ["one", "two"]
    with pytest.raises(ValueError, match="bad"):
        group[1].promise.result()
    with pytest.raises(LookupError):
        group[3].promise.result()
    assert units() == {"one", "two"}


def test_what_was_withdrawn_is_not_written() -> None:
    writer, holding, free = Writer(), threading.Event(), threading.Event()

    def hold(items: Sequence[str]) -> list[str]:
        holding.set()
        free.wait(10)
        return list(items)

    writer.hand_in(hold, "first")
    holding.wait(10)
    withdrawn, kept = writer.hand_in(keep, "withdrawn"), writer.hand_in(keep, "kept")
    assert withdrawn.cancel()
    free.set()
    assert kept.result(10) == "kept"
    assert units() == {"kept"}
    writer.stop()


def test_a_full_queue_says_so_at_once() -> None:
    writer, holding, free = Writer(most_waiting=2), threading.Event(), threading.Event()

    def hold(items: Sequence[str]) -> list[str]:
        holding.set()
        free.wait(10)
        return list(items)

    writer.hand_in(hold, "first")
    holding.wait(10)
    queued = [writer.hand_in(keep, "a"), writer.hand_in(keep, "b")]
    with pytest.raises(Unavailable):
        writer.hand_in(keep, "c")
    free.set()
    assert [promise.result(10) for promise in queued] == ["a", "b"]
    writer.stop()


def _breaks(error: Exception, times: int) -> Callable[[Sequence[str]], list[Any]]:
    left = [times]

    def breaking(names: Sequence[str]) -> list[Any]:
        if left[0]:
            left[0] -= 1
            raise error
        return keep(names)

    return breaking


def test_a_store_that_fails_fails_the_whole_group_and_nothing_is_half_kept() -> None:
    full = _breaks(OperationalError("database or disk is full"), 2)
    group = [Waiting(keep, "one"), Waiting(full, "two")]
    write(group)
    for each in group:
        with pytest.raises(OperationalError):
            each.promise.result()
    assert units() == set()


def test_a_connection_that_was_lost_is_made_anew_where_servers_can_go_away() -> None:
    lost = _breaks(OperationalError("server closed the connection"), 1)
    group = [Waiting(lost, "one")]
    write(group)
    if connection.vendor == "postgresql":
        assert group[0].promise.result() == "one"
    else:
        assert isinstance(group[0].promise.exception(), OperationalError)

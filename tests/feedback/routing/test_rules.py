"""When a message is tried again, given up, or ends its connection."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heed.core.errors.rules import Invalid
from heed.feedback.routing.rules.connecting import (
    NEVER_SENT,
    PAUSES,
    TRIES,
    asked_pause,
    checked_events,
    connection_state,
    is_sent,
    line_pause,
    outcome,
    pause_before,
    shown,
    valid_versions,
)

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def came(status: int | None, tries: int = 1, failures: int = 0, **headers: str) -> tuple[str, float | None]:
    found = outcome(status, headers, tries=tries, failures=failures, key="msg_1", now=NOW)
    return found.state, (found.next_at - NOW).total_seconds() if found.next_at else None


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_what_is_taken_is_delivered(status: int) -> None:
    found = outcome(status, {}, tries=1, failures=3, key="m", now=NOW)
    assert (found.state, found.next_at, found.line_at) == ("delivered", None, None)


@pytest.mark.parametrize("status", [None, 301, 400, 401, 404, 408, 429, 500, 502, 503])
def test_anything_else_is_tried_again_after_longer_and_longer_pauses(status: int | None) -> None:
    for tries, pause in enumerate(PAUSES, 1):
        state, seconds = came(status, tries)
        assert state == "pending"
        assert seconds is not None
        assert 0.9 * pause <= seconds <= 1.1 * pause
    assert came(status, TRIES) == ("dead", None)


def test_ten_tries_take_about_three_days() -> None:
    total = sum(pause_before(tries, "m").total_seconds() for tries in range(1, TRIES))
    assert timedelta(days=2.5) < timedelta(seconds=total) < timedelta(days=3.7)


def test_gone_ends_the_connection() -> None:
    assert came(410) == ("ended", None)


def test_the_other_side_may_ask_to_be_left_alone() -> None:
    assert came(429, **{"retry-after": "3600"}) == ("pending", 3600.0)
    assert came(503, **{"retry-after": "Sun, 22 Nov 2026 16:00:00 GMT"}) == ("pending", 3600.0)
    assert asked_pause({"retry-after": "99999999"}, NOW) == timedelta(days=1)
    assert asked_pause({"retry-after": "soon"}, NOW) is None
    assert asked_pause({"retry-after": "Sat, 21 Nov 2026 16:00:00 GMT"}, NOW) == timedelta(0)
    # Shorter than our own pause it shortens nothing, and of other answers it says nothing.
    assert (came(429, 3, **{"retry-after": "1"})[1] or 0) > 1000
    assert (came(404, 1, **{"retry-after": "3600"})[1] or 0) < 10


@given(st.text(max_size=40))
def test_whatever_is_asked_is_read_or_passed_over(text: str) -> None:
    pause = asked_pause({"retry-after": text}, NOW)
    assert pause is None or timedelta(0) <= pause <= timedelta(days=1)


def test_messages_of_one_moment_do_not_all_come_back_at_once() -> None:
    assert len({pause_before(2, f"msg_{number}") for number in range(50)}) == 50
    assert pause_before(2, "msg_1") == pause_before(2, "msg_1")


def test_a_line_that_does_not_answer_is_left_alone_for_longer() -> None:
    pauses = [line_pause(failures).total_seconds() for failures in range(1, 9)]
    assert pauses == [2, 5, 15, 60, 300, 300, 300, 300]


def test_what_connections_do_themselves_is_never_sent() -> None:
    assert is_sent("case-opened", [])
    assert is_sent("case-opened", ["case-opened"])
    assert not is_sent("case-opened", ["case-closed"])
    assert not any(is_sent(name, []) or is_sent(name, [name]) for name in NEVER_SENT)


def test_a_misspelt_event_is_refused_with_the_nearest() -> None:
    assert checked_events(["b", "a", "b"], ["a", "b", "c"]) == ["a", "b"]
    with pytest.raises(Invalid) as refusal:
        checked_events(["case-opend"], ["case-opened", "case-closed"])
    assert refusal.value.hint == "Did you mean case-opened?"
    with pytest.raises(Invalid):
        checked_events(["delivery-given-up"], ["delivery-given-up"])


def test_the_former_secret_holds_beside_the_new_one_for_its_time() -> None:
    assert valid_versions(1, None, NOW) == (1,)
    assert valid_versions(3, NOW + timedelta(seconds=1), NOW) == (3, 2)
    assert valid_versions(3, NOW, NOW) == (3,)


def test_states_by_what_was_done() -> None:
    assert connection_state(None, None, None, 0) == "active"
    assert connection_state(None, None, None, 2) == "failing"
    assert connection_state(NOW, None, None, 2) == "paused"
    assert connection_state(NOW, NOW, None, 0) == "ended"
    assert connection_state(None, NOW, NOW, 0) == "removed"


def test_an_answer_is_kept_as_text_any_database_takes() -> None:
    assert shown(b"\xff\x00ok" + b"x" * 5_000) == "\ufffd\ufffdok" + "x" * 996

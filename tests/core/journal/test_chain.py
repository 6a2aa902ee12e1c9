"""The hash chain: whole when nothing was touched, broken where something was, and whole after an erasure."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heed.core.journal.events import EVENTS, event, event_name, payload_of, rebuilt
from heed.core.journal.rules import GENESIS, Link, chain_value, payload_digest, verify

START = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)


def chain(count: int) -> list[Link]:
    links, before = [], GENESIS
    for number in range(1, count + 1):
        payload = {"case": f"c{number}", "n": number}
        salt = f"{number:032d}"
        link = Link(
            number,
            START + timedelta(seconds=number),
            "case-opened",
            "p_1",
            "case",
            f"c{number}",
            payload,
            salt,
            payload_digest(payload, salt),
            "",
        )
        before = chain_value(before, link)
        links.append(replace(link, chain=before))
    return links


def test_a_chain_that_nobody_touched_holds() -> None:
    verdict = verify(chain(5))
    assert (verdict.entries, verdict.erased, verdict.broken_at) == (5, 0, None)
    assert verdict.head == chain(5)[-1].chain


def test_an_empty_journal_holds() -> None:
    assert verify([]).head == GENESIS


@given(st.integers(0, 6), st.sampled_from(["payload", "actor", "name", "subject_id", "at", "digest", "chain"]))
def test_any_change_is_noticed_where_it_is(place: int, part: str) -> None:
    links = chain(7)
    changed = {
        "payload": {"case": "other", "n": 0},
        "actor": "p_2",
        "name": "case-closed",
        "subject_id": "cx",
        "at": START,
        "digest": "f" * 64,
        "chain": "e" * 64,
    }[part]
    links[place] = replace(links[place], **{part: changed})
    assert verify(links).broken_at == place + 1


@given(st.integers(0, 5))
def test_an_entry_taken_out_is_noticed(place: int) -> None:
    links = chain(7)
    del links[place]
    assert verify(links).broken_at is not None


def test_erasing_a_payload_leaves_the_chain_whole() -> None:
    links = chain(4)
    links[1] = replace(links[1], payload=None, salt="")
    verdict = verify(links)
    assert verdict.broken_at is None
    assert verdict.erased == 1


def test_the_salt_keeps_a_digest_from_being_guessed() -> None:
    assert payload_digest({"n": 1}, "a") != payload_digest({"n": 1}, "b")


def test_events_are_frozen_named_in_kebab_case_and_unique() -> None:
    @event
    @dataclass(frozen=True)
    class ThingWasTried:
        thing: str
        count: int = 2

    try:
        assert event_name(ThingWasTried) == "thing-was-tried"
        assert rebuilt("thing-was-tried", {"thing": "x", "gone": 1}) == ThingWasTried("x")
        assert payload_of(ThingWasTried("x")) == {"thing": "x", "count": 2}
        with pytest.raises(TypeError, match="twice"):
            event(
                dataclass(frozen=True)(
                    type("ThingWasTried", (), {"__annotations__": {"a": int}, "__qualname__": "Other"})
                )
            )
        with pytest.raises(TypeError, match="frozen"):
            event(dataclass(type("ThingChanged", (), {})))
    finally:
        EVENTS.pop("thing-was-tried")

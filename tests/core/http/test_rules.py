"""CloudEvents as they come in: what is taken and what is refused."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heed.core.errors.rules import HeedError, Invalid
from heed.core.http.rules import BATCH, SINGLE, checked_key, digest, envelope, envelopes

NOW = datetime(2026, 5, 3, 9, tzinfo=UTC)
EVENT = {"specversion": "1.0", "id": "1", "source": "/crm", "type": "heed.fact.interactions", "data": {"a": 1}}


def test_an_event_is_read() -> None:
    told = envelope({**EVENT, "time": "2026-05-03T11:00:00+02:00", "subject": "s", "partitionkey": "7"}, NOW)
    assert (told.id, told.source, told.type, told.subject, told.at) == ("1", "/crm", EVENT["type"], "s", NOW)
    assert told.data == {"a": 1}
    assert envelope(EVENT, NOW).at == NOW


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "0.3"},
        {"specversion": 1.0},
        {"id": ""},
        {"id": 7},
        {"id": "x" * 256},
        {"id": "a\x00"},
        {"source": None},
        {"type": ["x"]},
        {"time": "yesterday"},
        {"time": 5},
        {"time": "2026-05-03T11:00:00"},
        {"time": "0001-01-01T00:00:00+14:00"},
        {"data": None},
        {"data": "text"},
        {"data_base64": "eA=="},
        {"datacontenttype": "text/xml"},
        {"datacontenttype": 3},
        {"Upper": 1},
        {"subject": ""},
    ],
)
def test_an_event_that_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        envelope({**EVENT, **change}, NOW)
    assert refusal.value.code == "invalid_event"


def test_a_batch_names_the_event_that_is_wrong() -> None:
    body = json.dumps([EVENT, {**EVENT, "id": ""}]).encode()
    with pytest.raises(Invalid, match="event 2"):
        envelopes(body, BATCH, NOW, 10)
    assert len(envelopes(json.dumps([EVENT] * 3).encode(), f"{BATCH}; charset=utf-8", NOW, 3)) == 3
    with pytest.raises(Invalid) as refusal:
        envelopes(json.dumps([EVENT] * 3).encode(), BATCH, NOW, 2)
    assert refusal.value.code == "batch_too_large"


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"{}", "application/json", 415),
        (b"{}", "", 415),
        (b"{", SINGLE, 422),
        (b"\xff", SINGLE, 422),
        (b"[]", SINGLE, 422),
        (b"{}", BATCH, 422),
        (b'"x"', BATCH, 422),
        (b'{"a": NaN}', SINGLE, 422),
        (b"[" * 100_000, BATCH, 422),
    ],
)
def test_bodies_that_are_none(body: bytes, media: str, status: int) -> None:
    with pytest.raises(HeedError) as refusal:
        envelopes(body, media, NOW, 10)
    assert refusal.value.status == status


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([*EVENT, "time", "subject", "Odd", "data_base64"]), JSON))
def test_whatever_comes_is_read_or_refused(change: dict[str, Any]) -> None:
    try:
        envelope({**EVENT, **change}, NOW)
    except Invalid as refusal:
        assert refusal.message


def test_the_digest_looks_at_what_is_said_not_how() -> None:
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
    assert digest({"a": 1}) != digest({"a": "1"})


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256, "a\n"])
def test_keys_that_are_none(key: str) -> None:
    with pytest.raises(Invalid):
        checked_key(key)

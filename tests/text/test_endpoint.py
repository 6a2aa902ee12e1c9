"""The client of an endpoint, against a real server that does all that servers do."""

import json
import logging
from datetime import UTC, datetime

import pytest

from heed.core.errors.rules import Invalid
from heed.core.outgoing import AddressRefused
from heed.core.settings.rules import current
from heed.text.endpoint import Endpoint, EndpointFailed, endpoint_of, retry_after
from tests.text.server import (
    DIMENSIONS,
    Behaviour,
    ModelServer,
    broken,
    cut,
    holds,
    limited,
    model_server,
    no_json,
    shapeless,
    slow,
)

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
KEY = "sk-a-very-secret-key"


def endpoint(server: ModelServer, waits: list[float], timeout: float = 5, tries: int = 4) -> Endpoint:
    return Endpoint(server.url, "small", KEY, timeout, tries, sleep=waits.append, chance=lambda: 1.0, now=lambda: NOW)


def test_an_object_goes_there_and_one_comes_back(server: ModelServer) -> None:
    waits: list[float] = []
    posted = endpoint(server, waits).post("/embeddings", {"input": ["good day", "good night"]})
    assert [len(row["embedding"]) for row in posted.body["data"]] == [DIMENSIONS, DIMENSIONS]
    assert (posted.tries, waits) == (1, [])
    assert posted.seconds > 0
    (asked,) = server.asked
    assert asked.body == {"model": "small", "input": ["good day", "good night"]}
    assert asked.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("after", "waited"),
    [("7", 7.0), ("0", 0.0), ("Sun, 01 Mar 2026 12:00:09 GMT", 9.0), ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0)],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_the_server_asks_for_is_kept(server: ModelServer, after: str, waited: float, status: int) -> None:
    waits: list[float] = []
    server.then(limited(after, status))
    assert endpoint(server, waits).post("/embeddings", {"input": "a"}).tries == 2
    assert waits == [waited]


def test_a_wait_without_end_is_not_kept_but_said(server: ModelServer) -> None:
    waits: list[float] = []
    server.then(limited("3600"))
    with pytest.raises(EndpointFailed) as failed:
        endpoint(server, waits).post("/embeddings", {"input": "a"})
    assert (failed.value.reason, failed.value.wait, failed.value.tries) == ("rate", 3600.0, 1)
    assert "3600 seconds" in failed.value.message
    assert waits == []


def test_waits_grow_and_are_drawn_by_chance(server: ModelServer) -> None:
    waits: list[float] = []
    server.then(limited(), limited("soon"), broken(502))
    assert endpoint(server, waits).post("/embeddings", {"input": "a"}).tries == 4
    assert waits == [1.0, 2.0, 4.0]
    lucky = Endpoint(server.url, "small", sleep=waits.append, chance=lambda: 0.0)
    server.then(broken())
    lucky.post("/embeddings", {"input": "a"})
    assert waits[-1] == 0.5


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (limited(), "rate"),
        (broken(), "unreachable"),
        (broken(529), "unreachable"),
        (no_json(), "malformed"),
        (shapeless([1, 2]), "malformed"),
        (Behaviour(raw=b'{"data": NaN}'), "malformed"),
        (Behaviour(raw=b"[" * 100_000), "malformed"),
        (shapeless({"error": {"message": "overloaded"}}), "refused"),
        (cut(), "malformed"),
        (cut(20), "malformed"),
    ],
)
def test_what_may_pass_is_tried_so_often_and_then_said(server: ModelServer, behaviour: Behaviour, reason: str) -> None:
    server.then(behaviour)
    assert endpoint(server, []).post("/embeddings", {"input": "a"}).tries == 2
    waits: list[float] = []
    server.then(*[behaviour] * 4)
    with pytest.raises(EndpointFailed) as failed:
        endpoint(server, waits).post("/embeddings", {"input": "a"})
    assert (failed.value.reason, failed.value.tries, len(waits)) == (reason, 4, 3)
    assert failed.value.code == f"endpoint_{reason}"


@pytest.mark.parametrize("behaviour", [holds(), slow()])
def test_an_answer_that_does_not_come_or_does_not_end_is_cut_off(server: ModelServer, behaviour: Behaviour) -> None:
    server.then(behaviour, behaviour)
    with pytest.raises(EndpointFailed) as failed:
        endpoint(server, [], timeout=0.15, tries=2).post("/embeddings", {"input": "a"})
    assert (failed.value.reason, failed.value.tries) == ("timeout", 2)


def test_nobody_there(loopback_allowed: None) -> None:
    with model_server() as gone:
        pass
    with pytest.raises(EndpointFailed) as failed:
        endpoint(gone, [], tries=2).post("/embeddings", {"input": "a"})
    assert failed.value.reason == "unreachable"


def test_what_does_not_pass_by_itself_is_asked_once(loopback_allowed: None) -> None:
    with model_server("another-key") as server:
        waits: list[float] = []
        with pytest.raises(EndpointFailed) as failed:
            endpoint(server, waits).post("/embeddings", {"input": "a"})
        assert failed.value.reason == "refused"
        assert "refuses the key" in failed.value.message
        server.key = ""
        with pytest.raises(EndpointFailed, match=r"knows no /nowhere with the model small"):
            endpoint(server, waits).post("/nowhere", {"input": "a"})
        server.then(broken(400, f"no such setting for {KEY}"))
        with pytest.raises(EndpointFailed, match=r"answered 400: no such setting for …"):
            endpoint(server, waits).post("/embeddings", {"input": "a"})
        server.then(Behaviour(302, {"Location": "http://127.0.0.1:1/"}, b""))
        with pytest.raises(EndpointFailed, match="answered 302"):
            endpoint(server, waits).post("/embeddings", {"input": "a"})
        assert waits == []


def test_the_key_is_nowhere_to_be_read(server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    found = endpoint(server, [])
    server.then(broken(500, KEY), Behaviour(401, {}, json.dumps({"error": f"bad {KEY}"}).encode()))
    with pytest.raises(EndpointFailed) as failed:
        found.post("/embeddings", {"input": "a"})
    said = "".join((repr(found), caplog.text, str(failed.value.as_dict()), repr(failed.value)))
    assert "sk-a" not in said
    assert "asked again" in caplog.text


def test_a_network_that_was_not_named_is_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEED_OUTGOING_ALLOW", raising=False)
    current.cache_clear()
    with model_server() as server, pytest.raises(AddressRefused):
        endpoint(server, []).post("/embeddings", {"input": "a"})
    assert server.asked == []


def test_an_endpoint_is_named_by_address_and_model() -> None:
    found = endpoint_of("https://api.example.org/v1/chat/completions#maker/small", KEY)
    assert (found.url, found.model) == ("https://api.example.org/v1", "maker/small")
    assert found.name == "maker/small@api.example.org"
    for named in ("https://api.example.org/v1", "ftp://x.org#m", "https://user:pw@x.org#m", "https://x.org/?a=1#m"):
        with pytest.raises(Invalid):
            endpoint_of(named)
    with pytest.raises(Invalid) as refused:
        endpoint_of("https://x.org#m", "a key\r\nX: y")
    assert "a key" not in refused.value.message


def test_retry_after_is_read_as_the_standard_says() -> None:
    assert retry_after("120", NOW) == 120
    assert retry_after("Sunday, 01-Mar-26 12:01:00 GMT", NOW) == 60
    assert [retry_after(given, NOW) for given in ("", "soon", "-5", "inf", "nan")] == [None] * 5

"""Which headers cross the front, and whom it takes for the client."""

from ipaddress import ip_network

import pytest

from heed.collector.forwarding import Client, client_of, downstream, upstream
from heed.collector.replies import cookies, languages

LOOPBACK = (ip_network("127.0.0.1/32"), ip_network("::1/128"))
TWO = (ip_network("10.0.0.0/8"), *LOOPBACK)


def told(**values: str) -> list[tuple[bytes, bytes]]:
    return [(name.replace("_", "-").encode(), value.encode()) for name, value in values.items()]


@pytest.mark.parametrize(
    ("headers", "peer", "trusted", "address"),
    [
        ({}, "203.0.113.9", (), "203.0.113.9"),
        ({"x_forwarded_for": "198.51.100.1"}, "203.0.113.9", (), "203.0.113.9"),
        ({"x_forwarded_for": "198.51.100.1"}, "203.0.113.9", LOOPBACK, "203.0.113.9"),
        ({"x_forwarded_for": "198.51.100.1"}, "127.0.0.1", LOOPBACK, "198.51.100.1"),
        ({"x_forwarded_for": "198.51.100.1"}, "::ffff:127.0.0.1", LOOPBACK, "198.51.100.1"),
        # What stands left of the last stranger, the stranger wrote.
        ({"x_forwarded_for": "192.0.2.7, 198.51.100.1, 10.1.2.3"}, "127.0.0.1", TWO, "198.51.100.1"),
        ({"x_forwarded_for": "10.1.2.3"}, "127.0.0.1", TWO, "10.1.2.3"),
        ({"x_forwarded_for": "nonsense"}, "127.0.0.1", LOOPBACK, "127.0.0.1"),
        ({"x_forwarded_for": "198.51.100.1:4711"}, "127.0.0.1", LOOPBACK, "198.51.100.1"),
        ({"x_forwarded_for": "[2001:db8::1]:4711"}, "127.0.0.1", LOOPBACK, "2001:db8::1"),
        ({"x_forwarded_for": "2001:db8::1"}, "::1", LOOPBACK, "2001:db8::1"),
    ],
)
def test_the_client_is_the_peer_or_whom_a_trusted_peer_names(
    headers: dict[str, str], peer: str, trusted: tuple, address: str
) -> None:
    assert client_of(told(host="heed.example", **headers), peer, "http", trusted).address == address


def test_scheme_and_host_are_a_trusted_proxys_to_say() -> None:
    headers = told(host="127.0.0.1:8000", x_forwarded_proto="https", x_forwarded_host="heed.example")
    assert client_of(headers, "127.0.0.1", "http", ()) == Client("127.0.0.1", "http", "127.0.0.1:8000")
    assert client_of(headers, "127.0.0.1", "http", LOOPBACK) == Client("127.0.0.1", "https", "heed.example")
    odd = told(host="a", x_forwarded_proto="javascript")
    assert client_of(odd, "127.0.0.1", "http", LOOPBACK).scheme == "http"


def test_what_a_client_says_of_itself_does_not_reach_the_workers() -> None:
    headers = [
        *told(
            host="heed.example", accept="text/html", cookie="a=1", x_forwarded_for="1.2.3.4", forwarded="for=1.2.3.4"
        ),
        *told(x_real_ip="1.2.3.4", x_forwarded_proto="https", x_forwarded_prefix="/evil", transfer_encoding="chunked"),
        *told(connection="keep-alive, X-Secret", x_secret="one hop", expect="100-continue", upgrade="h2c"),
        (b"x_forwarded_for", b"1.2.3.4"),
        (b"content_length", b"1"),
    ]
    assert upstream(headers, Client("203.0.113.9", "http", "heed.example")) == [
        ("accept", "text/html"),
        ("cookie", "a=1"),
        ("Host", "heed.example"),
        ("X-Forwarded-For", "203.0.113.9"),
        ("X-Forwarded-Proto", "http"),
    ]


def test_an_answer_keeps_each_of_its_cookies_and_loses_what_is_of_one_hop() -> None:
    answered = [
        (b"Set-Cookie", b"a=1"),
        (b"Set-Cookie", b"b=2"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Connection", b"close"),
        (b"Server", b"granian"),
        (b"Content-Encoding", b"gzip"),
    ]
    assert downstream(answered) == [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"content-encoding", b"gzip")]


def test_cookies_and_languages_are_read_as_browsers_send_them() -> None:
    scope = {"headers": told(cookie='heed_session=abc; other="x y"; flag', accept_language="fr, de-AT;q=0.8, en;q=0.9")}
    assert cookies(scope) == {"heed_session": "abc", "other": "x y"}
    assert languages(scope, ("en", "de")) == ["en", "de"]
    assert languages({"headers": told(accept_language="*;q=x, de;q=0")}, ("en", "de")) == []

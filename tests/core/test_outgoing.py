"""Calls to addresses that people give reach no network they must not reach, and always end."""

import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heed.core.errors.rules import Invalid
from heed.core.outgoing import (
    AddressRefused,
    CallFailed,
    Limits,
    checked_url,
    fetch,
    inner,
    is_public,
    networks,
    reachable,
)
from tests.channels.far import answer, far, says

HERE = networks("127.0.0.0/8")
PUBLIC = "93.184.215.14"
REFUSED = [
    "https://127.0.0.1/",
    "https://localhost/",
    "https://[::1]/",
    "https://0.0.0.0/",
    "https://[::]/",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[fec0::1]/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://017700000001/",
]


@pytest.mark.parametrize("url", REFUSED)
def test_a_network_that_was_not_named_is_not_reached(url: str) -> None:
    with pytest.raises((AddressRefused, CallFailed)) as refusal:
        fetch("GET", url, allowed=())
    if isinstance(refusal.value, CallFailed):
        # The system itself reads no address in it.
        assert refusal.value.reason == "unreachable"
        assert "no address" in refusal.value.message


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "https:///nothing",
        "example.org",
        "https://user:secret@example.org/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://example.org/\r\nX: y",
        "https://[::1",
        "https://example.org/" + "a" * 2_000,
        "",
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        checked_url(url)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        parts = checked_url(text)
    except AddressRefused:
        return
    assert parts.scheme in ("http", "https")


@given(st.ip_addresses(v=4))
def test_what_stands_for_an_address_is_judged_like_it(address: Any) -> None:
    import ipaddress

    mapped = ipaddress.IPv6Address(f"::ffff:{address}")
    translated = ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) + int(address))
    assert inner(mapped) == inner(translated) == address
    assert is_public(mapped) == is_public(translated) == is_public(address)


def answers_with(*addresses: str) -> tuple[Any, list[str]]:
    """A resolver that gives one answer after another, and what it was asked."""
    left, asked = list(addresses), []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return [left.pop(0)]

    return resolve, asked


def test_a_name_that_answers_otherwise_a_moment_later_changes_nothing() -> None:
    with far(says(answer(body=b"the one that was checked"))) as server:
        resolve, asked = answers_with("127.0.0.1", "10.0.0.1")
        found = fetch("GET", f"http://rebinding.example:{server.port}/", allowed=HERE, resolve=resolve)
        assert found.body == b"the one that was checked"
        assert asked == ["rebinding.example"]
        assert b"Host: rebinding.example:" in server.asked[0]


def test_a_name_with_a_private_address_among_public_ones_is_called_at_a_public_one() -> None:
    parts = checked_url("https://both.example/")
    assert reachable(parts, (), lambda host, port: ["10.0.0.1", PUBLIC]) == (PUBLIC, 443)
    with pytest.raises(AddressRefused):
        reachable(parts, (), lambda host, port: ["10.0.0.1", "fd00::1"])


def test_an_unencrypted_line_leads_to_named_networks_only() -> None:
    parts = checked_url("http://plain.example/")
    with pytest.raises(AddressRefused, match="unencrypted"):
        reachable(parts, (), lambda host, port: [PUBLIC])
    assert reachable(parts, networks("93.184.0.0/16"), lambda host, port: [PUBLIC]) == (PUBLIC, 80)


def test_a_redirect_into_a_private_network_is_refused() -> None:
    for place in (
        "http://10.0.0.1/",
        "https://169.254.169.254/",
        "https://[::1]/",
        "file:///etc/passwd",
        "//192.168.0.1/",
    ):
        with far(says(answer("302 Found", b"", Location=place))) as server, pytest.raises(AddressRefused):
            fetch("GET", server.address, allowed=HERE, limits=Limits(redirects=3))


def test_a_redirect_is_an_answer_where_none_is_followed() -> None:
    with far(says(answer("307 Temporary Redirect", b"", Location="https://10.0.0.1/"))) as server:
        assert fetch("POST", server.address, body=b"x", allowed=HERE).status == 307


def test_a_redirect_is_followed_without_what_was_for_the_first_host_only() -> None:
    with (
        far(says(answer(body=b"there"))) as second,
        far(says(answer("307 Temporary Redirect", b"", Location=f"{second.address}/on"))) as first,
    ):
        found = fetch(
            "POST",
            first.address,
            {"Authorization": "Bearer secret", "X-Kept": "1"},
            b"body",
            allowed=HERE,
            limits=Limits(redirects=1),
        )
        assert (found.status, found.body, found.url) == (200, b"there", f"{second.address}/on")
        assert b"Bearer secret" in first.asked[0]
        assert b"Bearer secret" not in second.asked[0]
        assert b"X-Kept: 1" in second.asked[0]
        assert second.asked[0].endswith(b"\r\n\r\nbody")


def test_redirects_in_a_ring_end() -> None:
    with far(lambda line, request: line.sendall(answer("302 Found", b"", Location="/again"))) as server:
        assert fetch("GET", server.address, allowed=HERE, limits=Limits(redirects=4)).status == 302
        assert len(server.asked) == 5


def failed(url: str, **how: Any) -> CallFailed:
    with pytest.raises(CallFailed) as failure:
        fetch("POST", url, body=b"{}", allowed=HERE, **how)
    return failure.value


def test_an_answer_that_is_too_large_is_cut() -> None:
    def endless(line: socket.socket, request: bytes) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            line.sendall(b"x" * 65_536)

    with far(endless) as server:
        assert failed(server.address, limits=Limits(most_bytes=100_000)).reason == "too_large"


def drip(first: bytes, then: bytes = b"x") -> Any:
    def respond(line: socket.socket, request: bytes) -> None:
        line.sendall(first)
        for _ in range(400):
            time.sleep(0.05)
            line.sendall(then)

    return respond


@pytest.mark.parametrize(
    "respond",
    [
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        drip(b"HTTP/1.1 200 OK\r\n", b"X-A: 1\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nX-Long: "),
        drip(b"", b"H"),
        lambda line, request: time.sleep(20),
    ],
    ids=["body", "chunks", "headers", "one header", "status", "nothing"],
)
def test_whoever_answers_slowly_is_let_go_in_time(respond: Any) -> None:
    with far(respond) as server:
        began = time.monotonic()
        assert failed(server.address, timeout=0.4).reason == "timeout"
        # Without the limit over all bytes together it takes 20 seconds.
        assert time.monotonic() - began < 18


def test_a_line_that_shakes_hands_slowly_is_let_go_in_time() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    try:
        assert failed(f"https://127.0.0.1:{listener.getsockname()[1]}/", timeout=0.4).reason == "timeout"
    finally:
        listener.close()


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_whole_answer_is_none(said: bytes) -> None:
    with far(says(said)) as server:
        assert failed(server.address).reason in ("no_http", "unreachable")


def test_nobody_there_is_told_from_nobody_known() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert failed(f"http://127.0.0.1:{port}/").reason == "unreachable"

    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    assert "no address" in failed("https://nowhere.invalid/", resolve=unknown).message


def test_a_certificate_of_ones_own_is_not_trusted(tmp_path: Path) -> None:
    import ssl
    import subprocess

    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1"]
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    try:
        subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    def secure(line: socket.socket, request: bytes) -> None:
        raise AssertionError("nothing is asked over a line that cannot be trusted")

    import threading

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def shake() -> None:
            line, _ = listener.accept()
            try:
                context.wrap_socket(line, server_side=True)
            except OSError:
                line.close()

        threading.Thread(target=shake, daemon=True).start()
        assert failed(f"https://127.0.0.1:{listener.getsockname()[1]}/").reason == "tls"


def test_what_is_sent_arrives_as_it_is() -> None:
    with far(says(answer("201 Created", b"kept", X_Note="yes"))) as server:
        found = fetch(
            "POST", f"{server.address}/a/b?c=d#e", {"Content-Type": "text/plain"}, "grüß".encode(), allowed=HERE
        )
        assert (found.status, found.body, found.headers["x-note"]) == (201, b"kept", "yes")
        request = server.asked[0]
        assert request.startswith(b"POST /a/b?c=d HTTP/1.1\r\n")
        assert request.count(b"Host: ") == 1
        assert b"Accept-Encoding: identity" in request
        assert request.endswith("grüß".encode())


def test_networks_are_read_or_refused() -> None:
    assert [str(each) for each in networks(" 10.0.0.0/8, fd00::/8 ,192.168.1.7")] == [
        "10.0.0.0/8",
        "fd00::/8",
        "192.168.1.7/32",
    ]
    assert networks("") == ()
    with pytest.raises(Invalid, match="office"):
        networks("10.0.0.0/8, office")

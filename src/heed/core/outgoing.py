"""HTTP to addresses that people give: never into the network heed runs in, never without an end.

A name is looked up once and the line goes to the address that was checked, so a name that answers otherwise a moment
later changes nothing. Private networks are reached only where HEED_OUTGOING_ALLOW names them; unencrypted lines only
there. Time and size have limits, whatever the other side does. No proxy of the environment is asked.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from heed.core.errors.rules import HeedError, Invalid, phrase
from heed.core.settings.rules import current

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

TIMEOUT_SECONDS = 15.0
MOST_BYTES = 1 << 20
MOST_URL = 2_000
REDIRECTS = {301, 302, 303, 307, 308}
# What must not follow a redirect to another host.
OWN_HEADERS = {"authorization", "cookie", "proxy-authorization", "webhook-signature"}
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"),)


class AddressRefused(Invalid):
    """The address is none that heed may call: of the wrong sort, or in a network it must not reach."""

    code = "address_refused"


class CallFailed(HeedError):
    """The call was made and got no whole answer. `reason` is timeout, unreachable, tls, too_large or no_http."""

    code = "call_failed"
    status = 502

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message, code=f"call_{reason}")
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """What came back. Names of headers are in lower case; `url` is where the answer came from."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    seconds: float


@dataclass(frozen=True)
class Limits:
    """Seconds from the first byte to the last, bytes of the answer's body, redirects followed (0 = none: a 3xx is the answer)."""

    seconds: float = TIMEOUT_SECONDS
    most_bytes: int = MOST_BYTES
    redirects: int = 0


def networks(given: str) -> tuple[Network, ...]:
    """Networks as CIDR with commas. Raises Invalid naming the one that is none."""
    found = []
    for part in filter(None, (part.strip() for part in given.split(","))):
        try:
            found.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            raise Invalid(
                phrase("HEED_OUTGOING_ALLOW names {part}.", part=part),
                code="invalid_setting",
                hint="Give networks such as 10.1.0.0/16 or fd00:1::/64, with commas.",
            ) from None
    return tuple(found)


def looked_up(host: str, port: int) -> list[str]:
    """The addresses of a name, in the order of the system."""
    return [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for: mapped, 6to4, Teredo, NAT64; the address itself otherwise."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _NAT64):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet, by what it stands for."""
    real = inner(address)
    is_site = isinstance(real, ipaddress.IPv6Address) and real.is_site_local
    return real.is_global and not (real.is_multicast or real.is_reserved or is_site)


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether an address, or what it stands for, lies in a network that was named."""
    return any(each in network for each in (address, inner(address)) for network in allowed)


def checked_url(url: str) -> SplitResult:
    """The parts of an address that may be called at all. Raises AddressRefused with what is wrong."""
    hint = "Such as https://example.org/hooks/heed."
    if len(url) > MOST_URL or any(ord(sign) <= 32 or ord(sign) == 127 for sign in url):
        raise AddressRefused("The address is too long or holds blanks.", hint=hint)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("This is no address of the web.", hint=hint) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AddressRefused("The address must begin with https://.", hint=hint)
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(
            "The address must hold no user name and no password.", hint="What is sent is signed; check that."
        )
    if port == 0:
        raise AddressRefused("There is no port 0.", hint=hint)
    return parts


def _host(parts: SplitResult) -> str:
    try:
        return str(parts.hostname or "").encode("idna").decode("ascii")
    except UnicodeError:
        raise AddressRefused("The name of the host cannot be read.") from None


def reachable(parts: SplitResult, allowed: Sequence[Network], resolve: Resolve = looked_up) -> tuple[str, int]:
    """The address and port to call. Raises AddressRefused where none of the name's addresses may be reached."""
    is_secure = parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    return line_to(_host(parts), port, is_secure=is_secure, allowed=allowed, resolve=resolve), port


def line_to(host: str, port: int, *, is_secure: bool, allowed: Sequence[Network], resolve: Resolve = looked_up) -> str:
    """The address a line to a host may go to, whatever is spoken on it. Raises AddressRefused, CallFailed."""
    try:
        found = [ipaddress.ip_address(text.partition("%")[0]) for text in resolve(host, port)]
    except (OSError, UnicodeError, ValueError):
        raise CallFailed("unreachable", phrase("The name {host} has no address.", host=host)) from None
    for address in found:
        if is_allowed(address, allowed) or (is_secure and is_public(address)):
            return str(address)
    if any(is_public(address) for address in found):
        raise AddressRefused(
            "An unencrypted line leads over the internet.", hint="Give an address that begins with https://."
        )
    raise AddressRefused(
        phrase("{host} lies in a network that heed may not reach.", host=host),
        hint="Whoever runs heed may allow it: HEED_OUTGOING_ALLOW.",
    )


def fetch(
    method: str,
    url: str,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    timeout: float | None = None,
    *,
    limits: Limits = Limits(),
    allowed: Sequence[Network] | None = None,
    resolve: Resolve = looked_up,
) -> Answer:
    """Call an address. Raises AddressRefused before anything is sent, CallFailed when there is no whole answer."""
    open_to = networks(current().outgoing_allow) if allowed is None else allowed
    sent, call_body, verb = dict(headers or {}), body, method
    end = time.monotonic() + (limits.seconds if timeout is None else timeout)
    began, left = time.monotonic(), limits.redirects
    while True:
        parts = checked_url(url)
        place = reachable(parts, open_to, resolve)
        call = _Call(parts, place, verb, sent, call_body, end, limits.most_bytes)
        status, said, got = call.made()
        if status not in REDIRECTS or not left or "location" not in said:
            return Answer(status, said, got, url, time.monotonic() - began)
        left -= 1
        onward = urljoin(url, said["location"])
        if urlsplit(onward)[:2] != parts[:2]:
            sent = {name: value for name, value in sent.items() if name.lower() not in OWN_HEADERS}
        if status == 303 or (status in (301, 302) and verb == "POST"):
            verb, call_body = "GET", b""
        url = onward


@dataclass
class _Call:
    """One call over one line, cut at the end of its time whatever the other side does."""

    parts: SplitResult
    place: tuple[str, int]
    method: str
    headers: Mapping[str, str]
    body: bytes
    end: float
    most_bytes: int
    line: socket.socket | None = None
    is_late: bool = field(default=False)

    def made(self) -> tuple[int, dict[str, str], bytes]:
        left = self.end - time.monotonic()
        if left <= 0:
            raise self._late()
        # Waiting for each byte has its own limit in the socket; this one holds for all of them together.
        timer = threading.Timer(left, self._cut)
        timer.daemon = True
        timer.start()
        try:
            return self._asked(left)
        except CallFailed:
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._late() if self.is_late or isinstance(error, TimeoutError) else _failure(error) from error
        finally:
            timer.cancel()
            if self.line is not None:
                self.line.close()

    def _cut(self) -> None:
        self.is_late = True
        if self.line is not None:
            with suppress(OSError):
                self.line.shutdown(socket.SHUT_RDWR)

    def _late(self) -> CallFailed:
        return CallFailed("timeout", "There was no whole answer in time.")

    def _asked(self, left: float) -> tuple[int, dict[str, str], bytes]:
        self.line = socket.create_connection(self.place, timeout=left)
        host = _host(self.parts)
        if self.parts.scheme == "https":
            # Kept before it shakes hands, so that also a slow hand can be let go.
            self.line = line = trusting().wrap_socket(self.line, server_hostname=host, do_handshake_on_connect=False)
            line.do_handshake()
        connection = http.client.HTTPConnection(host, self.place[1])
        connection.sock = self.line
        target = (self.parts.path or "/") + (f"?{self.parts.query}" if self.parts.query else "")
        default = 443 if self.parts.scheme == "https" else 80
        named = f"[{host}]" if ":" in host else host
        given = {
            "Host": named if self.place[1] == default else f"{named}:{self.place[1]}",
            "User-Agent": "heed",
            # A packed answer could grow without end.
            "Accept-Encoding": "identity",
            "Connection": "close",
            **self.headers,
        }
        connection.putrequest(self.method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in given.items():
            connection.putheader(name, value)
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(self.body)))
        connection.endheaders(self.body or None)
        answer = connection.getresponse()
        said = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, said, self._read(answer)

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        parts, size = [], 0
        while part := answer.read1(65_536):
            size += len(part)
            if size > self.most_bytes:
                raise CallFailed("too_large", "The answer is too large.")
            parts.append(part)
        if self.is_late:
            raise self._late()
        if answer.length:
            raise http.client.IncompleteRead(b"", answer.length)
        return b"".join(parts)


def trusting() -> ssl.SSLContext:
    """How the other side of a line is known: by a certificate that the system trusts, over TLS 1.2 or later."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _failure(error: Exception) -> CallFailed:
    if isinstance(error, ssl.SSLError):
        return CallFailed("tls", phrase("The line cannot be trusted: {reason}.", reason=_reason(error)))
    if isinstance(error, (http.client.HTTPException, ValueError)):
        return CallFailed("no_http", "What came back is no whole answer of a web server.")
    return CallFailed("unreachable", phrase("Nothing answers there: {reason}.", reason=_reason(error)))


def _reason(error: Any) -> str:
    said = getattr(error, "verify_message", "") or getattr(error, "strerror", "") or type(error).__name__
    return str(said)[:200]

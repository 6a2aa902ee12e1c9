"""What the front answers by itself: an answer with the headers each of its pages has, and how it goes out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
HTML = "text/html; charset=utf-8"
JSON = "application/json"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SAFE = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True)
class Reply:
    """An answer: status, body and headers."""

    status: int
    body: bytes = b""
    content_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)

    def head(self) -> list[tuple[bytes, bytes]]:
        own = {"content-type": self.content_type, "content-length": str(len(self.body)), "cache-control": "no-store"}
        told = {**SAFE, "referrer-policy": "same-origin", **own, **self.headers}
        # An empty one is not sent at all, such as what forbids frames where a page is made for them.
        return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in told.items() if value]


async def answer(scope: Scope, send: Send, reply: Reply) -> None:
    """Send an answer; without its body where only the head was asked for."""
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.head()})
    body = b"" if scope["method"] == "HEAD" else reply.body
    await send({"type": "http.response.body", "body": body, "more_body": False})


class TooMuch(Exception):
    """The body is larger than this door takes."""


class Gone(Exception):
    """The client went away before it had said all."""


async def body_of(receive: Receive, most: int) -> bytes:
    """The whole body, of at most so many bytes. Raises TooMuch, or Gone."""
    parts, size = [], 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Gone
        part = event.get("body", b"")
        size += len(part)
        if size > most:
            raise TooMuch
        parts.append(part)
        if not event.get("more_body", False):
            return b"".join(parts)


def header(scope: Scope, name: bytes) -> str:
    """The first value of a header; nothing when it was not sent."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def cookies(scope: Scope) -> dict[str, str]:
    """The cookies of a request, by name."""
    pairs = (part.partition("=") for part in header(scope, b"cookie").split(";"))
    return {name.strip(): unquote(value.strip().strip('"')) for name, found, value in pairs if found}


def languages(scope: Scope, known: Sequence[str]) -> list[str]:
    """The languages a reader wants out of those known, best first (RFC 9110, 12.5.4)."""
    wanted: list[tuple[float, str]] = []
    for part in header(scope, b"accept-language").split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        code = next((c for c in (tag.lower(), tag.lower().partition("-")[0]) if c in known), "")
        if code and weight > 0:
            wanted.append((-weight, code))
    return list(dict.fromkeys(code for _, code in sorted(wanted, key=lambda pair: pair[0])))

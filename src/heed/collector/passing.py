"""Passes a request over to the web workers, through their unix socket. Bodies flow through both ways and are never held whole."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from heed.collector.forwarding import Client, Network, client_of, downstream, first, upstream
from heed.collector.replies import Gone, Receive, Reply, Scope, Send, answer

# An answer of at most this size goes out in one piece.
SMALL_BYTES = 65_536
# The form around an uploaded file, beside the file.
AROUND_UPLOAD_BYTES = 1 << 20
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 300.0
Sorry = Callable[[Scope, int], Reply]


class Cut(Exception):
    """The workers broke off in the middle of an answer: the client must see that it is not whole."""


class Passing:
    """The way to the workers. `sorry(scope, status)` is the page in place of theirs: 502, 503, 504, or what is refused here."""

    def __init__(self, socket: Path, trusted: Sequence[Network], most_bytes: int, sorry: Sorry) -> None:
        self.socket, self.trusted, self.sorry = socket, trusted, sorry
        self.most_bytes = most_bytes + AROUND_UPLOAD_BYTES
        self.session: aiohttp.ClientSession | None = None

    def _session(self) -> aiohttp.ClientSession:
        if self.session is None:
            self.session = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(self.socket), limit=0, keepalive_timeout=15),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=ANSWER_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
                max_line_size=65_536,
                max_field_size=65_536,
            )
        return self.session

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()
            self.session = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = scope["headers"]
        client = client_of(headers, (scope.get("client") or ("",))[0], scope["scheme"], self.trusted)
        length = first(headers, b"content-length")
        if first(headers, b"transfer-encoding") and not length:
            # A worker's gateway interface (PEP 3333) reads a body by its length: without one it would be empty.
            await answer(scope, send, self.sorry(scope, 411))
        elif length and (not length.isdigit() or int(length) > self.most_bytes):
            await answer(scope, send, self.sorry(scope, 413))
        else:
            await self._pass(scope, receive, send, client, int(length or 0))

    async def _pass(self, scope: Scope, receive: Receive, send: Send, client: Client, length: int) -> None:
        headers = CIMultiDict(upstream(scope["headers"], client))
        if length or scope["method"] in ("POST", "PUT", "PATCH"):
            headers["Content-Length"] = str(length)
        raw = scope.get("raw_path") or scope["path"].encode()
        query = scope["query_string"]
        url = URL((b"http://workers" + raw + (b"?" + query if query else b"")).decode("latin-1"), encoded=True)
        body = _flow(receive) if length else None
        is_started = False
        try:
            session = self._session()
            async with session.request(
                scope["method"], url, headers=headers, data=body, allow_redirects=False
            ) as answered:
                is_started = True
                await _hand_back(scope, send, answered)
        except Gone:
            return
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if isinstance(error.__cause__, Gone):
                return
            if is_started:
                raise Cut from error
            await answer(scope, send, self.sorry(scope, _status_of(error, scope["method"])))


def _status_of(error: BaseException, method: str) -> int:
    """503 where it is safe to ask again: nobody took the request, or it changes nothing."""
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return 503
    if isinstance(error, TimeoutError):
        return 504
    return 503 if method in ("GET", "HEAD") else 502


async def _flow(receive: Receive) -> AsyncIterator[bytes]:
    """The request's body, as it comes in. Raises Gone when the client breaks off."""
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Gone
        if event.get("body"):
            yield event["body"]
        if not event.get("more_body", False):
            return


async def _hand_back(scope: Scope, send: Send, answered: aiohttp.ClientResponse) -> None:
    await send({"type": "http.response.start", "status": answered.status, "headers": downstream(answered.raw_headers)})
    length = answered.content_length
    if scope["method"] == "HEAD" or (length is not None and length <= SMALL_BYTES):
        await send({"type": "http.response.body", "body": await answered.read(), "more_body": False})
        return
    async for part in answered.content.iter_any():
        await send({"type": "http.response.body", "body": part, "more_body": True})
        # A turn for the others: a fast worker and a fast client would keep this loop to themselves.
        await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b"", "more_body": False})

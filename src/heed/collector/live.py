"""`GET /live`: a stream of server-sent events for who is signed in. Each holds the last id of the journal and nothing else.

A stream ends by itself after some minutes; the browser asks again, and whether the person may still listen is looked at anew.
"""

import asyncio
import logging
import random
from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from heed.collector.following import Following
from heed.collector.replies import JSON, Receive, Reply, Scope, Send, answer, cookies
from heed.collector.threads import Threads

MOST_STREAMS, MOST_OF_ONE = 1_000, 8
HEARTBEAT_SECONDS, STREAM_SECONDS = 15.0, 600.0
# What a browser waits before it asks again.
RETRY_MS = 2_000
HEAD = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
log = logging.getLogger("heed.collector")


def listener(key: str) -> str:
    """The key of the person whose session this is; nothing when nobody is signed in by it."""
    if not key:
        return ""
    request = HttpRequest()
    request.session = SessionStore(key)
    person: Any = get_user(request)
    return str(person.key) if person.is_authenticated and person.is_active else ""


class Live:
    """All open streams, and the one follower they share."""

    def __init__(self, threads: Threads) -> None:
        self.threads = threads
        self.following = Following(self._called)
        self.last = 0
        self.loop: asyncio.AbstractEventLoop | None = None
        self.streams: set[asyncio.Event] = set()
        self.of_one: Counter[str] = Counter()
        self.is_closing = False

    def _called(self, last: int) -> None:
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._wake, last)

    def _wake(self, last: int) -> None:
        self.last = last
        for stream in self.streams:
            stream.set()

    def close(self) -> None:
        """End every stream, so that the process can end."""
        self.is_closing = True
        self.following.stop()
        for stream in self.streams:
            stream.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await answer(scope, send, _refusal(405, "Only GET.", {"allow": "GET, HEAD"}))
            return
        try:
            person = await self.threads.run(listener, cookies(scope).get(settings.SESSION_COOKIE_NAME, ""))
        except Exception:
            log.exception("a session could not be read")
            await answer(scope, send, _refusal(503, "The store does not answer.", {"retry-after": "5"}))
            return
        if not person:
            await answer(scope, send, _refusal(401, "Sign in.", {}))
        elif self.of_one[person] >= MOST_OF_ONE or len(self.streams) >= MOST_STREAMS:
            await answer(scope, send, _refusal(429, "Too many streams are open.", {"retry-after": "30"}))
        elif scope["method"] == "HEAD":
            await send({"type": "http.response.start", "status": 200, "headers": HEAD})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await self._keep_open(person, receive, send)

    async def _keep_open(self, person: str, receive: Receive, send: Send) -> None:
        self.loop = asyncio.get_running_loop()
        moved = asyncio.Event()
        self.streams.add(moved)
        self.of_one[person] += 1
        self.following.start()
        left: asyncio.Future[Any] = asyncio.ensure_future(_left(receive))
        try:
            await self._stream(send, moved, left)
        finally:
            left.cancel()
            self.streams.discard(moved)
            self.of_one[person] -= 1
            if not self.of_one[person]:
                del self.of_one[person]
            if not self.streams:
                self.following.rest()

    async def _stream(self, send: Send, moved: asyncio.Event, left: "asyncio.Future[Any]") -> None:
        # Streams that began together, after a restart, do not end together.
        end = asyncio.get_running_loop().time() + STREAM_SECONDS * random.uniform(0.8, 1.2)  # nosec B311
        await send({"type": "http.response.start", "status": 200, "headers": HEAD})
        await send(_part(f"retry: {RETRY_MS}\n\n"))
        told = 0
        while not self.is_closing and not left.done() and asyncio.get_running_loop().time() < end:
            # Cleared before looking: a call that comes while the last one is sent must wake the next turn.
            moved.clear()
            if self.last != told:
                told = self.last
                await send(_part(f"id: {told}\nevent: journal\ndata: {told}\n\n"))
            turn: asyncio.Future[Any] = asyncio.ensure_future(moved.wait())
            await asyncio.wait({turn, left}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not turn.done():
                turn.cancel()
                await send(_part(": still here\n\n"))
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    """Done when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        continue


def _part(text: str) -> dict[str, Any]:
    return {"type": "http.response.body", "body": text.encode(), "more_body": True}


def _refusal(status: int, words: str, headers: dict[str, str]) -> Reply:
    return Reply(status, f'{{"title": "{words}", "status": {status}}}'.encode(), JSON, headers)

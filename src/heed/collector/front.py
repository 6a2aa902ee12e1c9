"""The front: the one process on the port. It answers customers by itself and passes everything else over to the workers.

It imports no page and no capability but surveys, so that it is up in a moment and stays up when they fail.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from heed.collector.answers import Answers
from heed.collector.apology import sorry
from heed.collector.calls import Calls, Problem
from heed.collector.forwarding import Network
from heed.collector.links import LINK, WIDGET, Links
from heed.collector.live import Live
from heed.collector.passing import Cut, Passing
from heed.collector.replies import JSON, Gone, Receive, Reply, Scope, Send, answer
from heed.collector.still import Still
from heed.collector.threads import Threads
from heed.collector.writing import Writer

# What the front answers itself; everything else is the workers'.
ANSWER, LIVE, HEALTH, EVENTS, STATIC = "/a/", "/live", "/healthz", "/api/v1/events", "/static/"
ADDRESSES = ("/a/<token>", "/o/<link>", "/o/<link>/<token>", "/w/<link>.js", LIVE)
Door = Callable[[Scope, Receive, Send], Awaitable[None]]
log = logging.getLogger("heed.collector")


class Front:
    """An ASGI application."""

    def __init__(self, socket: Path, trusted: Sequence[Network], most_bytes: int, problem: Problem) -> None:
        self.threads, self.writer = Threads(), Writer()
        self.passing = Passing(socket, trusted, most_bytes, sorry)
        self.live = Live(self.threads)
        self.still = Still(self.threads)
        self.answers = Answers(self.threads, self.writer)
        self.links = Links(self.threads, self.writer)
        self.calls = Calls(self.threads, self.writer, problem, self.passing)
        self.started = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live_and_end(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    def door(self, scope: Scope) -> Door:
        """Which door a request goes through."""
        path = scope["path"]
        if path.startswith(ANSWER):
            return self.answers
        if path.startswith((LINK, WIDGET)):
            return self.links
        if path == LIVE:
            return self.live
        if path == HEALTH:
            return _alive
        if path == EVENTS:
            return self.calls
        return self.passing

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(STATIC) and scope["method"] in ("GET", "HEAD"):
            found = self.still.find(scope["path"])
            if found is not None:
                await self.still.serve(found, scope, send)
                return
        begun = False

        async def told(event: dict[str, object]) -> None:
            nonlocal begun
            begun = True
            await send(event)

        try:
            await self.door(scope)(scope, receive, told)
        except Gone:
            return
        except Cut as cut:
            log.warning("an answer broke off: %s", cut.__cause__)
            raise
        except Exception:
            # The path of an answer is its key: it is never written down.
            log.exception("%s failed", scope["method"])
            if begun:
                raise
            await answer(scope, send, sorry(scope, 500))

    async def _live_and_end(self, receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif event["type"] == "lifespan.shutdown":
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def close(self) -> None:
        self.live.close()
        await self.threads.run(self.writer.stop)
        await self.passing.close()
        self.threads.close()


async def _alive(scope: Scope, receive: Receive, send: Send) -> None:
    await answer(scope, send, Reply(200, b'{"alive": true}', JSON))

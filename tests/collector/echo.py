"""Small stand-ins for the workers and the front, each served by granian as a process of its own, to try what lies between."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from heed.collector.forwarding import Network
from heed.collector.passing import Passing
from heed.collector.replies import Receive, Reply, Scope, Send
from heed.core.settings.rules import load

PIECE = 65_536


def workers(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes] | list[bytes]:
    """A WSGI application that tells what it was asked."""
    path = environ["PATH_INFO"]
    if path == "/many":
        start_response("200 OK", [("Content-Type", "application/octet-stream"), ("X-Many", "1")])
        return (b"x" * PIECE for _ in range(int(environ["QUERY_STRING"])))
    if path == "/broken":
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(10 * PIECE))])
        return _broken()
    if path == "/dies":
        os._exit(1)
    if path == "/slow":
        time.sleep(float(environ["QUERY_STRING"]))
    size = 0
    while part := environ["wsgi.input"].read(PIECE):
        size += len(part)
    told = {name: value for name, value in environ.items() if name.startswith("HTTP_") or name == "CONTENT_TYPE"}
    told |= {name: environ.get(name) for name in ("PATH_INFO", "QUERY_STRING", "REQUEST_METHOD", "CONTENT_LENGTH")}
    body = json.dumps({**told, "size": size}).encode()
    head = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    cookies = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    status = "204 No Content" if path == "/nothing" else "302 Found" if path == "/moved" else "200 OK"
    if path == "/nothing":
        start_response(status, cookies)
        return []
    start_response(status, [*head, *cookies, ("Location", "/elsewhere")])
    return [body]


def _broken() -> Iterator[bytes]:
    yield b"x" * PIECE
    raise RuntimeError("in the middle")


def _sorry(scope: Scope, status: int) -> Reply:
    return Reply(status, b"sorry")


class _Front:
    def __init__(self) -> None:
        settings = load()
        trusted: tuple[Network, ...] = settings.trusted_networks
        self.passing = Passing(Path(os.environ["ECHO_SOCKET"]), trusted, int(settings.upload_bytes), _sorry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.passing(scope, receive, send)


front = _Front() if "ECHO_SOCKET" in os.environ else None

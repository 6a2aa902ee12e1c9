"""Static files, from the front itself: the answer page has its style also while the workers are down."""

import asyncio
from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware

from heed.collector.replies import Scope, Send
from heed.collector.threads import Threads

PIECE = 65_536


class Still:
    """The files WhiteNoise knows, by their addresses."""

    def __init__(self, threads: Threads) -> None:
        self.threads = threads
        self.files = WhiteNoiseMiddleware(lambda request: None)

    def find(self, path: str) -> Any:
        """The file at an address; None when there is none."""
        return self.files.find_file(path) if self.files.autorefresh else self.files.files.get(path)

    async def serve(self, found: Any, scope: Scope, send: Send) -> None:
        environ = {
            "HTTP_" + name.decode("latin-1").upper().replace("-", "_"): value.decode("latin-1")
            for name, value in scope["headers"]
            if name in (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
        }
        told = found.get_response(scope["method"], environ)
        headers = [(name.lower().encode("latin-1"), str(value).encode("latin-1")) for name, value in told.headers]
        headers.append((b"x-content-type-options", b"nosniff"))
        await send({"type": "http.response.start", "status": int(told.status), "headers": headers})
        if told.file is not None:
            try:
                while piece := await asyncio.to_thread(told.file.read, PIECE):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            finally:
                told.file.close()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

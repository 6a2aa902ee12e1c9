"""The far side of a line: a small server on the loopback that answers as it is told, byte by byte if need be."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Respond = Callable[[socket.socket, bytes], None]


@dataclass
class Far:
    """A listening server; `asked` holds each request as it came in."""

    port: int
    asked: list[bytes] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def answer(status: str = "200 OK", body: bytes = b"fine", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def says(given: bytes) -> Respond:
    return lambda line, request: line.sendall(given)


def _whole(line: socket.socket) -> bytes:
    """One request: its head, and as much of a body as it announces."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = line.recv(65_536)
        if not part:
            return got
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [int(row.split(b":")[1]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")]
    while lengths and len(body) < lengths[0]:
        body += line.recv(65_536)
    return head + b"\r\n\r\n" + body


@contextmanager
def far(respond: Respond) -> Iterator[Far]:
    """A server that gives each request to `respond`."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Far(listener.getsockname()[1])

    def serve(line: socket.socket) -> None:
        with suppress(OSError), line:
            request = _whole(line)
            if request:
                server.asked.append(request)
                respond(line, request)

    def listen() -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                threading.Thread(target=serve, args=(line,), daemon=True).start()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)

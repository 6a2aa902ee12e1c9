"""A server on the loopback that speaks /v1/chat/completions and /v1/embeddings, and misbehaves when it is told to.

    with model_server() as server:
        server.then(limited("1"), broken(), fenced())   # the next three requests; after them all is well again
        Endpoint(server.url, "small")

`server.reads` says what a chat answers of one text, `server.embeds` what vector a text has.
"""

import json
import re
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DIMENSIONS = 16
Body = dict[str, Any]
Items = list[dict[str, Any]]
Reads = Callable[[str], dict[str, Any]]
Embeds = Callable[[str], list[float]]


@dataclass(frozen=True)
class Asked:
    """One request as it came in; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: Body

    @property
    def texts(self) -> list[str]:
        """The texts that left the house with it."""
        if "input" in self.body:
            given = self.body["input"]
            return [given] if isinstance(given, str) else list(given)
        return [each["text"] for each in _asked_items(self.body)]


@dataclass(frozen=True)
class Behaviour:
    """What is done with one request instead of answering it well.

    `status`, `headers`, `raw` (bytes of the body as they are); `items` changes what a chat says of the texts or the
    rows of embeddings; `words` changes the chat's own words; `whole` the answer's object; `holds` says nothing until
    the other side goes; `cuts` closes the line (0 = before a byte, else after so many bytes of the body); `slow` sends
    a byte at a time for ever.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    items: Callable[[Items], Items] | None = None
    words: Callable[[str], str] | None = None
    whole: Callable[[Body], Any] | None = None
    holds: bool = False
    slow: bool = False
    cuts: int | None = None


WELL = Behaviour()


def error(message: str) -> bytes:
    return json.dumps({"error": {"message": message, "type": "error", "code": "some_code"}}).encode()


def limited(after: str = "", status: int = 429) -> Behaviour:
    """Too many requests, with Retry-After where given: seconds or a date."""
    return Behaviour(status, {"Retry-After": after} if after else {}, error("slow down"))


def broken(status: int = 500, message: str = "something broke") -> Behaviour:
    return Behaviour(status, {}, error(message))


def no_json() -> Behaviour:
    return Behaviour(raw=b"<html>a proxy says hello</html>")


def holds() -> Behaviour:
    """No answer at all, until the other side goes."""
    return Behaviour(holds=True)


def slow() -> Behaviour:
    """An answer that never ends: a byte now and then."""
    return Behaviour(slow=True)


def cut(after: int = 0) -> Behaviour:
    """The line is closed after so many bytes of the body; at 0 before any byte of an answer."""
    return Behaviour(cuts=after)


def fenced() -> Behaviour:
    """The words are right, inside a fence and with talk around it."""
    return Behaviour(words=lambda said: f"Here you are:\n```json\n{said}\n```\nAnything else?")


def chatter() -> Behaviour:
    """The chat talks and gives no JSON."""
    return Behaviour(words=lambda said: "I am sorry, I would rather talk about the weather.")


def half() -> Behaviour:
    """The chat's words end in the middle, as where its tokens ran out."""

    def shorten(body: Body) -> Body:
        choice = body["choices"][0]
        words = choice["message"]["content"]
        return {
            **body,
            "choices": [
                {
                    **choice,
                    "message": {**choice["message"], "content": words[: len(words) // 2]},
                    "finish_reason": "length",
                }
            ],
        }

    return Behaviour(whole=shorten)


def missing(many: int = 1) -> Behaviour:
    """The last items are not there."""
    return Behaviour(items=lambda items: items[:-many])


def reordered() -> Behaviour:
    """All items, the last one first."""
    return Behaviour(items=lambda items: items[::-1])


def wrong(name: str, value: Any, place: int = 0) -> Behaviour:
    """One item says something that was never offered."""
    return Behaviour(
        items=lambda items: [{**each, name: value} if at == place else each for at, each in enumerate(items)]
    )


def shapeless(body: Any) -> Behaviour:
    """JSON, and nothing that was asked for."""
    return Behaviour(whole=lambda _: body)


def _asked_items(body: Body) -> Items:
    """What stands in the last message of a chat: `{"texts": [{"id", "text"}]}`."""
    words = str(body["messages"][-1]["content"])
    found = json.loads(words[words.index("{") :])
    return list(found["texts"])


def _reads_nothing(text: str) -> dict[str, Any]:
    return {"label": None}


def _embeds_words(text: str) -> list[float]:
    """Words counted into a few places by their checksum, so that like texts have like vectors."""
    found = [0.0] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower()):
        found[zlib.crc32(word.encode()) % DIMENSIONS] += 1.0
    return found


@dataclass
class ModelServer:
    """The server's side of it: what was asked, and what it does next."""

    port: int = 0
    key: str = ""
    reads: Reads = _reads_nothing
    embeds: Embeds = _embeds_words
    usage: bool = True
    asked: list[Asked] = field(default_factory=list)
    next: list[Behaviour] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def then(self, *behaviours: Behaviour) -> None:
        """What the next requests meet, one each; after them all is well again."""
        self.next.extend(behaviours)

    def always(self, behaviour: Behaviour, many: int = 1000) -> None:
        self.next.extend([behaviour] * many)

    def take(self, asked: Asked) -> Behaviour:
        with self.lock:
            self.asked.append(asked)
            return self.next.pop(0) if self.next else WELL

    def texts(self) -> list[str]:
        """Every text that was sent here."""
        return [text for each in self.asked for text in each.texts]


def _chat(server: ModelServer, body: Body, behaviour: Behaviour) -> Body:
    items = [{"id": each["id"], **server.reads(each["text"])} for each in _asked_items(body)]
    items = behaviour.items(items) if behaviour.items else items
    words = json.dumps({"texts": items})
    words = behaviour.words(words) if behaviour.words else words
    message = {"role": "assistant", "content": words}
    return {
        "object": "chat.completion",
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": _usage(json.dumps(body["messages"]), words),
    }


def _embeddings(server: ModelServer, body: Body, behaviour: Behaviour) -> Body:
    given = body["input"]
    texts = [given] if isinstance(given, str) else given
    rows = [{"object": "embedding", "index": at, "embedding": server.embeds(text)} for at, text in enumerate(texts)]
    rows = behaviour.items(rows) if behaviour.items else rows
    return {"object": "list", "model": body["model"], "data": rows, "usage": _usage(" ".join(texts), "")}


def _usage(given: str, said: str) -> Body:
    """A token is four bytes, as near as it matters here."""
    there, back = len(given.encode()) // 4, len(said.encode()) // 4
    return {"prompt_tokens": there, "completion_tokens": back, "total_tokens": there + back}


DOORS = {"/v1/chat/completions": _chat, "/v1/embeddings": _embeddings}


def _door(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """A test's output is its own."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            behaviour = server.take(Asked(self.path, headers, body))
            with suppress(OSError):
                self._answer(body, headers, behaviour)
            self.close_connection = True

        def _answer(self, body: Body, headers: dict[str, str], behaviour: Behaviour) -> None:
            if behaviour.holds:
                server.ended.wait(20)
                return
            if behaviour.cuts == 0:
                return
            if server.key and headers.get("authorization") != f"Bearer {server.key}":
                self._say(401, {}, error(f"Incorrect API key provided: {headers.get('authorization', '')}"))
            elif self.path not in DOORS:
                self._say(404, {}, error("no such path"))
            elif behaviour.raw is not None:
                self._say(behaviour.status, behaviour.headers, behaviour.raw)
            else:
                said = DOORS[self.path](server, body, behaviour)
                if not server.usage:
                    said.pop("usage")
                whole = behaviour.whole(said) if behaviour.whole else said
                self._say(200, {}, json.dumps(whole).encode(), behaviour)

        def _say(self, status: int, headers: dict[str, str], body: bytes, behaviour: Behaviour = WELL) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if behaviour.slow:
                for place in range(len(body)):
                    self.wfile.write(body[place : place + 1])
                    self.wfile.flush()
                    if server.ended.wait(0.05):
                        return
            self.wfile.write(body[: behaviour.cuts])

    return Door


@contextmanager
def model_server(key: str = "") -> Iterator[ModelServer]:
    """A server of its own on a free port, until the block ends."""
    server = ModelServer(key=key)
    listener = ThreadingHTTPServer(("127.0.0.1", 0), _door(server))
    listener.daemon_threads = True
    listener.block_on_close = False
    server.port = listener.server_address[1]
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        listener.shutdown()
        listener.server_close()
        thread.join(5)

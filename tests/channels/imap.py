"""A small IMAP server on the loopback (RFC 9051, what a reader of one folder asks for), in plain or over TLS."""

import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

USER, PASSWORD = "reports@heed.example", 'a "quoted" word'
EVERYTHING = ("IMAP4rev1", "AUTH=PLAIN", "UIDPLUS", "MOVE")


@dataclass
class Held:
    """One mail in a folder."""

    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class Imap:
    """The server: its folders, what it can do, and each line it was asked. `silent`: it says nothing after these commands."""

    port: int
    capabilities: Sequence[str] = EVERYTHING
    folders: dict[str, list[Held]] = field(default_factory=lambda: {"INBOX": []})
    validity: int = 7
    asked: list[str] = field(default_factory=list)
    silent: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()
    given: int = 0

    def deliver(self, *mails: bytes, folder: str = "INBOX") -> None:
        for raw in mails:
            self.given += 1
            self.folders.setdefault(folder, []).append(Held(self.given, raw))

    def url(self, scheme: str = "imap", **changes: str) -> str:
        user, password = USER.replace("@", "%40"), PASSWORD.replace('"', "%22").replace(" ", "%20")
        query = "&".join(f"{name}={value}" for name, value in changes.items() if name != "folder")
        folder = changes.get("folder", "INBOX")
        return f"{scheme}://{user}:{password}@localhost:{self.port}/{folder}{'?' if query else ''}{query}"

    def mails(self, folder: str = "INBOX") -> list[bytes]:
        return [held.raw for held in self.folders.get(folder, []) if r"\Deleted" not in held.flags]


class _Session:
    """One line of a client."""

    def __init__(self, server: Imap, line: socket.socket) -> None:
        self.server, self.line, self.file = server, line, line.makefile("rb")
        self.folder = "INBOX"

    def say(self, *words: bytes | str) -> None:
        self.line.sendall(b"".join(word.encode() if isinstance(word, str) else word for word in words) + b"\r\n")

    def run(self) -> None:
        self.say("* OK ready")
        while line := self.file.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            words = rest.split(" ", 1)
            self.server.asked.append(rest)
            name = rest.upper() if words[0].upper() == "UID" else words[0].upper()
            verb = " ".join(name.split()[:2]) if name.startswith("UID") else name
            if verb in self.server.silent:
                continue
            if verb in self.server.refuses:
                self.say(f"{tag} NO not here")
                continue
            if not self.obey(tag, verb, rest):
                return

    def obey(self, tag: str, verb: str, rest: str) -> bool:
        said = "OK done"
        if verb == "CAPABILITY":
            self.say("* CAPABILITY ", " ".join(self.server.capabilities))
        elif verb == "LOGIN":
            told = [part.replace('\\"', '"') for part in re.findall(r'"((?:[^"\\]|\\.)*)"', rest)]
            said = "OK in" if told == [USER, PASSWORD] else "NO wrong"
        elif verb == "AUTHENTICATE":
            said = self._plain()
        elif verb == "SELECT":
            said = self._select(rest)
        elif verb == "CREATE":
            name = rest.split('"')[1]
            said = "NO it is there" if name in self.server.folders else "OK made"
            self.server.folders.setdefault(name, [])
        elif verb == "LOGOUT":
            self.say("* BYE")
        else:
            said = self._uid(verb, rest)
        self.say(f"{tag} {said}")
        return verb != "LOGOUT"

    def _plain(self) -> str:
        import base64

        self.say("+ ")
        told = base64.b64decode(self.file.readline().strip()).decode().split("\0")
        return "OK in" if told == ["", USER, PASSWORD] else "NO wrong"

    def _select(self, rest: str) -> str:
        name = rest.split('"')[1]
        if name not in self.server.folders:
            return "NO there is none"
        self.folder = name
        self.say(f"* {len(self.server.folders[name])} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.server.validity}] so")
        return "OK [READ-WRITE] open"

    def _uid(self, verb: str, rest: str) -> str:
        held = self.server.folders[self.folder]
        if verb == "UID SEARCH":
            least = int(re.findall(r"UID (\d+):\*", rest)[0])
            there = [each for each in held if r"\Deleted" not in each.flags]
            found = [each.uid for each in there if each.uid >= least] or [each.uid for each in there[-1:]]
            self.say("* SEARCH ", " ".join(map(str, found)))
            return "OK found"
        uid = int(rest.split()[2])
        mine = next((each for each in held if each.uid == uid), None)
        if mine is None:
            return "OK nothing"
        if verb == "UID FETCH":
            most = int(re.findall(r"<0\.(\d+)>", rest)[0])
            part = mine.raw[:most]
            self.say(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(part)}}}\r\n", part, ")")
        elif verb == "UID STORE":
            mine.flags |= set(re.findall(r"\\\w+", rest))
        elif verb in ("UID MOVE", "UID COPY"):
            name = rest.split('"')[1]
            if name not in self.server.folders:
                return "NO [TRYCREATE] there is none"
            self.server.deliver(mine.raw, folder=name)
            if verb == "UID MOVE":
                held.remove(mine)
        elif verb == "UID EXPUNGE":
            held[:] = [each for each in held if not (each.uid == uid and r"\Deleted" in each.flags)]
        return "OK done"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of its own for localhost, and its key."""
    key, made = folder / "key.pem", folder / "cert.pem"
    asked = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1"]
    named = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(made)]
    subprocess.run([*asked, *named], check=True, capture_output=True)
    return made, key


@contextmanager
def serving(secured: tuple[Path, Path] | None = None, **told: object) -> Iterator[Imap]:
    """A server for as long as it is wanted."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Imap(listener.getsockname()[1], **told)  # type: ignore[arg-type]
    context = None
    if secured:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*secured)

    def serve(line: socket.socket) -> None:
        with suppress(OSError):
            spoken = context.wrap_socket(line, server_side=True) if context else line
            with spoken:
                _Session(server, spoken).run()

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

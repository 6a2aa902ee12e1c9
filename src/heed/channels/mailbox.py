"""A mailbox read over IMAP (RFC 9051, as servers of RFC 3501 speak it too): what came in since, one mail at a time.

Opening a mail marks nothing. The line is encrypted, or lies in a network that HEED_OUTGOING_ALLOW names; it has an end
whatever the other side does, and what a server sends has a size.
"""

import hashlib
import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from heed.core.errors.rules import HeedError, phrase
from heed.core.outgoing import AddressRefused, CallFailed, line_to, networks, trusting
from heed.core.settings.rules import current

INBOX, ASIDE = "INBOX", "heed-unreadable"
# One answer of a server, and one session with it from the first byte to the last.
ANSWER_SECONDS, SESSION_SECONDS = 30.0, 120.0
# A list of new mails is one answer as well.
MOST_BYTES = 4 << 20
_UID = re.compile(rb"\bUID (\d+)")

FAULTS = {
    "address_refused": phrase("heed may not reach that mail server: see HEED_OUTGOING_ALLOW."),
    "mailbox_unreachable": phrase("The mail server cannot be reached."),
    "mailbox_untrusted": phrase("The certificate of the mail server is not trusted."),
    "mailbox_timeout": phrase("The mail server did not answer in time."),
    "mailbox_sign_in": phrase("The mail server refused the user name or password."),
    "mailbox_folder": phrase("The mailbox has no such folder."),
    "mailbox_broken": phrase("The mail server answered what nobody expects."),
}


class MailboxFailed(HeedError):
    """The mailbox could not be read; it is tried again later. Holds no address and no password."""

    code = "mailbox_broken"
    status = 502

    def __init__(self, code: str) -> None:
        super().__init__(FAULTS[code], code=code, hint=phrase("Check HEED_BOUNCE_IMAP. Nothing was lost."))


@dataclass(frozen=True)
class Place:
    """Where a mailbox is, and how one signs in. `folder` is read; to `aside` goes what cannot be read."""

    host: str
    port: int
    is_secure: bool
    user: str
    password: str
    folder: str = INBOX
    aside: str = ASIDE


def place() -> Place | None:
    """The mailbox that the settings name; None where they name none."""
    given = current().bounce_imap
    if not given:
        return None
    parts = urlsplit(given)
    is_secure, query = parts.scheme == "imaps", dict(parse_qsl(parts.query))
    return Place(
        host=parts.hostname or "",
        port=parts.port or (993 if is_secure else 143),
        is_secure=is_secure,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or INBOX,
        aside=query.get("aside") or ASIDE,
    )


def mailbox_key(where: Place) -> str:
    """A name for a mailbox that does not tell whose it is."""
    return hashlib.sha256("\x1f".join((where.host, str(where.port), where.user, where.folder)).encode()).hexdigest()


class _Line(imaplib.IMAP4):
    """The line to the address that was checked, whatever the name leads to a moment later."""

    def __init__(self, address: str, place: Place, keep: Callable[[socket.socket], None]) -> None:
        self._address, self._place, self._keep = address, place, keep
        super().__init__(place.host, place.port, ANSWER_SECONDS)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        self.sock = socket.create_connection((self._address, port), timeout)
        if self._place.is_secure:
            # Kept before it shakes hands, so that also a slow hand can be let go.
            self.sock = line = trusting().wrap_socket(self.sock, server_hostname=host, do_handshake_on_connect=False)
            self._keep(line)
            line.do_handshake()
        else:
            self._keep(self.sock)
        self._bytes = self.sock.makefile("rb")

    def read(self, size: int) -> bytes:
        if size > MOST_BYTES:
            raise self.abort("too large")
        return self._bytes.read(size)

    def readline(self) -> bytes:
        line = self._bytes.readline(MOST_BYTES + 1)
        if len(line) > MOST_BYTES:
            raise self.abort("too large")
        return line

    def shutdown(self) -> None:
        self._bytes.close()
        self.sock.close()


@dataclass
class Mailbox:
    """An open folder. Mails are named by their UID, which rises and is never given twice while `validity` stays."""

    line: _Line
    place: Place
    validity: int
    is_aside_made: bool = False

    def since(self, uid: int, most: int) -> list[int]:
        """Mails after one, oldest first, at most so many; those that were removed are left out."""
        found = self._uid("SEARCH", f"UID {uid + 1}:* UNDELETED")
        told = (number for part in found if isinstance(part, bytes) for number in part.split())
        # Of a range that begins behind the last mail a server tells the last one (RFC 9051, 9).
        return sorted({int(number) for number in told if number.isdigit() and int(number) > uid})[:most]

    def read(self, uid: int, most: int) -> bytes | None:
        """The first so many bytes of a mail as it came in; None where it is gone. It stays unread."""
        found = self._uid("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{most}>)")
        for part in found:
            if isinstance(part, tuple) and len(part) == 2:
                named = _UID.search(part[0])
                if named is None or int(named[1]) == uid:
                    return bytes(part[1])
        return None

    def remove(self, uid: int) -> None:
        """Take a mail away. A server that cannot remove one alone (RFC 4315) keeps it as deleted."""
        self._uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self.line.capabilities:
            self._uid("EXPUNGE", str(uid))

    def set_aside(self, uid: int) -> None:
        """Move a mail to the folder for those that cannot be read; where that cannot be, it is flagged and stays."""
        try:
            if not self.is_aside_made:
                # It is there already, or the server says why not when something is moved there.
                self.line.create(_quoted(self.place.aside))
                self.is_aside_made = True
            if "MOVE" in self.line.capabilities:
                self._uid("MOVE", str(uid), _quoted(self.place.aside))
            else:
                self._uid("COPY", str(uid), _quoted(self.place.aside))
                self.remove(uid)
        except imaplib.IMAP4.abort:
            raise
        except (MailboxFailed, imaplib.IMAP4.error):
            self._uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Flagged)")

    def _uid(self, command: str, *given: str) -> list[Any]:
        said, found = self.line.uid(command, *given)
        if said != "OK":
            raise MailboxFailed("mailbox_broken")
        return found


@contextmanager
def opened(place: Place) -> Iterator[Mailbox]:
    """The folder, open for so long as it is worked on. Raises MailboxFailed, also of what fails in between."""
    line: _Line | None = None
    is_late, held = threading.Event(), list[socket.socket]()

    def cut() -> None:
        is_late.set()
        for each in held:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(SESSION_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        line = _Line(_address(place), place, held.append)
        _sign_in(line, place)
        yield Mailbox(line, place, _selected(line, place))
    except (imaplib.IMAP4.error, OSError, ValueError, IndexError) as error:
        raise MailboxFailed("mailbox_timeout" if is_late.is_set() else _fault(error)) from error
    finally:
        timer.cancel()
        if line is not None:
            _left(line)
        for each in held:
            each.close()


def _address(place: Place) -> str:
    try:
        allowed = networks(current().outgoing_allow)
        return line_to(place.host, place.port, is_secure=place.is_secure, allowed=allowed)
    except AddressRefused:
        raise MailboxFailed("address_refused") from None
    except CallFailed:
        raise MailboxFailed("mailbox_unreachable") from None


def _sign_in(line: _Line, place: Place) -> None:
    try:
        if "AUTH=PLAIN" in line.capabilities:
            line.authenticate("PLAIN", lambda _asked: f"\0{place.user}\0{place.password}".encode())
        else:
            line.login(_quoted(place.user), place.password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        raise MailboxFailed("mailbox_sign_in") from None
    # What a server can do it may tell only those it knows.
    said, told = line.capability()
    if said == "OK" and isinstance(told[-1], bytes):
        line.capabilities = tuple(told[-1].decode("ascii", "replace").upper().split())


def _selected(line: _Line, place: Place) -> int:
    said, _count = line.select(_quoted(place.folder))
    if said != "OK":
        raise MailboxFailed("mailbox_folder")
    _name, told = line.response("UIDVALIDITY")
    return int(told[0]) if told and told[0] else 0


def _left(line: _Line) -> None:
    with suppress(imaplib.IMAP4.error, OSError, ValueError):
        line.logout()
    with suppress(OSError, ValueError):
        line.shutdown()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _fault(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "mailbox_untrusted"
    if isinstance(error, TimeoutError):
        return "mailbox_timeout"
    return "mailbox_unreachable" if isinstance(error, OSError) else "mailbox_broken"

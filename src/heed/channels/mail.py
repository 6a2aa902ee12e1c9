"""One mail to one person, over the mail server that the settings name; what refuses it is told by whether to try again."""

import re
import smtplib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formataddr, make_msgid
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from heed.core.errors.rules import HeedError, phrase

ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
LONGEST_REASON = 200
# RFC 5322, 2.1.1: no line is longer, without its end.
LONGEST_LINE = 998
# A mailbox that answers by itself must not answer these.
BY_ITSELF = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


class MailRefused(HeedError):
    """A mail was not taken. `permanent`: trying again will not help, as when there is no such mailbox.

    The reason holds no address, so that it can be kept and shown.
    """

    code = "mail_refused"
    status = 502

    def __init__(self, reason: str, *, permanent: bool, code: str = "mail_refused") -> None:
        hint = "Correct the address." if permanent else "It is tried again later."
        super().__init__(reason, code=code, hint=hint)
        self.permanent = permanent


@dataclass(frozen=True)
class Mail:
    """A mail. `unsubscribe_url` answers a GET with a page and a POST with one click (RFC 8058).

    With a `message_id` of its own a mail that is sent again, because nobody knows whether it went, is known as the same.
    """

    to: str
    subject: str
    text: str
    html: str = ""
    sender_name: str = ""
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    unsubscribe_url: str = ""
    message_id: str = ""


class _Prepared(EmailMultiAlternatives):
    """A mail whose headers stay on one line each: a link that is folded is a link some mail programs do not find."""

    def message(self, **given: Any) -> Any:
        made = super().message(**given)
        made.policy = made.policy.clone(max_line_length=LONGEST_LINE)
        return made


def new_message_id() -> str:
    """A Message-ID under the sender's domain."""
    return make_msgid(domain=_sender().rpartition("@")[2] or "localhost")


@contextmanager
def line() -> Iterator[Any]:
    """One connection for several mails, opened with the first; a mail that fails closes it, and the next opens it anew."""
    connection = get_connection()
    try:
        yield connection
    finally:
        _close(connection)


def send(message: Mail, line: Any = None) -> str:
    """Hand a mail over. Returns its Message-ID once the server took it. Raises MailRefused."""
    connection = line if line is not None else get_connection()
    try:
        prepared = _prepared(message, connection)
        _opened(connection)
        prepared.send()
    except (smtplib.SMTPException, OSError, UnicodeError, ValueError) as error:
        _close(connection)
        raise _refusal(error) from error
    if line is None:
        _close(connection)
    return str(prepared.extra_headers["Message-ID"])


def _opened(connection: Any) -> None:
    """Open the connection before sending, so that closing it is no part of sending: what the server took is sent, even
    when it does not answer to the goodbye. One that went silent in between is opened anew.
    """
    held = getattr(connection, "connection", None)
    if held is not None:
        try:
            alive = held.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            alive = False
        if not alive:
            _close(connection)
    connection.open()


def _prepared(message: Mail, connection: Any) -> _Prepared:
    if not ADDRESS.fullmatch(message.to) or "," in message.to:
        raise MailRefused("There is no usable address.", permanent=True, code="bad_address")
    headers = {**BY_ITSELF, **message.headers, "Message-ID": message.message_id or new_message_id()}
    if message.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    name = _one_line(message.sender_name)
    prepared = _Prepared(
        subject=_one_line(message.subject),
        body=message.text,
        from_email=formataddr((name, _sender())) if name else _sender(),
        to=[message.to],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers=headers,
        connection=connection,
    )
    if message.html:
        prepared.attach_alternative(message.html, "text/html")
    return prepared


def _sender() -> str:
    """The bare address mails come from."""
    found = str(settings.DEFAULT_FROM_EMAIL)
    return found[found.rindex("<") + 1 :].rstrip("> ") if "<" in found else found


def _one_line(text: str) -> str:
    """A header is one line, whatever somebody typed."""
    return " ".join(text.split())


def _close(connection: Any) -> None:
    # It may be broken already, which is why it is closed.
    with suppress(smtplib.SMTPException, OSError):
        connection.close()
    connection.connection = None


def _refusal(error: Exception) -> MailRefused:
    """What a server, or the way to it, said: by whether the same mail would fare better later."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return MailRefused("The mail server refused the user name or password.", permanent=False, code="mail_sign_in")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()), (550, b""))
        return _answered(code, words, "no_such_mailbox")
    if isinstance(error, smtplib.SMTPResponseException):
        return _answered(error.smtp_code, error.smtp_error, "mail_refused")
    # smtplib tells a silent server as a dropped line; what it met first says which it was.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return MailRefused("The mail server did not answer in time.", permanent=False, code="mail_timeout")
    if isinstance(error, (smtplib.SMTPException, OSError)):
        return MailRefused(
            phrase("The mail server cannot be reached: {said}", said=_kept(str(error))),
            permanent=False,
            code="mail_unreachable",
        )
    return MailRefused("The mail cannot be written as mails are.", permanent=True, code="bad_mail")


def _answered(code: int, words: bytes | str, permanent_code: str) -> MailRefused:
    """An answer of the server: 5xx is for good, all else for now (RFC 5321, 4.2.1)."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    permanent = 500 <= code < 600
    said = phrase("The mail server answered: {said}", said=_kept(f"{code} {text}"))
    return MailRefused(said, permanent=permanent, code=permanent_code if permanent else "mail_deferred")


def _kept(words: str) -> str:
    return ADDRESS.sub("…", " ".join(words.split()))[:LONGEST_REASON]

"""Mails over a real mail server on the loopback: taken, refused for now and for good, and lines that break."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from heed.channels.mail import Mail, MailRefused, line, send

LEAVE = "https://shop.example/u/" + "abc" * 40
HELLO = Mail("ann@example.org", "How was it?", "Tell us.")


class Post:
    """A mail server's mind: what it answers, and what it took."""

    def __init__(self, recipient: str = "", content: str = "") -> None:
        self.recipient, self.content = recipient, content
        self.taken: list[EmailMessage] = []
        self.sessions: set[Any] = set()

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.recipient:
            return self.recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        self.sessions.add(session.peer)
        if self.content:
            return self.content
        self.taken.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 taken"


@pytest.fixture(autouse=True)
def smtp(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 0.5
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "Heed <ask@shop.example>"


@contextmanager
def serving(settings: Any, post: Post) -> Iterator[Post]:
    controller = Controller(post, hostname="127.0.0.1", port=0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = settings.EMAIL_PORT = free.getsockname()[1]
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


@contextmanager
def speaking(settings: Any, lines: list[bytes], *, silent: bool = False) -> Iterator[list[bytes]]:
    """A server that gives these answers, one a command (or mail), and then drops the line, or says no more."""
    heard: list[bytes] = []
    done = threading.Event()
    door = socket.create_server(("127.0.0.1", 0))
    settings.EMAIL_PORT = door.getsockname()[1]

    def speak() -> None:
        peer, _ = door.accept()
        with peer, peer.makefile("rb") as stream:
            for answer in lines:
                peer.sendall(answer)
                heard.append(stream.readline())
            if silent:
                done.wait(5)

    thread = threading.Thread(target=speak, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        done.set()
        thread.join(5)
        door.close()


def test_a_mail_arrives_with_words_page_sender_and_one_click(settings: Any) -> None:
    mail = Mail(
        "ann@example.org",
        "Wie war es?\r\nBcc: all@example.org",
        "Sagen Sie es uns: ä€",
        html="<p>Sagen Sie es uns</p>",
        sender_name="Der Laden, Köln",
        reply_to="desk@shop.example",
        headers={"X-Survey": "after_call"},
        unsubscribe_url=LEAVE,
    )
    with serving(settings, Post()) as post:
        number = send(mail)
    (got,) = post.taken
    assert got["Message-ID"] == number and number.endswith("@shop.example>")
    assert got["Subject"] == "Wie war es? Bcc: all@example.org" and got["Bcc"] is None
    assert got["From"].addresses[0].display_name == "Der Laden, Köln"
    assert got["From"].addresses[0].addr_spec == "ask@shop.example"
    assert (got["To"], got["Reply-To"], got["X-Survey"]) == ("ann@example.org", "desk@shop.example", "after_call")
    assert got["List-Unsubscribe"] == f"<{LEAVE}>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got["Auto-Submitted"] == "auto-generated"
    text, page = got.get_body(("plain",)), got.get_body(("html",))
    assert text is not None and text.get_content().strip() == "Sagen Sie es uns: ä€"
    assert page is not None and "<p>" in page.get_content()


def test_a_mail_that_is_sent_again_keeps_its_number(settings: Any) -> None:
    with serving(settings, Post()) as post:
        send(Mail("ann@example.org", "s", "t", message_id="<one@shop.example>"))
        send(Mail("ann@example.org", "s", "t", message_id="<one@shop.example>"))
    assert [mail["Message-ID"] for mail in post.taken] == ["<one@shop.example>"] * 2


@pytest.mark.parametrize(
    ("post", "permanent", "code"),
    [
        (Post(recipient="550 5.1.1 <ann@example.org> no such user"), True, "no_such_mailbox"),
        (Post(recipient="451 4.7.1 greylisted, ann@example.org"), False, "mail_deferred"),
        (Post(content="554 5.7.1 smells of spam"), True, "mail_refused"),
        (Post(content="452 4.3.1 disk full"), False, "mail_deferred"),
    ],
)
def test_what_the_server_answers_says_whether_to_try_again(
    settings: Any, post: Post, permanent: bool, code: str
) -> None:
    with serving(settings, post), pytest.raises(MailRefused) as refused:
        send(HELLO)
    assert (refused.value.permanent, refused.value.code) == (permanent, code)
    assert (post.recipient or post.content)[:3] in refused.value.message
    assert "ann@" not in refused.value.message, "an address is not kept in a reason"


def test_a_server_that_does_not_answer_is_a_reason_to_try_again(settings: Any) -> None:
    with speaking(settings, [b"220 here\r\n", b"250 hello\r\n"], silent=True), pytest.raises(MailRefused) as refused:
        send(HELLO)
    assert (refused.value.permanent, refused.value.code) == (False, "mail_timeout")


def test_a_line_that_drops_in_the_middle_is_a_reason_to_try_again(settings: Any) -> None:
    told = [b"220 here\r\n", b"250 hello\r\n", b"250 sender\r\n", b"250 recipient\r\n", b"354 go\r\n"]
    with speaking(settings, told), pytest.raises(MailRefused) as refused:
        send(HELLO)
    assert (refused.value.permanent, refused.value.code) == (False, "mail_unreachable")


def test_nobody_at_the_address_is_a_reason_to_try_again(settings: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = free.getsockname()[1]
    with pytest.raises(MailRefused) as refused:
        send(HELLO)
    assert (refused.value.permanent, refused.value.code) == (False, "mail_unreachable")


def test_a_server_that_took_the_mail_and_never_says_goodbye_has_taken_it(settings: Any) -> None:
    heard: list[bytes] = []
    done = threading.Event()
    door = socket.create_server(("127.0.0.1", 0))
    settings.EMAIL_PORT = door.getsockname()[1]

    def speak() -> None:
        peer, _ = door.accept()
        with peer, peer.makefile("rb") as stream:
            peer.sendall(b"220 here\r\n")
            in_mail = False
            for said in stream:
                heard.append(said)
                if in_mail and said != b".\r\n":
                    continue
                if said.lower().startswith(b"quit"):
                    done.wait(5)
                    return
                in_mail = said.lower().startswith(b"data")
                peer.sendall(b"354 go\r\n" if in_mail else b"250 fine\r\n")

    thread = threading.Thread(target=speak, daemon=True)
    thread.start()
    assert send(HELLO).endswith("@shop.example>")
    done.set()
    thread.join(5)
    door.close()
    assert b".\r\n" in heard


@pytest.mark.parametrize("address", ["", "ann", "ann@example.org, bob@example.org", "ann@example.org\nbcc: x@y.z"])
def test_what_is_no_address_is_refused_for_good_without_a_server(settings: Any, address: str) -> None:
    settings.EMAIL_PORT = 9
    with pytest.raises(MailRefused) as refused:
        send(Mail(address, "s", "t"))
    assert (refused.value.permanent, refused.value.code) == (True, "bad_address")


def test_several_mails_take_one_line_and_a_refused_one_does_not_hold_the_next(settings: Any) -> None:
    with serving(settings, Post()) as post, line() as held:
        send(HELLO, held)
        send(HELLO, held)
        assert len(post.taken) == 2 and len(post.sessions) == 1
        post.recipient = "550 no"
        with pytest.raises(MailRefused):
            send(HELLO, held)
        post.recipient = ""
        send(HELLO, held)
    assert len(post.taken) == 3


def test_a_line_the_server_closed_meanwhile_is_opened_anew(settings: Any) -> None:
    with serving(settings, Post()) as post, line() as held:
        send(HELLO, held)
        assert len(post.taken) == 1
        held.connection.sock.shutdown(socket.SHUT_RDWR)
        send(HELLO, held)
        assert len(post.taken) == 2 and len(post.sessions) == 2

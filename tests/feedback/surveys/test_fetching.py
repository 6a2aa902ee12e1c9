"""What came back, fetched from a mailbox: each mail counts once whenever a process dies; what is no report stays untouched."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from heed.channels import mailbox
from heed.channels.mailbox import MailboxFailed
from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.errors.rules import Forbidden, Invalid, Refused
from heed.core.journal.models import JournalEntry
from heed.core.settings.rules import current, load
from heed.feedback.surveys import jobs
from heed.feedback.surveys.actions.fetching import LEASE, fetch_new, fetch_returned
from heed.feedback.surveys.models import AddressTrouble, Invitation, ReturnMailbox
from heed.feedback.surveys.queries.troubles import mailbox_state
from heed.service.customers.models import Customer
from tests.channels.imap import EVERYTHING, Imap, certificate, serving
from tests.channels.test_returned import bounce, complaint
from tests.feedback.surveys.test_returning import mail_id, sent

pytestmark = pytest.mark.django_db
HELLO = b"From: kim@customer.example\r\nSubject: Hello\r\n\r\nWhen do you open?\r\n"
AWAY = b"From: kim@customer.example\r\nAuto-Submitted: auto-replied\r\nSubject: Away\r\n\r\nBack on Monday.\r\n"
READ = (
    b"From: kim@customer.example\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=x\r\n"
    b"\r\n--x\r\n\r\nRead.\r\n--x--\r\n"
)
TORN = b"From: <MAILER-DAEMON@mx.example>\r\nReturn-Path: <>\r\nSubject: failure notice\r\n\r\nHi. This is the qmail-send.\r\n"
LOOPBACK = "127.0.0.0/8,::1/128"
Point = Callable[..., None]


@pytest.fixture
def server() -> Iterator[Imap]:
    with serving() as found:
        yield found


@pytest.fixture
def point(monkeypatch: pytest.MonkeyPatch) -> Point:
    """Names a mailbox in the settings."""

    def named(address: str, allow: str = LOOPBACK) -> None:
        told = replace(current(), bounce_imap=address, outgoing_allow=allow)
        monkeypatch.setattr(mailbox, "current", lambda: told)

    return named


def kept() -> tuple[int, int]:
    return AddressTrouble.objects.count(), JournalEntry.objects.filter(name="invitation-returned").count()


def test_bounces_and_complaints_are_taken_in_and_all_else_is_left_as_it_is(server: Imap, point: Point) -> None:
    row, key = sent()
    big = HELLO + b"x" * (1 << 20)
    server.deliver(HELLO, bounce(original=mail_id(row)), AWAY, READ, bounce(original="<a@else.example>"), big)
    server.deliver(TORN, bounce(holds="text/plain"), complaint(original=mail_id(row)))
    point(server.url())
    found = fetch_returned(COMMAND_LINE)
    assert (found.taken, found.set_aside, found.passed_over) == (2, 2, 5)
    assert found.sorts == {"bounced": 1, "complained": 1}
    assert kept() == (2, 2)
    assert Customer.objects.get(key=key).opted_out_by == "complaint"
    assert server.mails() == [HELLO, AWAY, READ, bounce(original="<a@else.example>"), big]
    assert all(not held.flags for held in server.folders["INBOX"])
    assert server.mails("heed-unreadable") == [TORN, bounce(holds="text/plain")]
    state = mailbox_state()
    assert state is not None
    assert (state.taken, state.set_aside, state.passed_over, state.fault) == (2, 2, 5, "")
    # What was looked at is not fetched again.
    asked = len(server.asked)
    assert fetch_returned(COMMAND_LINE).looked_at == 0
    assert not any("FETCH" in line for line in server.asked[asked:])


@pytest.mark.parametrize("step", ["remove", "set_aside", "read"])
def test_a_process_that_dies_at_any_step_counts_each_mail_once(
    server: Imap, point: Point, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    row, _key = sent()
    server.deliver(bounce(original=mail_id(row)), TORN)
    point(server.url())
    for when in ("before", "after"):
        doing = getattr(mailbox.Mailbox, step)

        def dies(self: Any, *given: Any, doing: Any = doing, when: str = when) -> Any:
            if when == "after":
                doing(self, *given)
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(mailbox.Mailbox, step, dies)
            with pytest.raises(Killed):
                fetch_new()
    fetch_new()
    assert kept() == (1, 1)
    assert (server.mails(), server.mails("heed-unreadable")) == ([], [TORN])


def test_a_lease_keeps_a_second_process_away_until_the_first_is_dead(server: Imap, point: Point) -> None:
    server.deliver(HELLO)
    point(server.url())
    fetch_new()
    ReturnMailbox.objects.update(leased_until=timezone.now() + LEASE)
    assert fetch_new() is None
    with pytest.raises(Refused) as caught:
        fetch_returned(COMMAND_LINE)
    assert caught.value.code == "mailbox_busy"
    ReturnMailbox.objects.update(leased_until=timezone.now())
    assert fetch_new() is not None


def test_a_server_that_counts_anew_is_read_anew_and_nothing_counts_twice(server: Imap, point: Point) -> None:
    row, _key = sent()
    server.deliver(HELLO, bounce(original=mail_id(row)))
    point(server.url())
    fetch_new()
    server.folders["INBOX"].clear()
    server.validity, server.given = 8, 0
    server.deliver(bounce(original=mail_id(row)))
    found = fetch_new()
    assert (found and found.taken, kept(), server.mails()) == (1, (1, 1), [])


@pytest.mark.parametrize("lacks", [{"MOVE"}, {"UIDPLUS", "MOVE"}, {"AUTH=PLAIN"}])
def test_servers_that_can_less_serve_as_well(point: Point, lacks: set[str]) -> None:
    row, _key = sent()
    with serving(capabilities=[each for each in EVERYTHING if each not in lacks]) as server:
        server.deliver(bounce(original=mail_id(row)), TORN)
        point(server.url(aside="INBOX.odd"))
        fetch_new()
        fetch_new()
        assert (kept(), server.mails(), server.mails("INBOX.odd")) == ((1, 1), [], [TORN])


def test_a_report_that_cannot_be_moved_is_flagged_and_stays(point: Point) -> None:
    with serving(refuses=frozenset({"UID MOVE"})) as server:
        server.deliver(TORN)
        point(server.url())
        assert (fetch_new() or pytest.fail()).set_aside == 1
        assert server.folders["INBOX"][0].flags == {r"\Flagged"}


def test_a_line_over_tls_is_taken_where_its_certificate_is_trusted(
    point: Point, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secured = certificate(tmp_path)
    with serving(secured) as server:
        server.deliver(HELLO)
        point(server.url("imaps"))
        with pytest.raises(MailboxFailed) as caught:
            fetch_new()
        assert caught.value.code == "mailbox_untrusted"
        assert not server.asked
        monkeypatch.setattr(mailbox, "trusting", lambda: ssl.create_default_context(cafile=str(secured[0])))
        assert (fetch_new() or pytest.fail()).passed_over == 1


def test_networks_that_nobody_named_are_not_reached_and_no_secret_leaves_the_settings(
    server: Imap, point: Point, caplog: pytest.LogCaptureFixture
) -> None:
    for address, allow, code in (
        (server.url(), "", "address_refused"),
        (server.url("imaps"), "", "address_refused"),
        (server.url(folder="Other"), LOOPBACK, "mailbox_folder"),
        (server.url().replace("reports", "wrong"), LOOPBACK, "mailbox_sign_in"),
        ("imap://a:secret@127.0.0.1:1/INBOX", LOOPBACK, "mailbox_unreachable"),
    ):
        point(address, allow)
        assert jobs.fetch_returned() == 0
        state = mailbox_state()
        assert state is not None and state.fault == mailbox.FAULTS[code]
        assert code in caplog.text
    assert "quoted" not in caplog.text and "secret" not in caplog.text
    assert not any(row.fault == "" for row in ReturnMailbox.objects.all())
    assert fetch_new.__module__ and Invitation.objects.count() == 0


def test_a_server_that_falls_silent_is_let_go(point: Point, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "SESSION_SECONDS", 0.2)
    with serving(silent=frozenset({"UID SEARCH"})) as server:
        point(server.url())
        with pytest.raises(MailboxFailed) as caught:
            fetch_new()
    assert caught.value.code == "mailbox_timeout"


def test_without_a_mailbox_nothing_is_fetched_and_without_leave_neither(server: Imap, point: Point) -> None:
    point("")
    assert jobs.fetch_returned() == 0
    assert mailbox_state() is None
    with pytest.raises(Refused) as caught:
        fetch_returned(COMMAND_LINE)
    assert caught.value.code == "no_mailbox"
    point(server.url())
    with pytest.raises(Forbidden):
        fetch_returned(Scope("p_1", frozenset({"ask"})))


@pytest.mark.parametrize(
    "address",
    [
        "pop3://a:b@host",
        "imaps://host/INBOX",
        "imaps://a@host",
        "imaps://a:b@host:0",
        "imaps://a:b@host/B%C3%BCro",
        "imaps://a:b@host/x%0d%0ay",
        "imaps://a:b@[::1",
    ],
)
def test_an_address_that_is_no_mailbox_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(Invalid) as caught:
        load({"HEED_BOUNCE_IMAP": address})
    assert "HEED_BOUNCE_IMAP" in caught.value.message
    assert ":b@" not in caught.value.said(str)

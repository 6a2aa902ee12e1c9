"""Invitations: a mail with a link, taken up once, within seven days."""

import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from heed.core.access.actions.invitations import accept_invitation, invite, invite_again, withdraw_invitation
from heed.core.access.actions.letters import send_test
from heed.core.access.models import Invitation
from heed.core.access.queries import open_invitation, scope_of
from heed.core.access.rules import digest_of
from heed.core.errors.rules import Forbidden, Invalid, NotFound, Refused
from heed.core.journal.models import JournalEntry
from tests.core.conftest import PASSWORD, House

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def _token(link: str) -> str:
    return link.rstrip("/").rsplit("/", 1)[1]


def _invite(house: House, email: str = "Kim@Harbour.example", who: str = "admin", **more: Any) -> Any:
    given = {"email": email, "unit": "north-phone", "role": "supervisor", "name": "Kim Lee", **more}
    return invite(house.scope(who), **given)


class Mailbox:
    """What arrived, and what is turned away."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refuses = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.refuses and self.refuses in address:
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    with override_settings(EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        yield box
    controller.stop()


def test_invited_by_mail_and_in(house: House, mailbox: Mailbox) -> None:
    done = _invite(house)
    assert done.delivery.state == "sent"
    letter = mailbox.letters[0]
    assert letter["To"] == "kim@harbour.example"
    text = letter.get_content()
    assert "Hello Kim Lee" in text
    assert "Sam Admin invites you" in text
    link = re.search(r"http\S+/invitation/\S+/", text)
    assert link is not None
    person = accept_invitation(_token(link.group()), name="Kim  Lee", password=PASSWORD)
    assert (person.name, person.email) == ("Kim Lee", "kim@harbour.example")
    assert person.check_password(PASSWORD)
    assert scope_of(person).roles == (("north-phone", "supervisor"),)
    assert [entry.name for entry in JournalEntry.objects.order_by("-id")[:2]] == ["role-given", "invitation-accepted"]


def test_the_store_holds_a_digest_and_the_journal_no_person(house: House) -> None:
    done = _invite(house)
    token = _token(done.link)
    row = Invitation.objects.get()
    assert row.digest == digest_of(token)
    written = str(list(JournalEntry.objects.values()))
    for secret in (token, "kim@", "Kim Lee"):
        assert secret not in written


def test_a_link_works_once(house: House) -> None:
    token = _token(_invite(house).link)
    accept_invitation(token, name="Kim", password=PASSWORD)
    with pytest.raises(NotFound) as refusal:
        accept_invitation(token, name="Kim", password=PASSWORD)
    assert refusal.value.code == "invitation_spent"


def test_a_weak_password_does_not_use_the_link_up(house: House) -> None:
    token = _token(_invite(house).link)
    with pytest.raises(Invalid) as refusal:
        accept_invitation(token, name="Kim", password="12345")
    assert refusal.value.code == "weak_password"
    assert open_invitation(token) is not None


def test_after_seven_days_it_has_ended(house: House) -> None:
    token = _token(_invite(house).link)
    row = Invitation.objects.get()
    assert timedelta(days=6, hours=23) < row.expires_at - timezone.now() <= timedelta(days=7)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotFound):
        accept_invitation(token, name="Kim", password=PASSWORD)


def test_sent_again_the_first_link_ends(house: House) -> None:
    first = _invite(house)
    second = invite_again(house.scope("admin"), first.invitation.pk)
    third = _invite(house)
    assert Invitation.objects.count() == 1
    assert open_invitation(_token(first.link)) is None
    assert open_invitation(_token(second.link)) is None
    assert open_invitation(_token(third.link)) is not None
    assert len(mail.outbox) == 3


def test_taken_back(house: House) -> None:
    done = _invite(house)
    withdraw_invitation(house.scope("admin"), done.invitation.pk)
    with pytest.raises(NotFound):
        accept_invitation(_token(done.link), name="Kim", password=PASSWORD)
    with pytest.raises(Refused):
        withdraw_invitation(house.scope("admin"), done.invitation.pk)
    assert _invite(house).invitation.pk != done.invitation.pk


def test_who_is_here_already_is_not_invited(house: House) -> None:
    with pytest.raises(Refused) as refusal:
        _invite(house, email="AGENT@harbour.example")
    assert refusal.value.code == "address_taken"


def test_two_invitations_of_one_address_make_one_person(house: House) -> None:
    first, second = _invite(house), _invite(house, role="agent")
    accept_invitation(_token(first.link), name="Kim", password=PASSWORD)
    with pytest.raises(Refused):
        accept_invitation(_token(second.link), name="Kim", password=PASSWORD)


@pytest.mark.parametrize("email", ["", "kim", "kim@", "a b@c.example", "kim@harbour.example\nBcc: all@harbour.example"])
def test_no_address(house: House, email: str) -> None:
    with pytest.raises(Invalid):
        _invite(house, email=email)


def test_a_region_invites_to_itself_alone(house: House) -> None:
    assert _invite(house, who="north_admin").invitation.unit.key == "north-phone"
    with pytest.raises(Forbidden):
        _invite(house, who="north_admin", unit="south-phone")
    elsewhere = _invite(house, email="x@harbour.example", unit="south-phone")
    with pytest.raises(NotFound):
        withdraw_invitation(house.scope("north_admin"), elsewhere.invitation.pk)


def test_a_mail_that_cannot_go_is_said_and_the_link_still_shown(house: House) -> None:
    with override_settings(EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=1):
        done = _invite(house)
    assert done.delivery.state == "failed"
    assert "127.0.0.1:1" in done.delivery.reason
    assert open_invitation(_token(done.link)) is not None


def test_a_server_that_refuses_is_quoted(house: House, mailbox: Mailbox) -> None:
    mailbox.refuses = "kim"
    done = _invite(house)
    assert done.delivery.state == "failed"
    assert "550 no such user here" in done.delivery.reason


def test_without_a_mail_server_the_mail_is_kept(house: House, tmp_path: Any) -> None:
    backend = "django.core.mail.backends.filebased.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend, EMAIL_FILE_PATH=str(tmp_path)):
        delivery = send_test("sam@harbour.example")
    assert delivery.state == "kept"
    assert "sam@harbour.example" in next(tmp_path.iterdir()).read_text()

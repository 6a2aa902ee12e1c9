"""Invitations as text messages: sent once through a carrier's API, tried again where that helps, ended by STOP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from heed.channels import sms
from heed.channels.sms import carrier_of
from heed.core.settings.rules import current
from heed.feedback.surveys.actions.invitations import invite
from heed.feedback.surveys.jobs import send_due_invitations
from heed.feedback.surveys.models import AddressTrouble, Invitation
from heed.feedback.surveys.queries.messages import HEARD, TOLD, invitation_sms
from heed.feedback.surveys.queries.surveys import asked
from heed.service.customers.models import Customer
from heed.service.customers.rules import number_of
from tests.channels.far import Far, answer, far
from tests.feedback.surveys.surveys import in_force

pytestmark = pytest.mark.django_db
NUMBER = "+4915112345678"


@pytest.fixture(autouse=True)
def ann() -> None:
    in_force(sender_name="Harbour Goods")
    Customer.objects.create(key="c_1", system="shop", external_id="1", phone="0049 (0)151 123 456-78", language="de")


@contextmanager
def carrying(monkeypatch: pytest.MonkeyPatch, *says: bytes) -> Iterator[Far]:
    """A carrier on the loopback that answers in turn, the last one again and again."""
    left = list(says)
    with far(lambda line, _asked: line.sendall(left.pop(0) if len(left) > 1 else left[0])) as server:
        url = f"twilio+http://AC1:secret@127.0.0.1:{server.port}?from=%2B4930"
        told = replace(current(), sms_url=url, outgoing_allow="127.0.0.0/8")
        monkeypatch.setattr("heed.channels.sms.current", lambda: told)
        monkeypatch.setattr("heed.core.outgoing.current", lambda: told)
        yield server


def took(sid: str = "SM1") -> bytes:
    return answer("201 Created", json.dumps({"sid": sid}).encode())


def texted(**more: Any) -> Invitation:
    key = invite(
        **{
            "survey_key": "after_call",
            "customer_key": "c_1",
            "address": NUMBER,
            "channel": "sms",
            "language": "de",
            **more,
        }
    )
    return Invitation.objects.get(key=key)


def test_a_message_goes_once_with_a_link_that_works_and_the_number_is_forgotten(monkeypatch: Any) -> None:
    row = texted()
    with carrying(monkeypatch, took()) as server:
        text = invitation_sms(row, "0" * 40).text
        assert (send_due_invitations(), send_due_invitations(), len(server.asked)) == (1, 0, 1)
    assert text.startswith("Harbour Goods: Wie war es für Sie? http")
    assert text.endswith("STOP antworten zum Abmelden.")
    assert sms.parts_of(text) <= 2
    row.refresh_from_db()
    assert (row.state, row.address, row.carrier_id, len(row.address_digest)) == ("sent", "", "SM1", 64)
    assert asked(server.asked[0].decode().partition("%2Fa%2F")[2][:40]).state == "open"


def test_a_carrier_that_is_busy_is_asked_again_when_it_says_and_no_number_is_given_up(monkeypatch: Any) -> None:
    row, other = texted(), texted(customer_key="c_2")
    busy = answer("429 Too Many Requests", b"{}", Retry_After="7200")
    nobody = answer("400 Bad Request", json.dumps({"code": 21211}).encode())
    with carrying(monkeypatch, busy, nobody):
        assert send_due_invitations() == 0
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, other.state, other.address) == ("due", "failed", "")
    assert row.leased_until is not None
    assert (row.leased_until - timezone.now()).total_seconds() > 7000


def test_without_a_carrier_it_waits_and_a_name_that_cannot_be_answered_has_a_link_to_leave_by(monkeypatch: Any) -> None:
    row = texted()
    assert send_due_invitations() == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("due", 1)
    by = carrier_of("twilio://AC1:secret@api.example?from=Harbour")
    monkeypatch.setattr("heed.feedback.surveys.queries.messages.carrier", lambda: by)
    assert "Abmelden: http" in invitation_sms(row, "0").text


def post(client: Client, path: str, by: Any, **form: str) -> int:
    signature = by.signed(current().public_url + path, form)
    return client.post(path, form, headers={"X-Twilio-Signature": signature}).status_code


def test_what_the_carrier_tells_is_believed_by_its_signature(client: Client, monkeypatch: Any) -> None:
    row = texted()
    with carrying(monkeypatch, took()):
        send_due_invitations()
        by = sms.carrier()
        told = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30005"}
        assert client.post(TOLD, told).status_code == 403
        assert client.get(TOLD).status_code == 405
        assert not AddressTrouble.objects.exists()
        assert [post(client, TOLD, by, **told) for _ in range(2)] == [204, 204]
        assert post(client, TOLD, by, MessageSid="SM9", MessageStatus="failed") == 204
        assert post(client, TOLD, by, MessageSid="", MessageStatus="failed") == 204
    row.refresh_from_db()
    assert (AddressTrouble.objects.get().sort, row.state) == ("bounced", "failed")


@pytest.mark.parametrize(
    ("said", "leaves"), [("STOP", True), (" Stop! ", True), ("Abmelden bitte", True), ("Danke", False)]
)
def test_stop_ends_all_asking(client: Client, monkeypatch: Any, said: str, leaves: bool) -> None:
    with carrying(monkeypatch, took()):
        by = sms.carrier()
        assert client.post(HEARD, {"From": NUMBER, "Body": said}).status_code == 403
        assert post(client, HEARD, by, From=NUMBER, Body=said) == 200
    assert (Customer.objects.get().mail_opted_out_at is not None) is leaves


def test_who_said_stop_to_the_carrier_is_left_alone(monkeypatch: Any) -> None:
    texted()
    with carrying(monkeypatch, answer("400 Bad Request", json.dumps({"code": 21610}).encode())):
        send_due_invitations()
    assert Customer.objects.get().opted_out_by == "sms"
    assert settings.SECRET_KEY


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+49 151 1234", "+491511234"),
        ("0049 (0)151-12345678", NUMBER),
        ("(030) 123456", ""),
        ("", ""),
        ("+0 1", ""),
        ("+49 151 12345678 ext. 3", ""),
    ],
)
def test_a_number_needs_its_country(typed: str, number: str) -> None:
    assert number_of(typed) == number

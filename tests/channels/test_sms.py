"""Text messages over a carrier's HTTP API: a real server on the loopback that takes them, refuses them, or says nothing."""

import json
from urllib.parse import parse_qs

import pytest

from heed.channels.sms import Sms, SmsRefused, Twilio, carrier_of, parts_of, send
from heed.core.errors.rules import Invalid
from heed.core.outgoing import fetch, networks
from heed.core.settings.rules import load
from tests.channels.far import Far, Respond, answer, far, says

MESSAGE = Sms("+4915112345678", "Hallo", told_url="https://heed.example/sms/told")


def at(server: Far, seconds: float | None = None) -> Twilio:
    """The carrier at a server of the loopback, which only tests may call."""

    def call(method: str, url: str, headers: dict[str, str], body: bytes, timeout: float) -> object:
        return fetch(method, url, headers, body, seconds or timeout, allowed=networks("127.0.0.0/8"))

    return Twilio(server.address, "AC1", "secret", "+4930", fetch=call)  # type: ignore[arg-type]


def told(status: str, headers: dict[str, str] | None = None, /, **body: object) -> Respond:
    return says(answer(status, json.dumps(body).encode(), **(headers or {})))


def test_a_message_is_posted_as_the_carrier_wants_it() -> None:
    with far(told("201 Created", sid="SM1", status="queued")) as server:
        assert send(MESSAGE, at(server)) == "SM1"
    head, _, body = server.asked[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /2010-04-01/Accounts/AC1/Messages.json ")
    assert b"Authorization: Basic QUMxOnNlY3JldA==" in head
    assert parse_qs(body.decode()) == {
        "To": ["+4915112345678"],
        "From": ["+4930"],
        "Body": ["Hallo"],
        "StatusCallback": ["https://heed.example/sms/told"],
    }


@pytest.mark.parametrize(
    ("status", "code", "permanent", "said"),
    [
        ("400 Bad Request", 21211, True, "no_such_number"),
        ("400 Bad Request", 21610, True, "opted_out"),
        ("400 Bad Request", 21602, True, "sms_refused"),
        ("401 Unauthorized", 20003, False, "sms_sign_in"),
        ("503 Service Unavailable", 20503, False, "sms_deferred"),
        ("200 OK", None, True, "sms_unsure"),
    ],
)
def test_a_refusal_is_told_by_whether_to_try_again(status: str, code: int | None, permanent: bool, said: str) -> None:
    with far(told(status, code=code, message="about +4915112345678")) as server, pytest.raises(SmsRefused) as caught:
        at(server).send(MESSAGE)
    assert (caught.value.permanent, caught.value.code) == (permanent, said)
    assert "4915112345678" not in caught.value.message


def test_too_many_at_once_waits_as_long_as_the_carrier_asks() -> None:
    with (
        far(told("429 Too Many Requests", {"Retry_After": "90"}, code=20429)) as server,
        pytest.raises(SmsRefused) as caught,
    ):
        at(server).send(MESSAGE)
    assert (caught.value.permanent, caught.value.wait) == (False, 90)
    with far(told("429 Too Many Requests", {"Retry_After": "tomorrow"})) as server, pytest.raises(SmsRefused) as again:
        at(server).send(MESSAGE)
    assert again.value.wait == 0


def test_what_may_have_gone_is_not_sent_twice_and_what_never_left_is_tried_again() -> None:
    with far(lambda line, _asked: line.recv(1) and None) as silent, pytest.raises(SmsRefused) as caught:
        at(silent, seconds=0.3).send(MESSAGE)
    assert (caught.value.permanent, caught.value.code) == (True, "sms_unsure")
    with far(says(b"")) as cut, pytest.raises(SmsRefused) as broken:
        at(cut).send(MESSAGE)
    assert broken.value.code == "sms_unsure"
    with far(says(b"")) as gone:
        pass
    with pytest.raises(SmsRefused) as away:
        at(gone).send(MESSAGE)
    assert (away.value.permanent, away.value.code) == (False, "sms_unreachable")
    with pytest.raises(SmsRefused) as inner:
        Twilio("http://127.0.0.1:9", "AC1", "secret", "+4930").send(MESSAGE)
    assert inner.value.code == "sms_unreachable"


def test_the_carrier_is_read_from_its_setting() -> None:
    assert carrier_of("") is None
    by = carrier_of("twilio://AC1:to%2Fken@api.twilio.com?from=+4930")
    assert by is not None
    assert (by.base, by.account, by.token, by.sender, by.hears) == (
        "https://api.twilio.com",
        "AC1",
        "to/ken",
        "+4930",
        True,
    )
    named = carrier_of("twilio://AC1:token@api.twilio.com?from=Harbour")
    service = carrier_of("twilio+http://AC1:token@127.0.0.1:9000?service=MG1")
    assert named and service
    assert (named.hears, service.hears, service.base) == (False, True, "http://127.0.0.1:9000")


@pytest.mark.parametrize(
    "address", ["https://a:b@c?from=+1", "twilio://api.twilio.com?from=+1", "twilio://a:geheim@api.twilio.com"]
)
def test_a_carrier_that_cannot_be_meant_is_refused_without_its_token(address: str) -> None:
    with pytest.raises(Invalid) as caught:
        load({"HEED_SMS_URL": address})
    assert "HEED_SMS_URL" in caught.value.message
    assert "geheim" not in caught.value.message + caught.value.hint


def test_the_carriers_own_calls_are_known_by_their_signature() -> None:
    # The worked example of twilio.com/docs/usage/security (validating requests).
    by = Twilio("https://api.twilio.com", "AC1", "12345", "+1")
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert by.signed(url, form) == "L/OH5YylLD5NRKLltdqwSvS0BnU="
    assert by.is_from_carrier(url, form, "L/OH5YylLD5NRKLltdqwSvS0BnU=")
    assert not by.is_from_carrier(url, {**form, "Digits": "1"}, "L/OH5YylLD5NRKLltdqwSvS0BnU=")
    assert not by.is_from_carrier(url, form, "")
    assert not by.is_from_carrier(url, form, "ü")


def test_a_text_is_billed_by_its_alphabet() -> None:
    assert [parts_of("a" * n) for n in (0, 160, 161, 306, 307)] == [1, 1, 2, 2, 3]
    assert [parts_of("ä" * 160), parts_of("€" * 80), parts_of("€" * 81)] == [1, 1, 2]
    assert [parts_of("س" * n) for n in (70, 71, 134, 135)] == [1, 2, 2, 3]
    assert parts_of("😀" * 35) == 1

"""Messages are signed as the standard says, and checked as a receiver would."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heed.channels.webhooks import NotSigned, cloud_event, headers, secret_of, signature, verify

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
SECRET = secret_of("m" * 40, "con_1", 1)
BODY = b'{"test": 2432232314}'


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_is_known_by_its_receiver() -> None:
    given = headers([SECRET], "msg_1", NOW, BODY)
    assert verify([SECRET], given, BODY, NOW) == "msg_1"
    assert verify([SECRET], {name.title(): value for name, value in given.items()}, BODY, NOW) == "msg_1"


def test_two_secrets_are_valid_while_one_takes_the_place_of_the_other() -> None:
    new = secret_of("m" * 40, "con_1", 2)
    given = headers([new, SECRET], "msg_1", NOW, BODY)
    assert verify([SECRET], given, BODY, NOW) == verify([new], given, BODY, NOW) == "msg_1"
    with pytest.raises(NotSigned):
        verify([secret_of("m" * 40, "con_2", 1)], given, BODY, NOW)


@pytest.mark.parametrize("part", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_changed_or_missing_header_is_noticed(part: str) -> None:
    given = headers([SECRET], "msg_1", NOW, BODY)
    for changed in ({**given, part: given[part] + "1"}, {k: v for k, v in given.items() if k != part}):
        with pytest.raises(NotSigned):
            verify([SECRET], changed, BODY, NOW)


@given(st.binary(max_size=50))
def test_another_body_is_noticed(body: bytes) -> None:
    given = headers([SECRET], "msg_1", NOW, BODY)
    if body != BODY:
        with pytest.raises(NotSigned):
            verify([SECRET], given, body, NOW)


def test_what_is_too_old_or_too_new_is_refused() -> None:
    given = headers([SECRET], "msg_1", NOW, BODY)
    for seconds in (301, -301):
        with pytest.raises(NotSigned):
            verify([SECRET], given, BODY, NOW + timedelta(seconds=seconds))


def test_a_version_nobody_knows_is_passed_over() -> None:
    given = headers([SECRET], "msg_1", NOW, BODY)
    given["webhook-signature"] = "v1a,abc v2,def " + given["webhook-signature"]
    assert verify([SECRET], given, BODY, NOW) == "msg_1"


def test_a_secret_belongs_to_one_endpoint_one_version_and_one_store() -> None:
    secrets = {secret_of(master, end, version) for master in "ab" for end in "cd" for version in (1, 2)}
    assert len(secrets) == 8
    assert all(secret.startswith("whsec_") and len(secret) == 50 for secret in secrets)


def test_an_event_is_written_as_cloudevents_wants_it() -> None:
    body = cloud_event(
        id="7", source="https://heed.example", type="heed.case-closed", at=NOW, subject="case/c_1", data={"team": "Süd"}
    )
    assert json.loads(body) == {
        "specversion": "1.0",
        "id": "7",
        "source": "https://heed.example",
        "type": "heed.case-closed",
        "subject": "case/c_1",
        "time": "2026-11-22T15:00:00Z",
        "datacontenttype": "application/json",
        "data": {"team": "Süd"},
    }
    assert "subject" not in json.loads(cloud_event(id="7", source="s", type="t", at=NOW))

"""The ledger of consent: what was said last holds, nothing is changed, and a policy may want consent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.actions import ensure
from heed.core.errors.rules import Invalid, NotFound
from heed.service.customers.actions import keep_customers, note_consent
from heed.service.customers.models import ConsentEntry, Customer
from heed.service.customers.queries import barred, ledger, withdrawn
from heed.service.customers.rules import CustomerRow

pytestmark = pytest.mark.django_db
TEXT = "I agree to be asked how it went."


@pytest.fixture
def keys() -> list[str]:
    keep_customers([CustomerRow(external_id=each) for each in ("4711", "4712", "4713")], "test", system="crm")
    return list(Customer.objects.order_by("external_id").values_list("key", flat=True))


def say(key: str, said: str, days: int = 0, shown: str = "") -> ConsentEntry:
    at = timezone.now() - timedelta(days=days)
    return note_consent(COMMAND_LINE, key, "asking", said, source="form", shown=shown, said_at=at)


def test_what_was_said_last_holds_and_what_was_said_before_stays(keys: list[str]) -> None:
    say(keys[0], "given", 3, TEXT)
    say(keys[0], "withdrawn", 1)
    # Noted later, said earlier.
    say(keys[0], "given", 2, TEXT)
    say(keys[1], "objected", 1)
    assert barred(keys, "asking") == {keys[0]: "consent_withdrawn", keys[1]: "objected"}
    assert barred(keys, "asking", timezone.now() - timedelta(days=2, hours=12)) == {}
    assert [row.said for row in ledger(COMMAND_LINE, customer=keys[0])] == ["given", "withdrawn", "given"]


def test_where_a_policy_rests_on_consent_nobody_is_asked_without_it(keys: list[str]) -> None:
    say(keys[0], "given", 1, TEXT)
    assert barred(keys, "asking") == {}
    ensure("privacy_policy", "strict", {"name": "Strict", "lawful_basis": {"asking": "consent"}})
    assert barred(keys, "asking") == {keys[1]: "no_consent", keys[2]: "no_consent"}
    assert barred(keys, "marketing") == {}
    assert withdrawn(keys, "asking") == {keys[1], keys[2]}


@pytest.mark.parametrize(
    ("purpose", "said", "shown", "days", "code"),
    [
        ("Asking!", "given", TEXT, 0, "invalid_purpose"),
        ("asking", "maybe", TEXT, 0, "invalid_consent"),
        ("asking", "given", " ", 0, "no_text_shown"),
        ("asking", "given", TEXT, -2, "future_consent"),
    ],
)
def test_what_is_no_entry_is_refused(
    keys: list[str], purpose: str, said: str, shown: str, days: int, code: str
) -> None:
    at = timezone.now() - timedelta(days=days)
    with pytest.raises(Invalid) as refused:
        note_consent(COMMAND_LINE, keys[0], purpose, said, source="form", shown=shown, said_at=at)
    assert refused.value.code == code


def test_nothing_is_noted_of_who_is_not_known() -> None:
    with pytest.raises(NotFound):
        say("c_nobody", "objected")

"""A person's key can be taken out of the journal, and whoever changes an entry is still found out."""

import pytest
from django.db import transaction

from heed.core.journal.actions import record, veil_subjects
from heed.core.journal.models import JournalEntry
from heed.core.journal.queries import verify_chain
from heed.service.customers.events import CustomerOptedIn, CustomerOptedOut

pytestmark = pytest.mark.django_db
SUBJECT = ("customer", "c_4711")


@pytest.fixture
def told() -> list[int]:
    with transaction.atomic():
        return [
            record(CustomerOptedOut("c_4711", "link"), subject=SUBJECT),
            record(CustomerOptedOut("c_4712", "link"), subject=("customer", "c_4712")),
            record(CustomerOptedIn("c_4711"), subject=SUBJECT),
        ]


def veil(ids: list[int]) -> None:
    with transaction.atomic():
        assert veil_subjects(ids, "gone_1", "heed") == len(ids)


def test_the_chain_holds_and_the_key_is_nowhere(told: list[int]) -> None:
    veil([told[0], told[2]])
    verdict = verify_chain()
    assert verdict.broken_at is None
    assert verdict.erased == 2
    rows = JournalEntry.objects.values_list("subject_id", "payload")
    assert "c_4711" not in str(list(rows))
    assert "c_4712" in str(list(rows))


def test_taking_a_subject_away_without_a_word_is_noticed(told: list[int]) -> None:
    JournalEntry.objects.filter(id=told[0]).update(subject_id="", payload=None, salt="")
    assert verify_chain().broken_at == told[0]


@pytest.mark.parametrize("column", ["subject_id", "actor", "name", "digest"])
def test_who_changes_a_veiled_entry_is_noticed(told: list[int], column: str) -> None:
    veil([told[0], told[2]])
    JournalEntry.objects.filter(id=told[0]).update(**{column: "other"})
    assert verify_chain().broken_at == told[0]


def test_what_came_before_a_veiled_entry_cannot_be_exchanged(told: list[int]) -> None:
    veil([told[2]])
    JournalEntry.objects.filter(id=told[1]).update(actor="other")
    assert verify_chain().broken_at == told[1]

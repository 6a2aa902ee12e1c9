"""Writing the journal in the transaction of the change, one writer after the other."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction

from heed.core.journal.actions import erase_payload, record
from heed.core.journal.events import EVENTS, event
from heed.core.journal.models import JournalEntry
from heed.core.journal.queries import entries_after, last_id, verify_chain


@pytest.fixture
def tried() -> Iterator[type]:
    @event
    @dataclass(frozen=True)
    class RecordWasTried:
        thing: str

    yield RecordWasTried
    EVENTS.pop("record-was-tried")


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_of_a_transaction_is_refused(tried: type) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record(tried("x"))


@pytest.mark.django_db
def test_entries_are_numbered_and_read_in_order(tried: type) -> None:
    start = last_id()
    with transaction.atomic():
        ids = [record(tried(name), actor="p_1", subject=("thing", name)) for name in "abc"]
    assert ids == [start + 1, start + 2, start + 3]
    assert [entry.payload for entry in entries_after(start)] == [{"thing": "a"}, {"thing": "b"}, {"thing": "c"}]
    assert [entry.id for entry in entries_after(start + 1, limit=1)] == [start + 2]
    assert verify_chain().broken_at is None


@pytest.mark.django_db
def test_a_change_rolled_back_leaves_no_entry(tried: type) -> None:
    start = last_id()
    with pytest.raises(RuntimeError), transaction.atomic():
        record(tried("x"))
        raise RuntimeError
    assert last_id() == start


@pytest.mark.django_db
def test_a_hand_on_the_table_is_noticed_and_an_erasure_is_not(tried: type) -> None:
    with transaction.atomic():
        first = record(tried("a"))
        second = record(tried("b"))
        record(tried("c"))
    erase_payload(first)
    verdict = verify_chain()
    assert verdict.broken_at is None
    assert verdict.erased == 1
    JournalEntry.objects.filter(id=second).update(payload={"thing": "other"})
    assert verify_chain().broken_at == second

"""Rows written past the ORM are what the ORM would have written."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection, transaction

from heed.core.journal.models import FollowerPosition, JournalEntry
from heed.core.rows import insert_keyed, insert_rows

AT = datetime(2026, 5, 3, 9, 0, 0, 123456, tzinfo=UTC)
NAMES = ("id", "at", "name", "actor", "subject_kind", "subject_id", "payload", "salt", "digest", "chain")
pytestmark = pytest.mark.django_db


def test_rows_come_back_as_they_were_given() -> None:
    odd = 'ä "quoted" \\ %s \n\t\u2028 🙂'
    insert_rows(JournalEntry, NAMES, [(9_007, AT, odd, "p", "k", "1", '{"b": 1.5, "a": null}', "s", "d", "c")])
    row = JournalEntry.objects.get(id=9_007)
    assert (row.at, row.name, row.payload, row.chain) == (AT, odd, {"a": None, "b": 1.5}, "c")


def test_no_rows_ask_nothing(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        insert_rows(JournalEntry, NAMES, [])
        assert insert_keyed(JournalEntry, NAMES, [], "name") == {}


def test_each_row_is_told_its_id() -> None:
    rows = [(number, AT, f"n{number}", "p", "k", "1", "{}", "s", "d", "c") for number in (9_003, 9_001, 9_002)]
    assert insert_keyed(JournalEntry, NAMES, rows, "name") == {"n9001": 9_001, "n9002": 9_002, "n9003": 9_003}


def test_nothing_stays_nothing() -> None:
    insert_rows(FollowerPosition, ("name", "entry", "attempts", "retry_at", "last_error"), [("f", 0, 0, None, "")])
    assert FollowerPosition.objects.get(name="f").retry_at is None


def test_a_text_too_long_is_refused_and_not_cut() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite takes a text of any length")
    with pytest.raises(DataError), transaction.atomic():
        insert_rows(JournalEntry, NAMES, [(9_007, AT, "n" * 81, "p", "k", "1", "{}", "s", "d", "c")])

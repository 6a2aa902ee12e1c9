"""Tables stay small, and what was deleted leaves no byte."""

from pathlib import Path

import pyarrow as pa

from heed.facts.store.store import Store
from tests.facts.rows import usage_rows

SECRET = "Margarethe-Unverkennbar"


def bytes_with(folder: str, words: str) -> list[str]:
    return [str(file) for file in Path(folder).rglob("*") if file.is_file() and words.encode() in file.read_bytes()]


def test_small_files_are_joined_and_no_row_is_lost(store: Store) -> None:
    for at in range(0, 100, 10):
        store.append("usage", usage_rows(at, at + 10), app="journal", number=at + 10)
    assert len(store.files("usage")) == 10
    assert store.compact("usage") == 10
    assert (len(store.files("usage")), store.rows("usage"), store.number("usage", "journal")) == (1, 100, 100)


def test_a_joined_table_still_refuses_a_replay(store: Store) -> None:
    store.append("usage", usage_rows(0, 10), app="journal", number=10)
    store.append("usage", usage_rows(10, 20), app="journal", number=20)
    store.compact("usage")
    store.vacuum("usage")
    assert not Store(store.url).append("usage", usage_rows(10, 20), app="journal", number=20)
    assert Store(store.url).append("usage", usage_rows(20, 30), app="journal", number=30)


def test_what_was_deleted_is_gone_from_files_and_log(store: Store) -> None:
    personal = usage_rows(0, 3, prefix=SECRET)
    personal = personal.append_column("product", pa.array([SECRET] * 3))
    store.append_new("usage", personal)
    store.append_new("usage", usage_rows(0, 10))
    assert bytes_with(store.url, SECRET)
    assert store.delete("usage", "batch = 'b1' AND product IS NOT NULL") == 3
    assert bytes_with(store.url, SECRET), "deleted rows stay on disk until they are taken away"
    assert store.vacuum("usage") >= 1
    assert bytes_with(store.url, SECRET) == []
    assert store.rows("usage") == 10


def test_files_a_killed_writer_left_are_taken_away(store: Store) -> None:
    store.append_new("usage", usage_rows(0, 10))
    orphan = Path(store.files("usage")[0]).with_name("part-left.parquet")
    orphan.write_bytes(SECRET.encode())
    store.vacuum("usage")
    assert not orphan.exists()
    assert store.rows("usage") == 10


def test_the_log_keeps_least_and_greatest_of_keys_and_times_only(store: Store) -> None:
    rows = usage_rows(0, 10).append_column("customer_key", pa.array([SECRET] * 10))
    store.append_new("usage", rows)
    assert bytes_with(str(Path(store.url) / "usage" / "_delta_log"), SECRET) == []


def test_writing_goes_on_after_everything_dead_was_taken_away(store: Store) -> None:
    stale = Store(store.url)
    for at in range(0, 50, 10):
        stale.append("usage", usage_rows(at, at + 10), app="journal", number=at + 10)
        store.vacuum("usage")
    assert stale.append_new("usage", usage_rows(0, 60)) == 10
    assert (store.rows("usage"), store.number("usage", "journal")) == (60, 50)

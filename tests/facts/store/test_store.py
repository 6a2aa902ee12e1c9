"""The store writes each row exactly once, whoever else writes, and gives back what was written."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from heed.core.errors.rules import Invalid, Unavailable
from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.tables import TABLES
from heed.facts.store import store as store_module
from heed.facts.store.store import Store
from tests.facts.rows import usage_rows
from tests.places import ROOT


def keys_of(store: Store, name: str = "usage") -> list[str]:
    """The keys in the table, read from its files without the store's help."""
    key = TABLES[name].key
    return sorted(
        value for file in store.files(name) for value in pq.ParquetFile(file).read([key]).column(key).to_pylist()
    )


def test_what_is_appended_is_there_in_the_schema_of_the_table(store: Store) -> None:
    assert store.append("usage", usage_rows(0, 10), app="journal", number=10)
    read = store.dataset("usage").to_table()  # type: ignore[union-attr]
    assert set(read.column_names) == set(arrow_schema(TABLES["usage"]).names)
    assert sorted(read.column("usage_id").to_pylist()) == usage_rows(0, 10).column("usage_id").to_pylist()
    assert store.rows("usage") == 10


def test_a_table_that_was_never_written_is_empty(store: Store) -> None:
    assert (store.exists("usage"), store.version("usage"), store.number("usage", "journal")) == (False, None, None)
    assert (store.files("usage"), store.rows("usage"), store.tables()) == ([], 0, [])
    assert (store.delete("usage", "source = 'heed'"), store.compact("usage"), store.vacuum("usage")) == (0, 0, 0)


def test_a_replayed_batch_changes_nothing(store: Store) -> None:
    assert store.append("usage", usage_rows(0, 10), app="journal", number=10)
    version = store.version("usage")
    assert not store.append("usage", usage_rows(0, 10), app="journal", number=10)
    assert (store.rows("usage"), store.version("usage"), store.number("usage", "journal")) == (10, version, 10)


def test_a_lower_number_never_overwrites_a_higher_one(store: Store) -> None:
    assert store.append("usage", usage_rows(0, 10), app="journal", number=10)
    assert not store.append("usage", usage_rows(10, 20), app="journal", number=9)
    assert not store.advance("usage", app="journal", number=9)
    assert (store.rows("usage"), store.number("usage", "journal")) == (10, 10)


def test_applications_number_apart(store: Store) -> None:
    assert store.append("usage", usage_rows(0, 10), app="journal", number=10)
    assert store.append("usage", usage_rows(10, 20), app="sample", number=1)
    assert (store.number("usage", "journal"), store.number("usage", "sample")) == (10, 1)


def test_a_batch_that_starts_elsewhere_than_the_table_is_not_written(store: Store) -> None:
    assert store.append("usage", usage_rows(0, 10), app="journal", number=10, after=0)
    assert not store.append("usage", usage_rows(5, 15), app="journal", number=15, after=5)
    assert store.append("usage", usage_rows(10, 15), app="journal", number=15, after=10)
    assert store.rows("usage") == 15


def test_a_second_handle_that_is_behind_does_not_write_twice(store: Store) -> None:
    other = Store(store.url)
    assert store.append("usage", usage_rows(0, 10), app="journal", number=1)
    assert other.number("usage", "journal") == 1
    assert store.append("usage", usage_rows(10, 20), app="journal", number=2)
    assert not other.append("usage", usage_rows(10, 20), app="journal", number=2)
    assert keys_of(store) == usage_rows(0, 20).column("usage_id").to_pylist()


def test_a_stream_is_written_like_a_table(store: Store) -> None:
    assert store.append("usage", usage_rows(0, 5000).to_reader(max_chunksize=100), app="import", number=1)
    assert keys_of(store) == usage_rows(0, 5000).column("usage_id").to_pylist()


def test_only_rows_with_new_keys_are_written(store: Store) -> None:
    assert store.append_new("usage", usage_rows(0, 100), key="usage_id") == 100
    version = store.version("usage")
    assert store.append_new("usage", usage_rows(0, 100), key="usage_id") == 0
    assert store.version("usage") == version
    assert store.append_new("usage", usage_rows(50, 150)) == 50
    assert store.append_new("usage", usage_rows(1000, 1010)) == 10
    assert keys_of(store) == sorted(
        {*usage_rows(0, 150)["usage_id"].to_pylist(), *usage_rows(1000, 1010)["usage_id"].to_pylist()}
    )


def test_a_key_that_comes_twice_in_the_same_rows_is_written_once_the_first_time(store: Store) -> None:
    rows = pa.concat_tables([usage_rows(0, 3), usage_rows(1, 5, source="second"), usage_rows(0, 5)])
    assert store.append_new("usage", rows) == 5
    kept = store.dataset("usage").to_table()  # type: ignore[union-attr]
    sources = dict(zip(kept.column("usage_id").to_pylist(), kept.column("source").to_pylist(), strict=True))
    assert [sources[key] for key in sorted(sources)] == ["import", "import", "import", "second", "second"]


def test_keys_are_compared_whatever_the_source(store: Store) -> None:
    assert store.append_new("usage", usage_rows(0, 10, source="a")) == 10
    assert store.append_new("usage", usage_rows(0, 10, source="b")) == 0


def test_long_keys_with_a_common_beginning_are_told_apart(store: Store) -> None:
    prefix = "x" * 80
    assert store.append_new("usage", usage_rows(0, 10, prefix=prefix)) == 10
    assert store.append_new("usage", usage_rows(5, 15, prefix=prefix)) == 5


def test_a_key_column_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(KeyError):
        store.append_new("usage", usage_rows(0, 3), key="nothing")
    with pytest.raises(Invalid):
        store.append_new("usage", usage_rows(0, 3), key="region")


def test_deleted_rows_are_gone_and_the_rest_stays(store: Store) -> None:
    store.append_new("usage", usage_rows(0, 10))
    assert store.delete("usage", "usage_id = 'u0000003'") == 1
    assert store.rows("usage") == 9


def test_nothing_is_deleted_unless_the_table_is_at_the_number_named(store: Store) -> None:
    store.append("usage", usage_rows(0, 10), app="journal", number=10)
    assert store.delete("usage", "source = 'import'", when=("journal", 9)) == 0
    assert store.delete("usage", "source = 'import'", when=("journal", 10)) == 10


def test_the_state_of_a_table_counts_rows_files_and_bytes(store: Store) -> None:
    store.append_new("usage", usage_rows(0, 10, source="a"))
    store.append_new("usage", usage_rows(10, 30, source="b"))
    state = store.tables()[0]
    assert (state.name, state.rows, state.files, state.version) == ("usage", 30, 2, store.version("usage"))
    assert state.bytes == sum(Path(file).stat().st_size for file in store.files("usage"))


def test_rows_lie_in_a_folder_of_their_source(store: Store) -> None:
    store.append_new("usage", usage_rows(0, 10, source="nps_verbatims"))
    assert "/usage/source=nps_verbatims/" in store.files("usage")[0]


def test_a_table_grows_by_the_columns_its_schema_got(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    whole = TABLES["usage"]
    fewer = replace(whole, columns=tuple(column for column in whole.columns if column.name != "segment"))
    monkeypatch.setitem(TABLES, "usage", fewer)
    assert store.append_new("usage", usage_rows(0, 10)) == 10
    monkeypatch.setitem(TABLES, "usage", whole)
    assert not store.has_grown("usage")
    assert store.append_new("usage", usage_rows(0, 20)) == 10
    assert store.has_grown("usage")
    read = store.dataset("usage").to_table()  # type: ignore[union-attr]
    assert (read.num_rows, read.column("segment").null_count) == (20, 20)


def test_a_store_that_is_never_let_in_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from deltalake.exceptions import CommitFailedError

    def refuse(*given: object) -> None:
        raise CommitFailedError("somebody else was here")

    store.append_new("usage", usage_rows(0, 1))
    monkeypatch.setattr(store_module, "write_rows", refuse)
    monkeypatch.setattr(store_module.time, "sleep", lambda seconds: None)
    with pytest.raises(Unavailable) as told:
        store.append_new("usage", usage_rows(1, 2))
    assert told.value.code == "facts_busy"


def race(store: Store, ranges: list[tuple[int, int, int]]) -> list[int]:
    """Importers as processes of their own, all let go at once: each offers its keys in steps; rows each wrote."""
    go = Path(store.url) / "go"
    go.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.facts.store.importing", store.url, str(go)]
    importers = [
        subprocess.Popen(
            [*command, *map(str, given)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for given in ranges
    ]
    for importer in importers:
        assert importer.stdout is not None
        assert importer.stdout.readline().strip() == "ready"
    go.touch()
    written = [int(importer.communicate()[0]) for importer in importers]
    assert [importer.returncode for importer in importers] == [0] * len(importers)
    return written


def test_importers_at_once_never_duplicate(store: Store) -> None:
    written = race(store, [(0, 400, 20), (0, 400, 20), (200, 600, 20)])
    assert keys_of(store) == usage_rows(0, 600).column("usage_id").to_pylist()
    assert sum(written) == 600


@pytest.mark.prove
def test_many_importers_at_once_never_duplicate(store: Store) -> None:
    written = race(store, [(0, 3000, 50), (0, 3000, 30), (1500, 4500, 70), (0, 4500, 110)])
    assert keys_of(store) == usage_rows(0, 4500).column("usage_id").to_pylist()
    assert sum(written) == 4500

"""Entries become rows exactly once, whatever is killed when, and in whatever batches."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from heed.facts.follower import APP, LEAST_NEWS, Follower, Position, begin_again, finish_emptying
from heed.facts.projections import Completion, ProjectionFailed
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store
from tests.facts.fake_journal import PROJECTIONS, FakeJournal, expected, write_entries
from tests.facts.rows import usage_rows
from tests.places import ROOT


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    write_entries(tmp_path / "journal.db", 1, 201)
    return tmp_path / "journal.db"


def follower_of(store: Store, journal: Path) -> Follower:
    return Follower(store, FakeJournal(journal).entries_after, PROJECTIONS)


def written(store: Store, source: str = "heed") -> dict[str, list[str]]:
    """The keys of the rows of a source in each table, read from the files themselves."""
    return {
        name: sorted(
            key
            for file in store.files(name)
            if f"/source={source}/" in file
            for key in pq.ParquetFile(file).read([TABLES[name].key]).column(0).to_pylist()
        )
        for name in ("usage", "changes")
    }


def test_entries_become_rows_in_the_tables_they_are_projected_into(store: Store, journal: Path) -> None:
    assert follower_of(store, journal).follow() == 200
    assert written(store) == expected(201)
    rows = store.dataset("changes").to_table().sort_by("at").to_pylist()  # type: ignore[union-attr]
    assert rows[0]["batch"] == "journal:5"
    assert rows[0]["recorded_at"] == rows[0]["at"]
    assert rows[0]["attributes"] == [("count", "5")]


def test_following_again_writes_nothing(store: Store, journal: Path) -> None:
    follower = follower_of(store, journal)
    follower.follow()
    versions = [store.version(name) for name in follower.tables]
    assert follower.follow() == 0
    follower_of(store, journal).follow()
    assert [store.version(name) for name in follower.tables] == versions


def test_new_entries_are_carried_on_from_where_it_was(store: Store, journal: Path) -> None:
    follower = follower_of(store, journal)
    follower.follow(batch=7)
    write_entries(journal, 201, 301)
    assert follower.follow(batch=9) == 100
    assert written(store) == expected(301)


def test_another_batch_size_after_a_restart_leaves_no_hole_and_no_duplicate(store: Store, journal: Path) -> None:
    for batch in (3, 50, 11):
        follower_of(store, journal).follow(batch)
    write_entries(journal, 201, 333)
    follower_of(store, journal).follow(17)
    assert written(store) == expected(333)


def test_a_follower_killed_between_two_tables_carries_on_in_each(store: Store, journal: Path) -> None:
    class Killed(Store):
        def append(self, name: str, *given: object, **named: object) -> bool:  # type: ignore[override]
            if name == "changes":
                raise KeyboardInterrupt
            return super().append(name, *given, **named)  # type: ignore[arg-type]

    with pytest.raises(KeyboardInterrupt):
        follower_of(Killed(store.url), journal).follow(100)
    assert written(store)["usage"]
    assert not written(store)["changes"]
    follower_of(store, journal).follow(30)
    assert written(store) == expected(201)


def test_two_followers_with_batches_of_their_own_do_not_write_twice(store: Store, journal: Path) -> None:
    one, other = follower_of(store, journal), follower_of(Store(store.url), journal)
    one.follow(10)
    other.follow(10)
    for end in (230, 260, 300, 301):
        write_entries(
            journal, int(FakeJournal(journal).database.execute("SELECT max(id) + 1 FROM entry").fetchone()[0]), end
        )
        one.follow(7)
        other.follow(13)
    assert written(store) == expected(301)


def test_a_follower_that_read_an_old_position_is_turned_away(store: Store, journal: Path) -> None:
    late = follower_of(Store(store.url), journal)
    late.follow(10)
    write_entries(journal, 201, 251)
    follower_of(store, journal).follow(10)
    write_entries(journal, 251, 301)
    late._carry(FakeJournal(journal).entries_after(200, 100))
    assert written(store) == expected(251), "it starts at 200, the tables are at 250"
    late.follow(10)
    assert written(store) == expected(301)


def test_a_table_without_news_is_told_the_position_now_and_then(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "long.db"
    write_entries(file, 1, 3)
    follower_of(store, file).follow()
    assert store.number("changes", APP) is None
    with FakeJournal(file).database as database:
        rows = [(number, "something-else", "{}") for number in range(3, LEAST_NEWS + 10)]
        database.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows)
    follower_of(store, file).follow(5000)
    assert Position.of(store.number("changes", APP)).entry >= LEAST_NEWS
    reader = FakeJournal(file)
    Follower(store, reader.entries_after, PROJECTIONS).follow(5000)
    assert reader.asked[0] >= 5000


def test_how_far_behind_counts_only_what_some_table_wants(store: Store, journal: Path) -> None:
    follower, reader = follower_of(store, journal), FakeJournal(journal)
    assert follower.behind(reader.count_after) == len(expected(201)["usage"]) // 2
    follower.follow()
    assert follower.behind(reader.count_after) == 0
    assert follower_of(store, journal).behind(reader.count_after) == 0


def test_an_entry_that_cannot_be_projected_stops_there_and_is_named(store: Store, journal: Path) -> None:
    with FakeJournal(journal).database as database:
        database.execute("""UPDATE entry SET payload = '{"customer": "c", "count": "many"}' WHERE id = 101""")
    with pytest.raises(ProjectionFailed, match="journal:101"):
        follower_of(store, journal).follow(20)
    assert max(int(key.split(":")[1].split(".")[0]) for key in written(store)["usage"]) <= 100
    with FakeJournal(journal).database as database:
        database.execute("""UPDATE entry SET payload = '{"customer": "c1", "count": 101}' WHERE id = 101""")
    follower_of(store, journal).follow(20)
    assert written(store) == expected(201)


def test_what_an_event_leaves_out_is_completed_in_one_go_and_what_is_gone_becomes_no_row(
    store: Store, journal: Path
) -> None:
    calls: list[int] = []

    def names(entries: object) -> dict[int, dict[str, str]]:
        calls.append(1)
        return {entry.id: {"customer": f"full-{entry.id}"} for entry in entries if entry.id != 1}  # type: ignore[attr-defined]

    completions = {"customer-came": Completion("customer-came", ("customer",), names)}
    Follower(store, FakeJournal(journal).entries_after, PROJECTIONS, completions).follow()
    keys = store.dataset("usage").to_table().column("customer_key").to_pylist()  # type: ignore[union-attr]
    assert "full-2" in keys
    assert "full-1" not in keys
    assert (len(calls), len(keys)) == (1, len(expected(201)["usage"]) - 2)


def test_begun_again_a_table_holds_the_same_rows_and_keeps_what_was_imported(store: Store, journal: Path) -> None:
    store.append_new("usage", usage_rows(0, 50))
    follower = follower_of(store, journal)
    follower.follow()
    for name in follower.tables:
        begin_again(store, name, rebuild=1)
    assert written(store) == {"usage": [], "changes": []}
    follower.follow(40)
    assert written(store) == expected(201)
    assert len(written(store, "import")["usage"]) == 50


def test_emptying_that_was_cut_is_ended_before_anything_is_written(store: Store, journal: Path) -> None:
    follower_of(store, journal).follow()
    at = Position.of(store.number("usage", APP))
    store.advance("usage", app=APP, number=Position(at.generation + 1, at.entry).number, after=at.number)
    follower_of(store, journal).follow()
    assert written(store) == expected(201)
    assert Position.of(store.number("usage", APP)).generation == 2


def test_a_late_emptying_takes_no_new_rows_out(store: Store, journal: Path) -> None:
    follower_of(store, journal).follow()
    begin_again(store, "usage", rebuild=1)
    follower_of(store, journal).follow()
    begin_again(store, "usage", rebuild=1)
    finish_emptying(store, "usage")
    assert written(store) == expected(201)


def test_a_follower_that_was_writing_when_a_table_was_begun_again_writes_no_more(store: Store, journal: Path) -> None:
    late = follower_of(Store(store.url), journal)
    late.follow(10)
    write_entries(journal, 201, 221)
    begin_again(store, "usage", rebuild=1)
    late._carry(FakeJournal(journal).entries_after(200, 20))
    late.follow(10)
    assert written(store) == expected(221)


def start(journal: Path, store: Store, *given: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.facts.projecting", str(journal), store.url, *map(str, given)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def kill_somewhere(process: subprocess.Popen[str], chance: random.Random) -> bool:
    """Kill -9 after some batches and a bit; whether it had not ended before."""
    assert process.stdout is not None
    for _ in range(chance.randrange(1, 6)):
        if process.stdout.readline().strip() in ("end", ""):
            break
    time.sleep(chance.random() * 0.02)
    process.kill()
    return process.wait() == -signal.SIGKILL


def crash_rounds(store: Store, journal: Path, rounds: int) -> int:
    """Followers killed one after another while the journal grows; how many were really cut."""
    chance, end, cut = random.Random(rounds), 201, 0
    for number in range(rounds):
        rebuild = (number + 1,) if number % 4 == 3 else ()
        cut += kill_somewhere(start(journal, store, chance.choice((5, 9, 20)), *rebuild), chance)
        write_entries(journal, end, end + 40)
        end += 40
        for name, keys in written(store).items():
            assert len(keys) == len(set(keys)), f"{name} holds a row twice after round {number}"
    follower_of(store, journal).follow(33)
    assert written(store) == expected(end)
    return cut


def test_followers_killed_at_any_moment_leave_no_hole_and_no_duplicate(store: Store, journal: Path) -> None:
    assert crash_rounds(store, journal, 4) >= 1


@pytest.mark.prove
def test_fifty_followers_killed_at_any_moment_leave_no_hole_and_no_duplicate(store: Store, journal: Path) -> None:
    assert crash_rounds(store, journal, 50) >= 25


def test_followers_at_once_and_a_rebuild_among_them_leave_no_hole_and_no_duplicate(store: Store, journal: Path) -> None:
    store.append_new("usage", usage_rows(0, 50))
    together = [start(journal, store, 3), start(journal, store, 7, 1), start(journal, store, 11)]
    for process in together:
        process.communicate()
    assert [process.returncode for process in together] == [0, 0, 0]
    follower_of(store, journal).follow()
    assert written(store) == expected(201)
    assert len(written(store, "import")["usage"]) == 50

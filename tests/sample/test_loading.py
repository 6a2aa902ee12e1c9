"""A load is written once however often it is begun or killed; a removal takes the sample and nothing else."""

import subprocess
import sys
import textwrap
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from heed.core.errors.rules import Refused
from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store
from heed.sample import loading, world
from tests.sample.measuring import UNTIL

SCALE = 0.02
NOW = datetime(2026, 5, 1, tzinfo=UTC)
# Loads in small slices, and kills itself in the middle of the write whose number is given.
KILLED = """
    import os, signal, sys
    from datetime import UTC, date, datetime
    from heed.facts.store.store import Store
    from heed.sample import loading, world
    world.SLICE_CONTACTS = 1200
    store, left = Store(sys.argv[1]), [int(sys.argv[2])]
    write = store.append
    def append(*given, **named):
        left[0] -= 1
        if left[0] == 0:
            if sys.argv[3] == "after":
                write(*given, **named)
            os.kill(os.getpid(), signal.SIGKILL)
        return write(*given, **named)
    store.append = append
    loading.write(store, loading.wanted(store, 3, 0.02, date.fromisoformat(sys.argv[4])), lambda done: None)
"""


# What models read and people set aside comes later.
LATER = ("exclusions", "verbatim_aspects", "verbatim_labels")


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "SLICE_CONTACTS", 1200)


def load(store: Store, seed: int = 3, until: date | None = UNTIL) -> dict[str, int]:
    return loading.write(store, loading.wanted(store, seed, SCALE, until), lambda done: None)


def rows(store: Store, name: str) -> pa.Table:
    dataset = store.dataset(name)
    assert dataset is not None
    return dataset.to_table(columns=arrow_schema(TABLES[name]).names).sort_by(TABLES[name].key)


@pytest.mark.usefixtures("small_slices")
def test_a_load_twice_writes_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = load(store)
    assert min(many for name, many in first.items() if name not in LATER) > 0
    assert sum(load(store).values()) == 0
    assert sum(load(store, until=None).values()) == 0
    assert loading.counts(store) == first
    assert loading.loaded(store) == loading.Load(3, SCALE, UNTIL, 1)


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize(("write", "when"), [(1, "before"), (1, "after"), (6, "after"), (11, "before"), (15, "after")])
def test_a_killed_load_begun_again_is_whole(tmp_path: Path, write: int, when: str) -> None:
    whole, killed = Store(tmp_path / "whole"), tmp_path / "killed"
    load(whole)
    script = textwrap.dedent(KILLED)
    ended = subprocess.run(
        [sys.executable, "-c", script, str(killed), str(write), when, UNTIL.isoformat()], check=False
    )
    assert ended.returncode == -9
    again = Store(killed)
    load(again)
    for state in whole.tables():
        assert rows(again, state.name).equals(rows(whole, state.name)), state.name


@pytest.mark.parametrize(("seed", "until"), [(4, None), (3, date(2026, 3, 31))])
def test_another_operation_is_refused_with_a_hint(tmp_path: Path, seed: int, until: date | None) -> None:
    store = Store(tmp_path)
    load(store)
    with pytest.raises(Refused) as refused:
        load(store, seed, until)
    assert refused.value.code == "other_sample"
    assert "remove" in refused.value.hint


def test_a_removal_takes_the_sample_and_nothing_else(tmp_path: Path) -> None:
    store = Store(tmp_path)
    load(store)
    columns = {"operation_change_id": ["own"], "kind": ["policy"], "at": [NOW], "source": ["mine"], "batch": ["b"]}
    mine = pa.table({**columns, "recorded_at": [NOW]})
    store.append("changes", mine, app="mine", number=1)
    gone = loading.clear(store)
    assert min(many for name, many in gone.items() if name not in LATER) > 0
    assert sum(loading.counts(store).values()) == 0
    assert loading.loaded(store) is None
    assert rows(store, "changes")["operation_change_id"].to_pylist() == ["own"]


def test_it_can_be_loaded_again_after_a_removal(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = load(store)
    loading.clear(store)
    assert load(store) == first
    assert pc.unique(rows(store, "usage")["batch"]).to_pylist() == ["sample/3/0.02/2026-10-31/2"]


def test_what_a_killed_removal_left_does_not_stay_beside_a_new_load(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = load(store)
    store.delete("changes", loading.MINE)
    store.delete("events", loading.MINE)
    load(store)
    assert loading.counts(store) == first


def test_the_progress_comes_to_one(tmp_path: Path) -> None:
    told: list[float] = []
    store = Store(tmp_path)
    loading.write(store, loading.wanted(store, 3, SCALE, UNTIL), told.append)
    assert sum(told) == pytest.approx(1.0)

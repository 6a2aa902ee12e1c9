"""The journal itself, carried on to the facts and made again from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc
import pytest
from django.db import transaction

from heed.core.journal.actions import erase_payload, record
from heed.core.journal.events import EVENTS, event
from heed.core.journal.queries import last_id
from heed.core.settings.rules import load
from heed.facts.follower import REBUILD, REBUILT, begin_again
from heed.facts.projections import PROJECTIONS, projects
from heed.facts.projector import follow
from heed.facts.projector.follow import follower, lag, project
from heed.facts.projector.rebuilding import rebuild, running_rebuild
from tests.facts.rows import usage_rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type]:
    @event
    @dataclass(frozen=True)
    class FactWasTried:
        measure: str

    @projects(FactWasTried, "usage", columns={"measure": "measure"})
    def fact_was_tried(payload, entry):  # type: ignore[no-untyped-def]
        return {"measure": payload["measure"]}

    monkeypatch.setattr(follow, "current", lambda: load({"HEED_HOME": str(tmp_path)}))
    yield FactWasTried
    EVENTS.pop("fact-was-tried")
    PROJECTIONS.pop(("fact-was-tried", "usage"))


def write(tried: type, *measures: str) -> list[int]:
    with transaction.atomic():
        return [record(tried(measure), subject=("thing", measure)) for measure in measures]


def measures() -> list[str]:
    dataset = follower().store.dataset("usage")
    assert dataset is not None
    rows = dataset.to_table().filter(pc.field("source") == "heed")
    return sorted(rows.column("measure").to_pylist())


def test_what_was_recorded_is_projected_once_and_the_lag_goes_to_nothing(tried: type) -> None:
    project()  # what a new store has put in force by itself
    write(tried, "a", "b")
    assert lag() == 2
    assert project() >= 2
    assert (measures(), lag(), project()) == (["a", "b"], 0, 0)
    write(tried, "c")
    assert (lag(), project(), measures()) == (1, 1, ["a", "b", "c"])


def test_entries_of_no_interest_are_no_lag(tried: type) -> None:
    @event
    @dataclass(frozen=True)
    class NothingWasTried:
        thing: str

    project()
    try:
        with transaction.atomic():
            record(NothingWasTried("x"), subject=("thing", "x"))
        assert (lag(), last_id() > 0) == (0, True)
    finally:
        EVENTS.pop("nothing-was-tried")


def test_a_rebuild_gives_the_same_rows_without_what_was_erased_since(tried: type) -> None:
    first, *_ = write(tried, "a", "b", "c")
    follower().store.append_new("usage", usage_rows(0, 5))
    project()
    erase_payload(first)
    done = rebuild()
    assert (done.resumed, done.entries >= 3) == (False, True)
    assert measures() == ["b", "c"]
    assert follower().store.rows("usage") == 2 + 5


def test_a_rebuild_that_was_cut_is_carried_on_and_not_begun_anew(tried: type) -> None:
    write(tried, "a", "b")
    project()
    store = follower().store
    begin_again(store, "usage", rebuild=77)
    assert running_rebuild(store, ["usage"]) == 77
    project()
    version = store.version("usage")
    done = rebuild()
    assert (done.resumed, measures()) == (True, ["a", "b"])
    assert (store.number("usage", REBUILD), store.number("usage", REBUILT)) == (77, 77)
    assert store.version("usage") == (version or 0) + 1, "only the end of the rebuild was written"
    assert rebuild().resumed is False

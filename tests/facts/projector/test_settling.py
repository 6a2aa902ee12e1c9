"""Facts of before come under the roots of their regions, and back: imported ones moved, heed's own made again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest
from django.db import transaction

from heed.core.errors.rules import Refused, Unavailable
from heed.core.journal.actions import record
from heed.core.journal.events import EVENTS, event
from heed.core.settings.rules import Settings, load
from heed.facts.projections import PROJECTIONS, projects
from heed.facts.projector import follow, settling
from heed.facts.projector.follow import follower, project
from heed.facts.projector.settling import settle
from heed.facts.store.opening import store_of
from heed.facts.store.roots import Roots
from heed.facts.store.store import Store
from tests.facts.rows import usage_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def tried() -> Iterator[type]:
    @event
    @dataclass(frozen=True)
    class PlaceWasTried:
        region: str

    @projects(PlaceWasTried, "usage", columns={"region": "region"})
    def place_was_tried(payload, entry):  # type: ignore[no-untyped-def]
        return {"region": payload["region"]}

    yield PlaceWasTried
    EVENTS.pop("place-was-tried")
    PROJECTIONS.pop(("place-was-tried", "usage"))


def use(monkeypatch: pytest.MonkeyPatch, home: Path, *regions: str) -> Settings:
    for region in regions:
        (home / region).mkdir(exist_ok=True)
    named = ",".join(f"{region}={home / region}" for region in regions)
    settings = load({"HEED_HOME": str(home / "var"), "HEED_REGION_ROOTS": named})
    for module in (follow, settling):
        monkeypatch.setattr(module, "current", lambda: settings)
    return settings


def regions_in(store: Store) -> list[str | None]:
    found = [each.to_table().column("region").to_pylist() for each in store.datasets("usage")]
    return sorted((region for some in found for region in some), key=str)


def bytes_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_facts_are_moved_under_their_roots_and_back_again(
    tried: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, tmp_path)
    with pytest.raises(Refused) as refused:
        settle()
    assert refused.value.code == "one_root"
    rows = usage_rows(0, 4).append_column("region", pa.array(["emea", "amer", "apac", None]))
    follower().store.append_new("usage", rows)
    with transaction.atomic():
        for region in ("emea", "amer", "apac"):
            record(tried(region), subject=("thing", region))
    project()
    whole = regions_in(follower().store)

    use(monkeypatch, tmp_path, "emea", "amer")
    with pytest.raises(Refused) as refused:
        project()
    assert refused.value.code == "facts_astray"
    done = settle()
    assert (done.moved, done.entries >= 3) == ({"usage": 2}, True)
    store = follower().store
    assert isinstance(store, Roots)
    assert [regions_in(part) for part in store.parts] == [[None, "apac", "apac"], ["emea"] * 2, ["amer"] * 2]
    assert b"u0000000" not in bytes_below(tmp_path / "var" / "facts"), "what was moved left no byte"
    assert settle().moved == {}
    with transaction.atomic():
        record(tried("amer"), subject=("thing", "amer"))
    project()
    assert regions_in(store.regions["amer"]) == ["amer"] * 3

    with pytest.raises(Unavailable) as forgotten:
        store_of(use(monkeypatch, tmp_path))
    assert forgotten.value.code == "root_forgotten"
    use(monkeypatch, tmp_path, "emea", "amer")
    assert settle(into_one=True).moved == {"usage": 2}
    use(monkeypatch, tmp_path)
    assert regions_in(follower().store) == sorted([*whole, "amer"], key=str)

"""Facts of a region lie under its root and nowhere else, each once, whatever is killed when; changed roots are told."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from heed.core.errors.rules import Invalid, Refused, Unavailable
from heed.core.settings.rules import Settings, load
from heed.facts.follower import Follower, begin_again
from heed.facts.people import erase_rows, find_person, take_away_files
from heed.facts.projections import Projection, Row
from heed.facts.projector.follow import settled
from heed.facts.store.opening import remember, store_of
from heed.facts.store.roots import Roots
from heed.facts.store.store import Store
from tests.facts.fake_journal import FakeJournal, write_entries
from tests.facts.rows import usage_rows
from tests.places import ROOT

OWN = {0: "emea", 1: "amer", 2: "elsewhere"}


def of_regions(rows: pa.Table) -> pa.Table:
    """The rows, one in three of each of two regions with a root and one without, the customer named after the region."""
    regions = [OWN[place % 3] for place in range(rows.num_rows)]
    keys = [f"customer-of-{region}" for region in regions]
    return rows.append_column("region", pa.array(regions)).append_column("customer_key", pa.array(keys))


def came(payload: Row, entry: object) -> Row:
    region = OWN.get(int(payload["count"]) % 4)
    return {"customer_key": f"customer-of-{region}", "quantity": payload["count"], "region": region}


PROJECTIONS = (
    Projection("customer-came", "usage", {"customer_key": "customer", "quantity": "count", "region": ""}, came),
)


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    return Roots(Store(tmp_path / "home"), {region: Store(tmp_path / region) for region in ("emea", "amer")})


def keys_of(part: Store) -> list[str]:
    return sorted(key for each in part.datasets("usage") for key in each.to_table().column("usage_id").to_pylist())


def regions_of(part: Store) -> set[str]:
    return {key for each in part.datasets("usage") for key in each.to_table().column("region").to_pylist()}


def holding(folder: Path, words: str) -> list[Path]:
    """The files below a folder in which the words stand, Parquet unpacked."""
    from heed.feedback.privacy.queries.scanning import _in_file, files_of

    return [path for path in files_of(folder) if _in_file(path, {words.encode().lower(): words})]


def test_each_row_lies_under_the_root_of_its_region_and_no_file_tells_of_another(roots: Roots, tmp_path: Path) -> None:
    assert roots.append_new("usage", of_regions(usage_rows(0, 30))) == 30
    assert roots.append("usage", of_regions(usage_rows(30, 60)), app="import", number=1)
    assert not roots.append("usage", of_regions(usage_rows(30, 60)), app="import", number=1)
    assert [len(keys_of(part)) for part in roots.parts] == [20, 20, 20]
    assert [regions_of(part) for part in roots.parts] == [{"elsewhere"}, {"emea"}, {"amer"}]
    assert roots.rows("usage") == 60
    assert holding(tmp_path / "emea", "customer-of-emea")
    for folder in ("emea", "home"):
        assert holding(tmp_path / folder, "customer-of-amer") == []


def test_a_key_that_another_root_holds_is_not_new(roots: Roots) -> None:
    rows = of_regions(usage_rows(0, 9))
    roots.append_new("usage", rows)
    moved = rows.set_column(rows.schema.get_field_index("region"), "region", pa.array(["amer"] * 9))
    assert roots.append_new("usage", moved) == 0


def test_a_write_that_was_cut_between_two_roots_is_ended_by_the_same_call(roots: Roots) -> None:
    rows = of_regions(usage_rows(0, 30))
    roots.home.append("usage", rows.filter(roots.belongs("", rows)), app="import", number=1)
    assert roots.number("usage", "import") is None
    assert roots.append("usage", rows, app="import", number=1)
    assert [len(keys_of(part)) for part in roots.parts] == [10, 10, 10]
    assert roots.number("usage", "import") == 1


def follower_of(store: Store, journal: Path) -> Follower:
    return Follower(store, FakeJournal(journal).entries_after, PROJECTIONS)


def test_the_journal_is_projected_under_the_roots_once_though_killed_between_two(roots: Roots, tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    write_entries(journal, 1, 201)
    whole = Store(tmp_path / "whole")
    follower_of(whole, journal).follow()

    class Killed(Store):
        def append(self, name: str, *given: object, **named: object) -> bool:  # type: ignore[override]
            raise KeyboardInterrupt

    cut = Roots(roots.home, {"emea": roots.regions["emea"], "amer": Killed(roots.regions["amer"].url)})
    with pytest.raises(KeyboardInterrupt):
        follower_of(cut, journal).follow(60)
    assert keys_of(roots.home)
    assert not keys_of(roots.regions["amer"])
    follower_of(roots, journal).follow(35)
    assert sorted(key for part in roots.parts for key in keys_of(part)) == keys_of(whole)
    assert [regions_of(part) for part in roots.parts] == [{"elsewhere", None}, {"emea"}, {"amer"}]
    follower_of(roots, journal).follow(7)
    assert roots.rows("usage") == whole.rows("usage")


def test_a_process_killed_again_and_again_leaves_neither_hole_nor_duplicate(roots: Roots, tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    write_entries(journal, 1, 121)
    command = [sys.executable, "-m", "tests.facts.store.following", str(journal), str(tmp_path), "5"]
    for wait in (1, 2):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(wait):
            process.stdout.readline()
        process.kill()
        process.wait()
    follower_of(roots, journal).follow()
    whole = Store(tmp_path / "whole")
    follower_of(whole, journal).follow()
    assert sorted(key for part in roots.parts for key in keys_of(part)) == keys_of(whole)


def test_projecting_again_takes_the_journal_out_of_every_root(roots: Roots, tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    write_entries(journal, 1, 60)
    roots.append_new("usage", of_regions(usage_rows(0, 3)))
    follower_of(roots, journal).follow()
    before = [keys_of(part) for part in roots.parts]
    for part in roots.parts:
        begin_again(part, "usage", 7)
    assert [len(keys_of(part)) for part in roots.parts] == [1, 1, 1]
    follower_of(roots, journal).follow()
    assert [keys_of(part) for part in roots.parts] == before


def test_a_person_is_erased_under_every_root(roots: Roots, tmp_path: Path) -> None:
    roots.append_new("usage", of_regions(usage_rows(0, 30)))
    both = usage_rows(30, 32).append_column("region", pa.array(["emea", "amer"]))
    roots.append_new("usage", both.append_column("customer_key", pa.array(["traveller-77"] * 2)))
    assert holding(tmp_path / "emea", "traveller-77")
    assert holding(tmp_path / "amer", "traveller-77")
    assert erase_rows(roots, find_person(roots, ("traveller-77",))) == {"usage": 2}
    take_away_files(roots)
    assert holding(tmp_path, "traveller-77") == []
    assert roots.rows("usage") == 30


def test_rows_of_several_roots_are_no_one_dataset(roots: Roots) -> None:
    roots.append_new("usage", of_regions(usage_rows(0, 1)))
    assert roots.dataset("usage") is not None
    roots.append_new("usage", of_regions(usage_rows(1, 10)))
    with pytest.raises(Refused) as refused:
        roots.dataset("usage")
    assert refused.value.code == "rows_across_roots"


# Settings


def settings_of(tmp_path: Path, roots: str) -> Settings:
    return load({"HEED_HOME": str(tmp_path / "var"), "HEED_REGION_ROOTS": roots})


def test_without_roots_the_store_is_one_as_ever(tmp_path: Path) -> None:
    store = store_of(settings_of(tmp_path, ""))
    assert type(store) is Store
    assert store.parts == (store,)


@pytest.mark.parametrize(
    "said", ["emea", "emea=", "=x", "emea={0}/a,emea={0}/b", "emea={0}/a,amer={0}/a", "emea={0}/a,amer={0}/a/b", "emea={0}/var/facts/x"]
)  # fmt: skip
def test_roots_that_are_no_roots_are_refused(said: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        settings_of(tmp_path, said.format(tmp_path))
    assert refused.value.code == "invalid_setting"
    assert refused.value.hint


def test_a_root_that_is_missing_or_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(tmp_path, f"emea={tmp_path / 'emea'}")
    with pytest.raises(Unavailable) as missing:
        store_of(settings)
    assert (missing.value.code, "emea" in str(missing.value)) == ("root_missing", True)
    (tmp_path / "emea").mkdir()
    assert len(store_of(settings).parts) == 2
    monkeypatch.setattr("heed.facts.store.opening.os.access", lambda path, mode: False)
    with pytest.raises(Unavailable) as closed:
        store_of(settings)
    assert closed.value.code == "root_not_writable"


def test_a_root_that_the_setting_forgets_is_missed(tmp_path: Path) -> None:
    (tmp_path / "emea").mkdir()
    store = store_of(settings_of(tmp_path, f"emea={tmp_path / 'emea'}"))
    with pytest.raises(Unavailable) as forgotten:
        store_of(settings_of(tmp_path, ""))
    assert forgotten.value.code == "root_forgotten"
    assert str(tmp_path / "emea") in str(forgotten.value)
    assert isinstance(store, Roots)
    remember(store.home, {})
    assert type(store_of(settings_of(tmp_path, ""))) is Store


def test_facts_of_before_lie_astray_and_are_not_written_to(roots: Roots) -> None:
    roots.home.append_new("usage", of_regions(usage_rows(0, 30)))
    assert list(roots.strays()) == [("", "usage", 20)]
    with pytest.raises(Refused) as refused:
        settled(roots)
    assert refused.value.code == "facts_astray"
    assert "settle" in refused.value.hint

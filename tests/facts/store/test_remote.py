"""A store that lies elsewhere is written and read by Delta's own access to it: no path of this machine is handed to DuckDB."""

import pytest

from heed.facts.engine.engine import open_engine
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store
from tests.facts.rows import remedy_rows, usage_rows


class Elsewhere(Store):
    """A folder that is treated as object storage."""

    @property
    def is_local(self) -> bool:
        return False

    def files(self, name: str) -> list[str]:
        return [f"elsewhere://{file}" for file in super().files(name)]


@pytest.fixture
def elsewhere(store: Store) -> Store:
    return Elsewhere(store.url)


def test_only_new_keys_are_written_elsewhere_too(elsewhere: Store) -> None:
    assert elsewhere.append_new("usage", usage_rows(0, 100)) == 100
    assert elsewhere.append_new("usage", usage_rows(50, 150)) == 50
    assert elsewhere.append_new("usage", usage_rows(0, 150)) == 0


def test_rows_elsewhere_are_read_with_the_same_types(elsewhere: Store, store: Store) -> None:
    elsewhere.append_new("remedies", remedy_rows(200))
    with open_engine("duckdb", elsewhere) as there, open_engine("duckdb", store) as here:
        wanted = here.table("remedies").order_by("remedy_id")
        assert there.run(there.table("remedies").order_by("remedy_id")).equals(here.run(wanted))
        elsewhere.append_new("remedies", remedy_rows(300))
        assert there.run(there.table("remedies").count()).column(0).to_pylist() == [300]


def test_an_address_of_object_storage_is_kept_as_it_is() -> None:
    store = Store("s3://bucket/facts/", {"AWS_REGION": "eu-central-1"})
    assert (store.folder, store.is_local) == (None, False)
    assert store.uri("usage") == "s3://bucket/facts/usage"
    assert set(TABLES) >= {"usage"}

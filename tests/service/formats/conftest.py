"""A store of facts of the test's own, and short ways to write files and mappings."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from heed.core.access.rules import COMMAND_LINE
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.service.formats.actions.importing import import_file
from heed.service.formats.queries import Chosen, mapping_of_body
from heed.service.formats.rules.outcome import Outcome

CALLS: dict[str, Any] = {
    "columns": {"id": "text", "at": "text", "wait": "number", "who": "text"},
    "personal": ["who"],
    "targets": [
        {
            "table": "interactions",
            "key": ["id"],
            "columns": {
                "started_at": {"from": "at"},
                "customer_key": {"from": "who"},
                "wait_seconds": {"from": "wait", "least": 0},
                "channel": {"value": "phone"},
            },
        }
    ],
}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store that imports of this test write to."""
    monkeypatch.setenv("HEED_FACTS_URL", str(tmp_path / "facts"))
    current.cache_clear()
    yield Store(tmp_path / "facts")
    monkeypatch.undo()
    current.cache_clear()


@pytest.fixture
def calls() -> Chosen:
    return mapping_of_body("calls", CALLS)


@pytest.fixture
def bring(store: Store, tmp_path: Path, db: None) -> Callable[..., Outcome]:
    """Bring text in as a file: `bring(mapping, text, name="x.csv")`."""

    def run(mapping: Chosen, text: str | bytes, name: str = "calls.csv", **options: Any) -> Outcome:
        path = tmp_path / name
        words = text.encode() if isinstance(text, str) else text
        path.write_bytes(gzip.compress(words) if name.endswith(".gz") else words)
        return import_file(COMMAND_LINE, str(path), mapping, **options)

    return run


def facts(store: Store, table: str) -> pa.Table:
    """All rows of a table."""
    held = store.dataset(table)
    return held.to_table() if held is not None else pa.table({})


def figures(outcome: Outcome) -> tuple[int, int, int, int]:
    assert outcome.read == outcome.accepted + outcome.quarantined + outcome.unchanged
    return outcome.read, outcome.accepted, outcome.quarantined, outcome.unchanged

"""`heed facts` from a shell, on a data folder of its own."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store
from tests.facts.rows import usage_rows
from tests.running import environment
from tests.running import heed as command


def heed(home: Path, *given: str) -> subprocess.CompletedProcess[str]:
    return command(environment(home), "facts", *given)


def answer(home: Path, *given: str) -> dict[str, Any]:
    done = heed(home, *given, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    store = Store(tmp_path / "home" / "facts")
    for at in (0, 10, 20):
        store.append_new("usage", usage_rows(at, at + 10))
    return tmp_path / "home"


def test_tables_are_listed_with_rows_files_and_bytes(home: Path) -> None:
    listed = {row["name"]: row for row in answer(home, "tables")["tables"]}
    assert list(listed) == list(TABLES)
    usage = listed["usage"]
    assert (usage["rows"], usage["files"], usage["columns"]) == (30, 3, len(TABLES["usage"].columns))
    assert usage["bytes"] > 0
    assert (listed["events"]["rows"], listed["events"]["version"]) == (0, None)


def test_the_columns_of_a_table_are_told_with_kind_unit_and_meaning(home: Path) -> None:
    told = answer(home, "tables", "--columns", "interactions")
    columns = {column["name"]: column for column in told["columns"]}
    assert (told["table"], told["key"], told["time"]) == ("interactions", "interaction_id", "started_at")
    assert columns["wait_seconds"]["unit"] == "seconds"
    assert columns["interaction_id"]["required"] is True
    assert "queue" in columns["wait_seconds"]["meaning"]


def test_a_misspelt_table_is_refused_with_the_nearest_name(home: Path) -> None:
    done = heed(home, "tables", "--columns", "interaction", "--json")
    assert done.returncode == 1
    error = json.loads(done.stdout)["error"]
    assert (error["code"], "interactions" in error["hint"]) == ("unknown_table", True)


def test_compacting_joins_files(home: Path) -> None:
    (done,) = answer(home, "compact", "usage")["tables"]
    assert (done["name"], done["files_before"], done["files"]) == ("usage", 3, 1)
    assert Store(home / "facts").rows("usage") == 30


def test_a_rebuild_leaves_what_was_imported(home: Path) -> None:
    done = answer(home, "rebuild")
    assert (done["resumed"], done["entries"] >= 0, done["seconds"] >= 0) == (False, True, True)
    assert Store(home / "facts").rows("usage") == 30


@pytest.mark.parametrize("verb", ["tables", "compact", "rebuild"])
def test_each_help_shows_an_example(home: Path, verb: str) -> None:
    assert f"heed facts {verb}" in heed(home, verb, "--help").stdout.split("Example:")[1]

"""A backup brings everything back, is refused where it would write over something, and says when it is damaged."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.running import environment, runs
from tests.running import heed as command
from tests.services.postgres import Postgres


def heed(home: Path, *words: str) -> tuple[int, dict[str, Any]]:
    done = command(environment(home), *words, "--json")
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a few facts in it."""
    home = tmp_path_factory.mktemp("store")
    rows = home.parent / "answers.csv"
    lines = ["answer,when,score"] + [f"a{n},2026-03-{1 + n % 28:02d} 10:00,{n % 11}" for n in range(40)]
    rows.write_text("\n".join(lines) + "\n", encoding="utf-8")
    mapping = Path(__file__).parent / "answers.yaml"
    status, said = heed(home, "import", str(rows), "--mapping", str(mapping))
    assert (status, said["accepted"]) == (0, 40), said
    return home


@pytest.fixture(scope="module")
def backup(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("backup") / "heed.tar.gz"
    status, said = heed(store, "backup", str(path))
    assert status == 0, said
    assert said["facts"] == {"responses": said["facts"]["responses"]}
    return path


def test_what_is_restored_is_what_was_there(store: Path, backup: Path, tmp_path: Path) -> None:
    status, said = heed(tmp_path / "new", "restore", str(backup))
    assert status == 0, said
    for words in (["kpi", "show", "nps", "--min-n", "1"], ["journal", "verify"], ["kpi", "list"]):
        assert heed(tmp_path / "new", *words) == heed(store, *words)
    assert (tmp_path / "new" / "secret_key").read_text() == (store / "secret_key").read_text()


def test_the_same_import_after_a_restore_changes_nothing(store: Path, backup: Path, tmp_path: Path) -> None:
    heed(tmp_path / "new", "restore", str(backup))
    rows, mapping = store.parent / "answers.csv", Path(__file__).parent / "answers.yaml"
    status, said = heed(tmp_path / "new", "import", str(rows), "--mapping", str(mapping))
    assert (status, said["accepted"], said["unchanged"]) == (0, 0, 40)


def test_a_store_that_is_not_empty_is_not_written_over(store: Path, backup: Path) -> None:
    status, said = heed(store, "restore", str(backup))
    assert (status, said["error"]["code"]) == (1, "store_not_empty")


def test_a_backup_is_not_written_over(store: Path, backup: Path) -> None:
    status, said = heed(store, "backup", str(backup))
    assert (status, said["error"]["code"]) == (1, "file_exists")


@pytest.mark.parametrize("fault", ["cut", "flipped", "other"])
def test_a_damaged_backup_is_refused_and_leaves_nothing(backup: Path, tmp_path: Path, fault: str) -> None:
    content = bytearray(backup.read_bytes())
    if fault == "cut":
        content = content[: len(content) // 2]
    elif fault == "flipped":
        content[len(content) // 2] ^= 0xFF
    else:
        content = bytearray(b"not a backup")
    damaged = tmp_path / "damaged.tar.gz"
    damaged.write_bytes(bytes(content))
    status, said = heed(tmp_path / "new", "restore", str(damaged))
    assert (status, said["error"]["code"]) == (1, "backup_damaged")
    assert not (tmp_path / "new" / "heed.db").exists()


def test_a_store_of_a_newer_heed_is_refused(backup: Path, tmp_path: Path) -> None:
    home = tmp_path / "new"
    heed(home, "restore", str(backup))
    database = sqlite3.connect(home / "heed.db")
    with database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9999_future', '2030-01-01')"
        )
    database.close()
    status, said = heed(home, "upgrade")
    assert (status, said["error"]["code"]) == (1, "store_is_newer")


def test_doctor_finds_a_fresh_store_well(backup: Path, tmp_path: Path) -> None:
    heed(tmp_path / "new", "restore", str(backup))
    status, said = heed(tmp_path / "new", "doctor")
    assert status == 0, said
    assert {check["check"]: check["state"] for check in said["checks"]}["journal"] == "ok"


def test_doctor_notices_a_journal_that_was_touched(backup: Path, tmp_path: Path) -> None:
    home = tmp_path / "new"
    heed(home, "restore", str(backup))
    database = sqlite3.connect(home / "heed.db")
    with database:
        database.execute("UPDATE core_journalentry SET actor = 'somebody' WHERE id = 1")
    database.close()
    status, said = heed(home, "doctor")
    assert (status, said["error"]["code"]) == (1, "unwell")
    assert heed(home, "journal", "verify")[1]["error"]["code"] == "chain_broken"


def test_a_backup_leaves_nothing_beside_it_in_the_data_folder(store: Path, backup: Path) -> None:
    assert not [path for path in store.iterdir() if path.name.startswith(".backup-")]


@pytest.mark.postgres
def test_the_same_on_postgresql(postgres_server: Postgres, tmp_path: Path) -> None:
    rows = tmp_path / "answers.csv"
    rows.write_text(
        "answer,when,score\n" + "".join(f"a{n},2026-03-01 10:00,{n % 11}\n" for n in range(30)), encoding="utf-8"
    )
    mapping = str(Path(__file__).parent / "answers.yaml")
    old = runs(tmp_path / "old", HEED_DATABASE_URL=postgres_server.database("backup_old"))
    new = runs(tmp_path / "new", HEED_DATABASE_URL=postgres_server.database("backup_new"))
    assert old("import", str(rows), "--mapping", mapping)["accepted"] == 30
    old("backup", str(tmp_path / "heed.tar.gz"))
    assert new("restore", str(tmp_path / "heed.tar.gz"))["database"] == "postgresql"
    for words in (["kpi", "show", "nps", "--min-n", "1"], ["journal", "verify"], ["kpi", "list"]):
        assert new(*words) == old(*words)
    assert new("import", str(rows), "--mapping", mapping)["unchanged"] == 30
    assert new("restore", str(tmp_path / "heed.tar.gz"), code=1)["error"]["code"] == "store_not_empty"
    other = runs(tmp_path / "other")
    assert other("restore", str(tmp_path / "heed.tar.gz"), code=1)["error"]["code"] == "other_database"

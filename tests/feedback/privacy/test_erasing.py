"""A customer is erased from every store of a real data folder, on SQLite and on PostgreSQL; one of nearly the same name stays."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.feedback.privacy.shop import LEAVES, PEOPLE, STAYS
from tests.places import ROOT
from tests.running import Run, environment, runs
from tests.services.postgres import Postgres

# Some ten commands on each database, each a process of its own.
pytestmark = pytest.mark.prove


@dataclass
class Shop:
    """A filled store after one of its customers was erased, and what the commands said."""

    home: Path
    settings: dict[str, str]
    heed: Run
    keys: dict[str, str]
    exported: dict[str, Any]
    erased: dict[str, Any]
    backup: Path

    def python(self, code: str) -> Any:
        """What a program of its own prints as JSON about the store."""
        begin = "from heed.core.edge import with_store; with_store(); import json\n"
        # Threads of a library that reads ahead may outlive the program and abort it after it has said everything.
        end = "\nimport os, sys; sys.stdout.flush(); os._exit(0)"
        env = environment(self.home, **self.settings)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", begin + code + end],
            env=env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def _shop(folder: Path, **settings: str) -> Shop:
    home, keys = folder / "home", folder / "keys.json"
    env = environment(home, **settings)
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.feedback.privacy.shop", str(keys)], env=env, cwd=ROOT, check=True
    )
    heed, known = runs(home, **settings), json.loads(keys.read_text())
    backup = folder / "store.tar.gz"
    heed("backup", str(backup))
    heed("privacy", "export", f"crm:{LEAVES}", "--out", str(folder / "all.json"))
    exported = json.loads((folder / "all.json").read_text(encoding="utf-8"))
    erased = heed("privacy", "erase", f"crm:{LEAVES}", "--reason", "asked by the customer")
    return Shop(home, settings, heed, known, exported, erased, backup)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    settings = {}
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres_server")
        settings["HEED_DATABASE_URL"] = server.database("privacy")
    yield _shop(tmp_path_factory.mktemp(request.param), **settings)


def traces(identifier: str, key: str) -> list[str]:
    told = PEOPLE[identifier]
    return [
        identifier,
        key,
        told["name"],
        told["email"],
        told["phone"],
        told["words"],
        told["note"],
        "begonias",
        "Wunderlich-Ost",
    ]


def test_what_is_exported_comes_from_every_store(shop: Shop) -> None:
    stores = shop.exported["stores"]
    assert {
        "service.Customer",
        "service.Case",
        "service.CaseStep",
        "service.ConsentEntry",
        "service.QuarantinedRow",
        "feedback.Invitation",
        "feedback.Response",
        "feedback.Answer",
        "feedback.PrivacyRequest",
        "core.ReceivedEvent",
        "core.JournalEntry",
        "facts.interactions",
        "facts.verbatims",
        "facts.verbatim_labels",
    } <= set(stores)
    whole = json.dumps(shop.exported, ensure_ascii=False)
    assert PEOPLE[LEAVES]["words"] in whole
    assert PEOPLE[LEAVES]["note"] in whole
    assert PEOPLE[STAYS]["email"] not in whole
    assert shop.keys[STAYS] not in whole
    assert any(name.startswith("mail/") for name in shop.exported["files"])
    assert [each["file"] for each in shop.exported["backups"]] == ["store.tar.gz"]


def test_the_scan_finds_nothing_and_says_what_it_looked_through(shop: Shop) -> None:
    told = shop.erased
    assert told["found_after"] == 0, told["receipt"]["left_in"]
    assert told["files_scanned"] > 20
    assert told["receipt"]["tables_scanned"] > 40
    assert told["receipt"]["looked_for"] >= 8
    assert told["erased"]["facts.verbatims"] >= 2


def test_no_file_holds_a_byte_of_the_customer(shop: Shop) -> None:
    needles = [each.lower().encode() for each in traces(LEAVES, shop.keys[LEAVES])]
    needles += [json.dumps(each.decode())[1:-1].encode() for each in needles]
    left = {}
    for path in shop.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            if path.suffix == ".parquet":
                import pyarrow.parquet as pq

                content += str(pq.read_table(path).to_pylist()).lower().encode()
            found = [needle for needle in needles if needle in content]
            if found:
                left[str(path.relative_to(shop.home))] = found
    assert left == {}


# What both have, and of which the story, the words or the commands before give one more than the other.
CHANGED = (
    "core.JournalEntry",
    "feedback.PrivacyRequest",
    "service.Case",
    "service.CaseStep",
    "facts.case_changes",
    "facts.verbatims",
    "facts.verbatim_labels",
    "facts.verbatim_aspects",
)
TABLES = """
from django.db import connection
with connection.cursor() as cursor:
    names = connection.introspection.table_names(cursor)
    told = {}
    for name in names:
        cursor.execute(f'SELECT * FROM "{name}"')
        told[name] = repr(cursor.fetchall())
print(json.dumps(told))
"""


def test_no_table_holds_a_word_of_the_customer_and_the_other_is_untouched(shop: Shop) -> None:
    told = shop.python(TABLES)
    wanted = traces(LEAVES, shop.keys[LEAVES])
    assert {
        name: [each for each in wanted if each.lower() in text.lower()]
        for name, text in told.items()
        if any(each.lower() in text.lower() for each in wanted)
    } == {}
    other = shop.heed("privacy", "export", f"crm:{STAYS}")["everything"]
    whole = json.dumps(other, ensure_ascii=False)
    assert all(each in whole for each in traces(STAYS, shop.keys[STAYS])[:7])
    assert "Sat beside […] in the waiting room; wants the invoice." in whole
    counts = {name: len(rows) for name, rows in other["stores"].items()}
    before = {name: len(rows) for name, rows in shop.exported["stores"].items()}
    for name in before.keys() - set(CHANGED):
        assert counts[name] == before[name], name


def test_the_receipt_names_nobody(shop: Shop) -> None:
    receipt = json.dumps(shop.erased["receipt"])
    assert not [each for each in traces(LEAVES, shop.keys[LEAVES]) if each.lower() in receipt.lower()]
    assert re.fullmatch("[0-9a-f]{64}", shop.erased["receipt"]["digest"])
    assert shop.erased["receipt"]["policies"] == ["default/1"]
    assert shop.erased["receipt"]["backups"][0]["file"] == "store.tar.gz"


def test_the_journal_is_whole_and_a_rebuild_brings_nobody_back(shop: Shop) -> None:
    assert shop.heed("journal", "verify")["whole"]
    shop.heed("facts", "rebuild")
    found = shop.python(
        "from heed.facts.people import all_keys\n"
        "from heed.feedback.verbatims.queries.engine import engine\n"
        "print(json.dumps(sorted(all_keys(engine().store))))"
    )
    assert shop.keys[LEAVES] not in found
    assert shop.keys[STAYS] in found


def test_erasing_again_finds_nobody(shop: Shop) -> None:
    refused = shop.heed("privacy", "erase", f"crm:{LEAVES}", code=1)
    assert refused["error"]["code"] == "unknown_customer"


def test_a_backup_that_comes_back_loses_the_customer_again(
    shop: Shop, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings = {}
    if shop.settings:
        server: Postgres = request.getfixturevalue("postgres_server")
        settings["HEED_DATABASE_URL"] = server.database("privacy_back")
    back = runs(tmp_path / "home", **settings)
    assert back("restore", str(shop.backup))["erased_again"] == 1
    assert back("privacy", "export", f"crm:{LEAVES}", code=1)["error"]["code"] == "unknown_customer"
    assert back("privacy", "export", f"crm:{STAYS}")["customer"] == shop.keys[STAYS]
    assert Path(f"{shop.backup}.erased.json").exists()

"""`heed model`: a folder of definitions is exported, planned and applied."""

import filecmp
import json
from pathlib import Path

import pytest

from tests.running import environment
from tests.running import heed as command

ORGANISATION = "name: Harbour Goods\ntime_zone: Europe/Berlin\n"


@pytest.fixture
def heed(tmp_path):
    def run(*arguments: str, home: str = "home", code: int = 0) -> dict:
        done = command(environment(tmp_path / home), *arguments, "--json", cwd=tmp_path)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    return run


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def test_what_is_applied_is_exported_to_the_byte_and_applied_twice_changes_nothing(heed, tmp_path):
    put(tmp_path / "in", "organisation/organisation.yaml", ORGANISATION)
    planned = heed("model", "plan", "in")["changes"]
    assert [(each["kind"], each["key"], each["change"]) for each in planned] == [
        ("organisation", "organisation", "new")
    ]
    assert 'time_zone: nothing → "Europe/Berlin"' in planned[0]["diff"]
    assert heed("model", "apply", "in")["changes"] == planned
    assert heed("model", "apply", "in")["changes"] == []
    heed("model", "export", "first")
    assert heed("model", "apply", "first", home="empty")["changes"] != []
    heed("model", "export", "second", home="empty")
    compared = filecmp.dircmp(tmp_path / "first", tmp_path / "second")
    assert compared.subdirs
    assert not (compared.left_only or compared.right_only or compared.diff_files)
    for sub in compared.subdirs.values():
        assert not (sub.left_only or sub.right_only or sub.diff_files)
    put(tmp_path / "in", "organisation/organisation.yaml", ORGANISATION.replace("Goods", "Wares"))
    assert heed("model", "plan", "in")["changes"][0]["fields"] == [
        {"path": "name", "old": "Harbour Goods", "new": "Harbour Wares"},
        *[],
    ]


def test_a_bad_file_changes_nothing_and_is_named(heed, tmp_path):
    put(tmp_path / "in", "organisation/organisation.yaml", ORGANISATION + "curency: EUR\n")
    refused = heed("model", "apply", "in", code=1)["error"]
    assert refused["code"] == "invalid_definition"
    assert refused["message"] == "organisation/organisation.yaml, line 3: curency is no field here."
    assert refused["hint"] == "Did you mean currency?"
    assert heed("model", "plan", "nowhere", code=1)["error"]["code"] == "no_such_folder"
    assert heed("model", "export", "out", "--kind", "organisation")["written"] == []

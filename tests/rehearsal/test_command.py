"""`heed model rehearse`: history replayed through the files of a folder, beside what is in force."""

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pytest

from heed.facts.store.store import Store
from tests.places import ROOT
from tests.running import environment
from tests.running import heed as command

START = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
LOOP = 'name: Loop\nwhen: instrument == "nps" && score <= {}\nowner: care\n'


@pytest.fixture
def heed(tmp_path):
    rows = [
        {
            "answer_id": f"a{number}",
            "response_id": f"r{number}",
            "answered_at": START + dt.timedelta(days=number),
            "instrument": "nps",
            "score": float(number % 11),
            "customer_key": f"c_{number}",
            "source": "test",
            "batch": "test",
            "recorded_at": START,
        }
        for number in range(22)
    ]
    Store(str(tmp_path / "home" / "facts")).append("responses", pa.Table.from_pylist(rows), app="test", number=1)

    def run(*arguments: str, code: int = 0) -> dict:
        done = command(environment(tmp_path / "home"), "model", *arguments, "--json", cwd=tmp_path)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    return run


def put(folder: Path, text: str) -> str:
    (folder / "model" / "case_opening").mkdir(parents=True, exist_ok=True)
    (folder / "model" / "case_opening" / "loop.yaml").write_text(text)
    return str(folder / "model")


def test_a_change_is_rehearsed_beside_what_is_in_force(heed, tmp_path):
    model = put(tmp_path, LOOP.format(6))
    first = heed("rehearse", model, "--since", "2026-01-01", "--until", "2026-02-01")
    assert (first["since"], first["until"], first["facts"]) == ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", 22)
    (found,) = first["rehearsals"]
    assert (found["kind"], found["key"], found["version"], found["decided"]) == ("case_opening", "loop", 1, 22)
    assert found["outcomes"] == {"not_opened": 8, "opened_normal": 14}
    assert found["figures"]["teams"] == {"care": 14}
    assert found["in_force"] is None
    assert first["seconds"] > 0

    heed("apply", model)
    put(tmp_path, LOOP.format(8))
    (changed,) = heed("rehearse", model, "--since", "2026-01-01", "--until", "2026-01-16")["rehearsals"]
    assert (changed["version"], changed["outcomes"]) == (2, {"not_opened": 2, "opened_normal": 9})
    assert changed["in_force"]["outcomes"] == {"not_opened": 4, "opened_normal": 7}
    assert heed("plan", model)["changes"][0]["change"] == "changed"


def test_what_cannot_be_meant_is_refused(heed, tmp_path):
    model = put(tmp_path, LOOP.format(6).replace("score", "scor"))
    refused = heed("rehearse", model, code=1)["error"]
    assert refused["code"] == "invalid_condition"
    assert refused["message"].startswith("case_opening/loop.yaml, line 2: when: unknown name scor")
    assert refused["hint"] == "Did you mean score?"
    put(tmp_path, LOOP.format(6))
    assert heed("rehearse", model, "--since", "soon", code=1)["error"]["code"] == "invalid_time"
    assert (
        heed("rehearse", model, "--since", "2026-02-01", "--until", "2026-01-01", code=1)["error"]["code"]
        == "invalid_period"
    )


def test_the_example_can_be_applied_and_rehearsed(heed):
    example = str(ROOT / "examples" / "model")
    changes = heed("apply", example)["changes"]
    files = Path(example).glob("*/*.yaml")
    assert {(change["kind"], change["key"]) for change in changes} == {(file.parent.name, file.stem) for file in files}
    assert heed("apply", example)["changes"] == []
    found = heed("rehearse", example, "--since", "2026-01-01", "--until", "2026-02-01")
    rehearsed = {(each["kind"], each["key"]): each for each in found["rehearsals"]}
    assert set(rehearsed) == {
        ("case_opening", "close_the_loop"),
        ("case_opening", "unsolved"),
        ("sla", "cases_resolved"),
        ("trigger", "after_contact"),
    }
    assert rehearsed["case_opening", "close_the_loop"]["outcomes"]["opened_urgent"] == 4
    # The trigger looks at contacts, and there are none: it decided nothing.
    assert rehearsed["trigger", "after_contact"]["decided"] == 0

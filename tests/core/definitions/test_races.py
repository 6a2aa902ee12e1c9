"""People who act at the same moment: one wins, the others are told why not. As processes, on a real database."""

import json
import os
import subprocess
import sys

import pytest

ROOT = __file__.rsplit("/tests/", 1)[0]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def environment(request, tmp_path):
    url = ""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_server").database("races")
    changed = {"HEED_HOME": str(tmp_path), "HEED_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "heed.site.settings"}
    return {**os.environ, **changed, "PYTHONPATH": f"{ROOT}:{ROOT}/src"}


def race(environment, *racers: tuple[str, str, str]) -> list[str]:
    """What came of each, all let go at once when every one is ready."""
    command = [sys.executable, "-m", "tests.core.definitions.racer"]
    running = []
    for racer in racers:
        process = subprocess.Popen(
            [*command, *racer], env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        running.append(process)
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    return sorted(json.loads(process.communicate(timeout=60)[0].splitlines()[-1]) for process in running)


def test_each_step_has_one_winner(environment):
    assert race(environment, ("propose", "a", "first")) == ["done 1"]
    assert race(environment, *[("approve", "a", "1")] * 3) == ["done", "refused not_proposed", "refused not_proposed"]
    assert race(environment, *[("put_in_force", "a", "1")] * 3) == [
        "done",
        "refused not_approved",
        "refused not_approved",
    ]
    proposed = race(environment, *[("propose", "a", str(number)) for number in range(3)])
    assert set(proposed) <= {"done 2", "done 3", "done 4", "refused raced"}
    assert "done 2" in proposed
    while len([line for line in proposed if line.startswith("done")]) < 2:
        proposed += race(environment, ("propose", "a", "again"))
    for number in ("2", "3"):
        assert race(environment, ("approve", "a", number)) == ["done"]
    assert race(environment, ("put_in_force", "a", "2"), ("put_in_force", "a", "3")) == ["done", "refused superseded"]

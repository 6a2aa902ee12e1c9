"""What may be run once more, and what may not."""

from pathlib import Path

from tests.services.once_more import main, once_more


def test_a_test_that_waits_for_processes_may_be_run_once_more() -> None:
    assert once_more(["tests/site/test_up.py::test_it_starts"]) == ["tests/site/test_up.py::test_it_starts"]


def test_a_story_is_told_from_its_beginning() -> None:
    told = ["tests/acceptance/goals/test_kpis.py::test_b", "tests/acceptance/goals/test_kpis.py::test_c"]
    assert once_more(told) == ["tests/acceptance/goals/test_kpis.py"]


def test_a_rule_a_race_and_a_heap_stand_as_they_failed() -> None:
    assert once_more(["tests/stats/test_means.py::test_mean"]) == []
    assert once_more(["tests/site/test_up.py::test_it_starts", "tests/stats/test_means.py::test_mean"]) == []
    assert once_more(["tests/collector/test_killed.py::test_nothing_goes"]) == []
    assert once_more(["tests/site/test_door.py::test_six_write_at_once"]) == []
    assert once_more([f"tests/site/test_up.py::test_{n}" for n in range(3)]) == []


def test_what_fails_and_is_no_such_test_fails_the_run(tmp_path: Path) -> None:
    """The whole way, in a project of its own."""
    (tmp_path / "test_one.py").write_text("def test_never():\n    assert False\n")
    assert main(["-q", "-p", "no:django", "--rootdir", str(tmp_path), str(tmp_path)], tmp_path / "kept") == 1

"""`heed stats`: every reference case computed from its method, procedure and input alone, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from heed.cli import main
from heed.stats.procedures.comparing import verify
from heed.stats.procedures.computing import compute_case, names_in
from tests.places import ROOT, shared_data

FILES = sorted((ROOT / "tests/reference").glob("*.json"))
CASES = [
    (json.loads(file.read_text()), place)
    for file in FILES
    for place in range(len(json.loads(file.read_text())["cases"]))
]


def folder_of(case: dict[str, Any]) -> Path:
    """Where the data files of a case lie; the test is left out where they do not."""
    if isinstance(case["input"].get("data"), str):
        return shared_data("../reference/data").parent
    return ROOT


@pytest.mark.parametrize(
    ("file", "place"), CASES, ids=[f"{file['method']}-{file['cases'][at]['id']}" for file, at in CASES]
)
def test_a_reference_case_is_met(file: dict[str, Any], place: int, tmp_path: Path) -> None:
    case = file["cases"][place]
    folder = folder_of(case)
    if isinstance(case["input"].get("data"), str):
        case = {**case, "input": {**case["input"], "data": str(folder / case["input"]["data"])}}
    alone = tmp_path / "cases.json"
    alone.write_text(json.dumps({"method": file["method"], "cases": [case]}))
    verdict = verify(alone)
    assert not verdict.unsupported
    assert not verdict.differences


def without_values(names: Any) -> Any:
    return {name: without_values(inner) for name, inner in names.items()} if isinstance(names, dict) else None


def test_the_answers_are_never_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = json.loads((ROOT / "tests/reference/proportion.json").read_text())
    blind = {
        "method": file["method"],
        "cases": [
            {**case, "id": f"case {place}", "title": "", "expected": without_values(names_in(case["expected"]))}
            for place, case in enumerate(file["cases"])
        ],
    }
    (tmp_path / "blind.json").write_text(json.dumps(blind))
    main_and_exit(["stats", "compute", str(tmp_path / "blind.json"), "--json"])
    shown = json.loads(capsys.readouterr().out)
    assert shown["method"] == "proportion"
    for case, got in zip(file["cases"], shown["cases"], strict=True):
        assert set(got["computed"]) == set(case["expected"])
        for name, value in case["expected"].items():
            assert got["computed"][name] == pytest.approx(value, rel=1e-6, abs=1e-8)


def main_and_exit(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    return int(stopped.value.code or 0)


GOOD = {"id": "one", "procedure": "interval", "input": {"successes": 3, "n": 4}, "expected": {"wilson": None}}


@pytest.mark.parametrize(
    ("change", "code", "names"),
    [
        ({"procedure": "intervall"}, "unknown_procedure", "intervall"),
        ({"input": {"successes": 3}}, "malformed_case", "n"),
        ({"input": {"successes": "three", "n": 4}}, "malformed_case", "successes"),
        ({"input": {"successes": 5, "n": 4}}, "invalid_numbers", "successes"),
        ({"input": {"successes": 3, "n": 4, "level": 2}}, "invalid_level", "level"),
        ({"input": None}, "malformed_case", "input"),
        ({"expected": 3}, "malformed_case", "expected"),
    ],
)
def test_a_case_that_cannot_be_computed_is_refused_by_name(change: dict[str, Any], code: str, names: str) -> None:
    refusal = compute_case("proportion", {**GOOD, **change}, ROOT).refusal
    assert refusal is not None
    assert refusal.code == code
    assert "one" in refusal.message
    assert names in refusal.message


def test_the_other_cases_of_a_file_are_computed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mixed.json"
    file.write_text(json.dumps({"method": "proportion", "cases": [GOOD, {**GOOD, "id": "two", "procedure": "guess"}]}))
    assert main_and_exit(["stats", "compute", str(file), "--json"]) == 1
    captured = capsys.readouterr()
    first, second = json.loads(captured.out)["cases"]
    assert first["computed"]["wilson"][0] == pytest.approx(0.3006, abs=1e-4)
    assert second["refused"]["code"] == "unknown_procedure"
    assert "two" in captured.err
    assert "guess" in captured.err


def test_a_figure_that_there_is_not_is_named() -> None:
    computed = compute_case("proportion", {**GOOD, "expected": {"wilson": None, "wilsen": None}}, ROOT)
    assert computed.unknown == ("wilsen",)
    assert "wilson" in computed.figures


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "no_json"),
        ("[]", "malformed_file"),
        ('{"method": "proportion"}', "malformed_file"),
        ('{"method": "proportions", "cases": []}', "unknown_method"),
    ],
)
def test_a_file_that_holds_no_cases_is_refused(
    text: str, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.json"
    file.write_text(text)
    assert main_and_exit(["stats", "compute", str(file), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


def test_verify_lists_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cases.json"
    expected = {"wilson": [0.3, 0.95], "estimate": 0.75}
    file.write_text(json.dumps({"method": "proportion", "cases": [{**GOOD, "expected": expected}]}))
    assert main_and_exit(["stats", "verify", str(file), "--json"]) == 1
    (verdict,) = json.loads(capsys.readouterr().out)["files"]
    assert (verdict["passed"], verdict["failed"], verdict["unsupported"]) == (0, 1, {})
    assert [each["figure"] for each in verdict["differences"]] == ["wilson[0]", "wilson[1]"]

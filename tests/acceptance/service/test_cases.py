"""The story of cases so far: a rule that opens them is written, tried on the past beside the one in force, and put in force."""

from pathlib import Path

import pytest

from tests.running import Run, runs

RULE = """\
name: Call back who is unhappy
when: instrument == "csat" && score <= {score}
one_case_days: 30
severities:
  - when: score <= 1
    severity: urgent
severity: normal
owner: customer_care
"""


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = runs(tmp_path_factory.mktemp("operation"))
    run("sample-operation", "load", "--seed", "5", "--scale", "0.2", "--until", "2026-06-30")
    return run


def written(folder: Path, score: int) -> str:
    place = folder / "case_opening"
    place.mkdir(parents=True, exist_ok=True)
    (place / "call_back.yaml").write_text(RULE.format(score=score), encoding="utf-8")
    return str(folder)


def test_a_stricter_rule_is_tried_on_last_quarter_and_put_in_force(operation: Run, tmp_path: Path) -> None:
    quarter = ["--since", "2026-04-01", "--until", "2026-07-01"]
    operation("model", "apply", written(tmp_path, 3))
    assert operation("model", "plan", str(tmp_path))["changes"] == []

    plan = operation("model", "plan", written(tmp_path, 2))["changes"]
    assert [(change["kind"], change["key"], change["change"]) for change in plan] == [
        ("case_opening", "call_back", "changed")
    ]
    assert "score <= 3" in plan[0]["diff"]
    assert "score <= 2" in plan[0]["diff"]

    told = operation("model", "rehearse", str(tmp_path), *quarter)
    (found,) = told["rehearsals"]
    opened = {code: count for code, count in found["outcomes"].items() if code.startswith("opened_")}
    before = {code: count for code, count in found["in_force"]["outcomes"].items() if code.startswith("opened_")}
    assert told["facts"] == found["decided"] > 100
    assert 0 < sum(opened.values()) < sum(before.values())
    assert set(opened) == {"opened_urgent", "opened_normal"}
    assert sum(found["outcomes"].values()) == found["decided"]

    assert operation("model", "rehearse", str(tmp_path), *quarter)["rehearsals"][0]["outcomes"] == found["outcomes"]
    operation("model", "apply", str(tmp_path), "--note", "The callers were overloaded.")
    (again,) = operation("model", "rehearse", str(tmp_path), *quarter)["rehearsals"]
    assert again["in_force"]["outcomes"] == found["outcomes"]


def test_a_customer_has_one_case_in_thirty_days(operation: Run, tmp_path: Path) -> None:
    everyone = RULE.format(score=5)
    for days, key in ((30, "some"), (0, "all")):
        place = tmp_path / key / "case_opening"
        place.mkdir(parents=True)
        (place / f"{key}.yaml").write_text(
            everyone.replace("one_case_days: 30", f"one_case_days: {days}"), encoding="utf-8"
        )
    some = operation("model", "rehearse", str(tmp_path / "some"))["rehearsals"][0]["outcomes"]
    every = operation("model", "rehearse", str(tmp_path / "all"))["rehearsals"][0]["outcomes"]
    assert some["joined_existing"] > 0
    assert every.get("joined_existing", 0) == 0
    assert sum(some.values()) == sum(every.values())


def test_a_misspelt_field_is_refused_before_anything_changes(operation: Run, tmp_path: Path) -> None:
    place = tmp_path / "case_opening"
    place.mkdir()
    (place / "call_back.yaml").write_text(RULE.format(score=3).replace("score <=", "scor <="), encoding="utf-8")
    refused = operation("model", "apply", str(tmp_path), code=1)["error"]
    assert refused["code"] == "invalid_condition"
    assert "scor" in refused["message"]
    assert "score" in refused["hint"]

"""The story of escalation, told by commands: a protocol is rehearsed on history, and an overloaded senior is found."""

from pathlib import Path

import pytest

from tests.running import Run, runs

STRICT = """
name: Escalation
when: severity == "high"
severe_when: severity == "high" && impact >= 8.0
daily_budget: 3
kept_for_severe: 1
impact:
  values: [{when: 'segment == "business"', factor: 2}]
levels:
  - {key: lead, name: Lead, role: supervisor}
  - {key: manager, name: Manager, role: manager, held_in: organisation}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    found = runs(tmp_path_factory.mktemp("operation"))
    found("sample-operation", "load", "--seed", "5", "--scale", "0.2", "--until", "2026-06-30")
    return found


def test_a_protocol_is_rehearsed_before_it_is_in_force(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "strict.yaml"
    file.write_text(STRICT)
    told = run("escalation", "rehearse", str(file), "--weeks", "13")
    figures = told["figures"]
    assert told["in_force"] is None
    assert figures["escalations"] > 0
    assert 0 < figures["per_person_and_day"] <= figures["most_per_person_and_day"] <= figures["daily_budget"] == 3
    assert figures["severe"] > 0
    assert figures["severe_deferred"] == figures["unattended"] == 0
    assert figures["median_seconds_to_authority"] is not None

    folder = tmp_path / "model" / "escalation"
    folder.mkdir(parents=True)
    (folder / "strict.yaml").write_text(STRICT)
    both = run("model", "rehearse", str(folder.parent), "--since", "2026-04-01", "--until", "2026-07-01")
    assert [each["kind"] for each in both["rehearsals"]] == ["escalation"]

    file.write_text(STRICT.replace('severity == "high"', 'severty == "high"', 1))
    refused = run("escalation", "rehearse", str(file), code=1)["error"]
    assert "severity" in refused["message"] + refused["hint"]


def test_the_senior_who_takes_all_of_a_region_is_found(run: Run) -> None:
    (truth,) = [each for each in run("sample-operation", "truths")["truths"] if each["key"] == "overloaded-seniors"]
    units = run("escalation", "load", "--weeks", "26")["units"]
    (found,) = [each for each in units if each["overloaded"]]
    assert found["unit"] in truth["what"]
    assert found["busiest"] in truth["what"]
    assert found["hours"] > 2 * found["hours_elsewhere"]


def test_what_waits_is_listed(run: Run) -> None:
    assert run("escalation", "list", "--tab", "deferred")["escalations"] == []
    assert "unknown_escalation" in run("escalation", "show", "esc_none", code=1)["error"]["code"]

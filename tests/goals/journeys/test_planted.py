"""What is planted in the sample operation is found in the report of its journey, and the null twins are not.

What counts as found was settled in docs/methods/journeys.md before anything was tuned.
"""

from pathlib import Path

import pytest

from heed.core.definitions.rules import validate
from heed.core.settings.rules import current
from heed.goals.journeys.definition import Journey
from heed.goals.journeys.queries.reports import found_in
from heed.goals.journeys.rules.report import Report, made
from heed.mining.stages import Window
from heed.sample.definitions import JOURNEY
from heed.sample.names import DEPARTMENTS, REGIONS, STAGES
from heed.sample.plan import Plan
from tests.goals.journeys.planted import planted_in

SEEDS, SCALE, LEAST = 20, 0.25, 10


def judged(report: Report, plan: Plan) -> dict[str, bool]:
    """Found, and twin flagged, by truth."""
    first = report.misalignments[0]
    verdicts = {row.stage: row for row in report.misalignments}
    back = {(each.start, each.end) for each in report.passes if each.stands_out}
    one, other = (DEPARTMENTS[place] for place in plan.pong_departments)

    def comes_back(region: int) -> bool:
        teams = f"{REGIONS[region]}-{one}", f"{REGIONS[region]}-{other}"
        return bool({teams, teams[::-1]} & back)

    return {
        "stage": first.stage == STAGES[plan.costly_stage] and first.verdict == "costs_more",
        "stage twin": verdicts[STAGES[plan.valued_stage]].is_misaligned,
        "pair": comes_back(plan.pong_region),
        "pair twin": comes_back(plan.calm_region),
    }


def read(folder: Path, seed: int, patch: pytest.MonkeyPatch) -> dict[str, bool]:
    patch.setenv("HEED_FACTS_URL", str(folder))
    current.cache_clear()
    world = planted_in(folder, seed, SCALE)
    journey = validate("journey", JOURNEY)
    assert isinstance(journey, Journey)
    return judged(made(journey, found_in(journey, Window()), LEAST), world.plan)


@pytest.mark.prove
def test_on_twenty_seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = [read(tmp_path / str(seed), seed, monkeypatch) for seed in range(SEEDS)]
    monkeypatch.undo()
    current.cache_clear()
    counted = {name: sum(each[name] for each in told) for name in told[0]}
    assert counted["stage"] >= 18, counted
    assert counted["pair"] >= 18, counted
    assert counted["stage twin"] <= 1, counted
    assert counted["pair twin"] <= 1, counted

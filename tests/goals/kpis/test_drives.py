"""The drive planted in the sample operation: shorter calls that bring customers back in one department, and a twin that does not.

Twenty seeds, read through the engine by team, by agent and by week; and the same operations without any harm.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from heed.facts.engine.engine import Engine
from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.rules import catalogue_body
from heed.metrics.measures import Measure
from heed.metrics.panels import belonging, panel
from heed.metrics.tensions import Candidate, Tension, tensions
from heed.sample.cases import cases_of
from heed.sample.contacts import contacts_of
from heed.sample.interactions import interaction_table
from heed.sample.names import DEPARTMENTS, TEAMS
from heed.sample.world import World, build_world
from tests.metrics.facts import facts

UNTIL, SEEDS = date(2026, 10, 31), 20
# Half the operation: quicker to make, and harder to see.
SCALE = 0.5
READ = (
    "interaction_id", "started_at", "agent_key", "customer_key", "team", "channel", "topic", "product", "priority",
    "direction", "answered", "handle_seconds", "excluded_reason", "source", "batch",
)  # fmt: skip
MEASURES: dict[str, Measure] = {
    key: Kpi.model_validate(catalogue_body(key)).resolve().measure for key in ("aht", "fcr")
}


def contacts(world: World) -> pa.Table:
    parts = []
    for place, (since, until) in enumerate(world.slice_days()):
        made = contacts_of(world, place + 1, since, until)
        parts.append(interaction_table(world, place + 1, made, cases_of(world, place + 1, made)).select(READ))
    return pa.concat_tables(parts)


def tension(engine: Engine, unit: str, groups: Mapping[str, str] | None = None) -> Tension:
    panels = {key: panel(engine, measure, unit=unit) for key, measure in MEASURES.items()}
    (found,) = tensions([Candidate("aht", -1)], [Candidate("fcr", 1)], panels, groups=groups)
    return found


def harmed(folder: Path, seed: int) -> dict[str, bool]:
    """At each grain whether it was found, and whether somebody who harmed nobody was named."""
    world = build_world(seed, SCALE, UNTIL)
    with facts(folder, interactions=contacts(world)) as engine:
        teams_of = belonging(engine, "interactions", "agent_key", "team")
        by_team, by_agent, by_week = (
            tension(engine, "team"),
            tension(engine, "agent_key", teams_of),
            tension(engine, ""),
        )
    assert by_team.mix == ("topic", "channel", "product", "priority")
    named = {unit.unit for unit in by_team.standing_out}
    people = {teams_of[unit.unit] for unit in by_agent.standing_out}
    hurt = {name for place, name in enumerate(TEAMS) if place % len(DEPARTMENTS) == world.plan.harmed_department}
    return {
        "team": by_team.found and named == hurt,
        "team others": bool(named - hurt),
        "agent": by_agent.found and bool(people & hurt),
        "agent others": bool(people - hurt),
        "week": by_week.found,
        "week says too short": by_week.is_too_short,
    }


def spared(folder: Path, seed: int) -> bool:
    """Whether the weeks of the same operation, in which nobody was harmed, are flagged."""
    world = build_world(seed, SCALE, UNTIL)
    with facts(folder, interactions=contacts(replace(world, plan=replace(world.plan, harmed_department=-1)))) as engine:
        return tension(engine, "").found


@pytest.mark.prove
def test_the_harm_is_found_in_twenty_seeds_and_its_twin_left_alone(tmp_path: Path) -> None:
    told = [harmed(tmp_path / str(seed), seed) for seed in range(SEEDS)]
    counted = {name: sum(each[name] for each in told) for name in told[0]}
    print(counted)
    assert counted["team"] >= 18, counted
    assert counted["agent"] >= 18, counted
    assert counted["team others"] <= 1, counted
    assert counted["agent others"] <= 1, counted
    # A year and a half of one series is too short for half of the seeds, and it says so each time it finds nothing.
    assert counted["week"] + counted["week says too short"] == SEEDS, counted


@pytest.mark.prove
def test_weeks_of_all_together_cry_no_wolf(tmp_path: Path) -> None:
    """One series hides what a third of the operation did: it may miss, and must not invent."""
    assert sum(spared(tmp_path / str(seed), seed) for seed in range(SEEDS)) <= 1

"""Whether the overload planted in the sample operation is found, and its null twin is not."""

from datetime import UTC, date, datetime

import pytest

from heed.goals.escalation.rules.overload import Reached, unit_loads
from heed.sample.cases import case_tables, cases_of
from heed.sample.contacts import contacts_of
from heed.sample.truths import drawn
from heed.sample.world import build_world

UNTIL = date(2026, 10, 31)
# Less than the whole operation: quicker to make, and harder to see.
SCALE = 0.4


def escalations(seed: int) -> tuple[list[Reached], dict[str, str]]:
    """The escalations in the events of the sample operation, and what was drawn."""
    world = build_world(seed, SCALE, UNTIL)
    waiting: dict[str, dict[str, object]] = {}
    found = []
    for place, (since, until) in enumerate(world.slice_days()):
        contacts = contacts_of(world, place + 1, since, until)
        events = case_tables(world, place + 1, contacts, cases_of(world, place + 1, contacts))["events"]
        rows = events.select(["at", "case_id", "activity", "region", "agent_key"]).to_pylist()
        for row in sorted(rows, key=lambda each: each["at"]):
            if row["activity"] == "escalate":
                waiting[row["case_id"]] = row
            elif row["activity"] == "senior review" and (first := waiting.pop(row["case_id"], None)):
                found.append(
                    Reached(row["case_id"], str(first["region"]), row["agent_key"] or "", first["at"], row["at"])
                )  # type: ignore[arg-type]
    return found, drawn(world.plan, SCALE)


@pytest.mark.prove
def test_planted_in_twenty_seeds_and_not_in_their_twins() -> None:
    hits = alarms = 0
    for seed in range(20):
        found, planted = escalations(seed)
        loads = {load.unit: load for load in unit_loads(found, datetime(2026, 11, 1, tzinfo=UTC))}
        hit = loads[planted["overloaded_region"]]
        hits += hit.overloaded and hit.busiest == planted["senior"]
        alarms += any(load.overloaded for unit, load in loads.items() if unit != planted["overloaded_region"])
    assert hits >= 18
    assert alarms <= 1

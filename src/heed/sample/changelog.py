"""The log of changes of the operation: the planted ones, their null twins, and others that mean nothing."""

from typing import Any

import numpy as np
import pyarrow as pa

from heed.sample.clock import SECOND_US
from heed.sample.columns import finish, keys, named, times
from heed.sample.names import DAYS, DEPARTMENTS, PILOTS, REGIONS, SOURCE
from heed.sample.plan import CAMPAIGN_DAYS, PILOT_DAYS, Plan
from heed.sample.world import World

RELEASE_TITLES = {
    "login_loop": "App 7.0: new sign-in",
    "double_charge": "Billing system: new collection run",
    "router_reboot": "Router firmware 4.2",
}
ORDINARY = (
    ("release", "Web shop: faster search"),
    ("release", "App: new colours"),
    ("policy", "Goodwill up to 20 EUR without asking"),
    ("staffing", "Six new colleagues start"),
    ("price", "Fibre tariffs reworded, prices unchanged"),
    ("policy", "New letterhead"),
    ("staffing", "Shift swap by app"),
    ("procedure", "Check list for moving home"),
    ("release", "Agent desk: keyboard shortcuts"),
    ("incident", "Power cut in one exchange, two hours"),
)
# kind, title, day, last day or -1, department or -1, region or -1
Row = tuple[str, str, int, int, int, int]


def planned_changes(plan: Plan, seed: int) -> list[Row]:
    """Every change of the plan, in order of the day."""
    rng = np.random.default_rng([seed, 7])
    rows: list[Row] = [
        ("release", RELEASE_TITLES[plan.theme], plan.theme_day, -1, -1, -1),
        ("release", "Customer records: new data base", plan.idle_release_day, -1, -1, -1),
        ("release", "Customer portal 3: all pages new", plan.complaint_day, -1, -1, -1),
        ("campaign", "Summer of fibre", plan.campaign_day, plan.campaign_day + CAMPAIGN_DAYS, -1, -1),
        (
            "policy",
            f"Shorter calls in {DEPARTMENTS[plan.harmed_department]}",
            plan.harmed_day,
            -1,
            plan.harmed_department,
            -1,
        ),
        (
            "policy",
            f"Shorter calls in {DEPARTMENTS[plan.unharmed_department]}",
            plan.unharmed_day,
            -1,
            plan.unharmed_department,
            -1,
        ),
        ("policy", "Seniors take escalations by rota", plan.overload_day, -1, -1, plan.overloaded_region),
        ("policy", "Seniors take escalations by rota", plan.overload_day, -1, -1, plan.shared_region),
        *(("pilot", f"Pilot {name}", plan.pilot_day, plan.pilot_day + PILOT_DAYS, -1, -1) for name in PILOTS),
    ]
    days = rng.integers(20, DAYS - 20, len(ORDINARY))
    rows += [(kind, title, int(day), -1, -1, -1) for (kind, title), day in zip(ORDINARY, days, strict=True)]
    return sorted(rows, key=lambda row: row[2])


def changes_table(world: World) -> pa.Table:
    rows = planned_changes(world.plan, world.seed)
    kinds = [row[0] for row in rows]
    day, last, department, region = (np.array([row[place] for row in rows]) for place in (2, 3, 4, 5))
    start = world.clock.day_start
    over = (last >= 0) & (last <= DAYS)
    columns: dict[str, Any] = {
        "operation_change_id": keys(f"{SOURCE}-d-", np.arange(len(rows)), 3),
        "at": times(start[day] + 4 * 3600 * SECOND_US),
        "until": times(start[np.clip(last, 0, DAYS)], over),
        "kind": pa.array(kinds),
        "title": pa.array([row[1] for row in rows]),
        "unit": named(department, DEPARTMENTS),
        "region": named(region, REGIONS),
    }
    return finish("changes", columns, len(rows), batch=world.batch, recorded_at=world.clock.end)

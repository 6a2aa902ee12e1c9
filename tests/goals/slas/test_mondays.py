"""Planted: a region with a third of its people missing on Mondays, and a twin with the same peak and the people for it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow.compute as pc
import pytest

from heed.goals.slas.rules.history import learned
from heed.goals.slas.rules.staffing import Promise
from heed.goals.slas.rules.weekdays import covers
from heed.metrics.traffic import HALF_HOUR, Presence, Traffic
from heed.sample.books import workforce_table
from heed.sample.contacts import contacts_of
from heed.sample.names import PHONE, REGIONS, ZONE
from heed.sample.world import World, build_world
from heed.stats.arrays import Floats

UNTIL, WEEKS, SEEDS = date(2026, 10, 31), 26, 20
SECOND = 1_000_000


def last_weeks(world: World) -> tuple[Traffic, Presence]:
    """Calls and people on them of the last half year, by half-hour, as the facts have them."""
    slices = list(enumerate(world.slice_days(), 1))
    first = slices[-1][1][1] - 7 * WEEKS
    units: list[np.ndarray] = []
    columns: list[list[Floats]] = [[] for _ in range(6)]
    people: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for number, (since, until) in slices:
        if until <= first:
            continue
        contacts = contacts_of(world, number, since, until)
        calls = contacts.channel == PHONE
        units.append(np.array(REGIONS, dtype=object)[contacts.region[calls]])
        told = (contacts.at, contacts.answered, contacts.wait, contacts.handle, contacts.abandoned, calls)
        for column, values in zip(columns, told, strict=True):
            column.append(values[calls].astype(np.float64))
        rows = workforce_table(world, number, since, until, contacts)
        rows = rows.filter(pc.equal(rows["state"], "scheduled"))
        starts = pc.cast(pc.cast(rows["start_at"], "timestamp[s]", safe=False), "int64")
        people.append(
            (
                np.array(rows["region"].to_pylist(), dtype=object),
                starts.to_numpy(),
                rows["agents"].to_numpy(zero_copy_only=False),
            )
        )
    at, answered, wait, handle, abandoned, _ = (np.concatenate(each) for each in columns)
    return _summed(np.concatenate(units), at, answered, wait, handle, abandoned), Presence(
        *(np.concatenate([each[place] for each in people]) for place in range(3))
    )


def _summed(
    units: np.ndarray, at: Floats, answered: Floats, wait: Floats, handle: Floats, abandoned: Floats
) -> Traffic:
    start = (at // (HALF_HOUR * SECOND) * HALF_HOUR).astype(np.int64)
    keys = np.array([f"{unit}|{each}" for unit, each in zip(units, start, strict=True)])
    _, where, place = np.unique(keys, return_index=True, return_inverse=True)

    def sums(values: Floats) -> Floats:
        return np.bincount(place, weights=values)

    return Traffic(
        units[where],
        start[where],
        sums(np.ones(at.size)),
        sums(answered),
        sums(answered * (wait <= 20)),
        sums(abandoned),
        sums(wait),
        sums(answered),
        sums(handle * answered),
        sums((handle * answered) ** 2),
    )


def flagged(seed: int) -> tuple[set[tuple[str, int]], str, str]:
    """The weekdays marked, the region of the truth and that of the twin."""
    world = build_world(seed, 1.0, UNTIL)
    traffic, presence = last_weeks(world)
    patience = float(traffic.wait_seconds.sum() / traffic.abandoned.sum())
    until = datetime.combine(UNTIL, datetime.min.time(), UTC)
    zone = ZoneInfo(ZONE)
    history = learned(traffic, presence, zone, until - timedelta(weeks=WEEKS), until, patience)
    rows = covers(traffic, presence, history, Promise(0.8, 20.0, patience), zone)
    marked = {(each.queue, each.weekday) for each in rows if each.is_short}
    return marked, REGIONS[world.plan.monday_region], REGIONS[world.plan.monday_twin]


@pytest.mark.prove
def test_understaffed_mondays_are_found_and_their_twins_left_alone() -> None:
    found = [flagged(seed) for seed in range(SEEDS)]
    hits = sum((truth, 0) in marked for marked, truth, _ in found)
    twins = sum((twin, 0) in marked for marked, _, twin in found)
    others = sum(len(marked - {(truth, 0), (twin, 0)}) for marked, truth, twin in found)
    print({"found": hits, "twins": twins, "others": others, "seeds": SEEDS})
    assert hits >= 18
    assert twins <= 1
    assert others <= 1

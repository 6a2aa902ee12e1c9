"""A bank's call centre (Technion, "anonymous bank", two weeks of February 1999): patience by Kaplan and Meier, and abandonment and
service level of each half-hour, by Erlang A and played with either law of patience, beside what happened. Patience, handle time and
the pause after which an agent is gone are settled on the first week, which is shown too; the second is what they are held against.

HEED_DATA names the folder that holds anonymous_bank/anonymous_bank_1999_02_01to14.tsv.gz.
"""

import csv
import gzip
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from heed.stats.arrays import Floats
from heed.stats.queues.impatience import Impatience, erlang_a
from heed.stats.queues.patience import Endurance, Patience, endurance, patience
from heed.stats.queues.simulation.arrivals import Listed
from heed.stats.queues.simulation.contact_centre import Centre, Group, Kind, Staffing, play

FILE = "anonymous_bank/anonymous_bank_1999_02_01to14.tsv.gz"
SLOT = 1800
WITHIN = 20.0
PAUSES = (120, 300, 600, 900, 1800)
LEAST_CALLS = 10
OWN_QUEUE = "IN"  # internet advice: other agents, in another room


@dataclass(frozen=True)
class Call:
    """A call that reached the agents' queue: day, second of the day, time waited, whether answered, by whom and how long."""

    day: int
    at: int
    waited: float
    answered: bool
    server: str
    started: int
    served: float


def seconds(written: str) -> int:
    hours, minutes, rest = written.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def read(path: Path) -> list[Call]:
    """Calls for agents. Who hung up in the menu, phantoms, and internet advice are left out."""
    found = []
    with gzip.open(path, "rt", encoding="latin-1") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            waits = row["q_start"] != "0:00:00"
            if row["outcome"] == "PHANTOM" or row["type"].strip() == OWN_QUEUE:
                continue
            answered = row["outcome"] == "AGENT"
            if not answered and not waits:
                continue
            at = seconds(row["q_start"] if waits else row["vru_exit"])
            waited = float(row["q_time"]) if waits else 0.0
            started = seconds(row["ser_start"]) if answered else 0
            found.append(
                Call(
                    int(row["date"]),
                    at,
                    waited,
                    answered,
                    row["server"],
                    started,
                    float(row["ser_time"]) if answered else 0.0,
                )
            )
    return found


def presence(calls: Iterable[Call], pause: int) -> dict[tuple[int, int], float]:
    """Agents there by day and half-hour: from the start of a call to its end, and between two calls no more than `pause`
    seconds apart.
    """
    spans: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for call in calls:
        if call.answered and call.server != "NO_SERVER":
            spans[call.day, call.server].append((call.started, call.started + int(call.served)))
    there: dict[tuple[int, int], float] = defaultdict(float)
    for (day, _server), held in spans.items():
        for low, high in _joined(sorted(held), pause):
            for slot in range(low // SLOT, high // SLOT + 1):
                there[day, slot] += max(min(high, (slot + 1) * SLOT) - max(low, slot * SLOT), 0) / SLOT
    return there


def _joined(spans: Sequence[tuple[int, int]], pause: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for low, high in spans:
        if found and low - found[-1][1] <= pause:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


@dataclass(frozen=True)
class Slots:
    """By half-hour with at least ten calls: calls, and shares predicted and seen."""

    calls: Floats
    abandoned: Floats
    abandoned_seen: Floats
    level: Floats
    level_seen: Floats

    def error(self) -> float:
        """Mean absolute error of the two shares, weighed by calls."""
        off = np.abs(self.abandoned - self.abandoned_seen) + np.abs(self.level - self.level_seen)
        return float(np.average(off, weights=self.calls)) / 2


def between(rate: float, service: float, endured: float, agents: float) -> tuple[float, float]:
    """Abandonment and service level of Erlang A, read between two whole numbers of agents."""
    low = max(int(agents), 1)
    part = min(max(agents - low, 0.0), 1.0)

    def told(found: Impatience) -> Floats:
        return np.array([found.abandoned, found.served_within])

    pair = [told(erlang_a(rate, 1 / service, 1 / endured, count, WITHIN)) for count in (low, low + 1)]
    left, level = (1 - part) * pair[0] + part * pair[1]
    return float(left), float(level)


def compare(calls: Sequence[Call], service: float, endured: float, pause: int) -> Slots:
    there = presence(calls, pause)
    by_slot: dict[tuple[int, int], list[Call]] = defaultdict(list)
    for call in calls:
        by_slot[call.day, call.at // SLOT].append(call)
    rows = []
    for slot, held in sorted(by_slot.items()):
        if len(held) < LEAST_CALLS or there.get(slot, 0.0) < 0.5:
            continue
        left, level = between(len(held) / SLOT, service, endured, there[slot])
        gone = float(np.mean([not call.answered for call in held]))
        kept = float(np.mean([call.answered and call.waited <= WITHIN for call in held]))
        rows.append((float(len(held)), left, gone, level, kept))
    return Slots(*np.array(rows).T)


@dataclass(frozen=True)
class Law:
    """What callers are ready to wait, one way or the other."""

    name: str
    mean: float
    endurance: Endurance | None = None


def played(calls: Sequence[Call], service: float, spread: float, law: Law, pause: int, runs: int = 40) -> Slots:
    """The same half-hours, each day played as one with its own arrivals: what waits is carried over, and patience is of a law."""
    there = presence(calls, pause)
    rows = []
    for day in sorted({call.day for call in calls}):
        own = sorted((call for call in calls if call.day == day), key=lambda call: call.at)
        slots = range(own[0].at // SLOT, own[-1].at // SLOT + 1)
        start = slots[0] * SLOT
        came = Listed(tuple(float(call.at - start) for call in own))
        kind = Kind("calls", came, service, law.mean, service_spread=spread, endurance=law.endurance)
        told = np.zeros((runs, len(own), 2))
        for run, seed in enumerate(np.random.SeedSequence([1, day]).spawn(runs)):
            generator = np.random.default_rng(seed)
            # A part of an agent is there in that part of the runs.
            counts = tuple(int(there.get((day, slot), 0.0) + generator.random()) for slot in slots)
            staffing = Staffing(tuple(float(slot * SLOT - start) for slot in slots), counts)
            centre = Centre((kind,), (Group("agents", frozenset({"calls"}), staffing),))
            done = play(centre, float(len(slots) * SLOT), generator)
            told[run, :, 0] = ~done.served[0]
            told[run, :, 1] = done.served[0] & (done.waits[0] <= WITHIN)
        mean, which = told.mean(axis=0), np.array([call.at // SLOT for call in own])
        for slot in slots:
            held = which == slot
            if held.sum() < LEAST_CALLS or there.get((day, slot), 0.0) < 0.5:
                continue
            seen = [call for call, is_held in zip(own, held, strict=True) if is_held]
            gone = float(np.mean([not call.answered for call in seen]))
            kept = float(np.mean([call.answered and call.waited <= WITHIN for call in seen]))
            left, level = mean[held].mean(axis=0)
            rows.append((float(held.sum()), float(left), gone, float(level), kept))
    return Slots(*np.array(rows).T)


def learned(calls: Sequence[Call]) -> tuple[Patience, float, int]:
    """Patience, mean handle time, and the pause that fits best, all of one week."""
    found = patience([call.waited for call in calls], [not call.answered for call in calls])
    service = float(np.mean([call.served for call in calls if call.answered]))
    assert found.mean is not None
    errors = {pause: compare(calls, service, found.mean, pause).error() for pause in PAUSES}
    return found, service, min(errors, key=lambda pause: errors[pause])


def calibration(predicted: Floats, seen: Floats, calls: Floats, groups: int = 5) -> list[dict[str, float]]:
    """Half-hours in groups of rising prediction: what was predicted and what was seen, of all calls of the group."""
    parts = np.array_split(np.argsort(predicted), groups)
    return [
        {
            "calls": float(calls[part].sum()),
            "predicted": float(np.average(predicted[part], weights=calls[part])),
            "seen": float(np.average(seen[part], weights=calls[part])),
        }
        for part in parts
    ]


def main() -> None:
    path = Path(os.environ.get("HEED_DATA", "data")) / FILE
    if not path.exists():
        print(json.dumps({"bench": "bank", "who": "heed", "skipped": "HEED_DATA names no folder with the data"}))
        return
    calls = read(path)
    first, second = ([call for call in calls if (call.day < 990208) is early] for early in (True, False))
    found, service, pause = learned(first)
    assert found.mean is not None
    spread = float(np.std([call.served for call in first if call.answered])) / service
    endured = endurance([call.waited for call in first], [not call.answered for call in first])
    exponential, as_seen = Law("exponential", found.mean), Law("Kaplan-Meier", found.mean, endured)

    def line(**figures: object) -> None:
        print(json.dumps({"bench": "bank", "who": "heed", **figures}), flush=True)

    line(
        what="patience, first week", calls=len(first), given_up=found.given_up, mean=found.mean, low=found.low,
        high=found.high, median=found.median, handle=service, spread=spread, pause=pause,
        endurance_mean=endured.mean if endured else None,
    )  # fmt: skip
    # Which law is better is settled on the first week; the second is told once by each.
    for week, held in (("first", first), ("second", second)):
        told_by(line, week, "Erlang A", compare(held, service, found.mean, pause))
        for law in (exponential, as_seen):
            told_by(line, week, f"played, {law.name}", played(held, service, spread, law, pause))


def told_by(line: Callable[..., None], week: str, method: str, slots: Slots) -> None:
    for name, told, seen in (
        ("abandonment", slots.abandoned, slots.abandoned_seen),
        ("service level", slots.level, slots.level_seen),
    ):
        line(
            what=f"{name}, {week} week",
            by=method,
            half_hours=told.size,
            predicted=float(np.average(told, weights=slots.calls)),
            seen=float(np.average(seen, weights=slots.calls)),
            mean_error=float(np.average(np.abs(told - seen), weights=slots.calls)),
            correlation=float(np.corrcoef(told, seen)[0, 1]),
        )
        if week == "second":
            for place, group in enumerate(calibration(told, seen, slots.calls), 1):
                line(what=f"{name}, fifth {place}", by=method, **group)


if __name__ == "__main__":
    main()

"""Whom the attention ledger asks: how fast a year of a large operation is replayed, and what it saves against a shared cool-down.

    python bench/asking.py

Speed: a year of 1.2 million facts of 100,000 customers through heed's bulk form and through a plain Python loop over a like
policy (one rest period, two caps, the same draws), in one run. Saving: asks by which no interval of three segments is wider than by a
shared seven-day cool-down on the same traffic, which asks everybody who has rested, half of them or a quarter
(`tests/feedback/triggers/saving.py`).
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from heed.feedback.triggers.definition import ContactPolicy, Trigger
from heed.feedback.triggers.rules.bulk import Candidates, decide_many
from heed.feedback.triggers.rules.ledger import Ledger
from heed.feedback.triggers.rules.terms import DAY, terms_of

FACTS, CUSTOMERS = 1_200_000, 100_000
TRIGGER = Trigger.model_validate({"name": "T", "when": "answered", "survey": "s", "probability": 0.4})
POLICY = {"rest_days": 30, "caps": [{"days": 7, "most": 1}, {"days": 91, "most": 3}]}


def traffic(seed: int, facts: int, customers: int, days: int = 365) -> Candidates:
    """Facts of a year; how often a customer comes is gamma-distributed (shape 0.5), so a tenth brings half of them."""
    dice = np.random.default_rng(seed)
    often = dice.gamma(0.5, size=customers)
    at = np.sort(dice.integers(0, days * DAY, facts))
    who = dice.choice(customers, facts, p=often / often.sum())
    none = np.zeros(facts, np.int64)
    keys = [f"c{number}" for number in range(customers)]
    return Candidates(
        at,
        who,
        none,
        dice.random(facts),
        none + TRIGGER.probability,
        none - 1,
        none,
        none,
        none,
        keys,
        [""],
        [""],
        [""],
    )


def plain_loop(rows: Candidates) -> int:
    """What somebody would write by hand: a rest period, two caps and a draw over lists."""
    last: dict[int, int] = {}
    recent: dict[int, list[int]] = {}
    asked = 0
    for at, who, drawn in zip(rows.at.tolist(), rows.customer.tolist(), rows.draw.tolist(), strict=True):
        if at < last.get(who, -(2**60)) + 30 * DAY:
            continue
        held = [each for each in recent.get(who, ()) if at - each < 91 * DAY]
        if len(held) >= 3 or sum(at - each < 7 * DAY for each in held) >= 1 or drawn >= 0.4:
            continue
        held.append(at)
        recent[who], last[who] = held, at
        asked += 1
    return asked


def speed() -> dict[str, Any]:
    rows = traffic(1, FACTS, CUSTOMERS)
    heed, peer = [], []
    for _ in range(3):
        begun = time.perf_counter()
        found = decide_many(Ledger(terms_of(ContactPolicy.model_validate(POLICY))), [TRIGGER], rows)
        heed.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        asked = plain_loop(rows)
        peer.append(time.perf_counter() - begun)
    assert asked == int(found.asked.sum())
    ours, theirs = FACTS / min(heed), FACTS / min(peer)
    return {
        "bench": "asking",
        "facts": FACTS,
        "asked": asked,
        "heed_decisions_per_second": ours,
        "plain_loop_decisions_per_second": theirs,
        "ratio": ours / theirs,
    }


SEEDS = range(4)


def saved(asks: float, column: int) -> dict[str, Any]:
    """Against a cool-down that asks this share. column: 1 heed's estimator beside the plain one, 0 the same one for both."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tests.feedback.triggers.saving import KNOWN, saving

    found = [saving(seed, asks, KNOWN, column) for seed in SEEDS]
    told: dict[str, Any] = {
        "bench": "asking saved",
        "cool_down_asks_share": asks,
        "matched_by": "the product's estimator" if column else "the same estimator",
        "asks": sum(each["heed_asks"] for each in found),
        "cool_down_asks": sum(each["cool_down_asks"] for each in found),
        "least_saving": min(each["fewer"] for each in found),
        "most_saving": max(each["fewer"] for each in found),
        "rest_days": [each["rest_days"] for each in found],
    }
    for name in ("same_estimator", "products_estimator", "both_assisted"):
        ratios = np.array([each[name] for each in found])
        told[f"width_{name}"] = {"least": ratios.min(), "mean": ratios.mean(), "most": ratios.max()}
    last = found[-1]
    return told | {name: last[name] for name in ("cool_down_widths", "heed_widths")}


if __name__ == "__main__":
    print(json.dumps(speed()))
    for asks, column in ((1.0, 1), (1.0, 0), (0.5, 1), (0.25, 1)):
        print(json.dumps(saved(asks, column)), flush=True)

"""The counts of public logs, as their publishers list them."""

import pytest

from heed.mining.columns import Columns
from heed.mining.mined import mined
from heed.mining.readers.opening import opened
from tests.places import shared_data

LISTED = {
    "helpdesk.xes.gz": {"cases": 4580, "events": 21348, "activities": 14, "resources": 22, "variants": 226},
    "08_receipt.xes.gz": {"cases": 1434, "events": 8577, "activities": 27, "resources": 48, "variants": 116},
    "receipt.csv.gz": {"cases": 1434, "events": 8577, "activities": 27, "resources": 48, "variants": 116},
    "roadtraffic100traces.csv": {"cases": 100},
    "roadtraffic100traces.xes.gz": {"cases": 100},
    "running-example.xes": {"cases": 6, "events": 42},
    "running-example.csv": {"cases": 6, "events": 42},
    "02_teleclaims.xes.gz": {"cases": 3512, "events": 46138},
    "03_repairExample.xes.gz": {"cases": 1104, "events": 11855},
}


@pytest.mark.parametrize("file", LISTED)
def test_a_public_log_has_the_counts_that_are_listed(file: str) -> None:
    with opened(str(shared_data("eventlogs") / file), Columns()) as log:
        found = mined(log, top=1)
    assert {name: found[name] for name in LISTED[file]} == LISTED[file]
    assert (found["untimed"], found["left_out"]) == (0, {})


@pytest.mark.parametrize(
    ("one", "other"), [("08_receipt.xes.gz", "receipt.csv.gz"), ("running-example.xes", "running-example.csv")]
)
def test_two_forms_of_a_log_say_the_same(one: str, other: str) -> None:
    figures = []
    for file in (one, other):
        with opened(str(shared_data("eventlogs") / file), Columns()) as log:
            figures.append(mined(log))
    first, second = figures
    for left, right in zip(first.pop("edges"), second.pop("edges"), strict=True):
        assert left == pytest.approx(right)
    assert first == second

"""A real call centre: what Erlang A says of each half-hour of a week it never saw, with patience learned the week before."""

import numpy as np
import pytest
from bench.bank import FILE, calibration, compare, learned, read

from tests.places import shared_data


@pytest.mark.prove
def test_half_hours_of_a_bank_are_told_from_the_week_before() -> None:
    folder = FILE.split("/")[0]
    calls = read(shared_data(folder) / FILE.split("/")[1])
    first, second = ([call for call in calls if (call.day < 990208) is early] for early in (True, False))
    found, service, pause = learned(first)
    assert found.mean is not None and found.low is not None and found.high is not None
    assert 250 < found.low < found.high < 400
    assert (np.diff(found.survival.surviving) <= 0).all()
    slots = compare(second, service, found.mean, pause)
    told, seen = (float(np.average(each, weights=slots.calls)) for each in (slots.abandoned, slots.abandoned_seen))
    assert abs(told - seen) < 0.02
    told, seen = (float(np.average(each, weights=slots.calls)) for each in (slots.level, slots.level_seen))
    assert abs(told - seen) < 0.08
    # Half-hours told worse are worse: in fifths of the prediction what was seen rises with it.
    for predicted, came in ((slots.abandoned, slots.abandoned_seen), (slots.level, slots.level_seen)):
        assert float(np.corrcoef(predicted, came)[0, 1]) > 0.45
        fifths = [group["seen"] for group in calibration(predicted, came, slots.calls)]
        assert fifths == sorted(fifths)

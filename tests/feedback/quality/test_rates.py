"""The sixteen rates of the AAPOR by hand, and waves by their names."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from heed.feedback.quality.rules.rates import CODES, LETTERS, NAMES, Outcomes, rates
from heed.feedback.quality.rules.waves import gathered, named_wave
from heed.metrics.frames import ASKED


def test_the_rates_by_hand() -> None:
    # I 200, P 50, R 100, NC 550, O 20, UO 80: 920 known to be eligible, 1,000 in all.
    states = {"complete": 200, "partial": 50, "break_off": 60, "refused": 30, "begun": 10, "silent": 500, "pending": 50}
    found = rates(
        Outcomes.of({**states, "withdrawn": 15, "set_aside": 5, "undelivered": 80, "by_chance": 9, "no_chance": 9})
    )
    assert {name: each.value for name, each in found.items()} == {
        "RR1": 200 / 1000,
        "RR2": 250 / 1000,
        "RR3": 200 / 1000,
        "RR4": 250 / 1000,
        "RR5": pytest.approx(200 / 920),
        "RR6": pytest.approx(250 / 920),
        "COOP1": pytest.approx(200 / 370),
        "COOP2": pytest.approx(250 / 370),
        "COOP3": pytest.approx(200 / 350),
        "COOP4": pytest.approx(250 / 350),
        "REF1": 100 / 1000,
        "REF2": 100 / 1000,
        "REF3": pytest.approx(100 / 920),
        "CON1": 370 / 1000,
        "CON2": 370 / 1000,
        "CON3": pytest.approx(370 / 920),
    }
    assert tuple(found) == NAMES


def test_of_those_not_known_to_be_eligible_as_many_are_as_of_the_others() -> None:
    found = Outcomes(i=60, nc=30, uo=40, ne=10)
    assert found.e == 0.9
    assert rates(found)["RR3"].value == pytest.approx(60 / (90 + 0.9 * 40))
    assert rates(found)["CON2"].value == pytest.approx(60 / (90 + 0.9 * 40))


def test_nobody_asked_is_no_rate() -> None:
    assert all(each.value is None for each in rates(Outcomes()).values())


def test_every_end_has_a_letter_and_a_code() -> None:
    assert set(LETTERS) == set(CODES) == set(ASKED)


def test_months_are_gathered_to_waves_and_waves_have_ends() -> None:
    zone = ZoneInfo("Europe/Berlin")
    months = [
        (name, many, datetime(2025, int(name[5:]), 3, tzinfo=UTC), datetime(2025, int(name[5:]), 9, tzinfo=UTC))
        for name, many in (("2025-03", 5), ("2025-04", 7), ("2025-06", 1))
    ]
    found = gathered(months, "quarter")
    assert [(line.name, line.asked) for line in found] == [("2025-Q2", 8), ("2025-Q1", 5)]
    since, until, trigger = named_wave(found[0], "quarter", zone)
    assert (since, until) == (datetime(2025, 3, 31, 22, tzinfo=UTC), datetime(2025, 6, 30, 22, tzinfo=UTC))
    assert trigger == ""
    assert [line.name for line in gathered(months, "year")] == ["2025"]
    assert named_wave(gathered(months, "year")[0], "year", zone)[1] == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert named_wave(gathered(months, "trigger")[0], "trigger", zone) == (None, None, "2025-06")
    assert named_wave(None, "month", zone) == (None, None, "")

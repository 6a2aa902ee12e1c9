"""What a footprint must say, and how it is refused: naming what is wrong and the nearest that would be right."""

from typing import Any

import numpy as np
import pytest
import yaml

from heed.core.definitions.rules import validate
from heed.core.errors.rules import Invalid
from heed.goals.footprint.rules.weeks import laid_out
from tests.goals.footprint.places import footprint, hours, region, setting, site
from tests.places import ROOT

FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"regions": [region("a", home="nort")], "sites": [site("north")]}, "unknown_site", "Did you mean north?"),
    ({"regions": [region("a", time_zone="Europe/Berln")]}, "unknown_time_zone", "Did you mean Europe/Berlin?"),
    ({"sites": [site("s", currency="PLM")], "rates": {"PLN": "0.23"}}, "unknown_currency", "Did you mean PLN?"),
    ({"regions": [region("a"), region("a")]}, "stands_twice", "Give each a key of its own."),
    ({"regions": [region("a", languages={"de": 0.6})]}, "invalid_share", "They have to come to 1."),
    (
        {"regions": [region("a", languages={"German": 1.0})]},
        "unknown_language",
        "Two or three small letters, such as de.",
    ),
    (
        {"regions": [region("a", hours=hours("09:00-18:00"))]},
        "calls_when_closed",
        "Widen the hours, or leave them out.",
    ),
    ({"regions": [region("a", volumes={"monday": {"08:10": 3}})]}, "invalid_definition", "Correct the field"),
    ({"regions": [region("a", volumes={"monday": {"08:00-09:00": 3, "08:30": 1}})]}, "invalid_definition", "Correct"),
    ({"regions": [region("a", volumes={"monday": {"08:00": -3}})]}, "invalid_definition", "Correct the field"),
    ({"regions": [region("a", aht_second=3)]}, "invalid_definition", "Did you mean aht_seconds?"),
    ({"sites": [site("s", cost_per_hour="0")]}, "invalid_money", "Such as 31.50."),
    ({"sites": [site("s", hours={})]}, "never_open", "Give its hours, day by day."),
    ({"curve": [{"from_seconds": 5, "satisfied": 0.8}]}, "invalid_curve", "Begin with from_seconds: 0, then longer."),
    ({"curve": [{"from_seconds": 0, "satisfied": 0.8, "low": 0.9, "high": 1.0}]}, "invalid_definition", "Correct"),
]


@pytest.mark.parametrize(("more", "code", "hint"), FAULTS)
def test_it_is_refused_naming_what_is_wrong(more: dict[str, Any], code: str, hint: str) -> None:
    body = {"regions": [region("a")], "sites": [site("s")]} | more
    with pytest.raises(Invalid) as refused:
        footprint(**body)
    assert refused.value.code == code
    assert hint in str(refused.value.hint)


def test_the_week_is_laid_out_in_utc_with_its_clocks() -> None:
    place = {"regions": [region("a", time_zone="Europe/Berlin")], "sites": [site("s")]}
    winter = setting(**place).groups[0]
    summer = setting(**place, week_of="2026-07-08").groups[0]
    assert np.flatnonzero(winter.calls).tolist() == list(range(14, 34))
    assert np.flatnonzero(summer.calls).tolist() == list(range(12, 32))
    # Over midnight and over the end of the week.
    night = region("a", time_zone="Pacific/Auckland", hours=hours("00:00-24:00", ("monday",)),
                   volumes={"monday": {"00:00-24:00": 2}})  # fmt: skip
    found = setting([night], [site("s", hours=hours("00:00-24:00", ("monday", "sunday")))]).groups[0]
    assert np.flatnonzero(found.calls).tolist() == [*range(22), *range(310, 336)]
    assert found.calls.sum() == 96


def test_what_is_left_open_and_not_learned_is_refused() -> None:
    with pytest.raises(Invalid, match="neither calls and handle time are written down"):
        laid_out(footprint([region("a", volumes={})], [site("s")]))


def test_money_of_other_currencies_is_turned_by_its_rate() -> None:
    made = setting(
        [region("a")], [site("s", currency="PLN", cost_per_hour="80.00", overlay=0.1)], rates={"PLN": "0.25"}
    )
    assert made.places[0].hourly(1) == 22


def test_the_example_holds() -> None:
    file = ROOT / "examples" / "model" / "footprint" / "calls_of_europe.yaml"
    assert validate("footprint", yaml.safe_load(file.read_text(encoding="utf-8")))

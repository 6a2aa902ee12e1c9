"""What an SLA may say, and the arithmetic of the promises between teams."""

from typing import Any

import pytest

from heed.core.definitions.rules import InvalidDefinition, canonical, validate
from heed.goals.slas.definition import Sla, lasting, shortfall

WHOLE: dict[str, Any] = {
    "name": "Complaints are resolved",
    "within_seconds": 28800,
    "priorities": {"urgent": 7200},
    "target": 0.9,
    "population": 'channel == "email" && priority != "low"',
    "hours": {"name": "Office", "time_zone": "Europe/Berlin", "hours": {"monday": ["09:00-12:00", "13:00-17:00"]}},
    "handover_seconds": 600,
    "teams": [
        {"team": "front", "within_seconds": 7200, "priorities": {"urgent": 1800}},
        {"team": "billing", "within_seconds": 14400, "priorities": {"urgent": 3600}, "step": 2},
        {"team": "technics", "within_seconds": 10800, "priorities": {"urgent": 4800}, "step": 2},
    ],
}


def test_a_whole_promise_is_kept_as_it_was_written() -> None:
    found = validate("sla", WHOLE)
    assert isinstance(found, Sla)
    assert found.limit("urgent") == 7200
    assert found.limit("high") == found.limit(None) == 28800
    assert validate("sla", canonical(found)) == found


def test_teams_of_one_step_count_once_and_hand_overs_are_counted() -> None:
    found = Sla.model_validate(WHOLE)
    assert shortfall(found, "") is None
    # 1800 + max(3600, 4800) + 600 = 7200: to the second.
    assert shortfall(found, "urgent") is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"handover_seconds": 601},
            "at priority urgent teams take 30 min + 1 h 20 min + 10 min 1 s = 2 h 1 s, "
            "the customer is promised 2 h: 1 s too long",
        ),
        (
            {"priorities": {}, "within_seconds": 18000},
            "teams take 2 h + 4 h + 10 min = 6 h 10 min, the customer is promised 5 h: 1 h 10 min too long",
        ),
        ({"teams": [WHOLE["teams"][0]] * 2}, "teams say one team twice"),
        ({"promise": "answer"}, "leave teams and priorities out"),
        ({"target": 1}, "Input should be less than 1"),
        ({"within_seconds": 0}, "Input should be greater than 0"),
        ({"within_seconds": float("inf")}, "Input should be a finite number"),
    ],
)
def test_what_does_not_add_up_is_refused_with_the_arithmetic(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        validate("sla", WHOLE | changes)
    assert message in refused.value.message


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"within_secs": 5}, "Did you mean within_seconds?"),
        ({"population": 'chanel == "email"'}, "Did you mean channel?"),
        ({"teams": [{"taem": "front", "within_seconds": 5}]}, "Did you mean team?"),
    ],
)
def test_a_misspelt_name_is_refused_with_the_nearest(changes: dict[str, Any], hint: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        validate("sla", WHOLE | changes)
    assert hint in refused.value.hint


def test_durations_are_said_to_the_second() -> None:
    assert [lasting(each) for each in (0, 45, 60, 3600, 5405.5, 90000)] == [
        "0 s",
        "45 s",
        "1 min",
        "1 h",
        "1 h 30 min 5.5 s",
        "25 h",
    ]

"""Numbers as people read them."""

import math

import pytest
from django.utils import translation

from heed.documents.units import difference, in_unit


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.8321, "share", "83.2%"),
        (0.004, "share", "0.40%"),
        (1, "share", "100.0%"),
        (-12.04, "points", "−12.0"),
        (-0.01, "points", "0.0"),
        (48.26, "seconds", "48.3\u00a0s"),
        (754, "seconds", "12.6\u00a0min"),
        (9000, "seconds", "2.5\u00a0h"),
        (400000, "seconds", "4.6\u00a0d"),
        (3412, "count", "3,412"),
        (4.236, "number", "4.24"),
        (None, "share", "–"),
        (math.nan, "number", "–"),
    ],
)
def test_in_unit(value: float | None, unit: str, said: str) -> None:
    assert in_unit(value, unit) == said


def test_in_unit_of_money() -> None:
    assert in_unit(1250, "money", "EUR") == "1,250.00\u00a0EUR"


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.012, "share", "+1.2\u00a0pp"),
        (-3.25, "points", "−3.2"),
        (None, "share", "–"),
        (15.0, "seconds", "+15.0\u00a0s"),
    ],
)
def test_difference(value: float | None, unit: str, said: str) -> None:
    assert difference(value, unit) == said


def test_in_the_readers_language() -> None:
    with translation.override("de"):
        assert in_unit(3412.5, "number") == "3.412,50"

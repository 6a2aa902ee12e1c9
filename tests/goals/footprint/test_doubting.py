"""What is not certain: repeatable by its seed, honest at its ends, and what the choice hangs on."""

import pytest

from heed.goals.footprint.rules.comparing import Compared, compare
from heed.goals.footprint.rules.doubting import doubt
from tests.goals.footprint.places import DAYS, region, setting, site

CERTAIN = {"volumes": 0.0, "aht": 0.0, "costs": 0.0, "patience": 0.0}
CURVE = [{"from_seconds": 0, "satisfied": 0.85, "low": 0.82, "high": 0.88}, {"from_seconds": 30, "satisfied": 0.5}]


@pytest.fixture(scope="module")
def found() -> Compared:
    regions = [region("a", 12.0, DAYS, home="s"), region("b", 9.0, DAYS, home="t")]
    return compare(setting(regions, [site("s"), site("t", cost_per_hour="31.00")], curve=CURVE))


def test_the_same_seed_gives_the_same_figures(found: Compared) -> None:
    assert doubt(found, draws=60, seed=4) == doubt(found, draws=60, seed=4)
    assert doubt(found, draws=60, seed=4).chances != doubt(found, draws=60, seed=5).chances


def test_limits_lie_around_what_is_expected_and_chances_come_to_one(found: Compared) -> None:
    told = doubt(found, draws=200)
    distinct = [each for each in told.chances if (option := found.option(each.option)) and option.same_as is None]
    assert sum(each.best for each in distinct) == pytest.approx(1.0)
    for each in told.chances:
        option = found.option(each.option)
        assert option is not None
        assert each.cost.low < float(option.cost) < each.cost.high  # type: ignore[operator]
        assert each.service_level.low < option.service_level < each.service_level.high  # type: ignore[operator]
        assert each.csat.low < option.csat.value < each.csat.high  # type: ignore[operator]


def test_without_doubt_all_is_as_compared() -> None:
    regions = [region("a", 12.0, home="s"), region("b", 9.0, home="t")]
    whole = compare(setting(regions, [site("s"), site("t", cost_per_hour="31.00")], doubt=CERTAIN))
    told = doubt(whole)
    for each in told.chances:
        option = whole.option(each.option)
        assert option is not None
        assert (each.cost.low, each.cost.high) == pytest.approx((float(option.cost),) * 2, abs=0.02)
        assert each.service_level.low == pytest.approx(option.service_level)
        assert each.csat.value is None
    assert told.bars == () and told.saving.low == pytest.approx(told.saving.high)


def test_the_tornado_is_what_each_assumption_does_alone(found: Compared) -> None:
    told = doubt(found)
    widths = [bar.width for bar in told.bars]
    assert widths == sorted(widths, reverse=True) and widths[0] > 0
    assert told.base == pytest.approx(told.saving.value, abs=0.05)
    dearer = next(bar for bar in told.bars if (bar.what, bar.key) == ("cost", "t"))
    # The region kept at its own dearer site is what the pool saves: the dearer it gets, the more.
    split = found.option("split")
    assert split is not None
    own = next(float(one.money) for one in split.pools if one.place.key == "t")
    assert dearer.at_high - told.base == pytest.approx(own * (dearer.high_factor - 1), rel=0.01)
    assert told.turns == ()


def test_a_choice_that_hangs_on_a_cost_says_so() -> None:
    """One queue of people who speak both languages costs about what two save: either site's costs turn it."""
    regions = [region("a", 12.0, DAYS, home="s"), region("b", 12.0, DAYS, languages={"en": 1.0}, home="t")]
    sites = [site("s", languages=["de", "en"], language_premium="5.00"), site("t", languages=["en"])]
    told = doubt(compare(setting(regions, sites, doubt={**CERTAIN, "costs": 0.2})))
    assert {bar.what for bar in told.bars} == {"cost"}
    assert told.base > 0
    assert [min(bar.at_low, bar.at_high) < 0 for bar in told.bars] == [bar in told.turns for bar in told.bars]
    assert told.turns

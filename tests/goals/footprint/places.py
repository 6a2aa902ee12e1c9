"""Small footprints to try things on."""

from typing import Any, cast

import numpy as np

from heed.core.definitions.rules import validate
from heed.goals.footprint.definition import Footprint
from heed.goals.footprint.rules.weeks import Setting, laid_out

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def hours(span: str = "08:00-18:00", days: tuple[str, ...] = DAYS) -> dict[str, list[str]]:
    return {day: [span] for day in days}


def region(key: str, calls: float = 10.0, days: tuple[str, ...] = ("monday",), **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "hours": hours(days=days),
        "languages": {"de": 1.0},
        "aht_seconds": 300,
        "volumes": {day: {"08:00-18:00": calls} for day in days},
    } | more


def site(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "hours": hours("06:00-22:00"), "languages": ["de"], "cost_per_hour": "30.00"} | more


def footprint(regions: list[dict[str, Any]], sites: list[dict[str, Any]], **more: Any) -> Footprint:
    return cast(
        Footprint,
        validate("footprint", {"name": "Where", "regions": regions, "sites": sites, "patience_seconds": 180} | more),
    )


def setting(regions: list[dict[str, Any]], sites: list[dict[str, Any]], **more: Any) -> Setting:
    return laid_out(footprint(regions, sites, **more))


def drawn(seed: int, groups: int = 4, sites: int = 3) -> dict[str, Any]:
    """A random small footprint: regions with one or two languages, sites that speak some, cost this or that, and fill up."""
    random = np.random.default_rng(seed)
    languages = ("de", "en", "fr")
    regions = []
    for number in range(groups):
        spoken = [str(each) for each in random.choice(languages, 1)]
        regions.append(
            region(f"r{number}", float(random.integers(2, 30)), languages={spoken[0]: 1.0},
                   aht_seconds=float(random.integers(180, 420)), within_seconds=float(random.choice([10, 20, 60])))
        )  # fmt: skip
    places = [
        site(f"s{number}", languages=[*languages[: int(random.integers(2, 4))]] if number else list(languages),
             cost_per_hour=f"{random.integers(20, 40)}.00", language_premium=f"{random.integers(0, 4)}.00",
             fixed_cost_per_week=f"{random.integers(0, 900)}.00",
             **({"seats": int(random.integers(4, 14))} if random.random() < 0.6 else {}))
        for number in range(sites)
    ]  # fmt: skip
    most = float(random.choice([1.0, 0.7]))
    return {"regions": regions, "sites": places, "most_share_at_one_site": most}

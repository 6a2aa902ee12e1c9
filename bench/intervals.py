"""100,000 Wilson intervals, Newcombe differences and NPS with their limits in one call, beside a loop over statsmodels."""

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from heed.stats.intervals.differences import proportion_difference
from heed.stats.intervals.mean import mean
from heed.stats.intervals.nps import nps
from heed.stats.intervals.proportion import proportion
from heed.stats.sufficient import Moments, NpsCounts

GROUPS = 100_000


def seconds_of(task: Callable[[], Any], times: int = 3) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        task()
        found.append(time.perf_counter() - start)
    return min(found)


def line(bench: str, who: str, seconds: float, groups: int) -> None:
    print(json.dumps({"bench": bench, "who": who, "seconds": seconds, "groups_a_second": groups / seconds}), flush=True)


def main() -> None:
    generator = np.random.default_rng(1)
    n = generator.integers(1, 500, GROUPS)
    x = generator.binomial(n, 0.8)
    y = generator.binomial(n, 0.7)
    line("wilson", "heed", seconds_of(lambda: proportion(x, n)), GROUPS)
    some = 5000
    loop = seconds_of(
        lambda: [proportion_confint(a, b, method="wilson") for a, b in zip(x[:some], n[:some], strict=True)], 1
    )
    line("wilson", f"statsmodels loop ({some} of them)", loop, some)
    line("newcombe difference", "heed", seconds_of(lambda: proportion_difference(x, n, y, n)), GROUPS)
    line("nps", "heed", seconds_of(lambda: nps(NpsCounts.of(y, x - np.minimum(x, y), n))), GROUPS)
    values, group = generator.normal(5, 1, 1_000_000), generator.integers(0, GROUPS, 1_000_000)
    line("means of a million rows", "heed", seconds_of(lambda: mean(Moments.grouped(values, group, GROUPS))), GROUPS)


if __name__ == "__main__":
    main()

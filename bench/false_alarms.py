"""How often heed's alarms ring when nothing is there: control charts, tests that are looked at all the time, the test of
sample ratios. Simulated from a seed; nominal figures beside them.
"""

import json
import math

import numpy as np

from heed.stats.control_charts.run_lengths import cusum_run_length, ewma_run_length
from heed.stats.experiments.always_valid import mixture_test
from heed.stats.experiments.arms import Arm
from heed.stats.experiments.effects import sequential_effect, welch_effect
from heed.stats.experiments.sample_ratio import sample_ratio

CHARTS, POINTS = 4_000, 6_000
TESTS, PEOPLE = 2_000, 5_000


def line(what: str, **figures: float) -> None:
    print(json.dumps({"bench": "false alarms", "of": what, **figures}), flush=True)


def run_length(signals: np.ndarray) -> float:
    """The mean place of the first signal, charts in rows; those without one count as their length (few)."""
    return float(np.where(signals.any(axis=1), signals.argmax(axis=1) + 1, signals.shape[1]).mean())


def charts(chance: np.random.Generator) -> None:
    z = chance.normal(size=(CHARTS, POINTS)).astype(np.float32)
    line("limits at 3 sigma, known", simulated=run_length(np.abs(z) > 3), nominal=1 / math.erfc(3 / math.sqrt(2)))
    for weight, limit in ((0.1, 2.7), (0.2, 2.962)):
        edge, average, signals = limit * math.sqrt(weight / (2 - weight)), np.zeros(CHARTS), np.zeros(z.shape, bool)
        for point in range(POINTS):
            average = weight * z[:, point] + (1 - weight) * average
            signals[:, point] = np.abs(average) > edge
        line(f"EWMA {weight:g}, {limit:g}", simulated=run_length(signals), nominal=ewma_run_length(weight, limit, 0.0))
    up, down, signals = np.zeros(CHARTS), np.zeros(CHARTS), np.zeros(z.shape, bool)
    for point in range(POINTS):
        up, down = np.maximum(up + z[:, point] - 0.5, 0), np.maximum(down - z[:, point] - 0.5, 0)
        signals[:, point] = (up > 5) | (down > 5)
    line("CUSUM 0.5, 5", simulated=run_length(signals), nominal=cusum_run_length(0.5, 5.0, 0.0)[1])
    for baseline in (20, 50, 100):
        old = chance.normal(size=(20_000, baseline))
        sigma = np.abs(np.diff(old, axis=1)).mean(axis=1) / (2 / math.sqrt(math.pi))
        new = chance.normal(size=(20_000, 50))
        outside = np.abs(new - old.mean(axis=1)[:, None]) > 3 * sigma[:, None]
        line(f"XmR from {baseline} values, each new point", simulated=float(outside.mean()), nominal=0.0027)


def looking_always(chance: np.random.Generator) -> None:
    """Two arms without a difference, looked at every 20 people an arm from 50 on: how often p is ever under 5 %."""
    looks = np.arange(50, PEOPLE + 1, 20)
    ever = {"Welch, looked at always": 0, "confidence sequence": 0, "mixture test": 0}
    for _ in range(TESTS):
        sums = [np.cumsum(values) for values in chance.normal(10.0, 3.0, size=(2, PEOPLE))]
        for name in list(ever):
            ever[name] += any(rejects(name, int(n), *(float(each[n - 1]) / n for each in sums)) for n in looks)
    for name, count in ever.items():
        line(name, simulated=count / TESTS, nominal=0.05)


def rejects(name: str, n: int, first: float, second: float) -> bool:
    a, b = Arm(n, first, 9.0, first), Arm(n, second, 9.0, second)
    if name == "mixture test":
        return mixture_test(second - first, 18.0 / n, 0.09).p < 0.05
    # By the limits, which is quicker than p, and the same.
    half = 1.96 * math.sqrt(18.0 / n)
    if abs(second - first) < half:
        return False
    found = sequential_effect(a, b) if name == "confidence sequence" else welch_effect(a, b)
    return (found.p or 1.0) < 0.05


def ratios(chance: np.random.Generator) -> None:
    for weights in ((0.5, 0.5), (0.9, 0.1), (1.0, 1.0, 1.0, 0.0)):
        share = np.array(weights) / sum(weights)
        drawn = chance.multinomial(10_000, share, 20_000)
        p = np.array([sample_ratio(users, weights).p for users in drawn[:4_000]])
        line(f"sample ratio {weights}", simulated=float((p < 0.05).mean()), nominal=0.05)


def main() -> None:
    chance = np.random.default_rng(20_261_122)
    charts(chance)
    looking_always(chance)
    ratios(chance)


if __name__ == "__main__":
    main()

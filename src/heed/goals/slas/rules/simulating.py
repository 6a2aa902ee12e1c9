"""A week of calls played many times: what a staffing answers in time, who gives up, how it is liked. Pure, seeded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heed.goals.slas.rules.history import Day, History
from heed.stats.arrays import Floats
from heed.stats.falling import Falling
from heed.stats.queues.simulation.arrivals import Rates
from heed.stats.queues.simulation.contact_centre import Centre, Group, Kind, Played, Staffing, play
from heed.stats.queues.simulation.outcomes import over_runs

# Who is there, by queue and weekday: one number for each of the day's slots.
Roster = Mapping[tuple[str, int], Sequence[int]]
CALLS = "calls"
LEVEL = 0.95


@dataclass(frozen=True)
class Guess:
    """A predicted figure: its mean with the limits of the simulation, and the limits in which one such week lies."""

    value: float | None
    low: float | None
    high: float | None
    week_low: float | None = None
    week_high: float | None = None

    def as_dict(self) -> dict[str, float | None]:
        return dict(vars(self))


NOT_TOLD = Guess(None, None, None)


@dataclass(frozen=True)
class Predicted:
    """What a roster gives in a week: shares of all callers, seconds, and the share satisfied of those answered (not told
    without a curve).
    """

    service_level: Guess
    abandonment: Guess
    asa_seconds: Guess
    occupancy: Guess
    csat: Guess
    callers: float
    runs: int
    seed: int


def predict(
    history: History,
    roster: Roster,
    within_seconds: float,
    *,
    runs: int = 30,
    seed: int = 1,
    curve: Falling | None = None,
) -> Predicted:
    """Play the week `runs` times. Each day of each run has its own share of callers more or fewer (`swing`, gamma), and
    begins empty. The same seed gives the same figures.
    """
    sums = np.zeros((runs, 6))
    steps = np.zeros(curve.value.size) if curve else np.zeros(0)
    seeds = np.random.SeedSequence(seed).spawn(runs)
    for run in range(runs):
        generator = np.random.default_rng(seeds[run])
        for day in history.days:
            agents = roster.get((day.queue, day.weekday), ())
            played = _day(day, agents, history, generator)
            sums[run] += _sums(played, within_seconds)
            if curve is not None:
                answered = played.waits[0][played.served[0]]
                steps += np.bincount(curve.steps_of(answered), minlength=steps.size)
    callers, in_time, left, waited, busy, paid = sums.T
    served = callers - left
    return Predicted(
        service_level=_guess(in_time, callers),
        abandonment=_guess(left, callers),
        asa_seconds=_guess(waited, served, share=False),
        occupancy=_guess(busy, paid),
        csat=_liked(curve, steps),
        callers=float(callers.mean()),
        runs=runs,
        seed=seed,
    )


def _day(day: Day, agents: Sequence[int], history: History, generator: np.random.Generator) -> Played:
    more = float(generator.gamma(1.0 / day.swing**2, day.swing**2)) if day.swing > 0 else 1.0
    edges = tuple(float(place * day.length) for place in range(len(day.slots)))
    rates = Rates(edges, tuple(slot.calls * more / day.length for slot in day.slots))
    counts = tuple(agents) if len(agents) == len(edges) else (0,) * len(edges)
    endured = history.patience_seconds, history.endurance
    kind = Kind(CALLS, rates, day.aht_seconds, endured[0], service_spread=day.aht_spread, endurance=endured[1])
    # Whoever is there last stays until nobody waits any more.
    centre = Centre((kind,), (Group(CALLS, frozenset({CALLS}), Staffing(edges, counts)),))
    return play(centre, len(edges) * float(day.length), generator)


def _sums(played: Played, within: float) -> Floats:
    waits, served = played.waits[0], played.served[0]
    return np.array(
        [
            waits.size,
            (served & (waits <= within)).sum(),
            (~served).sum(),
            waits[served].sum(),
            played.busy[0],
            played.paid[0],
        ],
        dtype=np.float64,
    )


def _guess(above: Floats, below: Floats, *, share: bool = True) -> Guess:
    some = below > 0
    values = above[some] / below[some]
    if not values.size:
        return NOT_TOLD
    mean = over_runs(values.tolist(), LEVEL, share=share)
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Guess(mean.value, mean.low, mean.high, float(low), float(high))


def _liked(curve: Falling | None, steps: Floats) -> Guess:
    return Guess(*curve.expected(steps)) if curve is not None and steps.sum() > 0 else NOT_TOLD


def as_it_was(history: History) -> Roster | None:
    """The roster that was there on average; None where nothing says who was."""
    if any(slot.agents is None for day in history.days for slot in day.slots):
        return None
    return {
        (day.queue, day.weekday): tuple(
            # Where somebody called there was somebody, whatever the roster's half-hours say.
            max(round(slot.agents or 0.0), 1 if slot.calls > 0 and (slot.agents or 0.0) > 0 else 0)
            for slot in day.slots
        )
        for day in history.days
    }

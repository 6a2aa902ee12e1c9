"""Reading what is loaded and what is planted."""

from dataclasses import dataclass
from datetime import date

from heed.core.settings.rules import current
from heed.facts.store.opening import store_of
from heed.sample.figures import WaveFigure, wave_figures
from heed.sample.loading import Load, loaded
from heed.sample.plan import last_full_day
from heed.sample.truths import Truth, planted
from heed.sample.world import build_world


@dataclass(frozen=True)
class Told:
    """The truths of an operation, and the figures behind its surveys that no table holds."""

    seed: int
    scale: float
    until: date
    loaded: bool
    truths: tuple[Truth, ...]
    true_satisfaction: tuple[WaveFigure, ...]


def loaded_sample() -> Load | None:
    """The load in this data folder; None when there is none."""
    return loaded(store_of(current()))


def truths_of(seed: int | None = None, until: date | None = None) -> Told:
    """The truths of a seed, of what is loaded when none is given, of seed 0 when nothing is."""
    found = loaded_sample()
    mine = found is not None and seed in (None, found.seed) and until in (None, found.until)
    if found is not None and mine:
        seed, scale, until = found.is_of
    else:
        seed, scale, until = seed or 0, 1.0, until or last_full_day()
    world = build_world(seed, scale, until)
    return Told(seed, scale, until, mine, tuple(planted(seed, until, scale)), tuple(wave_figures(world)))

"""The figures no table holds: the true satisfaction behind the surveys, and what those who answered make of it."""

from dataclasses import dataclass

import numpy as np

from heed.sample.names import SURVEYS
from heed.sample.waves import draw_wave, wave_days
from heed.sample.world import World


@dataclass(frozen=True)
class WaveFigure:
    """Mean true satisfaction, in points, of all who were asked and of those who answered."""

    survey: str
    wave: int
    asked: int
    answered: int
    true_mean: float
    answered_mean: float


def wave_figures(world: World) -> list[WaveFigure]:
    result = []
    for survey, number, day in wave_days():
        wave = draw_wave(world, survey, number, day)
        answered = wave.mood[wave.replies]
        result.append(
            WaveFigure(
                survey=SURVEYS[survey],
                wave=number + 1,
                asked=len(wave.mood),
                answered=len(answered),
                true_mean=float(np.mean(wave.mood)),
                answered_mean=float(np.mean(answered)),
            )
        )
    return result

"""Signs of careless answers."""

import numpy as np

from heed.stats.careless.indices import distances, even_odd, response_variability, strings, synonyms
from heed.stats.procedures.given import Figures, Given


def indices(given: Given) -> Figures:
    """Answers by person, or by item under the items' names."""
    table = given.raw("responses")
    if isinstance(table, dict):
        # Keyed by person; all rows have one length either way.
        answers = np.vstack(list(given.columns("responses").values())) if table else np.zeros((0, 1))
    else:
        answers = given.grid("responses")
    runs = strings(answers)
    far = distances(answers, confidence=given.number("mahad_confidence", 0.99))
    alike = synonyms(answers, critical=given.number("psychsyn_critval", 0.6))
    return {
        "longstring": runs.longest,
        "avgstring": runs.mean,
        "straightline": runs.straight,
        "mahad_sq": far.squared,
        "mahad_flag": far.far,
        "mahad_cut": far.cut,
        "irv": response_variability(answers),
        "psychsyn": alike.correlation if alike.pairs else None,
        # The references look at the first two items of each scale alone (docs/methods/careless.md).
        "evenodd": lambda: even_odd(answers, _scales(given), first_items_only=True),
        "evenodd_right": lambda: even_odd(answers, _scales(given)),
    }


def _scales(given: Given) -> list[int]:
    return [int(size) for size in given.numbers("even_odd_factors")]


PROCEDURES = {"indices": indices}

"""The themes of a file, as `heed text themes` tells them."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.text.discovery.counting import against
from heed.text.discovery.finding import discovered
from heed.text.files import read_rows
from heed.text.representations.choosing import chosen


def tell_themes(
    file: str, column: str, *, truth: str = "", k: int | None = None, seed: int = 0
) -> tuple[dict[str, Any], list[str]]:
    """The contract of `heed text themes`, and the theme's id of each row ("" = none).

    docs_per_second counts reading, masking, finding and naming, not the loading of libraries. The truth is looked at last.
    Raises Invalid when the file or a column is not there, or more themes are asked for than there are texts.
    """
    from heed.text.masking.mask import mask

    _load()
    began = time.perf_counter()
    rows = read_rows(file)
    texts = _column(rows, column)
    if truth:
        _column(rows[:1], truth)
    if k is not None and k > len(texts):
        raise Invalid(
            phrase("There are {n} texts, fewer than {k} themes.", n=len(texts), k=k),
            code="too_many_themes",
            hint=phrase("Leave --k out: the number is found."),
        )
    masked = [mask(text).text for text in texts]
    found = discovered(masked, k=k, seed=seed, representation=chosen(cached=False))
    seconds = time.perf_counter() - began
    keys = [found.themes[place].key if place >= 0 else "" for place in found.places]
    nmi, ari = against(_column(rows, truth), keys) if truth and rows else (None, None)
    told = {
        "n": len(texts),
        "themes": [
            {"id": each.key, "name": each.name, "words": list(each.words), "size": each.size} for each in found.themes
        ],
        "unassigned": int(np.sum(found.places < 0)),
        "docs_per_second": len(texts) / max(seconds, 1e-9),
        "nmi": nmi,
        "ari": ari,
    }
    return told, keys


def _load() -> None:
    import scipy.sparse
    import scipy.special  # noqa: F401


def _column(rows: Sequence[dict[str, str]], column: str) -> list[str]:
    missing = next((row for row in rows if column not in row), None)
    if missing is not None:
        raise Invalid(
            phrase("The file has no column {column}.", column=column),
            code="unknown_column",
            hint=nearest(column, missing),
        )
    return [row[column] for row in rows]

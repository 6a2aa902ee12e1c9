"""Themes found without labels: heed, which finds their number, beside LSA + k-means (scikit-learn), in one run.

    python bench/themes.py [FILE] [--text COL] [--truth COL]

The peer is given the number of true groups, then the number heed found. Then the same texts as a growing stream: what
share keeps its theme at each weekly refit. The public file lies outside of the project (HEED_TEST_DATA).
"""

import argparse
import csv
import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from heed.text.discovery.anchoring import refit
from heed.text.discovery.counting import against
from heed.text.discovery.finding import discovered
from heed.text.masking.mask import mask

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"
DIMENSIONS, WEEKS, FIRST = 100, 8, 0.3


def lsa_kmeans(texts: Sequence[str], k: int) -> list[str]:
    from sklearn.cluster import KMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer

    space = make_pipeline(
        TfidfVectorizer(stop_words="english", sublinear_tf=True, min_df=2),
        TruncatedSVD(DIMENSIONS, random_state=0),
        Normalizer(copy=False),
    )
    return [str(each) for each in KMeans(k, n_init=3, random_state=0).fit_predict(space.fit_transform(texts))]


def heed_themes(texts: Sequence[str]) -> list[str]:
    return [str(place) for place in discovered([mask(text).text for text in texts]).places]


def measured(name: str, texts: Sequence[str], truth: Sequence[str], find: Callable[[], list[str]]) -> dict[str, Any]:
    started, cpu = time.perf_counter(), time.process_time()
    told = find()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    nmi, ari = against(truth, told)
    line = {
        "bench": "themes",
        "of": name,
        "n": len(texts),
        "groups": len(set(truth)),
        "themes": len(set(told) - {"-1"}),
    }
    rates = {"docs_per_second": len(texts) / seconds, "docs_per_cpu_second": len(texts) / cpu}
    return line | {"unassigned": told.count("-1"), "nmi": nmi, "ari": ari} | rates


def stream(texts: Sequence[str], truth: Sequence[str]) -> dict[str, Any]:
    """The texts in a drawn order: three tenths at once, the rest in eight weeks, refitted each week."""
    order = np.random.default_rng(0).permutation(len(texts))
    shuffled, groups = [texts[place] for place in order], [truth[place] for place in order]
    until = int(FIRST * len(shuffled))
    found = discovered(shuffled[:until])
    themes, held = found.themes, _keys(found.themes, found.places)
    kept, kinds = [], dict.fromkeys(("new", "split", "merge", "rename", "gone"), 0)
    for week in range(1, WEEKS + 1):
        now = until + (len(shuffled) - until) * week // WEEKS
        fitted = refit(themes, shuffled[:now], [*held, *[None] * (now - len(held))], forced=True)
        keys = _keys(fitted.themes, fitted.places)
        kept.append(float(np.mean([old == new for old, new in zip(held, keys, strict=False) if old])))
        for change in fitted.changes:
            if change.kind != "same":
                kinds[change.kind] += 1
        themes, held = fitted.themes, keys
    nmi, ari = against(groups, [key or "" for key in held])
    line = {"bench": "themes", "of": "heed, refitted weekly", "n": len(texts), "weeks": WEEKS, "themes": len(themes)}
    return line | {"kept_least": min(kept), "kept_mean": float(np.mean(kept)), "changes": kinds, "nmi": nmi, "ari": ari}


def _keys(themes: Sequence[Any], places: Iterable[int]) -> list[str | None]:
    return [themes[place].key if place >= 0 else None for place in places]


def main() -> None:
    folder = Path(os.environ.get("HEED_TEST_DATA", DEFAULT))
    parser = argparse.ArgumentParser()
    parser.add_argument("file", nargs="?", type=Path, default=folder / "banking77" / "train.csv")
    parser.add_argument("--text", default="text")
    parser.add_argument("--truth", default="category")
    given = parser.parse_args()
    with given.file.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    texts, truth = [row[given.text] for row in rows], [row[given.truth] for row in rows]
    heed_themes(texts[:1000])  # what is loaded at first use is not measured, of either
    lsa_kmeans(texts[:1000], 5)
    ours = measured("heed, number found", texts, truth, lambda: heed_themes(texts))
    print(json.dumps(ours), flush=True)
    for name, k in (("number given", len(set(truth))), ("heed's number", ours["themes"])):
        line = measured(f"LSA + k-means, {name}", texts, truth, partial(lsa_kmeans, texts, k))
        print(json.dumps(line), flush=True)
    print(json.dumps(stream(texts, truth)), flush=True)


if __name__ == "__main__":
    main()

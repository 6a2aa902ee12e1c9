"""Events as arrays: brought together by case, whatever the keys and however the file lies."""

from pathlib import Path

import numpy as np
import pytest

from heed.mining import quick
from heed.mining.columns import Columns
from heed.mining.mined import mined
from heed.mining.ordered import grouped
from heed.mining.readers.opening import opened


@pytest.mark.parametrize("bits", [0, 3, 20, 60, 64])
def test_keys_are_brought_together_and_keep_their_order(bits: int) -> None:
    words = np.random.default_rng(bits).integers(0, 2**64, 40, np.uint64)
    # Half of them differ in their last bits alone, where the key and the place do not go into one word.
    words[20:] = words[:20] ^ np.uint64(1)
    keys = np.random.default_rng(1).choice(words >> np.uint64(64 - bits) if bits else words * 0, 500)
    assert grouped(keys).tolist() == np.argsort(keys, kind="stable").tolist()


def test_pairs_and_times_too_large_for_one_word_are_sorted_alike() -> None:
    rng = np.random.default_rng(0)
    pair, took = rng.integers(0, 50, 300), rng.integers(0, 9, 300)
    small, large = quick._together(pair.copy(), took.copy()), quick._together(pair << 40, took << 40)
    assert [part.tolist() for part in small] == [(part >> 40).tolist() for part in large]


def test_a_file_in_no_order_of_time_is_the_same_log(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    lines = [
        f"{case},{'abc'[(case + step) % 3]},{1_700_000_000 + case + 60 * step}"
        for case in range(40)
        for step in range(9)
    ]
    found = []
    for name, order in (("in order", range(len(lines))), ("in none", rng.permutation(len(lines)))):
        file = tmp_path / f"{name}.csv"
        file.write_text("\n".join(["case,activity,at", *(lines[at] for at in order)]) + "\n")
        with opened(str(file), Columns("case", "activity", "at")) as log:
            found.append(mined(log))
    assert found[0] == found[1]
    assert found[0]["variants"] == 3

"""What on a control chart asks to be looked at: points beyond limits, runs, and Nelson's eight rules."""

import numpy as np
from numpy.typing import ArrayLike

from heed.stats.arrays import Flags, Floats, floats, require


def beyond(points: Floats, low: Floats, high: Floats) -> tuple[int, ...]:
    """Places (from 0) above the upper limit, then those below the lower one."""
    above, below = np.nonzero(points > high)[0], np.nonzero(points < low)[0]
    return tuple(int(place) for place in (*above, *below))


def runs(points: Floats, center: Floats, length: int) -> tuple[int, ...]:
    """Places from the one that completes a run of `length` points on one side to its end; runs above come first."""
    side = np.sign(points - center)
    return tuple(int(place) for which in (1.0, -1.0) for place in np.nonzero(_lasting(side == which, length))[0])


def _lasting(holds: Flags, length: int) -> Flags:
    """Where a condition has held for at least `length` points in a row."""
    return _some(holds, length, length)


def _some(holds: Flags, least: int, of: int) -> Flags:
    """Where a condition holds for at least `least` of the last `of` points."""
    total = np.concatenate(([0], np.cumsum(holds)))
    found = np.zeros(holds.size, dtype=bool)
    found[of - 1 :] = total[of:] - total[:-of] >= least if holds.size >= of else False
    return found


def nelson(points: ArrayLike, center: ArrayLike, sigma: ArrayLike) -> dict[int, tuple[int, ...]]:
    """Nelson 1984: for each of his eight tests the places (from 0) of the points that complete its pattern.

    1 beyond three sigma; 2 nine on one side; 3 six rising or falling; 4 fourteen alternating; 5 two of three beyond two
    sigma on one side; 6 four of five beyond one sigma on one side; 7 fifteen within one sigma; 8 eight beyond one
    sigma on either side. points, shape (n,); center and sigma (of a point) broadcast. A sigma of zero gives no signal but
    through tests 2 to 4. Raises Invalid.
    """
    x, middle, spread = floats("nelson's rules", points, center, sigma)
    require(spread >= 0, "nelson's rules", "sigma must not be negative")
    side = np.sign(x - middle)
    z = np.divide(x - middle, spread, out=np.zeros(x.shape), where=spread > 0)
    step = np.sign(np.diff(x, prepend=x[:1]))
    turns = np.zeros(x.size, dtype=bool)
    turns[2:] = step[2:] * step[1:-1] < 0
    known = spread > 0
    tests: dict[int, Flags] = {
        1: np.abs(z) > 3,
        2: _lasting(side > 0, 9) | _lasting(side < 0, 9),
        3: _lasting(step > 0, 5) | _lasting(step < 0, 5),
        4: _lasting(turns, 12),
        5: ((z > 2) & _some(z > 2, 2, 3)) | ((z < -2) & _some(z < -2, 2, 3)),
        6: ((z > 1) & _some(z > 1, 4, 5)) | ((z < -1) & _some(z < -1, 4, 5)),
        7: _lasting((np.abs(z) < 1) & known, 15),
        8: _lasting(np.abs(z) > 1, 8),
    }
    return {rule: tuple(int(place) for place in np.nonzero(signal)[0]) for rule, signal in tests.items()}

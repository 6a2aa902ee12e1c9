"""Quiet hours of many moments at once, by the same steps as `terms.after_quiet`. Pure; numpy."""

from typing import Any

import numpy as np
import numpy.typing as npt

from heed.feedback.triggers.rules.terms import DAY, MINUTE, THURSDAY, Quiet, offset_at, zone_of

Ints = npt.NDArray[np.int64]


class Walls:
    """What the clocks on the wall show in a zone between two moments: how far they are ahead of UTC, and from when on."""

    def __init__(self, zone: str, since: int, until: int) -> None:
        place = zone_of(zone)
        starts, offsets = [since], [offset_at(place, since)]
        at = since
        while at < until:
            following = at + DAY
            if offset_at(place, following) != offsets[-1]:
                low, high = at, following
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (middle, high) if offset_at(place, middle) == offsets[-1] else (low, middle)
                starts.append(high)
                offsets.append(offset_at(place, high))
            at = following
        self.starts, self.offsets = np.array(starts, np.int64), np.array(offsets, np.int64)

    def offset(self, at: Ints) -> Ints:
        return self.offsets[np.searchsorted(self.starts, at, side="right") - 1]


def _left(quiet: Quiet, local: Ints) -> Ints:
    """As `Quiet.left`: microseconds to the end of the quiet, 0 where there is none."""
    at = local.copy()
    weekdays = np.zeros(7, bool)
    weekdays[list(quiet.days)] = True
    for _ in range(16):
        day, minute = at // DAY, at % DAY // MINUTE
        still = weekdays[(day + THURSDAY) % 7]
        overnight = quiet.start > quiet.end
        evening = ~still & overnight & (minute >= quiet.start)
        within = (minute >= quiet.start) & (minute < quiet.end) & (not overnight)
        ending = ~still & (within | (overnight & (minute < quiet.end) & (minute < quiet.start)))
        if not (still | evening | ending).any():
            break
        at = np.where(still, (day + 1) * DAY, at)
        at = np.where(evening, (day + 1) * DAY + quiet.end * MINUTE, at)
        at = np.where(ending, day * DAY + quiet.end * MINUTE, at)
    found: Any = at - local
    return np.asarray(found, np.int64)


def after_quiet_many(quiet: Quiet, at: Ints, zone: str) -> Ints:
    """The first moment from each on that is not quiet in the zone."""
    if not len(at):
        return at
    walls = Walls(zone, int(at.min()) - DAY, int(at.max()) + 40 * DAY)
    found = at.copy()
    some = np.arange(len(at))
    for _ in range(4):
        now = found[some]
        offset = walls.offset(now)
        left = _left(quiet, now + offset)
        some, now, offset, left = some[left > 0], now[left > 0], offset[left > 0], left[left > 0]
        if not len(some):
            break
        guess = now + left
        found[some] = np.maximum(guess + offset - walls.offset(guess), now + 1)
    return found

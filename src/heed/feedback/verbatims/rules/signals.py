"""Signals: what changed in what customers say or come for, beyond noise, with its day and what was changed near it.

Pure: counts in, signals out. The thresholds of size stand here; those of chance are of heed.stats.changes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import numpy as np

from heed.stats.arrays import Floats
from heed.stats.changes import WEEK, Whole, holm, jumps, rises, steps

Kind = Literal["theme-start", "theme-rise", "topic-jump", "team-rise"]
ALPHA = 0.01  # chance of any false alarm in one look over all series of a kind, at most
NEAR_DAYS = 3  # how far a change may lie from the day it is named beside
LEAST_SHARE, LEAST_RATIO, LEAST_LASTING = 0.004, 1.5, 0.7
STARTS_BELOW = 0.1  # of the later share: what stood below it before was not there
JUMP_RATIO, JUMP_MORE = 1.5, 12
RISE_RATIO, RISE_WEEKS = 1.3, 52
METHODS: dict[str, str] = {
    "theme-start": "poisson_step",
    "theme-rise": "poisson_step",
    "topic-jump": "beta_binomial_day",
    "team-rise": "poisson_knee",
}


@dataclass(frozen=True)
class Happened:
    """A change of the operation, by its local day."""

    on: date
    kind: str
    title: str
    unit: str = ""


@dataclass(frozen=True)
class Signal:
    """One finding. Shares 0..1; `low` and `high` are 95 % limits of `ratio`; `p` pays for all looks of its kind.

    `n` counts the texts or contacts that show it. `key` stays the same when the same thing is found again.
    """

    kind: Kind
    subject: str
    since: date
    share_before: float
    share_after: float
    ratio: float | None
    low: float | None
    high: float | None
    n: int
    p: float
    unit: str = ""
    words: tuple[str, ...] = ()
    near: Happened | None = None
    method: str = field(default="")

    @property
    def key(self) -> str:
        """By kind, subject, unit and week: a day more or less of data moves `since`, and is no other signal."""
        subject = self.subject if not self.words else ""
        when = self.since.toordinal() // (4 * WEEK) if self.kind == "team-rise" else self.since.toordinal() // WEEK
        said = "\x1f".join((self.kind, subject, self.unit, str(when)))
        return "sig-" + hashlib.sha256(said.encode()).hexdigest()[:12]


@dataclass(frozen=True, eq=False)
class Series:
    """Counts by day in rows, one row a subject, from `first` on."""

    first: date
    names: tuple[str, ...]
    counts: Floats

    def day(self, place: int) -> date:
        return self.first + timedelta(days=int(place))


def near(changes: Sequence[Happened], day: date, within: int = NEAR_DAYS) -> Happened | None:
    """The change nearest to a day, of those within some days; a release before others, one before the day before one after."""
    found = [each for each in changes if abs((each.on - day).days) <= within]
    order = {each: (abs((each.on - day).days), each.kind != "release", each.on > day) for each in found}
    return min(found, key=lambda each: order[each], default=None)


def exposures(by_stratum: Floats, shares: Floats) -> Floats:
    """What is expected of each day at an even share: texts by stratum and day, times the share of each subject in the
    stratum. A wave of a survey moves what is expected, and is no news.
    """
    return np.asarray(shares @ by_stratum)


def rising_rows(series: Series, expected: Floats, *, alpha: float = ALPHA) -> tuple[list[int], "StepRows"]:
    """The rows whose step up stands out, by how surely, and the steps of all rows."""
    found = steps(series.counts, expected)
    later = np.arange(series.counts.shape[1])[None, :] >= found.at[:, None]
    volume = np.maximum(expected.sum(axis=1), 1e-9)
    adjusted = holm(found.p)
    rows = StepRows(found.at, adjusted, found.ratio, found.low, found.high, found.before, found.after, later, volume)
    good = (adjusted < alpha) & (found.low > LEAST_RATIO) & (found.lasting >= LEAST_LASTING)
    chosen = [int(row) for row in np.flatnonzero(good)]
    return sorted(chosen, key=lambda row: (found.p[row], -found.low[row])), rows


@dataclass(frozen=True, eq=False)
class StepRows:
    """Steps of many rows, with adjusted p values."""

    at: Whole
    p: Floats
    ratio: Floats
    low: Floats
    high: Floats
    before: Floats
    after: Floats
    later: np.ndarray
    volume: Floats


def step_signals(
    series: Series, expected: Floats, totals: Floats, changes: Sequence[Happened], *, alpha: float = ALPHA
) -> list[Signal]:
    """Themes whose share of all texts starts or rises, and stays. totals: texts a day."""
    chosen, rows = rising_rows(series, expected, alpha=alpha)
    return [
        signal
        for row in chosen
        if (signal := one_step(series, rows, row, totals, changes)) and signal.share_after >= LEAST_SHARE
    ]


def one_step(series: Series, rows: StepRows, row: int, totals: Floats, changes: Sequence[Happened]) -> Signal:
    at = int(rows.at[row])
    x = series.counts[row]
    before = float(x[:at].sum() / max(totals[:at].sum(), 1.0))
    after = float(x[at:].sum() / max(totals[at:].sum(), 1.0))
    day = series.day(at)
    kind: Kind = "theme-start" if rows.before[row] < STARTS_BELOW * rows.after[row] else "theme-rise"
    return Signal(
        kind,
        series.names[row],
        day,
        before,
        after,
        finite(rows.ratio[row]),
        finite(rows.low[row]),
        finite(rows.high[row]),
        int(x[at:].sum()),
        float(rows.p[row]),
        near=near(changes, day),
        method=METHODS[kind],
    )


def finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def jump_signals(
    series: Series, totals: Floats, changes: Sequence[Happened], *, alpha: float = ALPHA, unit: str = ""
) -> list[Signal]:
    """Days on which a topic's share of all contacts jumps; days in a row are one signal, of the first of them."""
    found = jumps(series.counts, totals)
    more = series.counts - found.n * found.expected
    good = (found.adjusted < alpha) & (found.share > JUMP_RATIO * found.expected) & (more >= JUMP_MORE)
    signals = []
    for row, name in enumerate(series.names):
        last = -99
        for place in np.flatnonzero(good[row]).tolist():
            if place - last > 2:
                expected = float(found.expected[row, place])
                signals.append(
                    Signal(
                        "topic-jump",
                        name,
                        series.day(place),
                        expected,
                        float(found.share[row, place]),
                        float(found.share[row, place]) / expected,
                        float(found.low[row, place]) / expected,
                        float(found.high[row, place]) / expected,
                        int(series.counts[row, place]),
                        float(found.adjusted[row, place]),
                        unit,
                        near=near(changes, series.day(place)),
                        method=METHODS["topic-jump"],
                    )
                )
            last = place
    return signals


def team_signals(
    first: date,
    teams: Sequence[str],
    topics: Sequence[str],
    counts: Floats,
    totals: Floats,
    *,
    alpha: float = ALPHA,
) -> list[Signal]:
    """Teams whose share of a topic rises over months, beside the share the other teams have in the same weeks.

    counts: topic × team × week; totals: team × week; `first` is the Monday of the first week. The week of a slow rise is
    known too roughly to name a change beside it.
    """
    weeks = min(RISE_WEEKS, counts.shape[2])
    x, n = counts[:, :, -weeks:], totals[:, -weeks:]
    others_x, others_n = x.sum(axis=1, keepdims=True) - x, n.sum(axis=0)[None, None, :] - n[None, :, :]
    # The others' share is steadied over five weeks, so that their noise is not taken for the team's.
    steady = _steadied(others_x) / np.maximum(_steadied(others_n + 0 * others_x), 1e-9)
    expected = steady * n[None, :, :]
    rows = (-1, weeks)
    found = rises(x.reshape(rows), expected.reshape(rows))
    adjusted = holm(found.p)
    start = first + timedelta(days=WEEK * (counts.shape[2] - weeks))
    signals = []
    for row in np.flatnonzero((adjusted < alpha) & (found.low > RISE_RATIO)):
        topic, team = divmod(int(row), len(teams))
        knee = int(found.since[row])
        before, after = _share(x[topic, team, :knee], n[team, :knee]), _share(x[topic, team, -6:], n[team, -6:])
        limits = finite(found.ratio[row]), finite(found.low[row]), finite(found.high[row])
        day, seen, p = start + timedelta(days=WEEK * knee), int(found.n[row]), float(adjusted[row])
        told = (topics[topic], day, before, after, *limits, seen, p, teams[team])
        signals.append(Signal("team-rise", *told, method=METHODS["team-rise"]))
    return sorted(signals, key=lambda each: each.p)


def _share(counts: Floats, totals: Floats) -> float:
    return float(counts.sum() / max(totals.sum(), 1.0))


def _steadied(values: Floats, width: int = 5) -> Floats:
    flat = values.reshape(-1, values.shape[-1])
    return np.array([np.convolve(row, np.ones(width), mode="same") for row in flat]).reshape(values.shape)


def not_again(signals: Sequence[Signal]) -> list[Signal]:
    """The signals without those that say the same again: one kind, subject and unit within a week; surest first."""
    kept: list[Signal] = []
    for signal in sorted(signals, key=lambda each: (each.p, each.since)):
        same = (
            each
            for each in kept
            if (each.kind, each.subject, each.unit) == (signal.kind, signal.subject, signal.unit)
            and abs((each.since - signal.since).days) <= WEEK
        )
        if next(same, None) is None:
            kept.append(signal)
    return kept

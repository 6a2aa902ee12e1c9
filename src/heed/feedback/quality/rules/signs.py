"""Signs that a questionnaire was not answered with care, or not by a person. No sign proves anything by itself: what is
proposed to be set aside shows two of different kinds. Pure.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heed.core.errors.rules import phrase

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

STRAIGHT, SPEEDING, DUPLICATE, CONTRADICTION, OUTLIER, BURST, BOT = SIGNS = (
    "straight",
    "speeding",
    "duplicate",
    "contradiction",
    "outlier",
    "burst",
    "bot",
)
SIGN_NAMES: Mapping[str, str] = {
    STRAIGHT: phrase("one column"),
    SPEEDING: phrase("too quick"),
    DUPLICATE: phrase("given twice"),
    CONTRADICTION: phrase("contradicts itself"),
    OUTLIER: phrase("unlike all others"),
    BURST: phrase("in a burst"),
    BOT: phrase("a machine"),
}
# Content that is odd; beside too little time for it, a questionnaire is proposed to be set aside.
ODD = (STRAIGHT, CONTRADICTION, OUTLIER)

STRAIGHT_ITEMS = 5  # equal answers to as many items, and to all of one scale that were answered
SECONDS_AN_ITEM = (
    2.0  # less than anybody reads and answers in (Huang et al. 2012, Journal of Business and Psychology 27)
)
OUTLIER_CONFIDENCE = 0.999  # usual for Mahalanobis distances (Tabachnick and Fidell 2013)
OUTLIER_ITEMS, OUTLIER_ANSWERED = 3, 0.8
LEAST_TOGETHER, GO_TOGETHER, MOST_OPPOSED = 100, 0.5, 0.01
SAME_WORDS, SAME_WORDS_TIMES, SAME_WORDS_SECONDS = 20, 3, 3600
SAME_ITEMS = 10
BURST_SECONDS, BURST_LEAST, BURST_TIMES, BURST_P = 600, 10, 10.0, 0.001
SECOND, DAY_SECONDS = 1_000_000, 86_400


@dataclass(frozen=True)
class Contradiction:
    """Whoever answers `one` with at least `least` cannot answer `other` with at most `most`."""

    one: str
    least: float
    other: str
    most: float


@dataclass(frozen=True)
class Sheet:
    """One row a questionnaire. at: µs since 1970 UTC; seconds: NaN where not known; scores: rows × questions, NaN where not
    answered; ends: the scale of each question, NaN where it has none; given: how many questions were answered; words: a
    digest of what was written and how long it was, empty where nothing was; case: what it was asked about, such as a contact.
    """

    responses: Sequence[str]
    at: "NDArray[np.int64]"
    seconds: "Floats"
    questions: Sequence[str]
    ends: Sequence[tuple[float, float]]
    scores: "Floats"
    given: "NDArray[np.int64]"
    invited: "Flags"
    customer: Sequence[str | None]
    words: Sequence[str]
    about: Sequence[str | None] = ()

    def __len__(self) -> int:
        return len(self.responses)


@dataclass(frozen=True)
class Suspicion:
    """One questionnaire with its signs: sign → what was measured. `proposed`: to be set aside."""

    place: int
    response: str
    signs: Mapping[str, float]
    proposed: bool


@dataclass
class _Found:
    """What was found so far: sign → a flag and a measure for each row."""

    rows: int
    flags: dict[str, "Flags"] = field(default_factory=dict)
    measures: dict[str, "Floats"] = field(default_factory=dict)

    def note(self, sign: str, flags: "Flags", measure: "Floats") -> None:
        self.flags[sign], self.measures[sign] = flags, measure

    def has(self, sign: str) -> "Flags":
        import numpy as np

        return self.flags.get(sign, np.zeros(self.rows, dtype=bool))


def suspicions(sheet: Sheet, contradictions: Sequence[Contradiction] = ()) -> tuple[Suspicion, ...]:
    """Every questionnaire with a sign, in their order."""
    import numpy as np

    if not len(sheet):
        return ()
    found = _Found(len(sheet))
    found.note(STRAIGHT, *_straight(sheet))
    quick = SECONDS_AN_ITEM * sheet.given
    found.note(SPEEDING, (sheet.given >= 2) & (sheet.seconds < quick), sheet.seconds)
    found.note(CONTRADICTION, *_contradicting(sheet, contradictions))
    found.note(OUTLIER, *_far(sheet))
    found.note(BURST, *_burst(sheet))
    again, same_words = _repeated(sheet), _same_words(sheet)
    found.note(DUPLICATE, (again > 0) | (same_words > 0), np.maximum(again, same_words))
    found.note(BOT, found.has(BURST) & (found.has(SPEEDING) | (same_words > 0)), found.measures[BURST])
    odd = np.logical_or.reduce([found.has(sign) for sign in ODD])
    proposed = found.has(BOT) | (found.has(SPEEDING) & odd) | (again > 0)
    return tuple(_told(sheet, found, proposed))


def _told(sheet: Sheet, found: _Found, proposed: "Flags") -> Iterator[Suspicion]:
    import numpy as np

    for place in np.flatnonzero(np.logical_or.reduce(list(found.flags.values()))).tolist():
        signs = {sign: round(float(found.measures[sign][place]), 3) for sign in SIGNS if found.has(sign)[place]}
        yield Suspicion(place, sheet.responses[place], signs, bool(proposed[place]))


def _straight(sheet: Sheet) -> "tuple[Flags, Floats]":
    """Equal answers to all items of one scale (Johnson 2005); measure: how many."""
    import numpy as np

    run = np.zeros(len(sheet))
    for ends in dict.fromkeys(each for each in sheet.ends if np.isfinite(each).all()):
        part = sheet.scores[:, [place for place, own in enumerate(sheet.ends) if own == ends]]
        known = np.isfinite(part)
        least = np.where(known, part, np.inf).min(axis=1)
        most = np.where(known, part, -np.inf).max(axis=1)
        run = np.maximum(run, np.where(least == most, known.sum(axis=1), 0))
    return run >= STRAIGHT_ITEMS, run


def _far(sheet: Sheet) -> "tuple[Flags, Floats]":
    """Mahalanobis distance over the questions most answered, of those who answered them all."""
    import numpy as np

    from heed.stats.careless.indices import distances

    squared, far = np.zeros(len(sheet)), np.zeros(len(sheet), dtype=bool)
    known = np.isfinite(sheet.scores)
    columns = known.mean(axis=0) >= OUTLIER_ANSWERED
    if columns.sum() >= OUTLIER_ITEMS:
        whole = known[:, columns].all(axis=1)
        if whole.any():
            found = distances(sheet.scores[whole][:, columns], confidence=OUTLIER_CONFIDENCE)
            far[whole], squared[whole] = found.far, found.squared.filled(0.0)
    return far, squared


def _contradicting(sheet: Sheet, declared: Sequence[Contradiction]) -> "tuple[Flags, Floats]":
    """What the definition says cannot go together; and the best end of one scale beside the worst of another, where the two
    go together for the others and hardly anybody says so. measure: how many pairs.
    """
    import numpy as np

    many = np.zeros(len(sheet))
    column = {name: place for place, name in enumerate(sheet.questions)}
    for each in declared:
        if each.one in column and each.other in column:
            one, other = sheet.scores[:, column[each.one]], sheet.scores[:, column[each.other]]
            many += (one >= each.least) & (other <= each.most)
    for one_place, (one_low, one_high) in enumerate(sheet.ends):
        for other_place, (low, high) in enumerate(sheet.ends[:one_place]):
            if not np.isfinite((one_low, one_high, low, high)).all():
                continue
            one, other = sheet.scores[:, one_place], sheet.scores[:, other_place]
            opposed = ((one >= one_high) & (other <= low)) | ((one <= one_low) & (other >= high))
            if opposed.any() and _go_together(one, other) and opposed.mean() <= MOST_OPPOSED:
                many += opposed
    return many > 0, many


def _go_together(one: "Floats", other: "Floats") -> bool:
    import numpy as np

    both = np.isfinite(one) & np.isfinite(other)
    if int(both.sum()) < LEAST_TOGETHER or np.ptp(one[both]) == 0 or np.ptp(other[both]) == 0:
        return False
    return float(np.corrcoef(one[both], other[both])[0, 1]) >= GO_TOGETHER


def _repeated(sheet: Sheet) -> "Floats":
    """For all but the first: 1 where the same customer answered about the same thing before (the same contact, or within a
    day), or somebody gave the same answers to ten items or more.
    """
    import numpy as np

    again = np.zeros(len(sheet))
    last: dict[tuple[str, str | None], int] = {}
    seen: set[bytes] = set()
    abouts = sheet.about or [None] * len(sheet)
    for place in np.argsort(sheet.at, kind="stable").tolist():
        customer, about, at = sheet.customer[place], abouts[place], int(sheet.at[place])
        if customer is not None:
            before = last.get((customer, about))
            again[place] = before is not None and (about is not None or at - before < DAY_SECONDS * SECOND)
            last[customer, about] = at
        row = sheet.scores[place]
        known = row[np.isfinite(row)]
        if len(known) >= SAME_ITEMS and np.ptp(known) > 0:
            answers = row.tobytes()
            again[place] = again[place] or answers in seen
            seen.add(answers)
    return again


def _same_words(sheet: Sheet) -> "Floats":
    """How often the same words came within an hour, where that is often."""
    import numpy as np

    many = np.zeros(len(sheet))
    by_words: dict[str, list[int]] = defaultdict(list)
    for place, words in enumerate(sheet.words):
        if words:
            by_words[words].append(place)
    for places in by_words.values():
        if len(places) < SAME_WORDS_TIMES:
            continue
        at = np.sort(sheet.at[places])
        first = np.searchsorted(at, sheet.at[places] - SAME_WORDS_SECONDS * SECOND)
        after = np.searchsorted(at, sheet.at[places] + SAME_WORDS_SECONDS * SECOND, side="right")
        many[places] = np.where(after - first >= SAME_WORDS_TIMES, after - first, 0)
    return many


def _burst(sheet: Sheet) -> "tuple[Flags, Floats]":
    """Answers that nobody was invited to, far more in ten minutes than usual at that hour of the day: Poisson, over all the
    ten minutes looked at (Bonferroni). measure: how many came in those ten minutes.
    """
    import numpy as np
    from scipy.special import pdtrc

    flags, measure = np.zeros(len(sheet), dtype=bool), np.zeros(len(sheet))
    # Days without a time of day would all come at midnight.
    open_ = np.flatnonzero(~np.asarray(sheet.invited, dtype=bool) & (sheet.at % (DAY_SECONDS * SECOND) != 0))
    if len(open_) < BURST_LEAST:
        return flags, measure
    bins = sheet.at[open_] // (BURST_SECONDS * SECOND)
    which, inverse, count = np.unique(bins, return_inverse=True, return_counts=True)
    a_day, an_hour = DAY_SECONDS // BURST_SECONDS, 3600 // BURST_SECONDS
    every = sheet.at // (BURST_SECONDS * SECOND)
    # Days in which anything was answered at all; what is usual is said by the other days, not by the burst's own.
    days = int(every.max() // a_day - every.min() // a_day) + 1
    windows, others = days * a_day, max(1, days - 1)
    hour, day = (which % a_day) // an_hour, which // a_day
    by_hour, by_day = np.bincount(hour, weights=count, minlength=24), _summed(day, count)
    hourly = (by_hour[hour] - _summed(day * 24 + hour, count)) / (others * an_hour)
    overall = (len(open_) - by_day) / (others * a_day)
    usual = np.maximum(np.maximum(hourly, overall), 0.5 / a_day)
    p = np.asarray(pdtrc(count - 1, usual)) * windows
    many = count >= BURST_TIMES * usual
    sudden = many & (count >= BURST_LEAST) & (p < BURST_P)
    # Where a burst begins and ends it does not fill its ten minutes.
    sudden |= many & np.isin(which, [each + step for each in which[sudden] for step in (-1, 1)])
    flags[open_], measure[open_] = sudden[inverse], count[inverse]
    return flags, measure


def _summed(group: "NDArray[np.int64]", count: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """For each row the sum over its group."""
    import numpy as np

    _, inverse = np.unique(group, return_inverse=True)
    summed: NDArray[np.int64] = np.bincount(inverse, weights=count)[inverse].astype(np.int64)
    return summed

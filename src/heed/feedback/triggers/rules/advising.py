"""Which instrument a touchpoint should have: what foretells, what can be asked at all, and when what customers do is enough. Pure.

The bounds are set by judgement, not learnt from data; docs/methods/advisor.md has each with its reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from heed.core.errors.rules import phrase

if TYPE_CHECKING:
    from heed.metrics.foretelling import Foretold
    from heed.metrics.headroom import Headroom

Verdict = Literal["foretells", "does_not", "cannot_tell"]
Code = Literal["ask", "ask_longer", "behaviour", "no_headroom", "nothing_foretells", "not_enough_data"]

FALSE_SHARE = 0.05  # that any sign of the page is found by chance
USEFUL = 0.6  # a concordance that cannot be as much is of no use
AS_GOOD = 0.05  # behaviour that cannot be worse by more than this is as good as asking
LEAST_EVENTS = 20  # fewer customers to whom it happened say nothing
ANSWERS = 96  # for a share within 10 points, 95 times of 100 (Cochran 1977, 4.1)
WEEKS = 4
LONGEST_WEEKS = 26
GUESSED_RATE = 0.25

SIGNS: dict[str, str] = {
    "nps": phrase("NPS"),
    "csat": phrase("CSAT"),
    "ces": phrase("CES"),
    "effort_top_box": phrase("Effort, top box"),
    "resolved": phrase("“Was it resolved?”"),
    "recontact": phrase("comes back about the same within a week"),
    "complaint": phrase("complains within a week"),
    "lapse": phrase("no longer uses it"),
    "downgrade": phrase("uses it less"),
}
OUTCOMES: dict[str, str] = {
    "left": phrase("leaves within 90 days"),
    "lapse": phrase("uses nothing for 60 days"),
    "downgrade": phrase("pays or uses a fifth less in 60 days"),
    "complaint": phrase("complains within 30 days"),
    "recontact": phrase("has to come again within 14 days"),
}
ADVICE: dict[str, str] = {
    "ask": phrase("ask with it"),
    "ask_longer": phrase("ask with it, and read it over a longer time"),
    "behaviour": phrase("ask nobody: what they do says as much"),
    "no_headroom": phrase("it foretells, but too few may be asked within the rest period"),
    "nothing_foretells": phrase("nothing there foretells it"),
    "not_enough_data": phrase("not enough data"),
}
VERDICTS: dict[str, str] = {
    "foretells": phrase("foretells it"),
    "does_not": phrase("is of no use for it"),
    "cannot_tell": phrase("cannot be told yet"),
}


@dataclass(frozen=True)
class Weighed:
    """A sign at a touchpoint with what can be said of it. `adjusted_p`: one-sided, by Holm 1979 over all signs weighed."""

    foretold: "Foretold"
    verdict: Verdict
    adjusted_p: float | None


@dataclass(frozen=True)
class Advice:
    """What to do at a touchpoint. `sign` is the instrument or the behaviour; `as_good` are those that cannot be told from it.

    `weeks`: over how many the answers that can be had are enough; None where that is longer than half a year. `missing`: about
    how many more customers to whom it happens would be needed to see a concordance of 0.6.
    """

    touchpoint: str
    code: Code
    sign: str
    weighed: tuple[Weighed, ...]
    room: "Headroom | None"
    response_rate: float
    rate_is_guessed: bool
    answers_a_week: float
    weeks: float | None
    as_good: tuple[str, ...] = ()
    missing: int | None = None


@dataclass(frozen=True)
class Terms:
    """What is supposed where nobody was asked yet."""

    response_rate: float = GUESSED_RATE
    rates: Mapping[str, float] = field(default_factory=dict)


def weigh_all(found: Sequence["Foretold"]) -> tuple[Weighed, ...]:
    """A verdict for each sign, with the chance of any false finding held over all of them."""
    from heed.stats.experiments.multiplicity import adjust

    known = [each for each in found if each.found.p is not None and each.found.events >= LEAST_EVENTS]
    one_sided = [
        each.found.p / 2 if (each.found.value or 0) > 0.5 else 1 - each.found.p / 2
        for each in known
        if each.found.p is not None
    ]
    adjusted = dict(zip(map(id, known), map(float, adjust(one_sided, "holm")), strict=True))
    return tuple(Weighed(each, _verdict(each, adjusted.get(id(each))), adjusted.get(id(each))) for each in found)


def _verdict(each: "Foretold", p: float | None) -> Verdict:
    if each.found.value == 0.5 and each.found.reason and each.found.events >= LEAST_EVENTS:
        return "does_not"  # the same for everybody
    if p is not None and p < FALSE_SHARE:
        return "foretells"
    if p is not None and each.found.high is not None and each.found.high < USEFUL:
        return "does_not"
    return "cannot_tell"


def advise(touchpoint: str, weighed: Sequence[Weighed], room: "Headroom | None", terms: Terms | None = None) -> Advice:
    """What to ask with at a touchpoint, or that nobody need be asked, or that it cannot be said."""
    terms = terms or Terms()
    rate, guessed = _rate(touchpoint, room, terms)
    a_week = room.possible_a_week * rate if room else 0.0
    weeks = ANSWERS / a_week if a_week else None
    weeks = weeks if weeks is not None and weeks <= LONGEST_WEEKS else None
    told = [each for each in weighed if each.verdict == "foretells"]
    asked = _best([each for each in told if each.foretold.asked])
    unasked = _best([each for each in told if not each.foretold.asked])
    code, best = _chosen(asked, unasked, weeks)
    if best is None:
        known = [each.verdict for each in weighed if each.verdict != "cannot_tell"]
        asked_too = any(each.foretold.asked and each.verdict != "cannot_tell" for each in weighed)
        code = "nothing_foretells" if asked_too and len(known) == len(weighed) else "not_enough_data"
    return Advice(
        touchpoint,
        code,
        best.foretold.sign if best else "",
        tuple(weighed),
        room,
        rate,
        guessed,
        a_week,
        weeks,
        _as_good(best, told) if best else (),
        _missing(weighed) if code == "not_enough_data" else None,
    )


def _rate(touchpoint: str, room: "Headroom | None", terms: Terms) -> tuple[float, bool]:
    """The share of those asked that answers: as it was there, where some were asked; else as it is supposed."""
    if room is not None and room.asks_told >= LEAST_EVENTS:
        return room.answered / room.asks_told, False
    return terms.rates.get(touchpoint, terms.response_rate), True


def _best(some: Sequence[Weighed]) -> Weighed | None:
    """The one that foretells best for sure: by its lower limit."""
    return max(some, key=lambda each: (each.foretold.found.low or 0.0, each.foretold.sign), default=None)


def _chosen(asked: Weighed | None, unasked: Weighed | None, weeks: float | None) -> tuple[Code, Weighed | None]:
    if asked is None:
        return "behaviour", unasked
    if unasked is not None and _is_as_good(unasked, asked):
        return "behaviour", unasked
    if weeks is None:
        return ("behaviour", unasked) if unasked is not None else ("no_headroom", asked)
    return ("ask" if weeks <= WEEKS else "ask_longer"), asked


def _is_as_good(one: Weighed, other: Weighed) -> bool:
    """Whether the other cannot be better by more than a little."""
    from heed.stats.discrimination.concordance import concordance_difference

    high = concordance_difference(other.foretold.found, one.foretold.found).high
    return high is not None and high < AS_GOOD


def _as_good(best: Weighed, told: Sequence[Weighed]) -> tuple[str, ...]:
    from heed.stats.discrimination.concordance import concordance_difference

    found = []
    for each in told:
        if each is not best:
            low = concordance_difference(best.foretold.found, each.foretold.found).low
            if low is None or low <= 0:
                found.append(each.foretold.sign)
    return tuple(sorted(found))


def _missing(weighed: Sequence[Weighed]) -> int | None:
    """About how many more events the sign that is nearest needs, so that 0.6 is told from chance four times of five."""
    needed = []
    for each in weighed:
        error, events = each.foretold.found.error, each.foretold.found.events
        if each.verdict == "cannot_tell" and error is not None and events >= 2:
            wanted = (USEFUL - 0.5) / (1.96 + 0.84)
            needed.append(max(round(events * ((error / wanted) ** 2 - 1)), LEAST_EVENTS - events, 0))
    return min(needed) if needed else None

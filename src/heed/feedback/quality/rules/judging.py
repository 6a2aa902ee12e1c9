"""Score cards held against the limits of their definition: each with the value found, and whether it is kept. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from heed.feedback.quality.rules.cards import Card, Grounds, card_of
from heed.feedback.quality.rules.checks import ADVICE, MISSED, SURE, Check, State


def scored(grounds: Grounds) -> Card:
    """Everything about one wave, with its limits."""
    card = card_of(grounds)
    return replace(card, checks=tuple(judge(card)))


def judge(card: Card) -> Iterator[Check]:
    """Every limit of the definition; what too few answers leave open is unknown."""
    limits = card.quality.limits
    rate = card.rates["RR1"]
    value = rate.rate.value if card.asked >= card.least else None
    low = value is not None and rate.high is not None and rate.high < limits.response_rate
    yield _check("response_rate", value, limits.response_rate, low, "share", least=True)
    away = 1.0 - card.with_chance / card.decisions if card.decisions else None
    reason = next(iter(card.no_chance), "")
    over = away is not None and away > limits.without_chance
    yield _check("without_chance", away, limits.without_chance, over, "share", about=reason)
    yield from _compared(card)
    yield from _weighted(card)
    yield from _items(card)


def failures(card: Card) -> tuple[str, ...]:
    """Codes of the limits that are not kept; that weights move a figure is advice."""
    return tuple(each.code for each in card.beyond if each.code not in ADVICE)


def _check(
    code: str,
    value: float | None,
    limit: float | None,
    beyond: bool,
    unit: str,
    *,
    least: bool = False,
    about: str = "",
) -> Check:
    state: State = "unknown" if value is None else "beyond" if beyond else "kept"
    return Check(code, value, limit, state, unit, least, about)


def _compared(card: Card) -> Iterator[Check]:
    limits, found = card.quality.limits, card.compared
    r = found.r if found else None
    yield _check(
        "representativity",
        r,
        limits.representativity,
        r is not None and r < limits.representativity,
        "number",
        least=True,
    )
    lines = [line for line in found.columns if line.p is not None] if found else []
    worst = max(lines, key=lambda line: line.greatest, default=None)
    if worst is None or worst.p is None:
        yield _check("difference", None, limits.difference, False, "number")
        return
    one = max(worst.classes, key=lambda each: abs(each.difference))
    sure = [line for line in lines if line.p is not None and line.p < SURE and line.greatest > limits.difference]
    yield _check(
        "difference", worst.greatest, limits.difference, bool(sure), "number", about=f"{worst.name}: {one.name or '–'}"
    )


def _weighted(card: Card) -> Iterator[Check]:
    limits, found = card.quality.limits, card.weighted
    kish, worth = (found.kish, found.effective_n) if found else (None, None)
    yield _check(
        "design_effect", kish, limits.design_effect, kish is not None and kish > limits.design_effect, "number"
    )
    yield _check(
        "effective_n", worth, limits.effective_n, worth is not None and worth < limits.effective_n, "count", least=True
    )
    missed = found.missed if found else None
    yield _check("margins", missed, MISSED, missed is not None and missed > MISSED, "share")
    moved = [each for each in card.figures if each.p is not None]
    most = min(moved, key=lambda each: each.p or 0.0, default=None)
    p = most.p if most else None
    yield _check(
        "shift",
        p,
        SURE,
        p is not None and p < SURE / max(len(moved), 1),
        "p",
        least=True,
        about=most.key if most else "",
    )


def _items(card: Card) -> Iterator[Check]:
    limit = card.quality.limits.unanswered
    judged = [each for each in card.items if each.is_judged]
    most = max(judged, key=lambda each: each.value or 0.0, default=None)
    value = most.value if most else None
    beyond = most is not None and most.low is not None and most.low > limit
    yield _check("unanswered", value, limit, beyond, "share", about=most.key if most else "")

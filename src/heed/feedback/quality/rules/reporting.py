"""Score cards as JSON and as rows of a table. Pure."""

from collections.abc import Iterator
from typing import Any

from heed.feedback.quality.rules.cards import Card, Limited
from heed.feedback.quality.rules.checks import Check
from heed.feedback.quality.rules.comparing import ColumnLine
from heed.feedback.quality.rules.rates import CODES, LETTERS
from heed.feedback.quality.rules.weighing import Figure
from heed.stats.survey_design.estimates import Estimate

Told = dict[str, Any]
HEADINGS = ("part", "name", "class", "value", "low", "high", "n", "note")


def card_told(card: Card) -> Told:
    """All of a card. Where fewer answered than may be shown the parts about answers are null or empty."""
    return {
        "decisions": card.decisions,
        "with_chance": card.with_chance,
        "asked": card.asked,
        "answered": card.answered,
        "unlinked": card.unlinked,
        "min_n": card.least,
        "outcomes": [
            {"outcome": state, "code": CODES[state], "letter": LETTERS[state], "n": many}
            for state, many in card.states.items()
        ],
        "no_chance": [{"reason": reason, "n": many} for reason, many in card.no_chance.items()],
        "e": card.e,
        "rates": [_rate(name, each) for name, each in card.rates.items()],
        "by": [name for name in card.by if name],
        "cells": [
            {
                "row": each.row, "column": each.column, "asked": None if each.suppressed else each.asked,
                "answered": None if each.suppressed else each.answered, "value": each.value, "low": each.low,
                "high": each.high, "suppressed": each.suppressed,
            }
            for each in card.cells
        ],
        "bias": _compared(card),
        "weights": _weights(card),
        "figures": [_figure(each) for each in card.figures],
        "questions": [
            {
                "question": each.key, "instrument": each.instrument, "questionnaires": each.questionnaires,
                "unanswered": each.unanswered, "value": each.value, "low": each.low, "high": each.high,
                "shown_to_some": each.shown_to_some, "judged": each.is_judged,
            }
            for each in card.items
        ],
        "completion_seconds": _times(card),
        "checks": [_check(each) for each in card.checks],
        "kept": not card.beyond,
    }  # fmt: skip


def _rate(name: str, each: Limited) -> Told:
    rate = each.rate
    return {
        "rate": name,
        "value": rate.value,
        "low": each.low,
        "high": each.high,
        "above": rate.above,
        "n": rate.below,
    }


def _compared(card: Card) -> Told | None:
    found = card.compared
    if found is None:
        return None
    return {
        "r": found.r,
        "r_unadjusted": found.r_plain,
        "variation": found.variation,
        "p": found.p,
        "n": found.n,
        "reason": found.reason,
        "columns": [_column(each) for each in found.columns],
    }


def _column(line: ColumnLine) -> Told:
    return {
        "column": line.name, "chi2": line.chi2, "df": line.df, "p": line.p, "between": line.between,
        "difference": line.greatest,
        "classes": [
            {
                "class": each.name, "frame": each.frame, "asked": each.asked, "answered": each.answered,
                "frame_share": each.frame_share, "asked_share": each.asked_share,
                "answered_share": each.answered_share, "difference": each.difference, "response_rate": each.rate,
            }
            for each in line.classes
        ],
    }  # fmt: skip


def _weights(card: Card) -> Told | None:
    found = card.weighted
    if found is None:
        return None
    weights = found.weights
    return {
        "method": found.method,
        "by": [each.name for each in found.margins],
        "design_effect": found.kish,
        "effective_n": found.effective_n,
        "least": float(weights.min()) if weights.size else None,
        "most": float(weights.max()) if weights.size else None,
        "trimmed": found.trimmed,
        "missed": found.missed,
        "rounds": found.rounds,
        "joined": {each.name: list(each.joined) for each in found.margins if each.joined},
    }


def _estimate(found: Estimate) -> Told:
    return {
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "se": found.se,
        "method": found.method,
        "reason": found.reason,
    }


def _figure(each: Figure) -> Told:
    return {
        "question": each.key,
        "measure": each.measure,
        "n": each.n,
        "unweighted": _estimate(each.plain),
        "weighted": _estimate(each.weighted),
        "shift": each.shift,
        "shift_se": each.shift_se,
        "p": each.p,
        "design_effect": each.design_effect,
        "effective_n": each.effective_n,
    }


def _times(card: Card) -> Told | None:
    found = card.times
    if found is None:
        return None
    return {
        "tenth": found.tenth,
        "median": found.median,
        "ninetieth": found.ninetieth,
        "n": found.n,
        "unknown": found.unknown,
    }


def _check(each: Check) -> Told:
    return {
        "check": each.code,
        "value": each.value,
        "limit": each.limit,
        "state": each.state,
        "about": each.about,
        "least": each.least,
    }


def card_rows(card: Card) -> Iterator[tuple[Any, ...]]:
    """A card as rows of one table, under HEADINGS."""
    for check in card.checks:
        yield "limit", check.code, check.about, check.value, None, None, None, check.state
    for state, many in card.states.items():
        yield "outcome", state, CODES[state], None, None, None, many, LETTERS[state]
    for reason, many in card.no_chance.items():
        yield "no chance", reason, "", None, None, None, many, ""
    for name, limited in card.rates.items():
        yield "rate", name, "", limited.rate.value, limited.low, limited.high, limited.rate.below, ""
    for cell in card.cells:
        n, note = (None, "too few") if cell.suppressed else (cell.asked, "")
        yield "response rate", cell.row, cell.column, cell.value, cell.low, cell.high, n, note
    yield from _rows_of_answers(card)


def _rows_of_answers(card: Card) -> Iterator[tuple[Any, ...]]:
    if card.compared:
        yield "representativity", "R", "", card.compared.r, None, None, card.compared.n, card.compared.reason
    for line in card.compared.columns if card.compared else ():
        yield "column", line.name, "", line.greatest, None, None, None, "" if line.p is None else f"p {line.p:.4g}"
        for one in line.classes:
            yield "class", line.name, one.name, one.difference, None, None, one.asked, f"answered {one.answered:.0f}"
    for figure in card.figures:
        for kind, found in (("unweighted", figure.plain), ("weighted", figure.weighted)):
            yield "figure", figure.key, kind, found.value, found.low, found.high, figure.n, figure.measure
    for item in card.items:
        note = "shown to some" if item.shown_to_some else ""
        yield "left out", item.key, "", item.value, item.low, item.high, item.questionnaires, note
    if card.times:
        yield "seconds", "median", "", card.times.median, card.times.tenth, card.times.ninetieth, card.times.n, ""

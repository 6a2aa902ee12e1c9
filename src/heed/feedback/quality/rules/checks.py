"""A limit that a score card is held against. Pure."""

from dataclasses import dataclass
from typing import Literal

from heed.core.errors.rules import phrase

State = Literal["kept", "beyond", "unknown"]
# A difference of chance is passed over: p below this, adjusted for the columns.
SURE = 0.01
# Margins that bounds on weights keep from being met, as a share of all.
MISSED = 0.01
TITLES = {
    "response_rate": phrase("Response rate"),
    "without_chance": phrase("Had no chance to be asked"),
    "representativity": phrase("R-indicator"),
    "difference": phrase("Greatest difference of a class"),
    "design_effect": phrase("Cost of the weights"),
    "effective_n": phrase("Answers they are worth"),
    "margins": phrase("Weighted answers off the population"),
    "shift": phrase("Weights move a figure"),
    "unanswered": phrase("Question left out most"),
}


# What speaks for using the weights, and against no answer.
ADVICE = ("shift",)


@dataclass(frozen=True)
class Check:
    """One limit. `about`: the column, class or question that it is about. `least`: whether the value must not be below it."""

    code: str
    value: float | None
    limit: float | None
    state: State
    unit: str
    least: bool = False
    about: str = ""

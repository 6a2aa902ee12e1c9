"""What people can say of a verbatim, when two agree, what holds, and how well they agree beyond chance. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.stats.agreement.kappa import cohen_kappa, cross_table
from heed.stats.agreement.krippendorff import krippendorff_alpha

CHOICES: dict[str, tuple[str, ...]] = {
    "sentiment": ("negative", "neutral", "positive"),
    "intent": ("complaint", "question", "request", "fault", "praise", "cancellation", "none"),
    "urgency": ("normal", "high"),
    "effort": ("normal", "high"),
    "churn": ("none", "at_risk"),
}
TASKS = ("themes", *CHOICES)
ANNOTATORS = 2
DRAWS = 1000
MOST_THEMES = 6


@dataclass(frozen=True)
class Said:
    """One set of labels. An empty value: not said."""

    themes: tuple[str, ...] = ()
    sentiment: str = ""
    intent: str = ""
    urgency: str = ""
    effort: str = ""
    churn: str = ""
    by: str = field(default="", compare=False)
    passed: bool = False

    def value(self, task: str) -> Any:
        return tuple(sorted(self.themes)) if task == "themes" else getattr(self, task)


@dataclass(frozen=True)
class Agreement:
    """How well two annotators agree in one task. `n` counts verbatims both labelled; kappa and alpha with their 95 % limits;
    a reason where there is no figure. Where all agree, there are no limits.
    """

    task: str
    n: int
    agreed: float | None
    kappa: float | None
    low: float | None
    high: float | None
    alpha: float | None
    reason: str = ""
    alpha_low: float | None = None
    alpha_high: float | None = None


def checked(said: Said, themes: Sequence[str]) -> Said:
    """The labels, where each is one that can be given and the sentiment is said. Raises Invalid."""
    for task, allowed in CHOICES.items():
        value = said.value(task)
        if value and value not in allowed:
            raise Invalid(
                phrase("There is no {task} {value}.", task=task, value=value),
                code="unknown_label",
                hint=nearest(value, allowed),
            )
    unknown = [key for key in said.themes if key not in themes]
    if unknown:
        raise Invalid(
            phrase("There is no theme {key}.", key=unknown[0]), code="unknown_label", hint=nearest(unknown[0], themes)
        )
    if not said.passed and not said.sentiment:
        raise Invalid("Say how the customer feels, or pass.", code="no_sentiment", hint="Press n, o or p; x passes.")
    if len(said.themes) > MOST_THEMES:
        raise Invalid(
            phrase("A verbatim has {most} themes at most.", most=MOST_THEMES), code="too_many_themes", hint=""
        )
    return said


def differ(first: Said, second: Said) -> tuple[str, ...]:
    """The tasks in which two people say something else; what one of them did not say is no difference but in themes."""
    if first.passed or second.passed:
        return ()
    found = []
    for task in TASKS:
        one, other = first.value(task), second.value(task)
        if one != other and (task == "themes" or (one and other)):
            found.append(task)
    return tuple(found)


def settled(answers: Sequence[Said], resolution: Said | None) -> dict[str, Any]:
    """What holds by task: what was resolved, else what all who said something agree in; a task without it is left out."""
    if resolution is not None:
        return {task: resolution.value(task) for task in TASKS if task == "themes" or resolution.value(task)}
    given = [each for each in answers if not each.passed]
    found: dict[str, Any] = {}
    for task in TASKS:
        values = [each.value(task) for each in given if task == "themes" or each.value(task)]
        if values and all(value == values[0] for value in values):
            found[task] = values[0]
    return found


def agreement(pairs: Sequence[tuple[Said, Said]]) -> list[Agreement]:
    """By task: Cohen's kappa (1960; limits by Fleiss, Cohen and Everitt 1969) and Krippendorff's alpha, nominal. Two sets
    of themes agree when they are the same.
    """
    return [_agreement(task, pairs) for task in TASKS]


def _agreement(task: str, pairs: Sequence[tuple[Said, Said]]) -> Agreement:
    both = [(one.value(task), other.value(task)) for one, other in pairs if not (one.passed or other.passed)]
    told = [("|".join(one), "|".join(other)) if task == "themes" else (one, other) for one, other in both]
    told = [(one, other) for one, other in told if task == "themes" or (one and other)]
    if not told:
        return Agreement(task, 0, None, None, None, None, None, "no_rows")
    first, second = [one for one, _ in told], [other for _, other in told]
    kappa = cohen_kappa(cross_table(first, second))
    number = {value: float(place) for place, value in enumerate(sorted({*first, *second}))}
    alpha = krippendorff_alpha(np.array([[number[each] for each in side] for side in (first, second)]))
    low, high = alpha_limits(first, second)
    about = (kappa.agreement, kappa.kappa, kappa.low, kappa.high, alpha.alpha, kappa.reason, low, high)
    return Agreement(task, len(told), *about)


def alpha_limits(first: Sequence[str], second: Sequence[str], seed: int = 0) -> tuple[float | None, float | None]:
    """95 % limits of Krippendorff's nominal alpha of two who labelled all: percentiles of DRAWS draws of verbatims with
    replacement (Hayes and Krippendorff 2007). None where all agree, or nothing varies.
    """
    values = sorted({*first, *second})
    n = len(first)
    differ = np.array([one != other for one, other in zip(first, second, strict=True)], dtype=np.float64)
    if n < 2 or len(values) < 2 or not differ.any():
        return None, None
    number = {value: place for place, value in enumerate(values)}
    counts = np.zeros((n, len(values)))
    for side in (first, second):
        counts[np.arange(n), [number[each] for each in side]] += 1
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=DRAWS)
    margins = drawn @ counts
    expected = 1.0 - (margins * (margins - 1)).sum(axis=1) / (2 * n * (2 * n - 1))
    observed = drawn @ differ / n
    kept = expected > 0  # a draw in which all are alike tells nothing
    low, high = np.percentile(1.0 - observed[kept] / expected[kept], (2.5, 97.5))
    return float(low), float(high)


def guessed_right(guesses: Sequence[Mapping[str, Any]], truths: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """How often the model had told the sentiment that holds, and of how many."""
    pairs = [
        (guess["sentiment"], truth["sentiment"])
        for guess, truth in zip(guesses, truths, strict=True)
        if guess.get("sentiment") and truth.get("sentiment")
    ]
    return sum(one == other for one, other in pairs), len(pairs)

"""Treatment less control, absolute or relative to the control's mean: by Welch, as a confidence sequence, by Bayes."""

import math
from dataclasses import dataclass
from typing import Literal

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.stats.arrays import NO_DENOMINATOR, NO_ROWS, NO_VARIATION, check_level, normal_quantile, require
from heed.stats.distributions import normal_below, student_quantile
from heed.stats.experiments.arms import Arm

Alternative = Literal["two_sided", "greater", "less"]
ALTERNATIVES = ("two_sided", "greater", "less")
# The smallest p that a figure can hold: a test never proves beyond all doubt.
LEAST_P = math.ulp(0.0)


@dataclass(frozen=True)
class Effect:
    """`estimate` with its standard error and limits (infinite on the open side of a one-sided one); p, and its base-10
    logarithm where p itself is too small to be told. None, with a reason, where there is no effect to tell.
    """

    estimate: float | None
    se: float | None
    low: float | None
    high: float | None
    p: float | None
    log10_p: float | None
    df: float | None
    n: float
    level: float
    method: str
    reason: str = ""


@dataclass(frozen=True)
class _Difference:
    estimate: float
    variance: float


def _difference(control: Arm, treatment: Arm, relative: bool) -> _Difference | str:
    if not control.n or not treatment.n:
        return NO_ROWS
    estimate, variance = treatment.mean - control.mean, control.noise + treatment.noise
    if relative:
        base = control.baseline
        if base == 0:
            return NO_DENOMINATOR
        # The delta method on treatment / control (Fieller 1954, first order).
        variance = treatment.noise / base**2 + control.noise * treatment.baseline**2 / base**4
        estimate = estimate / base
    return _Difference(estimate, variance) if variance > 0 else NO_VARIATION


def _none(control: Arm, treatment: Arm, relative: bool, level: float, method: str, reason: str) -> Effect:
    known = reason == NO_VARIATION
    base = control.baseline if relative else 1.0
    estimate = (treatment.mean - control.mean) / base if known else None
    return Effect(
        estimate, None, None, None, None, None, None, control.n + treatment.n, check_level(level), method, reason
    )


def welch_effect(
    control: Arm,
    treatment: Arm,
    *,
    relative: bool = False,
    level: float = 0.95,
    alternative: Alternative = "two_sided",
) -> Effect:
    """Welch 1947 with Satterthwaite's degrees of freedom, those of the absolute difference also for the relative one.

    alternative: `greater` has no upper limit, `less` no lower one; each holds its own estimate. Raises Invalid.
    """
    if alternative not in ALTERNATIVES:
        raise Invalid(
            phrase("There is no alternative {name}.", name=alternative),
            code="unknown_alternative",
            hint=nearest(alternative, ALTERNATIVES),
        )
    check_level(level)
    found = _difference(control, treatment, relative)
    if isinstance(found, str):
        return _none(control, treatment, relative, level, "welch", found)
    df = _degrees(control, treatment)
    se = math.sqrt(found.variance)
    t = found.estimate / se
    two = alternative == "two_sided"
    width = float(student_quantile(df, 1.0 - (1.0 - level) / (2.0 if two else 1.0))) * se
    low = found.estimate - width if alternative != "less" else -math.inf
    high = found.estimate + width if alternative != "greater" else math.inf
    log_p = _log_tail(df, -abs(t) if two else (-t if alternative == "greater" else t), 2.0 if two else 1.0)
    p = max(math.exp(log_p), LEAST_P)
    n = control.n + treatment.n
    return Effect(found.estimate, se, low, high, p, log_p / math.log(10.0), df, n, level, "welch")


def _degrees(control: Arm, treatment: Arm) -> float:
    parts = sum(arm.noise**2 / (arm.n - 1.0) for arm in (control, treatment) if arm.n > 1)
    return (control.noise + treatment.noise) ** 2 / parts if parts > 0 else 1.0


def _log_tail(df: float, t: float, times: float) -> float:
    """log(times · P(T <= t)), also where that is too small for a float: by the first terms of the tail's expansion."""
    from heed.stats.distributions import student_below

    below = float(student_below(df, t))
    if below > 1e-290:
        return min(math.log(below) + math.log(times), 0.0)
    from scipy.special import betaln

    # P(T <= t) = I_x(df/2, 1/2) / 2 with x = df/(df + t²); for small x it is x^a / (a B(a, 1/2)) (1 + a x / (2 (a+1))).
    a, x = df / 2.0, df / (df + t * t)
    lead = a * math.log(x) - math.log(a) - float(betaln(a, 0.5)) - math.log(2.0)
    series = term = 1.0
    for k in range(1, 200):
        term *= x * (k - 0.5) / k
        more = term * a / (a + k)
        series += more
        if more < 1e-16 * series:
            break
    return min(lead + math.log(series) + math.log(times), 0.0)


def sequential_effect(
    control: Arm, treatment: Arm, *, relative: bool = False, level: float = 0.95, tuning: float = 5000.0
) -> Effect:
    """Limits that hold at all times of looking: the asymptotic confidence sequence of Waudby-Smith et al. 2021 (eq. 9),
    narrowest around `tuning` people in all; p by its e-value. Raises Invalid.
    """
    check_level(level)
    require(tuning > 0, "sequential test", "the tuning number must be positive")
    found = _difference(control, treatment, relative)
    if isinstance(found, str):
        return _none(control, treatment, relative, level, "confidence_sequence", found)
    n, alpha = control.n + treatment.n, 1.0 - level
    rho2 = (-2.0 * math.log(alpha) + math.log(-2.0 * math.log(alpha) + 1.0)) / tuning
    grown = n * rho2 + 1.0
    width = math.sqrt(found.variance * n * 2.0 * grown / (n * n * rho2) * math.log(math.sqrt(grown) / alpha))
    log_e = rho2 * n * found.estimate**2 / found.variance / (2.0 * grown) - 0.5 * math.log(grown)
    log_p = min(-log_e, 0.0)
    return Effect(
        found.estimate,
        math.sqrt(found.variance),
        found.estimate - width,
        found.estimate + width,
        max(math.exp(log_p), LEAST_P),
        log_p / math.log(10.0),
        None,
        n,
        level,
        "confidence_sequence",
    )


@dataclass(frozen=True)
class Prior:
    """What is believed of the relative effect before: normal. `sd` None believes nothing."""

    mean: float = 0.0
    sd: float | None = None


@dataclass(frozen=True)
class Posterior:
    """The effect's normal posterior: `chance_to_win` that treatment is better; `risk_control` is what staying costs on
    average where it is, `risk_treatment` what changing costs where it is not. None, with a reason, without data.
    """

    mean: float | None
    sd: float | None
    low: float | None
    high: float | None
    chance_to_win: float | None
    risk_control: float | None
    risk_treatment: float | None
    n: float
    level: float
    reason: str = ""


def bayes_effect(
    control: Arm, treatment: Arm, *, relative: bool = False, level: float = 0.95, prior: Prior | None = None
) -> Posterior:
    """A normal prior of the relative effect with the data's normal likelihood (Gelman et al. 2013, 2.5); for the absolute
    effect the prior is scaled by the control's mean. Raises Invalid.
    """
    check_level(level)
    believed = prior or Prior()
    require(believed.sd is None or believed.sd > 0, "bayes", "the prior's sd must be positive")
    found = _difference(control, treatment, relative)
    n = control.n + treatment.n
    if isinstance(found, str):
        return Posterior(None, None, None, None, None, None, None, n, level, found)
    scale = 1.0 if relative else control.baseline
    weight, mean = 1.0 / found.variance, found.estimate
    if believed.sd is not None and scale != 0:
        before = 1.0 / (believed.sd * scale) ** 2
        mean = (weight * found.estimate + before * believed.mean * scale) / (weight + before)
        weight += before
    sd = 1.0 / math.sqrt(weight)
    z = mean / sd
    density = math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi)
    win = float(normal_below(z))
    half = normal_quantile(level) * sd
    return Posterior(
        mean=mean,
        sd=sd,
        low=mean - half,
        high=mean + half,
        chance_to_win=win,
        risk_control=max(mean * win + sd * density, 0.0),
        risk_treatment=max(sd * density - mean * float(normal_below(-z)), 0.0),
        n=n,
        level=level,
    )

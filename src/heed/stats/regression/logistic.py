"""Logistic regression of grouped counts, by iterated weighted least squares."""

from dataclasses import dataclass

import numpy as np

from heed.stats.arrays import Floats, require

ROUNDS = 200
STEADY = 1e-13
CERTAIN = 25.0  # log odds this far out mean that the data separate


@dataclass(frozen=True)
class LogisticFit:
    """`propensity` is the fitted chance a row; `converged` is false where the data separate (no maximum)."""

    coefficients: Floats
    covariance: Floats
    propensity: Floats
    loglik: float
    converged: bool


def logistic(successes: Floats, n: Floats, x: Floats) -> LogisticFit:
    """Maximum likelihood of successes among n, rows of x (rows, terms) (McCullagh and Nelder 1989, 4.4). loglik leaves
    the binomial constants out. Raises Invalid.
    """
    from scipy.special import expit, xlog1py, xlogy

    require((successes >= 0) & (successes <= n), "logistic regression", "successes must lie between 0 and n")
    coefficients = np.zeros(x.shape[1])
    information = np.eye(x.shape[1])
    converged = False
    for _ in range(ROUNDS):
        chance = expit(x @ coefficients)
        weight = n * chance * (1.0 - chance)
        information = x.T @ (x * weight[:, None])
        step, *_ = np.linalg.lstsq(information, x.T @ (successes - n * chance), rcond=None)
        coefficients = coefficients + step
        if np.max(np.abs((x @ coefficients)[n > 0]), initial=0.0) > CERTAIN:
            break
        if np.max(np.abs(step), initial=0.0) < STEADY * (1.0 + np.max(np.abs(coefficients), initial=0.0)):
            converged = True
            break
    chance = expit(x @ coefficients)
    loglik = float(np.sum(xlogy(successes, chance) + xlog1py(n - successes, -chance)))
    return LogisticFit(
        coefficients, np.asarray(np.linalg.pinv(information), dtype=np.float64), chance, loglik, converged
    )

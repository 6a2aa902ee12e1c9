"""Limits of a share from the binomial likelihood: where the signed root of the deviance reaches a given size."""

import math


def signed_root(odds: float, p: float, n: float) -> float:
    """The signed root of the deviance of a log odds, beside the likeliest; n rows of which a share p holds."""
    from scipy.special import expit, log_expit, rel_entr

    there = float(expit(odds))
    if there == p:
        return 0.0
    # Deviance 2 n [p log(p/q) + (1-p) log((1-p)/(1-q))].
    yes = float(rel_entr(p, 1.0)) - p * float(log_expit(odds))
    no = float(rel_entr(1.0 - p, 1.0)) - (1.0 - p) * float(log_expit(-odds))
    return math.copysign(math.sqrt(max(2.0 * n * (yes + no), 0.0)), there - p)


def profile_limits(p: float, n: float, reach: float) -> tuple[float, float]:
    """Shares at which the signed root is -reach and reach; 0 < p < 1."""
    from scipy.optimize import brentq
    from scipy.special import expit

    middle = math.log(p / (1.0 - p))
    ends = []
    for sign in (-1.0, 1.0):
        edge = middle + sign
        while sign * signed_root(edge, p, n) < reach:
            edge = middle + 2.0 * (edge - middle)
            if abs(edge) > 700.0:
                break
        low, high = sorted((middle, edge))
        within = sign * signed_root(edge, p, n) >= reach
        ends.append(
            brentq(lambda at, s=sign: signed_root(at, p, n) - s * reach, low, high, xtol=1e-13) if within else edge
        )
    return float(expit(ends[0])), float(expit(ends[1]))

"""Experiments: effects of two arms, tests, power, clusters."""

import re
from typing import Any

from heed.stats.experiments.always_valid import mixture_test
from heed.stats.experiments.arms import Arm, cuped_arms, mean_arm, ratio_arm, share_arm
from heed.stats.experiments.conditional_odds import SEARCH_OF_R
from heed.stats.experiments.difference_in_differences import difference_in_differences, two_way_effect
from heed.stats.experiments.effects import Prior, bayes_effect, sequential_effect, welch_effect
from heed.stats.experiments.multiplicity import METHODS, adjust
from heed.stats.experiments.power import arcsine_effect, size_for_effect, size_for_shares, t_power, t_size
from heed.stats.experiments.sample_ratio import sample_ratio, sample_ratio_with_empty_arms
from heed.stats.experiments.stepped_wedge import stepped_wedge as wedge
from heed.stats.experiments.two_samples import pooled_z as z_test
from heed.stats.experiments.two_samples import rank_sum, two_shares
from heed.stats.intervals.differences import proportion_difference
from heed.stats.procedures.given import Figures, Given
from heed.stats.procedures.showing import limits

NUMBER = r"(\d+(?:\.\d+)?)"
EFFECT = re.compile(
    rf"(welch|sequential|sequential_tuning{NUMBER}|bayes_flat|bayes_prior_sd{NUMBER})_(absolute|relative)"
)
R_NAMES = {name: name for name in METHODS} | {"BH": "bh", "BY": "by", "fdr": "bh"}
STATSMODELS_NAMES = {name.replace("_", "-"): name for name in METHODS} | {
    "fdr_bh": "bh",
    "fdr_by": "by",
    "simes-hochberg": "hochberg",
}


def _effects(given: Given, control: Arm, treatment: Arm) -> Figures:
    figures: Figures = {"mean_a": control.mean, "mean_b": treatment.mean}
    figures |= {"var_a": control.variance, "var_b": treatment.variance}
    for name in given.asked:
        if asked := EFFECT.fullmatch(name):
            figures[name] = _effect(asked, control, treatment, given.number("level", 0.95))
    return figures


def _effect(asked: re.Match[str], control: Arm, treatment: Arm, level: float) -> dict[str, Any]:
    kind, tuning, sd, relative = asked[1], asked[2], asked[3], asked[4] == "relative"
    if kind.startswith("bayes"):
        prior = Prior(sd=float(sd) if sd else None)
        believed = bayes_effect(control, treatment, relative=relative, level=level, prior=prior)
        return {
            "expected": believed.mean,
            "ci": [believed.low, believed.high],
            "chance_to_win": believed.chance_to_win,
            "risk": [believed.risk_control, believed.risk_treatment],
            "uplift_mean": believed.mean,
            "uplift_sd": believed.sd,
        }
    if kind == "welch":
        found = welch_effect(control, treatment, relative=relative, level=level)
    else:
        found = sequential_effect(
            control, treatment, relative=relative, level=level, tuning=float(tuning) if tuning else 5000.0
        )
    return {
        "expected": found.estimate,
        "ci": [found.low, found.high],
        "p_value": found.p,
        "uplift_mean": found.estimate,
        "uplift_sd": found.se,
    }


def ab_mean(given: Given) -> Figures:
    return _effects(given, mean_arm(given.numbers("control")), mean_arm(given.numbers("treat")))


def ab_proportion(given: Given) -> Figures:
    control, treatment = (
        share_arm(given.number(f"x_{side}"), given.number(f"n_{side}")) for side in ("control", "treat")
    )
    return _effects(given, control, treatment)


def ab_ratio(given: Given) -> Figures:
    control, treatment = (
        ratio_arm(given.numbers(f"numerator_{side}"), given.numbers(f"denominator_{side}"))
        for side in ("control", "treat")
    )
    return _effects(given, control, treatment)


def ab_cuped(given: Given) -> Figures:
    names = ("pre_control", "post_control", "pre_treat", "post_treat")
    found = cuped_arms(*(given.numbers(name) for name in names))
    return {**_effects(given, found.control, found.treatment), "theta": found.theta}


def msprt(given: Given) -> Figures:
    found = mixture_test(given.number("diff"), given.number("var_of_diff"), given.number("tau2"))
    return {"lambda_": found.ratio, "p_single_look": found.p, "ci": [found.low, found.high]}


def _adjusted(given: Given, names: dict[str, str]) -> Figures:
    p = given.numbers("p")
    return {name: adjust(p, method) for name, method in names.items()}


def adjust_p_r(given: Given) -> Figures:
    return _adjusted(given, R_NAMES)


def adjust_p_statsmodels(given: Given) -> Figures:
    return _adjusted(given, STATSMODELS_NAMES)


def power_r(given: Given) -> Figures:
    """As R counts: findings in the wrong direction are none."""
    p1, p2, power, alpha = (given.number(name) for name in ("p1", "p2", "power", "alpha"))
    d, h = given.number("cohen_d"), arcsine_effect(p1, p2)
    return {
        "n_per_arm_prop_unpooled_null_pooled": lambda: size_for_shares(p1, p2, power=power, alpha=alpha),
        "n_per_arm_arcsine": lambda: size_for_effect(h, power=power, alpha=alpha),
        "cohen_h": h,
        "n_per_arm_t": lambda: t_size(d, power=power, alpha=alpha, both_tails=False),
        "power_t_at_n": lambda: t_power(d, given.number("n_for_power"), alpha=alpha, both_tails=False),
    }


def power_statsmodels(given: Given) -> Figures:
    p1, p2, power, alpha = (given.number(name) for name in ("p1", "p2", "power", "alpha"))
    d, h = given.number("cohen_d"), arcsine_effect(p1, p2)
    figures: Figures = {
        "h": h,
        "n_arcsine_equal": lambda: size_for_effect(h, power=power, alpha=alpha),
        "n_t": lambda: t_size(d, power=power, alpha=alpha),
    }
    for name in given.asked:
        if at := re.fullmatch(rf"n_arcsine_ratio{NUMBER}", name):
            figures[name] = size_for_effect(h, power=power, alpha=alpha, ratio=float(at[1]))
        elif at := re.fullmatch(rf"power_t_n{NUMBER}", name):
            figures[name] = t_power(d, float(at[1]), alpha=alpha)
    return figures


def two_proportions(given: Given) -> Figures:
    sides = [given.number(name) for name in ("x_control", "n_control", "x_treat", "n_treat")]
    found = two_shares(*sides)
    return {
        "diff": found.difference,
        "chi2": found.chi2,
        "p": found.p,
        # The references cut these limits at -1 and 1.
        "wald_ci95": [
            None if end is None else min(max(end, -1.0), 1.0)
            for end in limits(proportion_difference(*sides, method="wald"))
        ],
        "newcombe_ci95": limits(proportion_difference(*sides)),
        "chi2_yates": found.chi2_corrected,
        "p_yates": found.p_corrected,
        "fisher_p": found.fisher_p,
        # The references' search stops early (docs/methods/experiments.md); the likeliest one beside it.
        "fisher_or_cmle": two_shares(*sides, tolerance=SEARCH_OF_R).odds_ratio,
        "odds_ratio": found.odds_ratio,
    }


def pooled_z(given: Given) -> Figures:
    found = z_test(*(given.number(name) for name in ("x_control", "n_control", "x_treat", "n_treat")))
    return {"z": found.z, "p_two_sided": found.p, "p_larger": found.p_larger}


def ratio_of_arms(given: Given) -> Figures:
    users, weights = given.numbers("users"), given.numbers("weights")
    found = sample_ratio(users, weights)
    return {
        "p_gbstats": sample_ratio_with_empty_arms(users, weights),
        "chi2": found.chi2,
        "p": found.p,
        "df": found.df,
        "exact_binomial_p": found.exact_p,
        "mismatch": found.mismatch,
    }


def stepped_wedge(given: Given) -> Figures:
    found = wedge(
        given.grid("design"),
        given.number("per_cell"),
        given.number("sigma2_individual"),
        given.number("tau2_cluster"),
        given.number("effect"),
    )
    return {"var_theta": found.variance, "se": found.se, "power": found.power}


def welch(given: Given) -> Figures:
    control, treat = given.numbers("control"), given.numbers("treat")
    found = welch_effect(mean_arm(control), mean_arm(treat), level=given.number("level", 0.95))
    ranks = rank_sum(treat, control)
    return {
        "diff": found.estimate,
        "t": found.estimate / found.se if found.se and found.estimate is not None else None,
        "df": found.df,
        "p": found.p,
        "ci95": [found.low, found.high],
        "mann_whitney_W": ranks.u,
        "mann_whitney_p": ranks.p,
    }


def clustered_difference(given: Given) -> Figures:
    y, treated, after = (given.numbers(name) for name in ("y", "treat", "post"))
    clusters, periods = given.listed("cluster"), given.listed("t")
    found = difference_in_differences(y, treated, after, clusters)
    estimate, se = two_way_effect(y, treated * after, clusters, periods)
    return {
        "estimate": found.estimate,
        "se_CR1_stata": found.se_cr1,
        "se_CR0": found.se_cr0,
        "t": found.t_cr1,
        "df_G_minus_1": found.clusters - 1,
        "p_tG1": found.p_cr1,
        "ci95_tG1": [found.low_cr1, found.high_cr1],
        "se_CR2": found.se_cr2,
        "df_CR2_satterthwaite": found.df_cr2,
        "p_CR2": found.p,
        "ci95_CR2": [found.low, found.high],
        "twfe_estimate": estimate,
        "twfe_se_CR1": se,
    }


PROCEDURES = {
    "ab_mean": ab_mean,
    "ab_proportion": ab_proportion,
    "ab_ratio": ab_ratio,
    "ab_cuped": ab_cuped,
    "msprt": msprt,
    "adjust_p_r": adjust_p_r,
    "adjust_p_statsmodels": adjust_p_statsmodels,
    "power_r": power_r,
    "power_statsmodels": power_statsmodels,
    "two_proportions": two_proportions,
    "pooled_z": pooled_z,
    "sample_ratio": ratio_of_arms,
    "stepped_wedge": stepped_wedge,
    "welch": welch,
    "difference_in_differences": clustered_difference,
}

"""What the worked tables of docs/methods must say, by page: each line is what, and the figure as the page prints it."""

from collections.abc import Callable

import numpy as np

from heed.stats.agreement.intraclass import intraclass
from heed.stats.agreement.kappa import cohen_kappa, cross_table, fleiss_kappa, weights_of
from heed.stats.agreement.krippendorff import krippendorff_alpha
from heed.stats.careless.indices import distances, even_odd, response_variability, strings
from heed.stats.control_charts.individuals import individuals
from heed.stats.control_charts.memory import cusum, ewma
from heed.stats.control_charts.run_lengths import cusum_run_length, ewma_run_length
from heed.stats.control_charts.shewhart import shewhart
from heed.stats.control_charts.signals import nelson
from heed.stats.disclosure.anonymity import anonymity
from heed.stats.disclosure.suppression import suppress
from heed.stats.experiments.always_valid import mixture_test
from heed.stats.experiments.arms import cuped_arms, mean_arm, share_arm
from heed.stats.experiments.difference_in_differences import difference_in_differences
from heed.stats.experiments.effects import Prior, bayes_effect, sequential_effect, welch_effect
from heed.stats.experiments.multiplicity import adjust
from heed.stats.experiments.power import size_for_shares, t_size
from heed.stats.experiments.sample_ratio import sample_ratio
from heed.stats.experiments.stepped_wedge import stepped_wedge
from heed.stats.experiments.two_samples import two_shares
from heed.stats.queues.erlang import agents_required, erlang_b, erlang_c, limited_queue
from heed.stats.queues.impatience import erlang_a
from heed.stats.queues.simulation.single_queue import simulate_queue
from heed.stats.reliability.consistency import consistency, omega_total
from heed.stats.reliability.usability import sus_scores
from heed.stats.representativeness.fit import goodness_of_fit
from heed.stats.representativeness.indicator import r_indicator
from heed.stats.sampling.allocation import neyman, proportional
from heed.stats.sampling.size import margin_of_error, sample_size
from heed.stats.survey_design.calibration import post_stratify
from heed.stats.survey_design.design import survey_design
from heed.stats.survey_design.estimates import Sample, design_effect, mean, mean_by
from heed.stats.survey_design.proportions import proportion
from tests.stats.worked_models import Lines, between, burn_rates, change_points, customer_value, drivers, series, told


def sizes() -> Lines:
    plain, small = sample_size(0.05), sample_size(0.05, population=1000, response_rate=0.25)
    population, sd = {"gold": 120, "silver": 1500, "basic": 8380}, {"gold": 1.9, "silver": 1.4, "basic": 1.1}
    return [
        ("answers for ± 5 points, no end of customers", str(plain.required)),
        ("the same of 1,000 customers", str(small.required)),
        ("invitations at 25 % response", str(small.invitations)),
        ("margin of 278 answers of 1,000", told(margin_of_error(278, population=1000))),
        (
            "300 among gold, silver, basic, proportional",
            ", ".join(map(str, proportional(population, 300).whole.values())),
        ),
        (
            "300 by Neyman, standard deviations 1.9, 1.4, 1.1",
            ", ".join(map(str, neyman(population, sd, 300).whole.values())),
        ),
    ]


def queues() -> Lines:
    found, over = erlang_c(100 / 1800, 180, 14, 20), erlang_c(100 / 1800, 180, 10, 20)
    staff = agents_required(100 / 1800, 180, 20, target=0.8, shrinkage=0.3)
    left = erlang_a(48, 1, 0.5, 50, 1 / 3)
    run = simulate_queue(48, 1, 50, abandon_rate=0.5, threshold=1 / 3, callers=2000, runs=200, warm_up=500, seed=1)
    return [
        ("B: blocked, 10 erlangs on 10 lines", told(float(erlang_b(10, 10)))),
        ("C: wait at all, 100 calls of 180 s in half an hour, 14 agents", told(float(found.wait_probability))),
        ("C: answered within 20 s", told(float(found.service_level))),
        ("C: mean wait, seconds", told(float(found.mean_wait))),
        ("C: nine of ten wait at most, seconds", told(float(found.wait_quantile(0.9)))),
        ("C with 10 agents: wait at all; mean wait", f"{told(float(over.wait_probability))}; {float(over.mean_wait)}"),
        ("agents for 80 % within 20 s; to schedule at 30 % shrinkage", f"{int(staff.agents)}; {int(staff.scheduled)}"),
        ("A: give up, 48 calls a minute of 1 minute, patience 2 minutes, 50 agents", told(left.abandoned)),
        ("A: mean wait, minutes", told(left.mean_wait)),
        ("A simulated: give up, 95 % limits", between(run.abandoned.low, run.abandoned.high)),
        ("M/M/8/20: lost, arrivals 10, service 1", told(limited_queue(10, 1, 8, 20).blocking)),
    ]


SPEEDS = [82.0, 81.0, 79.0, 84.0, 80.0, 83.0, 81.0, 82.0, 80.0, 97.0, 82.0, 81.0]


def control_charts() -> Lines:
    chart = individuals(SPEEDS)
    p = shewhart([12, 15, 8, 30], [50, 50, 50, 50], "p")
    smooth, sums = ewma(SPEEDS, 82.0, 1.5), cusum(SPEEDS, 82.0, 1.5)
    return [
        ("XmR of 82, 81, 79, 84, 80, 83, 81, 82, 80, 97, 82, 81: limits", between(chart.low, chart.high)),
        ("points beyond (from 1)", ", ".join(str(place + 1) for place in chart.beyond) or "none"),
        (
            "Nelson's rules that ring",
            ", ".join(str(rule) for rule, at in nelson(SPEEDS, chart.mean, chart.sigma).items() if at),
        ),
        ("p chart of 12, 15, 8, 30 of 50: limits", between(float(p.low[0]), float(p.high[0]))),
        ("its points beyond", ", ".join(str(place + 1) for place in p.beyond)),
        ("EWMA at the tenth value, and its upper limit", f"{told(smooth.average[9])}; {told(smooth.high[9])}"),
        ("CUSUM upwards at the tenth value, sigmas", told(sums.above[9])),
        ("run length in control: 3 sigma", told(1 / 0.0026997960632601866, 1)),
        ("run length in control: CUSUM k 0.5, h 5", told(cusum_run_length(0.5, 5.0, 0.0)[1], 1)),
        ("the same after a shift of one sigma", told(cusum_run_length(0.5, 5.0, 1.0)[1], 1)),
        ("run length in control: EWMA 0.2, 2.962", told(ewma_run_length(0.2, 2.962, 0.0), 1)),
    ]


BEFORE, AFTER = [5.0, 7.0, 4.0, 8.0, 6.0, 9.0], [5.5, 7.5, 4.0, 8.5, 6.0, 9.5]
BEFORE_B, AFTER_B = [6.0, 5.0, 8.0, 7.0, 4.0, 9.0], [7.0, 6.0, 9.5, 8.0, 5.5, 10.0]


def experiments() -> Lines:
    a, b = share_arm(180, 1000), share_arm(221, 1010)
    welch, relative = welch_effect(a, b), welch_effect(a, b, relative=True)
    always, bayes = sequential_effect(a, b), bayes_effect(a, b, prior=Prior(sd=0.3))
    less = cuped_arms(BEFORE, AFTER, BEFORE_B, AFTER_B)
    plain = welch_effect(mean_arm(AFTER), mean_arm(AFTER_B))
    helped = welch_effect(less.control, less.treatment)
    clusters = np.repeat(np.arange(6), 4)
    treated = "4.1 4.3 4.6 4.8 3.9 4.0 4.4 4.3 4.2 4.1 4.7 4.6"
    others = "4.0 4.1 4.2 4.0 4.3 4.4 4.3 4.5 3.8 3.9 4.0 3.9"
    y = np.array(f"{treated} {others}".split(), dtype=float)
    did = difference_in_differences(y, clusters < 3, np.tile([0, 0, 1, 1], 6), clusters)
    return [
        (
            "180 of 1,000 beside 221 of 1,010: difference, 95 % limits",
            f"{told(welch.estimate)}, {between(welch.low, welch.high)}",
        ),
        ("relative to control", f"{told(relative.estimate)}, {between(relative.low, relative.high)}"),
        ("limits that may be looked at always", between(always.low, always.high)),
        ("chance that treatment is better, prior of sd 0.3", told(bayes.chance_to_win)),
        ("mixture test of the difference: p", told(mixture_test(welch.estimate, welch.se**2, 0.001).p)),
        (
            "Fisher's exact p; odds ratio",
            f"{told(two_shares(180, 1000, 221, 1010).fisher_p)}; {told(two_shares(180, 1000, 221, 1010).odds_ratio)}",
        ),
        ("5,012 beside 4,600 people at 1:1: p, mismatch", f"{told(sample_ratio([5012, 4600], [1, 1]).p, 6)}, yes"),
        ("two means of six: standard error plain, and with CUPED", f"{told(plain.se)}, {told(helped.se)}"),
        (
            "p of 0.001, 0.008, 0.039, 0.041 by Holm",
            ", ".join(told(p, 3) for p in adjust([0.001, 0.008, 0.039, 0.041], "holm")),
        ),
        (
            "the same by Benjamini and Hochberg",
            ", ".join(told(p, 3) for p in adjust([0.001, 0.008, 0.039, 0.041], "bh")),
        ),
        ("people an arm to see 20 % become 23 % with power 80 %", told(size_for_shares(0.2, 0.23, power=0.8), 1)),
        ("people an arm to see 0.2 standard deviations", told(t_size(0.2, power=0.8), 1)),
        (
            "difference in differences of six clusters: CR1, CR2 (its df)",
            f"{told(did.estimate)}: {told(did.se_cr1)}, {told(did.se_cr2)} ({told(did.df_cr2, 1)})",
        ),
        (
            "power of a stepped wedge of 8 clusters, 5 periods, 50 a cell",
            told(
                stepped_wedge(
                    [[0, *[step >= wave for step in range(4)]] for wave in (0, 0, 1, 1, 2, 2, 3, 3)],
                    50,
                    0.02,
                    0.0004,
                    0.03,
                ).power
            ),
        ),
    ]


STRATA = ["a"] * 4 + ["b"] * 4
VALUES = [5.0, 4.0, 4.5, 5.0, 3.0, 2.0, 3.5, 2.5]


def designs() -> Lines:
    design = survey_design(8, strata=STRATA, population=[[100.0] * 4 + [300.0] * 4])
    sample = Sample.of(design)
    found = mean(sample, VALUES)
    effect = design_effect(sample, VALUES, found.se**2)
    clustered = mean(Sample.of(survey_design(8, clusters=[[1, 1, 2, 2, 3, 3, 4, 4]])), VALUES)
    groups = mean_by(sample, VALUES, ["x", "y"] * 4)
    share = proportion(sample, np.array(VALUES) >= 3.5)
    matched = mean(post_stratify(design, ["x", "y"] * 4, {"x": 250.0, "y": 150.0}), VALUES)
    return [
        ("two strata of 100 and 300, four of each: mean", told(found.value)),
        ("its standard error; limits", f"{told(found.se)}; {between(found.low, found.high)}"),
        ("design effect; effective n", f"{told(effect.without)}; {told(effect.effective_n)}"),
        ("the same answers as four clusters of two: standard error", told(clustered.se)),
        ("the mean of every other row (x), in the whole design", f"{told(groups['x'].value)} ± {told(groups['x'].se)}"),
        ("share of answers from 3.5 on: limits by logit", f"{told(share.value)}: {between(share.low, share.high)}"),
        ("post-stratified to 250 x and 150 y", f"{told(matched.value)} ± {told(matched.se)}"),
    ]


RATINGS = [[3, 3, 2], [4, 3, 4], [5, 5, 4], [1, 2, 1], [2, 2, 3], [4, 5, 5]]


def agreement() -> Lines:
    one, other = (["yes"] * 6 + ["no"] * 4, ["yes"] * 5 + ["no"] * 4 + ["yes"])
    plain = cohen_kappa(cross_table(one, other))
    table = cross_table([row[0] for row in RATINGS], [row[1] for row in RATINGS])
    columns = [[row[at] for row in RATINGS] for at in range(3)]
    coefficients = {each.name: each for each in intraclass(RATINGS)}
    return [
        ("ten yes or no by two raters, eight alike: kappa", told(plain.kappa)),
        ("its limits", between(plain.low, plain.high)),
        (
            "six ratings of 1 to 5 by two raters: quadratic kappa",
            told(cohen_kappa(table, weights=weights_of(len(table), 2)).kappa),
        ),
        (
            "by three raters: Fleiss, Conger",
            f"{told(fleiss_kappa(columns).kappa)}, {told(fleiss_kappa(columns).conger)}",
        ),
        (
            "Krippendorff's alpha: nominal, ordinal, interval",
            ", ".join(told(krippendorff_alpha(columns, name).alpha) for name in ("nominal", "ordinal", "interval")),
        ),
        ("ICC2, ICC3k", f"{told(coefficients['ICC2'].value)}, {told(coefficients['ICC3k'].value)}"),
    ]


ANSWERS = [
    [4, 5, 3, 4],
    [2, 3, 3, 1],
    [5, 4, 5, 3],
    [3, 3, 2, 4],
    [4, 2, 4, 5],
    [1, 2, 2, 2],
    [3, 4, 5, 3],
    [2, 1, 3, 3],
]


def reliability() -> Lines:
    found = consistency(ANSWERS)
    chance = np.random.default_rng(7)
    common = chance.normal(size=(80, 1))
    return [
        ("alpha of four items, eight people", told(found.alpha)),
        ("its limits", between(found.low, found.high)),
        (
            "omega of five items that share half their variance, 80 people",
            told(omega_total(common + chance.normal(size=(80, 5)))),
        ),
        ("alpha without the first item", told(found.without[0])),
        ("SUS of 4 2 5 1 4 2 4 2 5 1", told(sus_scores([[4, 2, 5, 1, 4, 2, 4, 2, 5, 1]])[0], 1)),
        ("SUS with an item missing", told(None)),
    ]


ITEMS = [[1, 2, 3, 4], [3, 3, 3, 3], [2, 4, 1, 5], [5, 5, 4, 1], [1, 3, 5, 2], [4, 1, 2, 5], [2, 2, 5, 4]]


def careless() -> Lines:
    runs, far = strings(ITEMS), distances(ITEMS)
    uneven = even_odd(ITEMS, [2, 2])
    return [
        ("longest run of 3 3 3 3; straight", f"{int(runs.longest[1])}; yes"),
        ("mean run of 5 5 4 1", told(runs.mean[3])),
        ("spread of 1 2 3 4", told(response_variability(ITEMS)[0])),
        ("distance of 5 5 4 1 squared; cut at 99 %", f"{told(far.squared[3])}; {told(far.cut)}"),
        ("even and odd items of 1 2 3 4, two scales of two", told(uneven[0], 1)),
        ("the same of 3 3 3 3", told(None)),
    ]


def representativeness() -> Lines:
    fit = goodness_of_fit([412, 301, 187, 100], [0.38, 0.31, 0.2, 0.11])
    cells = {"segment": ["A", "B", "A", "B"], "age": ["young", "young", "old", "old"]}
    found = r_indicator(cells, np.array([30.0, 20.0, 60.0, 25.0]), np.array([100.0, 100.0, 100.0, 100.0]))
    return [
        ("412, 301, 187, 100 beside 38, 31, 20, 11 %: p", told(fit.p)),
        ("residuals", ", ".join(told(each, 2) for each in fit.residuals)),
        ("share who would have to be elsewhere", told(fit.dissimilarity)),
        ("30, 20, 60, 25 of 100 by segment and age: response rate", told(found.response_rate)),
        ("R", told(found.r)),
        ("the segment's part; the age's", f"{told(found.between['segment'])}; {told(found.between['age'])}"),
    ]


def disclosure() -> Lines:
    rows = [("young", "N"), ("young", "N"), ("old", "S"), ("old", "S"), ("old", "S"), ("old", "N")]
    found = anonymity(rows, [5, 4, 3, 3, 3, 2])
    kept = suppress([[20, 3, 17], [15, 22, 30], [12, 18, 25]], 5)
    return [
        ("rows young N ×2, old S ×3, old N: k", str(found.k)),
        ("sensitive values 5 4, 3 3 3, 2: l", str(found.l)),
        ("rows in classes under 2 (from 0)", ", ".join(map(str, found.rows_below(2)))),
        (
            "cells withheld besides the 3 of 20 3 17 / 15 22 30 / 12 18 25",
            "; ".join(f"{row}, {column}" for row, column in kept.complementary),
        ),
        ("what a reader can then tell of the 3", between(*kept.ranges[0, 1], digits=0)),
    ]


PAGES: dict[str, Callable[[], Lines]] = {
    "sample_size": sizes,
    "queues": queues,
    "control_charts": control_charts,
    "experiments": experiments,
    "survey_design": designs,
    "agreement": agreement,
    "reliability": reliability,
    "careless": careless,
    "representativeness": representativeness,
    "disclosure": disclosure,
    "series": series,
    "change_points": change_points,
    "drivers": drivers,
    "customer_value": customer_value,
    "burn_rates": burn_rates,
}

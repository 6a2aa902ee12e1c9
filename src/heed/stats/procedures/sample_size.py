"""Sample sizes, margins and allocations."""

from heed.stats.procedures.given import Figures, Given
from heed.stats.sampling.allocation import neyman, proportional
from heed.stats.sampling.size import margin_of_error, sample_size


def proportion(given: Given) -> Figures:
    found = sample_size(
        given.number("margin"),
        p=given.number("p", 0.5),
        level=given.number("level", 0.95),
        population=given.optional("population"),
        deff=given.number("deff", 1),
        response_rate=given.number("response_rate", 1),
    )
    return {
        "n0": found.infinite,
        "n0_deff": found.with_design,
        "n_fpc_cochran": found.finite,
        "n_required": found.required,
        "n_fpc_alt_no_minus1": found.finite_q_over_n,
        "n_required_alt": found.required_q_over_n,
        "invitations": found.invitations,
    }


def margin(given: Given) -> Figures:
    found = margin_of_error(
        given.number("n"),
        p=given.number("p", 0.5),
        level=given.number("level", 0.95),
        population=given.optional("population"),
    )
    return {"margin": found}


def allocation(given: Given) -> Figures:
    sizes, spread = given.inside("population"), given.inside("sd")
    population = {name: sizes.whole(name) for name in sizes.values}
    sd = {name: spread.number(name) for name in population}
    n = given.whole("n")
    even, best = proportional(population, n, sd), neyman(population, sd, n)
    return {
        "proportional_exact": {name: float(share) for name, share in even.exact.items()},
        "proportional": even.whole,
        "neyman_exact": {name: float(share) for name, share in best.exact.items()},
        "neyman": best.whole,
        "census_strata": list(best.census),
        "empty_strata": list(even.empty),
        "empty_strata_neyman": list(best.empty),
        "var_mean_proportional": even.variance_of_mean,
        "var_mean_neyman": best.variance_of_mean,
    }


PROCEDURES = {"proportion": proportion, "margin": margin, "allocation": allocation}

"""Customer value: BG/NBD and Gamma-Gamma."""

from heed.stats.customer_value.purchases import (
    Purchasing,
    expected_further,
    expected_purchases,
    fit_purchases,
    probability_alive,
)
from heed.stats.customer_value.spend import Spending, expected_spend
from heed.stats.procedures.given import Figures, Given
from heed.stats.procedures.tables import data_table


def _model(given: Given) -> Purchasing:
    return Purchasing(given.number("r"), given.number("alpha"), given.number("a"), given.number("b"))


def conditional(given: Given) -> Figures:
    model = _model(given)
    frequency, recency, age = (given.number(name) for name in ("frequency", "recency", "T"))
    return {
        "expected": expected_further(model, frequency, recency, age, given.number("horizon")),
        "p_alive": probability_alive(model, frequency, recency, age),
    }


def unconditional(given: Given) -> Figures:
    t = given.raw("t")
    return {"expected": expected_purchases(_model(given), given.numbers("t") if isinstance(t, list) else t)}


def fit(given: Given) -> Figures:
    table = data_table(given)
    found = fit_purchases(*(table.numbers(name) for name in ("frequency", "recency", "T")))
    parameters = {name: getattr(found, name) if not found.reason else None for name in ("r", "alpha", "a", "b")}
    return {**parameters, "loglik": found.loglik, "n": found.n, "lifetimes_params": parameters}


def gamma_gamma(given: Given) -> Figures:
    model = Spending(*(given.number(name) for name in ("p", "q", "v")))
    rows = given.listed("rows")
    spend = expected_spend(model, [row["frequency"] for row in rows], [row["mean_value"] for row in rows])
    return {"expected": spend, "population_mean": model.population_mean}


PROCEDURES = {
    "bgnbd_conditional": conditional,
    "bgnbd_unconditional": unconditional,
    "bgnbd_fit": fit,
    "gamma_gamma": gamma_gamma,
}

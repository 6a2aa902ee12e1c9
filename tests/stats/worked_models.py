"""The worked tables of the pages on series, change points, drivers, customer value and error budgets."""

import numpy as np

from heed.stats.burn_rates.alerts import Rule, budget_spent, burn_rate, firings
from heed.stats.change_points.breaks import mean_breaks
from heed.stats.change_points.penalised import penalty_named, segment
from heed.stats.customer_value.purchases import Purchasing, expected_further, expected_purchases, probability_alive
from heed.stats.customer_value.spend import Spending, expected_spend
from heed.stats.drivers.importance import importance
from heed.stats.drivers.proportional_odds import proportional_odds
from heed.stats.series.correlation import cross_correlation, ljung_box, partial_correlation
from heed.stats.series.prediction import granger

Lines = list[tuple[str, str]]


def told(value: float | None, digits: int = 4) -> str:
    return "–" if value is None else f"{float(value):.{digits}f}"


def between(low: float | None, high: float | None, digits: int = 4) -> str:
    return f"{told(low, digits)} to {told(high, digits)}"


def series() -> Lines:
    chance = np.random.default_rng(3)
    x = chance.normal(size=60).cumsum()
    y = np.concatenate([np.zeros(2), x[:-2]]) + chance.normal(size=60) / 2
    lagged = cross_correlation(x, y, order=1, max_lag=4)
    best = lagged.lags[int(np.argmax(np.abs(lagged.prewhitened)))]
    part = partial_correlation(x, y, [np.arange(60.0)])
    return [
        ("a walk, and its echo two steps later: lag of the largest prewhitened correlation", str(best)),
        ("that correlation; band", f"{told(float(np.abs(lagged.prewhitened).max()))}; ± {told(lagged.band)}"),
        ("does the walk precede the echo: F; p", f"{told(granger(x, y, 2).f, 2)}; {told(granger(x, y, 2).p)}"),
        ("does the echo precede the walk: p", told(granger(y, x, 2).p)),
        ("the walk with its own past, 5 lags: p", told(ljung_box(x, 5).p)),
        ("their correlation, time held; limits", f"{told(part.r)}; {between(part.low, part.high)}"),
    ]


def change_points() -> Lines:
    x = [10.0, 11.0, 9.0, 10.5, 9.5, 10.2, 9.8, 10.1, 14.0, 15.0, 13.5, 14.2, 14.8, 13.9, 14.4, 14.1]
    found = mean_breaks(x)
    cut = segment(x, penalty_named("MBIC", "mean", len(x)), statistic="mean", by_length=True)
    return [
        ("eight values about 10, then eight about 14: breaks after", ", ".join(map(str, found.ends))),
        ("its limits", between(*found.limits[0], digits=0)),
        ("BIC of no break; of one", f"{told(found.bic[0], 1)}; {told(found.bic[1], 1)}"),
        ("by penalty MBIC: ends of segments", ", ".join(map(str, cut.ends))),
        ("sum of squares within", told(cut.cost)),
    ]


def drivers() -> Lines:
    chance = np.random.default_rng(5)
    speed = chance.normal(size=200)
    care = 0.6 * speed + 0.8 * chance.normal(size=200)
    price = chance.normal(size=200)
    rating = 0.5 * speed + 0.5 * care + 0.2 * price + chance.normal(size=200)
    found = importance(rating, {"speed": speed, "care": care, "price": price})
    levels = np.digitize(rating, [-1.0, 0.0, 1.0]).astype(float)
    odds = proportional_odds(levels, np.column_stack([speed, care, price]))
    row = lambda measure: ", ".join(told(each, 3) for each in measure)  # noqa: E731 - three times in one table
    return [
        ("speed, care (which goes with speed), price: R²", told(found.r2)),
        ("Shapley", row(found.shapley)),
        ("relative weights", row(found.johnson)),
        ("variance inflation", row(found.inflation)),
        ("proportional odds: coefficients", row(odds.coefficients)),
    ]


def customer_value() -> Lines:
    model = Purchasing(0.243, 4.414, 0.793, 2.426)
    edge = Purchasing(0.243, 4.414, 1.0, 2.426)
    return [
        ("new customer, purchases in 39 weeks", told(float(expected_purchases(model, 39)))),
        ("the same with a = 1", told(float(expected_purchases(edge, 39)))),
        (
            "2 purchases, the last in week 30.43 of 38.86: still a customer",
            told(float(probability_alive(model, 2, 30.43, 38.86))),
        ),
        ("purchases in the next 39 weeks", told(float(expected_further(model, 2, 30.43, 38.86, 39)))),
        (
            "spend a purchase, 2 of 22.35 on average (p 6.25, q 3.74, v 15.44)",
            told(float(expected_spend(Spending(6.25, 3.74, 15.44), 2, 22.35)), 2),
        ),
    ]


def burn_rates() -> Lines:
    minutes = [0.0] * 120 + [0.5] * 30 + [0.0] * 240
    page, ticket = firings(minutes, 0.999, [Rule(14.4, 60, 5), Rule(1.0, 4320, 360)])
    return [
        ("rate that spends 2 % of 30 days in an hour", told(burn_rate(0.02, 1, 30), 1)),
        (
            "30 minutes at 50 % errors after two hours, 99.9 % promised: 14.4 fires from minute to minute",
            f"{page.first} to {page.last}",
        ),
        ("rate 1 fires from minute", str(ticket.first)),
        ("budget of 30 days spent", told(budget_spent(minutes, 0.999, 30))),
    ]

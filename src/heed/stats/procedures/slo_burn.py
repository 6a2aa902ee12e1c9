"""Error budgets: burn rates and alerts."""

import re
from typing import Any

from heed.stats.burn_rates.alerts import Rule, budget_spent, burn_rate, firings
from heed.stats.procedures.given import Figures, Given

SPENT = re.compile(r"budget_spent_fraction_of_(\d+)d")
SHORT_SHARE = 12  # the short window is a twelfth of the long one


def alerts(given: Given) -> Figures:
    errors = [error for minutes, error in given.listed("segments_minutes_errorratio") for _ in range(int(minutes))]
    objective = given.number("slo")
    rules = [_rule(rule) for rule in given.listed("rules")]
    found: Figures = {
        f"{rule.burn:g}x_{rule.long_minutes}m_{rule.short_minutes}m": {
            "severity": rule.severity,
            "first_fire_minute": firing.first,
            "last_fire_minute": firing.last,
            "minutes_firing": firing.minutes,
        }
        for rule, firing in zip(rules, firings(errors, objective, rules), strict=True)
    }
    for name in given.asked:
        if days := SPENT.fullmatch(name):
            found[name] = budget_spent(errors, objective, float(days[1]))
    return found


def _rule(rule: dict[str, Any]) -> Rule:
    return Rule(rule["burn"], int(rule["long_min"]), int(rule["short_min"]), rule.get("severity", ""))


def burn_rates(given: Given) -> Figures:
    days, rules = given.number("period_days"), given.listed("rules")
    return {
        "burn_rates": [burn_rate(rule["budget_fraction"], rule["window_h"], days) for rule in rules],
        "short_window_h": [rule["window_h"] / SHORT_SHARE for rule in rules],
    }


PROCEDURES = {"alerts": alerts, "burn_rates": burn_rates}

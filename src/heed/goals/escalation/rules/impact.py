"""How heavy a case weighs on customers: customers touched × severity × value × vulnerability. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from heed.core.conditions.rules import Condition, compile_condition
from heed.goals.escalation.definition import CASE_FIELDS, FactorRule, ImpactWeights


@dataclass(frozen=True)
class Impact:
    """The score and its four factors; it is their product, without a unit."""

    customers: int
    severity: float
    value: float
    vulnerability: float

    @property
    def score(self) -> float:
        return self.customers * self.severity * self.value * self.vulnerability


@lru_cache(maxsize=1024)
def _condition(source: str) -> Condition:
    return compile_condition(source, CASE_FIELDS)


def _factor(rules: tuple[FactorRule, ...], case: Mapping[str, Any]) -> float:
    """The factor of the first rule that holds, neither false nor unknown; 1 where none does."""
    return next((rule.factor for rule in rules if _condition(rule.when).holds(case)), 1.0)


def impact_of(weights: ImpactWeights, case: Mapping[str, Any]) -> Impact:
    """The impact of a case, whose fields are those of `CASE_FIELDS`; no severity is normal, no number of customers is one."""
    customers = max(1, min(int(case.get("customers") or 1), weights.most_customers))
    severity = weights.severities.get(case.get("severity") or "normal", weights.severities["normal"])
    return Impact(customers, severity, _factor(weights.values, case), _factor(weights.vulnerabilities, case))

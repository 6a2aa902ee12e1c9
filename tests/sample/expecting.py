"""What each planted truth, and its null twin, must come to: by name the least and the most, widened where rows are few.

A bound is (least, most) at scale 1; `noise` is what chance may add to both at that scale, and grows as rows grow fewer.
"""

from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True)
class Bound:
    least: float
    most: float
    noise: float = 0.0

    def holds(self, value: float, scale: float) -> bool:
        room = self.noise / sqrt(scale)
        return self.least - room <= value <= self.most + room


EXPECTED: dict[str, dict[str, Bound]] = {
    "release-theme": {
        "before": Bound(0.0, 0.0005),
        "after": Bound(0.055, 0.085, 0.006),
        "twin_volume": Bound(1.2, 1.75, 0.1),
        "twin_share": Bound(0.9, 1.1, 0.12),
        "idle_jump": Bound(0.85, 1.2, 0.05),
    },
    "ping-pong": {
        "truth_returned": Bound(0.14, 0.20, 0.01),
        "truth_handoffs": Bound(0.48, 0.62, 0.01),
        "twin_returned": Bound(0.0, 0.012, 0.002),
        "twin_handoffs": Bound(0.48, 0.62, 0.01),
    },
    "understaffed-mondays": {
        "truth_monday_wait": Bound(45, 75, 3),
        "truth_other_wait": Bound(14, 26, 1),
        "truth_monday_abandoned": Bound(0.16, 0.30, 0.01),
        "truth_other_abandoned": Bound(0.05, 0.095, 0.005),
        "twin_monday_wait": Bound(14, 26, 1.5),
        "twin_monday_abandoned": Bound(0.05, 0.095, 0.01),
    },
    "cherry-picking": {
        "asked": Bound(0.34, 0.36, 0.02),
        "asked_honest": Bound(0.34, 0.36, 0.01),
        "gap": Bound(0.12, 0.28, 0.03),
        "honest_gap": Bound(-0.015, 0.015, 0.01),
        "picker_csat": Bound(0.85, 0.97, 0.03),
        "star_csat": Bound(0.74, 0.90, 0.04),
        "others_csat": Bound(0.60, 0.78, 0.03),
    },
    "pilots": {
        "effect_difference": Bound(0.035, 0.10, 0.02),
        "effect_ratio_p": Bound(0.0005, 1.0),
        "none_difference": Bound(-0.02, 0.02, 0.02),
        "none_ratio_p": Bound(0.0005, 1.0),
        "ratio_difference": Bound(-0.02, 0.02, 0.02),
        "ratio_ratio_p": Bound(0.0, 0.0001),
    },
    "non-response": {
        "truth_bias": Bound(0.35, 0.45, 0.03),
        "truth_rate_gap": Bound(0.25, 0.35, 0.03),
        "twin_bias": Bound(-0.02, 0.02, 0.015),
        "twin_rate_gap": Bound(-0.02, 0.02, 0.015),
    },
    "efficiency-drive": {
        "truth_aht": Bound(0.78, 0.83, 0.01),
        "truth_fcr": Bound(-0.10, -0.05, 0.012),
        "twin_aht": Bound(0.78, 0.83, 0.01),
        "twin_fcr": Bound(-0.015, 0.015, 0.012),
    },
    "two-resolved": {
        "recorded": Bound(0.80, 0.84, 0.005),
        "stays_resolved": Bound(0.72, 0.76, 0.005),
    },
    "complaint-jump": {
        "truth_contacts": Bound(1.02, 1.5, 0.06),
        "truth_complaints": Bound(2.6, 5.0, 0.5),
        "truth_share": Bound(2.2, 4.4, 0.5),
        "twin_contacts": Bound(1.45, 1.9, 0.1),
        "twin_share": Bound(0.6, 1.45, 0.15),
    },
    "rising-team": {
        "truth_growth": Bound(1.6, 3.1, 0.2),
        "twin_growth": Bound(0.55, 1.5, 0.1),
    },
    "misaligned-stage": {
        "truth_cost": Bound(1.5, 2.6),
        "truth_matters": Bound(0.02, 0.04, 0.006),
        "truth_steps": Bound(11.0, 12.2, 0.1),
        "twin_cost": Bound(1.5, 2.6),
        "twin_matters": Bound(0.27, 0.33, 0.01),
        "twin_steps": Bound(11.0, 12.2, 0.1),
    },
    "overloaded-seniors": {
        "truth_share": Bound(0.99, 1.0),
        "truth_hours": Bound(18, 28, 1.5),
        "twin_share": Bound(0.5, 0.56, 0.03),
        "twin_hours": Bound(0.9, 2.2, 0.3),
    },
    "careless-answers": {
        "lazy_share": Bound(0.25, 0.45, 0.06),
        "other_share": Bound(0.0, 0.002),
        "burst_score": Bound(5.0, 5.0),
        "burst_seconds": Bound(0.0, 4.1),
        "twin_spread": Bound(0.8, 1.3),
        "twin_seconds": Bound(20, 200),
    },
    "case-mix": {
        "truth_plain": Bound(-0.10, -0.04, 0.015),
        "truth_adjusted": Bound(-0.025, 0.025, 0.015),
        "twin_plain": Bound(-0.20, -0.09, 0.015),
        "twin_adjusted": Bound(-0.20, -0.09, 0.015),
    },
    "wave-artefact": {
        "truth": Bound(9, 30, 3),
        "twin": Bound(-5, 5, 4),
        "winter": Bound(-14, -2, 3),
        "resolved_change": Bound(-0.02, 0.02, 0.01),
    },
}


def misses(key: str, found: dict[str, float], scale: float) -> dict[str, float]:
    """The figures outside their bounds."""
    return {name: found[name] for name, bound in EXPECTED[key].items() if not bound.holds(float(found[name]), scale)}

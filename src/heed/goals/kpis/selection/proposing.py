"""A balanced set of KPIs out of the evidence, with a reason in or out for each. Values in, values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heed.goals.kpis.rules import reason_said
from heed.goals.kpis.selection.weighing import Aspect
from heed.metrics.evidence import OwnEvidence, Redundancy
from heed.metrics.tensions import Tension

SAME = 0.7  # from which the nearer limit of a correlation says that two KPIs tell the same
BLUNT, BLUNT_POINTS = 0.25, 15.0  # a smallest change of a quarter of the level, or of 15 points, shows no month's work
CHANCE = 0.98  # from which share of sampling in its spread a KPI tells units apart by chance alone
A_SIDE = 3
SIDES: tuple[Aspect, ...] = ("satisfaction", "efficiency", "")


@dataclass(frozen=True)
class Verdict:
    """Whether a KPI is in the proposed set, and why, as a code with its values and in words. A value `other` is a KPI."""

    key: str
    is_in: bool
    code: str
    reason: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Weight:
    """What is known of a KPI when the set is proposed."""

    key: str
    short: str
    aspect: Aspect
    unit: str
    evidence: OwnEvidence | None
    missing: str = ""

    @property
    def bluntness(self) -> float:
        """The smallest change it shows, as a share of its level (points: of 60); the smaller, the sharper."""
        if self.evidence is None or self.evidence.smallest_change is None:
            return float("inf")
        change = self.evidence.smallest_change
        if self.evidence.logarithmic:
            return change
        if self.unit == "points":
            return change * BLUNT / BLUNT_POINTS
        return change / abs(self.evidence.whole) if self.evidence.whole else float("inf")


def propose_set(
    weights: Sequence[Weight], redundancies: Sequence[Redundancy], tensions: Sequence[Tension]
) -> tuple[Verdict, ...]:
    """Up to three KPIs a side (satisfaction, efficiency, the rest), the sharpest first, none that repeats one that is in;
    and whatever satisfaction an efficiency that is in was found to be bought with. In order of the weights.
    """
    known = {weight.key: weight for weight in weights}
    verdicts = {weight.key: refused for weight in weights if (refused := _unfit(weight)) is not None}
    same = _same(redundancies)
    for side in SIDES:
        fit = [weight for weight in weights if weight.aspect == side and weight.key not in verdicts]
        for weight in sorted(fit, key=lambda each: (each.bluntness, each.key)):
            verdicts[weight.key] = _judged(weight, side, known, verdicts, same)
    for tension in tensions:
        first, second = verdicts.get(tension.efficiency), verdicts.get(tension.satisfaction)
        if first and first.is_in and second and tension.found and (not second.is_in) and second.code == "side_is_full":
            verdicts[second.key] = _verdict(second.key, True, "tension", known, other=first.key)
    return tuple(verdicts[weight.key] for weight in weights)


def _verdict(key: str, is_in: bool, code: str, known: Mapping[str, Weight], **values: Any) -> Verdict:
    names = {other: weight.short for other, weight in known.items()}
    return Verdict(key, is_in, code, reason_said(code, values, names), values)


def _unfit(weight: Weight) -> Verdict | None:
    """Why a KPI cannot be judged by, whatever else there is."""
    found, code = weight.evidence, ""
    if found is None:
        code = weight.missing or "no_facts"
    elif found.smallest_change is None:
        code = "too_short"
    elif weight.bluntness > BLUNT:
        code = "too_blunt"
    elif found.shares.sampling is not None and found.shares.sampling > CHANCE:
        code = "chance"
    return _verdict(weight.key, False, code, {}) if code else None


def _same(redundancies: Sequence[Redundancy]) -> dict[frozenset[str], float]:
    """Pairs that tell the same, with their correlation."""
    found: dict[frozenset[str], float] = {}
    for each in redundancies:
        r = each.found
        if r.value is None or r.low is None or r.high is None:
            continue
        if r.low >= SAME or r.high <= -SAME:
            found[frozenset((each.one, each.other))] = r.value
    return found


def _judged(
    weight: Weight,
    side: Aspect,
    known: Mapping[str, Weight],
    verdicts: Mapping[str, Verdict],
    same: Mapping[frozenset[str], float],
) -> Verdict:
    within = [key for key, verdict in verdicts.items() if verdict.is_in]
    for key in within:
        r = same.get(frozenset((key, weight.key)))
        if r is not None:
            return _verdict(weight.key, False, "redundant", known, other=key, correlation=round(r, 2))
    if sum(known[key].aspect == side for key in within) >= A_SIDE:
        return _verdict(weight.key, False, "side_is_full", known)
    lead = weight.evidence.lead if weight.evidence else None
    if lead is not None and lead.stands_out and lead.lag is not None and lead.lag < 0:
        return _verdict(weight.key, True, "leads", known, weeks=-lead.lag)
    return _verdict(weight.key, True, "sharp", known, side=side)

"""What the triggers cover: of each cell the answers wanted, its share today and why, who was asked, and who answered."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Max, Min
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.feedback.surveys.queries.surveys import answered_among
from heed.feedback.triggers.models import Ask, AskingPause
from heed.feedback.triggers.queries.log import MAY
from heed.feedback.triggers.queries.state import kept_rate, policy_in_force
from heed.feedback.triggers.rules.coverage import Rate, cell_name, response_rate
from heed.feedback.triggers.rules.reasons import DRAWN
from heed.feedback.triggers.rules.terms import EPOCH
from heed.service.customers.queries import regions_of


@dataclass(frozen=True)
class CellLine:
    """A cell in its period so far: came to the draw, asked, the least and greatest chance that was recorded, answered; and
    its share today. `expected`: answers at the end of the period, as things go, at the supposed rate.
    """

    name: str
    segment: str
    touchpoint: str
    wanted: int
    supposed_rate: float
    came: int
    asked: int
    answered: int
    least: float | None
    greatest: float | None
    today: Rate
    expected: float

    @property
    def is_short(self) -> bool:
        return self.today.is_short

    @property
    def rate(self) -> float | None:
        """The share of those asked that answered so far."""
        return self.answered / self.asked if self.asked else None


def coverage_lines(scope: Scope) -> list[CellLine]:
    """Each cell of the policy in force; nothing where it aims at none. For who may ask everybody."""
    scope.demand_everywhere(MAY)
    return lines_now()


def lines_now() -> list[CellLine]:
    policy, _version = policy_in_force()
    coverage, found = policy.coverage, []
    if coverage is None:
        return []
    day = (timezone.now() - EPOCH).days
    start = EPOCH + timedelta(days=day - day % coverage.period_days)
    for number, target in enumerate(coverage.targets):
        name, rate = cell_name(coverage, number)[:250], response_rate(coverage, number)
        rows = Ask.objects.filter(stratum=name, reason__in=DRAWN, decided_at__gte=start)
        told = rows.aggregate(least=Min("probability"), greatest=Max("probability"))
        asked = rows.filter(asked=True)
        today = kept_rate(coverage, number, day, keep=False)
        found.append(
            CellLine(
                name,
                target.segment,
                target.touchpoint,
                target.answers,
                rate,
                rows.count(),
                asked.count(),
                answered_among(asked.values("key")),
                told["least"],
                told["greatest"],
                today,
                today.expected_asks * rate,
            )
        )
    return found


def pauses(scope: Scope, limit: int = 50) -> list[AskingPause]:
    """Pauses within reach, those that run first."""
    scope.demand(MAY)
    rows, regions = AskingPause.objects.all(), regions_of(scope, MAY)
    if regions is not None:
        rows = rows.filter(region__in=["", *regions])
    return sorted(rows.order_by("-id")[:limit], key=lambda row: (row.until is not None, -row.pk))


def cell_told(line: CellLine) -> dict[str, Any]:
    """A cell as JSON has it."""
    return {
        "cell": line.name,
        "segment": line.segment,
        "touchpoint": line.touchpoint,
        "wanted": line.wanted,
        "supposed_rate": line.supposed_rate,
        "came": line.came,
        "asked": line.asked,
        "answered": line.answered,
        "least_probability": line.least,
        "greatest_probability": line.greatest,
        "probability_today": line.today.share,
        "arrivals_a_day": line.today.a_day,
        "days_left": line.today.days_left,
        "expected": line.expected,
        "short": line.is_short,
    }

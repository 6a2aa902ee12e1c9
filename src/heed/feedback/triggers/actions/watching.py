"""Looking at the coverage: people are told once a period of a cell that cannot be met."""

from django.db import transaction
from django.utils import timezone

from heed.core.access.queries import scope_of
from heed.core.people.actions import notify
from heed.core.people.queries import people
from heed.feedback.triggers.queries.coverage import lines_now
from heed.feedback.triggers.queries.log import MAY
from heed.feedback.triggers.queries.state import policy_in_force
from heed.feedback.triggers.rules.terms import EPOCH


def look_at_coverage() -> int:
    """Tell who may ask everybody of each cell whose answers cannot be reached. Returns how many were told."""
    policy, _version = policy_in_force()
    short = [line for line in lines_now() if line.is_short] if policy.coverage else []
    if not short or policy.coverage is None:
        return 0
    told = [each.person for each in map(scope_of, people()) if each.holds_everywhere(MAY)]
    period = (timezone.now() - EPOCH).days // policy.coverage.period_days
    with transaction.atomic():
        return sum(
            notify(
                told,
                kind="coverage-short",
                params={"subject": line.name, "expected": round(line.expected), "wanted": line.wanted},
                href="/asks/coverage/",
                once_key=f"coverage-short:{line.name}:{policy.coverage.period_days}:{period}"[:200],
            )
            for line in short
        )

"""Failed audits of the answers that satisfaction by wait is learned from."""

from datetime import datetime, timedelta

from heed.core.access.rules import Scope
from heed.feedback.quality.queries.audits import AuditMark, marks_of_answers
from heed.goals.kpis.rules import reached_rows
from heed.metrics.selection import Slice

LEARNED_FROM = 'instrument == "csat"'
LEAST_WEEKS = 52  # answers are fewer than calls, so they are gathered over a year at least


def marks_of_curve(scope: Scope, until: datetime, weeks: int) -> tuple[AuditMark, ...]:
    """Those that predictions learned from so many weeks up to a moment rest on, within what somebody reaches."""
    since = until - timedelta(weeks=max(weeks, LEAST_WEEKS))
    return marks_of_answers(Slice(since, until, within=reached_rows(scope)), LEARNED_FROM)

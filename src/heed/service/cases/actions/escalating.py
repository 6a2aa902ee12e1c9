"""Escalation: somebody asks for help, or a promise is about to break and nobody has moved."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.service.cases import events
from heed.service.cases.actions.keeping import held_case, keep, needed_words, run_clocks
from heed.service.cases.actions.working import carry_on
from heed.service.cases.definition import Escalation
from heed.service.cases.models import Case
from heed.service.cases.queries import clock_of, escalations_of, region_of, timed
from heed.service.cases.rules import clocks

HEED = "heed"


@transaction.atomic
def escalate(scope: Scope, key: str, *, words: str, role: str = "supervisor") -> Case:
    """Ask for help with a case: those who lead its team are told."""
    row = held_case(scope, key)
    _escalate(
        row,
        scope.person,
        timezone.now(),
        Escalation.model_validate({"after": 1, "role": role}),
        "",
        needed_words(words, "Say what help is needed."),
    )
    return row


def _escalate(row: Case, actor: str, now: datetime, step: Escalation, promise: str, words: str = "") -> None:
    row.escalation_level, row.escalated_at = row.escalation_level + 1, now
    former, unit = row.team, step.to or row.team
    if step.moves and unit != row.team:
        row.team, row.owner, row.region = unit, "", region_of(unit) or row.region
    run_clocks(row)
    told: dict[str, Any] = {
        "level": row.escalation_level,
        "promise": promise,
        "unit": unit,
        "role": step.role,
        "former_team": former,
    }
    keep(row, events.CaseEscalated, actor, now, "escalated", from_value=promise, to_value=unit, words=words, **told)


def escalate_due(now: datetime | None = None, limit: int = 200) -> int:
    """Take every step of escalation whose moment has come, and let cases go on that waited until now. Returns how many.

    Each case in a transaction of its own, so that one that cannot be moved holds up no other.
    """
    moment = now or timezone.now()
    live = Case.objects.exclude(state="closed")
    ripe = live.filter(next_escalation_at__lte=moment) | live.filter(state="waiting", waiting_until__lte=moment)
    return sum(_move_on(number, moment) for number in list(ripe.order_by("id").values_list("pk", flat=True)[:limit]))


@transaction.atomic
def _move_on(number: int, now: datetime) -> int:
    rows = Case.objects.filter(pk=number).exclude(state="closed")
    # Another worker may be at it; what it does not do is there the next time.
    skips = connection.features.has_select_for_update_skip_locked
    row = (rows.select_for_update(skip_locked=True) if skips else rows).first()
    if row is None:
        return 0
    moved = 0
    if row.state == "waiting" and row.waiting_until is not None and row.waiting_until <= now:
        carry_on(row, HEED, now)
        moved += 1
    steps = escalations_of(row)
    ripe = clocks.reached(clock_of(row.calendar), timed(row), steps, row.escalations_done, now)
    for place in ripe:
        row.escalations_done |= 1 << place
    # Who would be told twice at the same moment is told once.
    told = {(steps[place].to, steps[place].role, steps[place].moves): place for place in ripe}
    for place in told.values():
        _escalate(row, HEED, now, steps[place], clocks.nearest_promise(clock_of(row.calendar), timed(row), now))
        moved += 1
    if not moved:
        # The moment was set by clocks that have changed since.
        run_clocks(row)
        row.save(update_fields=["next_escalation_at", "due_at", "changed_at"])
    return moved

"""Two cases that are one trouble: one goes into the other, which goes on under the earlier of their promises."""

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, Refused, phrase
from heed.core.journal.actions import record
from heed.service.cases import events
from heed.service.cases.actions.keeping import closing_of, dues, held_case, keep, needed_words, run_clocks
from heed.service.cases.actions.working import stop_waiting
from heed.service.cases.models import Case
from heed.service.cases.queries import clock_of, reachable, timed
from heed.service.cases.rules import clocks
from heed.service.cases.rules.numbers import read_number


@transaction.atomic
def merge(scope: Scope, key: str, into: str, *, words: str) -> Case:
    """Put a case into another of the same customer, with a reason. `into`: its key, or its number as people say it. The first is
    closed as its duplicate; what it was promised and is not fulfilled goes on with the other. Returns the one that goes on.
    Raises Forbidden, NotFound, Invalid, and Refused where one of them is closed by now.
    """
    scope.demand("work_cases")
    reason, now = needed_words(words, phrase("Say why the two are one.")), timezone.now()
    other = _named(scope, into)
    _hold_both(key, other)
    gone, kept = held_case(scope, key), held_case(scope, other)
    _demand_one_trouble(gone, kept)
    if gone.state == "waiting":
        stop_waiting(gone, now)
    _follow_earliest(kept, gone, now)
    kept.customer_key = kept.customer_key or gone.customer_key
    keep(
        kept, events.CaseAbsorbed, scope.person, now, "absorbed", from_value=str(gone), absorbed=gone.key, **dues(kept)
    )
    gone.state, gone.closed_at, gone.outcome, gone.note, gone.merged_into = "closed", now, "duplicate", reason, kept.key
    run_clocks(gone)
    keep(gone, events.CaseMerged, scope.person, now, "merged", to_value=str(kept), words=reason, into=kept.key)
    # Who only looks at how cases end hears of this one like of any other.
    record(closing_of(gone, now), actor=scope.person, subject=("case", gone.key))
    return kept


def _named(scope: Scope, into: str) -> str:
    """The key of the case that somebody names."""
    wanted = into.strip().replace("\0", "")
    number = read_number(wanted)
    found = reachable(scope).filter(number=number).first() if number else None
    return found.key if found else wanted


def _hold_both(*keys: str) -> None:
    """Both held in one order, so that two who merge them crosswise do not wait for each other."""
    if connection.features.has_select_for_update:
        known = [key for key in keys if "\0" not in key]
        list(Case.objects.select_for_update().filter(key__in=known).order_by("key").values_list("pk"))


def _demand_one_trouble(gone: Case, kept: Case) -> None:
    if gone.key == kept.key:
        raise Invalid("A case does not go into itself.", code="same_case", hint="Name the other one.")
    if gone.customer_key and kept.customer_key and gone.customer_key != kept.customer_key:
        raise Refused(
            phrase("Case {number} is of another customer.", number=str(kept)),
            code="other_customer",
            hint="Only cases of one customer are one trouble.",
        )


def _follow_earliest(kept: Case, gone: Case, now: datetime) -> None:
    """The case that goes on is due when the first of the two was."""
    found = clocks.earliest(clock_of(kept.calendar), timed(kept), clock_of(gone.calendar), timed(gone), now)
    kept.clock_started_at, kept.waited_seconds = found.started_at, found.waited_seconds
    kept.first_contact_seconds, kept.resolution_seconds = found.first_contact_seconds, found.resolution_seconds
    run_clocks(kept)

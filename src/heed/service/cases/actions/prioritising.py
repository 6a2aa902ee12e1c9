"""A case is more severe, or less, than it was taken for: its promises run by that from now on."""

from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Refused, phrase
from heed.service.cases import events
from heed.service.cases.actions.keeping import demand_one_of, dues, held_case, keep, needed_words, run_clocks
from heed.service.cases.models import SEVERITIES, Case
from heed.service.cases.queries import clock_of, opening_of, timed
from heed.service.cases.rules import clocks


@transaction.atomic
def prioritise(scope: Scope, key: str, severity: str, *, words: str) -> Case:
    """Set how severe a case is, with a reason. What is not fulfilled yet is due as the rule that opened it promises for that
    severity; time that was used counts. Raises Invalid, Forbidden, NotFound, and Refused where it is closed or has it already.
    """
    demand_one_of(severity, SEVERITIES, "severity")
    reason = needed_words(words, phrase("Say why the severity changes."))
    row, now = held_case(scope, key), timezone.now()
    if row.severity == severity:
        raise Refused("The case has this severity already.", code="same_severity", hint="Choose another severity.")
    rule = opening_of(row)
    promise = next((each for each in rule.promises if each.severity == severity), None) if rule else None
    if promise is not None:
        wanted = (promise.first_contact_seconds, promise.resolution_seconds)
        took_in = Case.objects.filter(merged_into=row.key).exists()
        found = clocks.prioritised(clock_of(row.calendar), timed(row), *wanted, now, took_in=took_in)
        row.first_contact_seconds, row.resolution_seconds = found.first_contact_seconds, found.resolution_seconds
    former, row.severity = row.severity, severity
    run_clocks(row)
    told = {"from_value": former, "to_value": severity, "words": reason, "former_severity": former, **dues(row)}
    keep(row, events.CasePrioritised, scope.person, now, "prioritised", **told)
    return row

"""What became of invitations beyond what facts say of them, for who judges how good the answers are."""

from datetime import datetime

from heed.core.definitions.queries import in_force
from heed.feedback.surveys.definition import Survey
from heed.feedback.surveys.models import AddressTrouble, Invitation

# What came back of an invitation → what became of it.
TROUBLES = {"bounced": "undelivered", "complained": "refused", "left": "refused"}


def unanswered_outcomes(survey: str, since: datetime | None, until: datetime | None) -> dict[str, str]:
    """Invitations of a survey decided in a time of which facts do not say all; by key. `undelivered` (or it came back),
    `refused` (whoever got it called it unwanted, or wants no more), `withdrawn` after it went out, `begun` and not ended yet,
    and `answered` without a name.
    """
    rows = Invitation.objects.filter(survey_key=survey)
    if since is not None:
        rows = rows.filter(decided_at__gte=since)
    if until is not None:
        rows = rows.filter(decided_at__lt=until)
    troubles = AddressTrouble.objects.filter(sort__in=TROUBLES, invitation__in=rows.values("key")).order_by("at", "id")
    found = {key: TROUBLES[sort] for key, sort in troubles.values_list("invitation", "sort")}
    open_ones = rows.filter(response__isnull=False, response__answered_at=None)
    found |= dict.fromkeys(open_ones.values_list("key", flat=True), "begun")
    unnamed = rows.filter(state="answered", response__isnull=True)
    found |= dict.fromkeys(unnamed.values_list("key", flat=True), "answered")
    over = rows.filter(state__in=("failed", "withdrawn")).values_list("key", "state", "sent_at")
    found |= {key: "withdrawn" if state == "withdrawn" and sent else "undelivered" for key, state, sent in over}
    return found


def survey_shape(survey: str) -> tuple[str, frozenset[str], tuple[tuple[str, str], ...], int]:
    """Of a survey in force: its name, the questions shown to some alone, each question with what it counts as, and the days
    an invitation can be answered. Without a name and questions where heed does not ask it itself.
    """
    found = in_force("survey", survey) if survey else None
    if found is None or not isinstance(found.body, Survey):
        return "", frozenset(), (), 30
    body = found.body
    some = frozenset(question.key for question in body.questions if question.show_when.strip())
    kinds = tuple((question.key, question.counts_as) for question in body.questions)
    return body.name, some, kinds, body.expires_days

"""Auditing answers: when it is time, when somebody asks, and again after answers were decided about."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heed.core.access.queries import scope_of
from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.errors.rules import Invalid, Refused
from heed.core.journal.actions import record
from heed.core.people.actions import notify
from heed.core.people.queries import people
from heed.feedback.quality.definition import Quality
from heed.feedback.quality.events import AnswersAudited, AuditAccepted
from heed.feedback.quality.models import AnswerFlag, QualityAudit
from heed.feedback.quality.queries.answers import Looked, look, settled_at, standing_exclusions
from heed.feedback.quality.queries.audits import audit, picking_of, standing_doubts
from heed.feedback.quality.queries.cards import quality_of, span_card
from heed.feedback.quality.queries.engine import engine, zone
from heed.feedback.quality.queries.shapes import survey_names
from heed.feedback.quality.rules.auditing import FAILED, Check, Seen, Verdict, judge, of_card
from heed.feedback.quality.rules.signs import BOT

if TYPE_CHECKING:
    from heed.feedback.quality.rules.picking import Picking

RUN, ACCEPT = "propose", "approve"
SYSTEM = "system"
PORTION = 500
EARLIEST, LATEST = datetime(1971, 1, 1, tzinfo=UTC), 2999


def run_audit(scope: Scope, survey: str, since: datetime | None = None, until: datetime | None = None) -> QualityAudit:
    """Audit the answers of a survey now: of the days its definition names up to the newest answer, unless others are asked for.
    Raises Invalid where the end is not after the start, or nobody ever answered the survey.
    """
    scope.demand_everywhere(RUN)
    terms, newest = quality_of(survey), _answered().get(survey)
    if newest is None:
        raise Invalid(
            "Nobody has answered this survey.", code="unknown_survey", hint="`heed quality list` has them all."
        )
    until = _aware(until) if until else min(timezone.now(), newest + timedelta(seconds=1))
    since = _aware(since) if since else max(until - timedelta(days=terms.audits.window_days), EARLIEST)
    if since >= until:
        raise Invalid("The end is not after the start.", code="invalid_time", hint="`until` is the first day left out.")
    return _audit(survey, terms, since, until, scope.person)


def _aware(moment: datetime) -> datetime:
    """A time of an operation, in UTC where no zone is said. Raises Invalid for one far off."""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not EARLIEST.year <= moment.year <= LATEST:
        raise Invalid("This time lies too far off.", code="invalid_time", hint="Such as 2026-03-01T00:00Z.")
    return moment


def accept_audit(scope: Scope, key: str, why: str) -> QualityAudit:
    """Answer for figures that rest on a failed audit: they lose its mark. Raises Refused where it did not fail, or somebody does
    already.
    """
    scope.demand_everywhere(ACCEPT)
    if not why.strip():
        raise Invalid("Say why.", code="no_reason", hint="Whoever looks at the figure later wants to know.")
    with transaction.atomic():
        audit(scope, key)
        row = QualityAudit.objects.select_for_update().get(key=key)
        if row.state != FAILED:
            raise Refused("This audit did not fail.", code="not_failed")
        if row.accepted_at is not None:
            raise Refused("Somebody answers for it already.", code="accepted_already")
        row.accepted_at, row.accepted_by = timezone.now(), scope.person
        row.accepted_why = why.replace("\0", "").strip()[:300]
        row.save(update_fields=["accepted_at", "accepted_by", "accepted_why"])
        record(AuditAccepted(row.key, row.survey_key), actor=scope.person, subject=("quality_audit", row.key))
    return row


def audit_due(now: datetime | None = None) -> int:
    """Audit one survey whose time has come, or that somebody decided about since it failed. Returns how many were audited."""
    now = now or timezone.now()
    for survey, newest in sorted(_answered().items()):
        terms = quality_of(survey)
        if not terms.audits.every_days:
            continue
        window = _again(survey) or _due(survey, terms, newest, now)
        if window is not None:
            since, until, once = window
            if once and QualityAudit.objects.filter(once_key=once).exists():
                continue
            _audit(survey, terms, since, until, SYSTEM, once)
            return 1
    return 0


def _answered() -> dict[str, datetime]:
    """Surveys that have answers, each with the time of the newest."""
    from heed.metrics.sheets import answered_surveys

    return answered_surveys(engine())


def _due(survey: str, terms: Quality, newest: datetime, now: datetime) -> tuple[datetime, datetime, str | None] | None:
    """Up to the day of the newest answer: an operation whose facts end earlier is audited once, not each week anew."""
    today = now.astimezone(zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    until = min(today, newest.astimezone(zone()).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1))
    last = QualityAudit.objects.filter(survey_key=survey).order_by("-until").first()
    if last is not None and until - last.until < timedelta(days=terms.audits.every_days):
        return None
    end = until.astimezone(UTC)
    return end - timedelta(days=terms.audits.window_days), end, f"{survey}:{until.date()}"[:300]


def _again(survey: str) -> tuple[datetime, datetime, str | None] | None:
    """The span of what failed, once anybody decided about answers after it was looked at."""
    found = standing_doubts(survey)
    if not found:
        return None
    ran = QualityAudit.objects.filter(key__in=[each.audit for each in found]).order_by("-ran_at").first()
    settled = settled_at(survey)
    if ran is None or settled is None or settled <= ran.ran_at:
        return None
    return min(each.since for each in found), max(each.until for each in found), f"{survey}:{settled.isoformat()}"[:300]


def _audit(
    survey: str, terms: Quality, since: datetime, until: datetime, person: str, once: str | None = None
) -> QualityAudit:
    looked = look(survey, terms, since, until)
    picking = picking_of(survey, since, until) if terms.audits.agents else None
    limits = _limits(survey, terms, since, until)
    now = timezone.now()
    with transaction.atomic():
        _keep_flags(survey, looked, since, until, now)
        seen = replace(_seen(survey, looked, picking), card=limits)
        verdict = judge(seen, terms.audits)
        row, made = QualityAudit.objects.get_or_create(
            once_key=once or f"{survey}:{now.isoformat()}:{person}"[:300],
            defaults={
                "survey_key": survey,
                "since": since,
                "until": until,
                "ran_at": now,
                "ran_by": person,
                "state": verdict.state,
                "answers": seen.answers,
                "checks": [asdict(check) for check in verdict.checks],
                "agents": _told(picking),
            },
        )
        if made:
            told = AnswersAudited(row.key, survey, verdict.state, list(verdict.failed))
            record(told, actor=person, subject=("quality_audit", row.key))
            _tell(row, verdict)
    return row


def _limits(survey: str, terms: Quality, since: datetime, until: datetime) -> tuple[Check, ...]:
    """The limits of the score card of the same days."""
    if not terms.audits.card:
        return ()
    found = span_card(COMMAND_LINE, survey, since, until)
    return of_card(found.checks, found.asked)


def _keep_flags(survey: str, looked: Looked, since: datetime, until: datetime, now: datetime) -> None:
    """Flags as they are now; one that stood and has no sign any more is cleared, not deleted."""
    sheet = looked.sheet
    rows = [
        AnswerFlag(
            response_id=each.response,
            survey_key=survey,
            customer_key=sheet.customer[each.place] or "",
            team=sheet.team[each.place],
            region=sheet.region[each.place],
            answered_at=datetime.fromtimestamp(int(sheet.at[each.place]) / 1e6, UTC),
            signs=dict(each.signs),
            proposed=each.proposed,
            flagged_at=now,
            seen_at=now,
        )
        for each in looked.found
    ]
    AnswerFlag.objects.bulk_create(
        rows,
        batch_size=PORTION,
        update_conflicts=True,
        unique_fields=["response_id"],
        update_fields=["signs", "proposed", "seen_at", "cleared_at"],
    )
    looked_at = AnswerFlag.objects.filter(survey_key=survey, answered_at__gte=since, answered_at__lt=until)
    looked_at.filter(cleared_at=None, seen_at__lt=now).update(cleared_at=now)


def _seen(survey: str, looked: Looked, picking: "Picking | None") -> Seen:
    here = set(looked.sheet.responses)
    aside = here & set(standing_exclusions(survey).values_list("response_id", flat=True))
    kept = set(AnswerFlag.objects.filter(survey_key=survey).exclude(kept_at=None).values_list("response_id", flat=True))
    signed = {each.response for each in looked.found}
    open_ = [each for each in looked.found if each.proposed and each.response not in aside | kept]
    return Seen(
        answers=len(here),
        unsettled=len(open_),
        machines=sum(BOT in each.signs for each in open_),
        set_aside=len(aside),
        unsigned=len(aside - signed - _of_agents(looked, picking)),
        agents=len(_still_counted(looked, picking, aside)),
        agents_looked_at=picking.looked_at if picking else None,
        reason=picking.reason if picking else "",
    )


def _of_agents(looked: Looked, picking: "Picking | None") -> set[str]:
    """Answers of customers of agents who choose: that is sign enough to set them aside."""
    found = {each.agent for each in picking.found} if picking else set()
    pairs = zip(looked.sheet.agent, looked.sheet.responses, strict=True)
    return {response for agent, response in pairs if agent in found}


def _still_counted(looked: Looked, picking: "Picking | None", aside: set[str]) -> Sequence[str]:
    """Agents who choose whom to ask, and of whose customers' answers any count still."""
    counted = _of_agents(looked, picking) - aside
    agents = dict(zip(looked.sheet.responses, looked.sheet.agent, strict=True))
    return sorted({str(agents[response]) for response in counted})


def _told(picking: "Picking | None") -> dict[str, Any]:
    if picking is None:
        return {}
    return {
        "usual": picking.usual,
        "reason": picking.reason,
        "agents": [asdict(each) for each in picking.agents],
    }


def _tell(row: QualityAudit, verdict: Verdict) -> None:
    """Who may approve hears of a failed audit, once for each span."""
    if verdict.state != FAILED:
        return
    told = [each.person for each in map(scope_of, people()) if each.holds_everywhere(ACCEPT)]
    notify(
        told,
        kind="answers-audit-failed",
        params={"survey": survey_names([row.survey_key]).get(row.survey_key, row.survey_key)},
        href=f"/quality/audits/{row.key}/",
        once_key=f"answers-audit-failed:{row.survey_key}:{row.until:%Y-%m-%d}"[:200],
    )

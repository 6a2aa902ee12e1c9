"""Audits of answers, and the figures a failed one casts doubt on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse

from heed.core.access.rules import Scope
from heed.core.errors.rules import NotFound
from heed.feedback.quality.models import QualityAudit
from heed.feedback.quality.queries.engine import engine
from heed.feedback.quality.queries.shapes import survey_names
from heed.feedback.quality.rules.auditing import FAILED, Past, Standing, standing

if TYPE_CHECKING:
    from heed.feedback.quality.rules.picking import Picking
    from heed.metrics.doubts import Doubt
    from heed.metrics.measures import Measure
    from heed.metrics.selection import Slice

SEE_AUDITS, SEE_AGENTS = "see_figures", "see_records"


@dataclass(frozen=True)
class AuditMark:
    """A failed audit as figures carry it: what it found wanting, by code, in which answers; until is not included."""

    audit: str
    survey: str
    name: str  # what people call the survey
    since: datetime
    until: datetime
    failed: tuple[str, ...]

    @property
    def href(self) -> str:
        return reverse("quality-audit", args=[self.audit])

    def told(self) -> dict[str, Any]:
        """As scripts read it."""
        return {
            "audit": self.audit,
            "survey": self.survey,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "failed": list(self.failed),
        }


def audits(scope: Scope, *, survey: str = "", state: str = "") -> QuerySet[QualityAudit]:
    """Audits, the newest first."""
    scope.demand(SEE_AUDITS)
    rows = QualityAudit.objects.order_by("-id")
    given = {"survey_key": survey.replace("\0", ""), "state": state.replace("\0", "")}
    return rows.filter(**{name: value for name, value in given.items() if value})


def audit(scope: Scope, key: str) -> QualityAudit:
    """One audit. Raises NotFound."""
    row = audits(scope).filter(key=key.replace("\0", "")).first()
    if row is None:
        raise NotFound("There is no such audit.", code="unknown_audit")
    return row


def standing_doubts(survey: str = "") -> tuple[Standing, ...]:
    """Spans of answers whose last audit failed and that nobody answers for."""
    doubtful = QualityAudit.objects.filter(state=FAILED, accepted_at=None)
    if survey:
        doubtful = doubtful.filter(survey_key=survey)
    surveys = set(doubtful.values_list("survey_key", flat=True))
    if not surveys:
        return ()
    rows = QualityAudit.objects.filter(survey_key__in=surveys).order_by("-id")
    return standing(
        Past(
            row.key,
            row.survey_key,
            row.since,
            row.until,
            row.state,
            row.accepted_at is not None,
            tuple(check["code"] for check in row.checks if check["state"] == FAILED),
        )
        for row in rows
    )


def doubts_standing(survey: str = "") -> "tuple[Doubt, ...]":
    """The same, as readings look for them in their rows."""
    from heed.metrics.doubts import Doubt

    return tuple(Doubt(each.audit, each.survey, each.since, each.until) for each in standing_doubts(survey))


def marks_in(measure: "Measure", part: "Slice") -> tuple[AuditMark, ...]:
    """The failed audits that whatever is computed of a measure's rows rests on. None are looked for where none stands."""
    from heed.metrics.doubts import doubts_of

    standing = doubts_standing()
    return marks_of(doubts_of(engine(), measure, part, standing)) if standing else ()


def marks_of_answers(part: "Slice", where: str = "") -> tuple[AuditMark, ...]:
    """The failed audits that whatever is computed of answers, those of a condition, rests on."""
    from heed.metrics.doubts import answers_in

    return marks_in(answers_in(where), part)


def marks_of(keys: Sequence[str]) -> tuple[AuditMark, ...]:
    """Failed audits by key, as figures carry them."""
    rows = {row.key: row for row in QualityAudit.objects.filter(key__in=keys)} if keys else {}
    names = survey_names({row.survey_key for row in rows.values()}) if rows else {}
    return tuple(
        AuditMark(
            row.key,
            row.survey_key,
            names.get(row.survey_key, row.survey_key),
            row.since,
            row.until,
            tuple(check["code"] for check in row.checks if check["state"] == FAILED),
        )
        for row in (rows[key] for key in dict.fromkeys(keys) if key in rows)
    )


def picking_of(survey: str, since: datetime | None, until: datetime | None) -> "Picking":
    """Agents who may choose whom to ask, of all. For audits: nobody's reach is asked."""
    from heed.feedback.quality.rules.picking import Offers, find_picking
    from heed.metrics.sheets import Part, offered

    found = offered(engine(), Part(survey, since, until))
    return find_picking(Offers(found.agents, found.agent, found.stratum, found.asked, found.seen, found.liked))

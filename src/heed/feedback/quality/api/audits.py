"""Audits of answers over the API."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from heed.feedback.quality.actions.auditing import accept_audit, run_audit
from heed.feedback.quality.models import QualityAudit
from heed.feedback.quality.queries import audits as queries

router = Router(tags=["quality"])
MOST = 2**63 - 1
KeyPath = Annotated[str, Path(max_length=24, pattern=r"^[a-z0-9_]+$")]
SurveyName = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
State = Annotated[str, Query(pattern=r"^(passed|failed|thin)?$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]


class CheckOut(Schema):
    """One thing checked: how many of how many, the share (of the score card: its value, in `unit`), and the most that passes, or
    with `least` the least. `about`: what a value of the card is about.
    """

    code: str
    state: str
    many: int
    of: int
    share: float | None
    limit: float
    reason: str
    unit: str = "share"
    least: bool = False
    about: str = ""


class AuditOut(Schema):
    """An audit; `standing`: it failed, was not done again since, and nobody answers for it."""

    key: str
    survey: str
    since: datetime
    until: datetime
    ran_at: datetime
    ran_by: str
    state: str
    standing: bool
    answers: int
    checks: list[CheckOut]
    accepted_at: datetime | None
    accepted_by: str
    accepted_why: str


class AgentOut(Schema):
    """An agent: by how many standard deviations those asked were to be expected more satisfied than those not asked, beyond what
    is usual; `p` one-sided, adjusted over all agents.
    """

    agent: str
    contacts: int
    asked: int
    answered: int
    gap: float | None
    low: float | None
    high: float | None
    p: float | None
    found: bool


class WholeAuditOut(AuditOut):
    """An audit with the agents; none for who may not see records. `usual`: the gap all share."""

    agents: list[AgentOut]
    usual: float | None
    reason: str


class AuditsOut(Schema):
    """A page of audits, newest first; `next` is the cursor of the following page, null on the last."""

    items: list[AuditOut]
    next: int | None


class AuditIn(Schema):
    """A survey to audit now, and of which answers: until is not included. Without, of the days its definition names."""

    model_config = ConfigDict(extra="forbid")

    survey: Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]+$")]
    since: datetime | None = None
    until: datetime | None = None


class AcceptIn(Schema):
    """Why figures that rest on a failed audit may be used."""

    model_config = ConfigDict(extra="forbid")

    why: Words


def _scope(request: HttpRequest) -> Any:
    return request.scope  # type: ignore[attr-defined]


def _told(row: QualityAudit, standing: set[str]) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in AuditOut.model_fields if name not in ("survey", "standing")}
    return {**same, "survey": row.survey_key, "standing": row.key in standing}


def _standing() -> set[str]:
    return {each.audit for each in queries.standing_doubts()}


def _whole(request: HttpRequest, row: QualityAudit) -> dict[str, Any]:
    agents = row.agents.get("agents", []) if _scope(request).may(queries.SEE_AGENTS) else []
    reason = row.agents.get("reason", "")
    return {**_told(row, _standing()), "agents": agents, "usual": row.agents.get("usual"), "reason": reason}


@router.get("/audits", response=AuditsOut, summary="Audits of answers")
def audits(
    request: HttpRequest,
    survey: SurveyName = "",
    state: State = "",
    cursor: Annotated[int | None, Query(ge=0, le=MOST)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Any:
    rows = queries.audits(_scope(request), survey=survey, state=state)
    if cursor is not None:
        rows = rows.filter(id__lt=cursor)
    some, standing = list(rows[: limit + 1]), _standing()
    told = [_told(row, standing) for row in some[:limit]]
    return {"items": told, "next": some[limit - 1].pk if len(some) > limit else None}


@router.post("/audits", response={201: WholeAuditOut}, summary="Audit a survey now")
def audit_now(request: HttpRequest, body: AuditIn) -> Any:
    return 201, _whole(request, run_audit(_scope(request), body.survey, body.since, body.until))


@router.get("/audits/{key}", response=WholeAuditOut, summary="What an audit found")
def audit(request: HttpRequest, key: KeyPath) -> Any:
    return _whole(request, queries.audit(_scope(request), key))


@router.post(
    "/audits/{key}/acceptance", response={201: WholeAuditOut}, summary="Answer for figures a failed audit marks"
)
def accept(request: HttpRequest, key: KeyPath, body: AcceptIn) -> Any:
    """409 where it did not fail, or somebody answers for it already."""
    return 201, _whole(request, accept_audit(_scope(request), key, body.why))

"""Asking over the API: the log of decisions, and lists a survey is sent to."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from heed.feedback.triggers.actions.lists import LONGEST_LIST, confirm_list, prepare_list
from heed.feedback.triggers.models import Ask, AskList
from heed.feedback.triggers.queries.log import MAY, ask_by_key, ask_list, asks, counts_by_reason, preview
from heed.service.customers.queries import customers, known_as

router = Router(tags=["asks"])
lists = Router(tags=["asks"])
MOST = 2**63 - 1
Key = Annotated[str, Path(max_length=40, pattern=r"^[^\x00-\x1f]+$")]
Cursor = Annotated[int | None, Query(ge=1, le=MOST)]
Limit = Annotated[int, Query(ge=1, le=500)]
Word = Annotated[str, Query(max_length=120, pattern=r"^[^\x00-\x1f]*$")]
Given = Annotated[str, Field(max_length=254)]
NOBODY: list[str] = []


class AskOut(Schema):
    """One decision: asked or not, and why; `probability` is the chance of each who could be asked."""

    key: str
    decided_at: datetime
    asked: bool
    reason: str
    survey: str
    trigger: str
    version: int | None
    asked_list: str
    customer: str
    probability: float
    fact_table: str
    fact: str
    due_at: datetime | None
    rested_until: datetime | None
    invitation: str


class AsksOut(Schema):
    """A page of decisions, newest first; `next` is the cursor of the following page."""

    items: list[AskOut]
    next: int | None


class FilterIn(Schema):
    """Customers by region, segment or words; all within reach when nothing is said."""

    region: Given = ""
    segment: Given = ""
    words: Given = ""


class ListIn(Schema):
    """A survey and the customers: by identifier, address or key, or by a filter."""

    survey: Annotated[str, Field(min_length=1, max_length=80)]
    customers: Annotated[list[Given], Field(max_length=LONGEST_LIST)] = NOBODY
    filter: FilterIn | None = None


class ReasonOut(Schema):
    """How many decisions there are, or would be, of a reason; `asked` for those who are asked."""

    reason: str
    count: int


class ListOut(Schema):
    """A list: before it is confirmed who would be asked, after that what became of each."""

    key: str
    survey: str
    customers: int
    unknown: int
    decided: int
    reasons: list[ReasonOut]
    confirmed_at: datetime | None
    finished_at: datetime | None


def _ask(row: Ask) -> AskOut:
    return AskOut(
        key=row.key,
        decided_at=row.decided_at,
        asked=row.asked,
        reason=row.reason,
        survey=row.survey_key,
        trigger=row.trigger_key,
        version=row.version,
        asked_list=row.asked_list,
        customer=row.customer_key,
        probability=row.probability,
        fact_table=row.fact_table,
        fact=row.fact_key,
        due_at=row.due_at,
        rested_until=row.rested_until,
        invitation=row.invitation,
    )


def _list(scope: Any, row: AskList) -> ListOut:
    counts = counts_by_reason(asks(scope, asked_list=row.key)) if row.confirmed_at else preview(row, limit=0).reasons
    return ListOut(
        key=row.key,
        survey=row.survey_key,
        customers=len(row.customers),
        unknown=row.unknown,
        decided=row.position,
        reasons=[ReasonOut(reason=reason, count=count) for reason, count in counts],
        confirmed_at=row.confirmed_at,
        finished_at=row.finished_at,
    )


@router.get("", response=AsksOut, summary="Decisions to ask and not to ask, newest first")
def all_asks(
    request: HttpRequest,
    cursor: Cursor = None,
    limit: Limit = 50,
    reason: Word = "",
    trigger: Word = "",
    survey: Word = "",
    customer: Word = "",
) -> AsksOut:
    scope = request.scope  # type: ignore[attr-defined]
    found = asks(scope, reason=reason, trigger=trigger, survey=survey, customer=customer)
    page = list((found.filter(pk__lt=cursor) if cursor else found)[: limit + 1])
    following = page[limit - 1].pk if len(page) > limit else None
    return AsksOut(items=[_ask(row) for row in page[:limit]], next=following)


@router.get("/{key}", response=AskOut, summary="One decision")
def one_ask(request: HttpRequest, key: Key) -> AskOut:
    return _ask(ask_by_key(request.scope, key))  # type: ignore[attr-defined]


@lists.post(
    "", response={201: ListOut}, summary="Prepare a list: who would be asked, and who not and why; nothing is sent"
)
def prepare(request: HttpRequest, body: ListIn) -> Status[ListOut]:
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand(MAY)
    found, unknown = known_as(scope, body.customers)
    keys = list(dict.fromkeys(found.values()))
    if body.filter is not None:
        rows = customers(scope, region=body.filter.region, segment=body.filter.segment, words=body.filter.words)
        keys += rows.values_list("key", flat=True)[: LONGEST_LIST + 1]
    return Status(201, _list(scope, prepare_list(scope, body.survey, keys, unknown=len(unknown))))


@lists.get("/{key}", response=ListOut, summary="One list")
def one_list(request: HttpRequest, key: Key) -> ListOut:
    scope = request.scope  # type: ignore[attr-defined]
    return _list(scope, ask_list(scope, key))


@lists.put("/{key}/confirmation", response=ListOut, summary="Send a prepared list; again changes nothing")
def confirm(request: HttpRequest, key: Key) -> ListOut:
    scope = request.scope  # type: ignore[attr-defined]
    return _list(scope, confirm_list(scope, key))

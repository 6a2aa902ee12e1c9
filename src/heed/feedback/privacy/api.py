"""Requests, erasures, holds, consent and breaches over the API. Who manages the settings of the organisation may."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import AfterValidator, ConfigDict, StringConstraints

from heed.feedback.privacy.actions import breaching, erasing, exporting, holding, requesting
from heed.feedback.privacy.models import Breach, PrivacyRequest
from heed.feedback.privacy.queries import record as recording
from heed.feedback.privacy.queries import requests as queries
from heed.service.customers import actions as customer_actions
from heed.service.customers import queries as customer_queries

router = Router(tags=["privacy"])
MOST = 2**63 - 1
KeyPath = Annotated[str, Path(max_length=24, pattern=r"^[a-z0-9_]+$")]
Customer = Annotated[str, StringConstraints(min_length=1, max_length=280, pattern=r"^[^\x00-\x1f]+$")]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]
Words = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")]


def _aware(moment: datetime) -> datetime:
    """A time within what can be reckoned with; without a zone it is UTC."""
    if not 1970 < moment.year < 2200:
        raise ValueError("a time between 1971 and 2199")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_aware)]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class RequestIn(Strict):
    """A request that came in. `customer` is heed's key or system:id; `jurisdiction` as policies name it, such as EU."""

    customer: Customer
    kind: Literal["access", "erasure", "correction", "objection"]
    jurisdiction: Annotated[str, StringConstraints(max_length=20, pattern=r"^[A-Za-z-]*$")] = ""
    received_at: Moment | None = None


class RequestOut(Schema):
    """A request; `customer` is empty once they were erased."""

    key: str
    kind: str
    customer: str
    jurisdiction: str
    received_at: datetime
    due_on: date
    extended_on: date | None
    identity_checked_at: datetime | None
    approved_at: datetime | None
    ended_at: datetime | None
    outcome: str


class RequestsOut(Schema):
    """A page of requests, newest first; `next` is the cursor of the following page, null on the last."""

    items: list[RequestOut]
    next: int | None


class ReasonIn(Strict):
    """Why."""

    reason: Reason


class EndIn(Strict):
    """How a request ended; refusing wants a reason."""

    outcome: Literal["fulfilled", "refused"]
    reason: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")] = ""


class ErasureIn(Strict):
    """Whom to erase, why (naming nobody), and the request it answers."""

    customer: Customer
    reason: Reason
    request: Annotated[str, StringConstraints(max_length=24, pattern=r"^[a-z0-9_]*$")] = ""


class ErasureOut(Schema):
    """The receipt of an erasure, or where it stands: done by the worker. It names nobody."""

    erasure: str
    request: str | None
    digest: str
    reason: str
    begun_at: str
    done_at: str | None
    erased: dict[str, int]
    files_scanned: int
    tables_scanned: int
    looked_for: int
    found_after: int
    left_in: dict[str, int]
    backups: list[dict[str, str]]
    policies: list[str]


class ErasuresOut(Schema):
    """A page of erasures, newest first; `next` is the cursor of the following page, null on the last."""

    items: list[ErasureOut]
    next: int | None


class HoldIn(Strict):
    """Whose data must be kept, and why."""

    customer: Customer
    reason: Reason


class HoldOut(Schema):
    """A legal hold."""

    customer: str
    placed_at: datetime
    released_at: datetime | None


class ConsentIn(Strict):
    """What a customer said: `given` to the text that was `shown`, `withdrawn`, or `objected`."""

    customer: Customer
    purpose: Annotated[str, StringConstraints(max_length=60)]
    said: Literal["given", "withdrawn", "objected"]
    source: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00]+$")]
    shown: Words = ""
    said_at: Moment | None = None


class ConsentOut(Schema):
    """An entry of the ledger of consent."""

    id: int
    customer: str
    purpose: str
    said: str
    shown: str
    source: str
    said_at: datetime


class ConsentsOut(Schema):
    """A page of the ledger, newest first; `next` is the cursor of the following page, null on the last."""

    items: list[ConsentOut]
    next: int | None


class BreachIn(Strict):
    """A breach that was noticed."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
    happened: Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=r"^[^\x00]+$")]
    kinds: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")] = ""
    people: Annotated[int, Query(ge=0, le=2**31 - 1)] | None = None
    noticed_at: Moment | None = None


class BreachChange(Strict):
    """What is known or was done; what is left out stays. `close` ends it."""

    measures: Words | None = None
    authority_told_at: Moment | None = None
    people_told_at: Moment | None = None
    not_told_reason: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")] | None = None
    late_reason: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")] | None = None
    close: bool = False


class BreachOut(Schema):
    """A breach; the authority is told by `due_at`."""

    key: str
    title: str
    noticed_at: datetime
    due_at: datetime
    authority_told_at: datetime | None
    people_told_at: datetime | None
    closed_at: datetime | None


class BreachesOut(Schema):
    """A page of breaches, newest first; `next` is the cursor of the following page, null on the last."""

    items: list[BreachOut]
    next: int | None


Before = Annotated[int | None, Query(ge=1, le=MOST)]
Limit = Annotated[int, Query(ge=1, le=500)]


def _page(rows: Any, cursor: int | None, limit: int) -> tuple[list[Any], int | None]:
    found = list((rows.filter(pk__lt=cursor) if cursor else rows)[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def _request(row: PrivacyRequest) -> RequestOut:
    return RequestOut(
        key=row.key,
        kind=row.kind,
        customer=row.customer_key,
        jurisdiction=row.jurisdiction,
        received_at=row.received_at,
        due_on=row.due_on,
        extended_on=row.extended_on,
        identity_checked_at=row.identity_checked_at,
        approved_at=row.approved_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
    )


def _breach(row: Breach) -> BreachOut:
    return BreachOut(
        key=row.key,
        title=row.title,
        noticed_at=row.noticed_at,
        due_at=row.due_at,
        authority_told_at=row.authority_told_at,
        people_told_at=row.people_told_at,
        closed_at=row.closed_at,
    )


@router.get("/requests", response=RequestsOut, summary="Requests of people about their data")
def all_requests(request: HttpRequest, cursor: Before = None, limit: Limit = 100) -> RequestsOut:
    rows, following = _page(queries.requests(request.scope, state="all"), cursor, limit)  # type: ignore[attr-defined]
    return RequestsOut(items=[_request(row) for row in rows], next=following)


@router.post("/requests", response={201: RequestOut}, summary="Note a request")
def open_request(request: HttpRequest, body: RequestIn) -> tuple[int, RequestOut]:
    row = requesting.open_request(
        request.scope,  # type: ignore[attr-defined]
        body.customer,
        body.kind,
        jurisdiction=body.jurisdiction,
        received_at=body.received_at,
    )
    return 201, _request(row)


@router.get("/requests/{key}", response=RequestOut, summary="One request")
def one_request(request: HttpRequest, key: KeyPath) -> RequestOut:
    return _request(queries.request_by_key(request.scope, key))  # type: ignore[attr-defined]


@router.post("/requests/{key}/extension", response=RequestOut, summary="Put the answer off, once")
def extend(request: HttpRequest, key: KeyPath, body: ReasonIn) -> RequestOut:
    return _request(requesting.extend_request(request.scope, key, body.reason))  # type: ignore[attr-defined]


@router.post("/requests/{key}/identity-check", response=RequestOut, summary="Note how the identity was checked")
def identity(request: HttpRequest, key: KeyPath, body: ReasonIn) -> RequestOut:
    return _request(requesting.note_identity_check(request.scope, key, body.reason))  # type: ignore[attr-defined]


@router.post("/requests/{key}/approval", response=RequestOut, summary="Approve an erasure")
def approve(request: HttpRequest, key: KeyPath) -> RequestOut:
    return _request(requesting.approve_erasure(request.scope, key))  # type: ignore[attr-defined]


@router.post("/requests/{key}/end", response=RequestOut, summary="End a request")
def end(request: HttpRequest, key: KeyPath, body: EndIn) -> RequestOut:
    return _request(requesting.end_request(request.scope, key, body.outcome, body.reason))  # type: ignore[attr-defined]


@router.get("/erasures", response=ErasuresOut, summary="Receipts of erasures")
def all_erasures(request: HttpRequest, cursor: Before = None, limit: Limit = 100) -> ErasuresOut:
    rows, following = _page(queries.erasures(request.scope), cursor, limit)  # type: ignore[attr-defined]
    return ErasuresOut(items=[ErasureOut(**erasing.receipt_of(row)) for row in rows], next=following)  # type: ignore[arg-type]


@router.post("/erasures", response={202: ErasureOut}, summary="Erase a customer; the worker does it")
def erase(request: HttpRequest, body: ErasureIn) -> tuple[int, ErasureOut]:
    row = erasing.begin_erasure(request.scope, body.customer, body.reason, request=body.request)  # type: ignore[attr-defined]
    return 202, ErasureOut(**erasing.receipt_of(row))  # type: ignore[arg-type]


@router.get("/erasures/{key}", response=ErasureOut, summary="One receipt")
def one_erasure(request: HttpRequest, key: KeyPath) -> ErasureOut:
    return ErasureOut(**erasing.receipt_of(queries.erasure_by_key(request.scope, key)))  # type: ignore[attr-defined,arg-type]


@router.get("/exports/{customer}", response=dict[str, Any], summary="All that is held about a customer")
def export(
    request: HttpRequest, customer: Annotated[str, Path(max_length=280, pattern=r"^[^\x00-\x1f]+$")]
) -> dict[str, Any]:
    return exporting.export_customer(request.scope, customer)[0]  # type: ignore[attr-defined]


@router.post("/holds", response={201: HoldOut}, summary="Place a legal hold")
def place_hold(request: HttpRequest, body: HoldIn) -> tuple[int, HoldOut]:
    row = holding.place_hold(request.scope, body.customer, body.reason)  # type: ignore[attr-defined]
    return 201, HoldOut(customer=row.customer_key, placed_at=row.placed_at, released_at=None)


@router.post("/hold-releases", response={201: HoldOut}, summary="Release a legal hold")
def release_hold(request: HttpRequest, body: HoldIn) -> tuple[int, HoldOut]:
    row = holding.release_hold(request.scope, body.customer, body.reason)  # type: ignore[attr-defined]
    return 201, HoldOut(customer=row.customer_key, placed_at=row.placed_at, released_at=row.released_at)


@router.get("/consents", response=ConsentsOut, summary="The ledger of consent")
def consents(
    request: HttpRequest,
    customer: Annotated[str, Query(max_length=64)] = "",
    purpose: Annotated[str, Query(max_length=60)] = "",
    cursor: Before = None,
    limit: Limit = 100,
) -> ConsentsOut:
    rows = customer_queries.ledger(request.scope, customer=customer, purpose=purpose)  # type: ignore[attr-defined]
    found, following = _page(rows, cursor, limit)
    return ConsentsOut(items=[_consent(row) for row in found], next=following)


def _consent(row: Any) -> ConsentOut:
    return ConsentOut(
        id=row.pk,
        customer=row.customer_key,
        purpose=row.purpose,
        said=row.said,
        shown=row.shown,
        source=row.source,
        said_at=row.said_at,
    )


@router.post("/consents", response={201: ConsentOut}, summary="Add to the ledger of consent")
def note_consent(request: HttpRequest, body: ConsentIn) -> tuple[int, ConsentOut]:
    row = customer_actions.note_consent(
        request.scope,  # type: ignore[attr-defined]
        body.customer,
        body.purpose,
        body.said,
        source=body.source,
        shown=body.shown,
        said_at=body.said_at,
    )
    return 201, _consent(row)


@router.get("/breaches", response=BreachesOut, summary="The register of breaches")
def all_breaches(request: HttpRequest, cursor: Before = None, limit: Limit = 100) -> BreachesOut:
    rows, following = _page(queries.breaches(request.scope).order_by("-id"), cursor, limit)  # type: ignore[attr-defined]
    return BreachesOut(items=[_breach(row) for row in rows], next=following)


@router.post("/breaches", response={201: BreachOut}, summary="Note a breach")
def note_breach(request: HttpRequest, body: BreachIn) -> tuple[int, BreachOut]:
    return 201, _breach(breaching.note_breach(request.scope, **body.dict()))  # type: ignore[attr-defined]


@router.patch("/breaches/{key}", response=BreachOut, summary="What is known or was done about a breach")
def change_breach(request: HttpRequest, key: KeyPath, body: BreachChange) -> BreachOut:
    return _breach(breaching.change_breach(request.scope, key, **body.dict()))  # type: ignore[attr-defined]


@router.get("/record", response=dict[str, Any], summary="The record of processing activities")
def record(request: HttpRequest) -> dict[str, Any]:
    return recording.record_of_processing(request.scope)  # type: ignore[attr-defined]

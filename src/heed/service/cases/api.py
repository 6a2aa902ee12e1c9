"""Cases over the API: look at them, open one, and a sub-resource for each thing that is done about one."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema, Status

from heed.core.access.actions.reading import note_words_read
from heed.service.cases.actions import escalating, merging, opening, prioritising, working
from heed.service.cases.models import Case
from heed.service.cases.queries import Filters, case, cases, clocks_of, promises_of, steps
from heed.service.cases.rules.clocks import Clock

router = Router(tags=["cases"])
MOST = 2**63 - 1
Key = Annotated[
    str, Path(pattern=r"^[a-z0-9_]{1,24}$", description="Key of the case.", examples=["case_4f0k2m8q1z7x3w9a"])
]
Cursor = Annotated[int | None, Query(ge=1, le=MOST)]
Limit = Annotated[int, Query(ge=1, le=500)]
Word = Annotated[str, Query(max_length=120, pattern=r"^[^\x00-\x1f]*$")]
Severity = Literal["low", "normal", "high", "urgent"]
Words = Annotated[str, Field(max_length=10_000)]
Short = Annotated[str, Field(max_length=200)]
Unit = Annotated[str, Field(max_length=60)]


class PromiseOut(Schema):
    """A promise as it stands; `left_seconds` is time of its calendar, below zero when it is broken, null when it is over."""

    promise: Literal["first_contact", "resolution"]
    standing: str
    due_at: datetime | None
    left_seconds: float | None


class CaseOut(Schema):
    """A case. Who wrote what is in its steps."""

    key: str
    number: str
    title: str
    customer: str
    severity: str
    state: str
    team: str
    owner: str
    region: str
    channel: str
    touchpoint: str
    stage: str
    topic: str
    product: str
    segment: str
    language: str
    instrument: str
    score: float | None
    opening: str
    opening_version: int | None
    fact: str
    response: str
    interaction: str
    opened_at: datetime
    first_contact_at: datetime | None
    waiting_since: datetime | None
    waiting_for: str
    waiting_until: datetime | None
    waited_seconds: float
    escalation_level: int
    closed_at: datetime | None
    cause: str
    outcome: str
    merged_into: str
    promises: list[PromiseOut]


class CasesOut(Schema):
    """A page of cases; `next` is the cursor of the following page."""

    items: list[CaseOut]
    next: int | None


class StepOut(Schema):
    """One thing that was done or said; `words` is null for who may not read what customers wrote."""

    id: int
    at: datetime
    actor: str
    verb: str
    from_value: str
    to_value: str
    words: str | None


class StepsOut(Schema):
    """A page of steps, newest first; `next` is the cursor of the following page."""

    items: list[StepOut]
    next: int | None


class CaseIn(Schema):
    """A case opened by hand. Its promises are those of a case opening in force: the first, unless `opening` names one."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    team: Unit
    customer: Annotated[str, Field(max_length=200, description="heed's key, or system:identifier.")] = ""
    severity: Severity = "normal"
    opening: Annotated[str, Field(max_length=80)] = ""
    words: Words = ""
    take: bool = False


class AssignmentIn(Schema):
    """Who gets the case; empty: who calls. With `seen_owner` it is refused when somebody else has it by now."""

    owner: Annotated[str, Field(max_length=64)] = ""
    seen_owner: Annotated[str | None, Field(max_length=64)] = None


class ContactIn(Schema):
    """A contact with the customer."""

    way: Literal["phone", "email", "chat", "letter", "visit", "other"] = "phone"
    words: Words = ""


class WordsIn(Schema):
    """A note, a reason, or what help is needed."""

    words: Annotated[str, Field(min_length=1, max_length=10_000)]


class WaitIn(Schema):
    """What a case waits for, and until when it does at most."""

    waiting_for: Literal["customer", "other_team", "supplier", "decision", "other"]
    until: datetime | None = None
    words: Words = ""


class TransferIn(Schema):
    """The team that gets the case."""

    team: Unit
    words: Words = ""


class SeverityIn(Schema):
    """How severe the case is, and why it is more or less so than it was taken for."""

    severity: Severity
    words: Annotated[str, Field(min_length=1, max_length=10_000)]


class MergeIn(Schema):
    """The case that goes on, by its key or its number, and why the two are one."""

    into: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00]*$")]
    words: Annotated[str, Field(min_length=1, max_length=10_000)]


class ClosureIn(Schema):
    """Why the customer was unhappy, and how it ended. The causes are the definition `causes` in force."""

    cause: Annotated[str, Field(max_length=80)]
    outcome: Literal["resolved", "explained", "not_reached", "not_resolved", "duplicate"] = "resolved"
    words: Words = ""


_SAME = (
    "key", "title", "severity", "state", "team", "owner", "region", "channel", "touchpoint", "stage", "topic", "product",
    "segment", "language", "instrument", "score", "opening_version", "opened_at", "first_contact_at", "waiting_since",
    "waiting_for", "waiting_until", "waited_seconds", "escalation_level", "closed_at", "cause", "outcome",
    "merged_into",
)  # fmt: skip


def _told(row: Case, clock: Clock | None = None) -> CaseOut:
    now = timezone.now()
    return CaseOut(
        **{name: getattr(row, name) for name in _SAME},
        number=row.number or "",
        customer=row.customer_key,
        opening=row.opening_key,
        fact=row.opened_by_fact,
        response=row.response_id,
        interaction=row.interaction_id,
        promises=[
            PromiseOut(promise=each.promise, standing=each.standing, due_at=each.due_at, left_seconds=each.left_seconds)
            for each in promises_of(row, now, clock)
        ],
    )


def _scope(request: HttpRequest) -> Any:
    return request.scope  # type: ignore[attr-defined]


def _made(row: Case) -> Status[CaseOut]:
    return Status(201, _told(row))


@router.get("", response=CasesOut, summary="Cases of your units, newest first")
def all_cases(
    request: HttpRequest,
    cursor: Cursor = None,
    limit: Limit = 50,
    tab: Literal["mine", "unowned", "overdue", "open", "closed", "all"] = "all",
    q: Word = "",
    severity: Severity | None = None,
    team: Word = "",
    owner: Word = "",
    cause: Word = "",
    customer: Word = "",
) -> CasesOut:
    filters = Filters(tab, q, severity or "", team, owner, cause, customer)
    found, following = cases(_scope(request), filters, cursor, limit)
    clocks = clocks_of(found)
    return CasesOut(items=[_told(row, clocks[row.calendar]) for row in found], next=following)


@router.post("", response={201: CaseOut}, summary="Open a case by hand")
def open_one(request: HttpRequest, body: CaseIn) -> Status[CaseOut]:
    return _made(opening.open_case(_scope(request), **body.dict()))


@router.get("/{key}", response=CaseOut, summary="One case")
def one_case(request: HttpRequest, key: Key) -> CaseOut:
    return _told(case(_scope(request), key))


@router.get("/{key}/steps", response=StepsOut, summary="What was done and said, newest first")
def case_steps(request: HttpRequest, key: Key, cursor: Cursor = None, limit: Limit = 50) -> StepsOut:
    scope = _scope(request)
    found = steps(case(scope, key), before=cursor, limit=limit + 1)
    reads = scope.may("see_words")
    if reads and any(each.words for each in found):
        note_words_read(scope.person, "case", [key], door="api")
    items = [
        StepOut(
            id=each.pk,
            at=each.at,
            actor=each.actor,
            verb=each.verb,
            from_value=each.from_value,
            to_value=each.to_value,
            words=each.words if reads else None,
        )
        for each in found[:limit]
    ]
    return StepsOut(items=items, next=found[limit - 1].pk if len(found) > limit else None)


@router.post("/{key}/assignments", response={201: CaseOut}, summary="Take a case, or give it to somebody of its team")
def assign(request: HttpRequest, key: Key, body: AssignmentIn) -> Status[CaseOut]:
    if not body.owner:
        return _made(working.take(_scope(request), key))
    return _made(working.assign(_scope(request), key, body.owner, seen_owner=body.seen_owner))


@router.post("/{key}/contacts", response={201: CaseOut}, summary="Note a contact with the customer")
def contact(request: HttpRequest, key: Key, body: ContactIn) -> Status[CaseOut]:
    return _made(working.contact(_scope(request), key, way=body.way, words=body.words))


@router.post("/{key}/notes", response={201: CaseOut}, summary="Write a note")
def note(request: HttpRequest, key: Key, body: WordsIn) -> Status[CaseOut]:
    return _made(working.note(_scope(request), key, body.words))


@router.post(
    "/{key}/waits", response={201: CaseOut}, summary="Let a case wait; the clock of its resolution stands still"
)
def wait(request: HttpRequest, key: Key, body: WaitIn) -> Status[CaseOut]:
    until = body.until
    if until is not None and until.tzinfo is None:
        until = timezone.make_aware(until)
    return _made(working.wait(_scope(request), key, body.waiting_for, until=until, words=body.words))


@router.post("/{key}/resumptions", response={201: CaseOut}, summary="Go on with a case that waits")
def resume(request: HttpRequest, key: Key) -> Status[CaseOut]:
    return _made(working.resume(_scope(request), key))


@router.post("/{key}/transfers", response={201: CaseOut}, summary="Hand a case to another team")
def transfer(request: HttpRequest, key: Key, body: TransferIn) -> Status[CaseOut]:
    return _made(working.transfer(_scope(request), key, body.team, words=body.words))


@router.post(
    "/{key}/severities", response={201: CaseOut}, summary="Set the severity; promises run by it, time used counts"
)
def prioritise(request: HttpRequest, key: Key, body: SeverityIn) -> Status[CaseOut]:
    return _made(prioritising.prioritise(_scope(request), key, body.severity, words=body.words))


@router.post("/{key}/escalations", response={201: CaseOut}, summary="Ask those who lead the team for help")
def escalate(request: HttpRequest, key: Key, body: WordsIn) -> Status[CaseOut]:
    return _made(escalating.escalate(_scope(request), key, words=body.words))


@router.post("/{key}/closures", response={201: CaseOut}, summary="Close a case with a cause")
def close(request: HttpRequest, key: Key, body: ClosureIn) -> Status[CaseOut]:
    return _made(working.close(_scope(request), key, cause=body.cause, outcome=body.outcome, words=body.words))


@router.post("/{key}/merges", response={201: CaseOut}, summary="Put a case into another, which is given back")
def merge(request: HttpRequest, key: Key, body: MergeIn) -> Status[CaseOut]:
    return _made(merging.merge(_scope(request), key, body.into, words=body.words))


@router.post("/{key}/reopenings", response={201: CaseOut}, summary="Open a closed case again, with a reason")
def reopen(request: HttpRequest, key: Key, body: WordsIn) -> Status[CaseOut]:
    return _made(working.reopen(_scope(request), key, words=body.words))

"""Imports over the API: bring a file in, look at the quarantine, repair rows and bring them in again."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import File, Form, Path, Query, Router, Schema, Status
from ninja.files import UploadedFile

from heed.service.formats.actions.importing import PERMISSION, replay
from heed.service.formats.actions.mending import discard_row, repair_row
from heed.service.formats.actions.uploads import import_upload, keep_upload
from heed.service.formats.models import Import, QuarantinedRow
from heed.service.formats.queries import import_numbered, imports, mapping_by_key, quarantined, quarantined_row
from heed.service.formats.rules.outcome import Outcome

router = Router(tags=["imports"])
rows = Router(tags=["imports"])
replays = Router(tags=["imports"])
MOST = 2**63 - 1
Number = Annotated[int, Path(ge=1, le=MOST)]
Cursor = Annotated[int | None, Query(ge=1, le=MOST)]
Limit = Annotated[int, Query(ge=1, le=500)]
State = Literal["open", "accepted", "discarded"]
Word = Annotated[str, Query(max_length=120, pattern=r"^[^\x00-\x1f]*$")]


class FirstOut(Schema):
    """The first value a rule met; line counted from 1."""

    line: int
    column: str
    value: str | None
    reason: str


class RuleOut(Schema):
    """How often a rule was met."""

    rule: str
    count: int
    first: FirstOut


class OutcomeOut(Schema):
    """What an import did; read = accepted + quarantined + unchanged."""

    mapping: str
    read: int
    accepted: int
    quarantined: int
    unchanged: int
    errors: list[RuleOut]
    notes: list[RuleOut]
    tables: dict[str, int]
    columns_came: list[str]
    columns_went: list[str]
    id: int | None
    dry_run: bool


class ImportOut(Schema):
    """An import as it is kept: figures and counts by rule, no values."""

    id: int
    mapping: str
    mapping_version: int | None
    state: str
    replay: bool
    started_at: datetime
    ended_at: datetime | None
    read: int
    accepted: int
    quarantined: int
    unchanged: int
    rules: dict[str, int]
    notes: dict[str, int]
    tables: dict[str, int]
    columns_came: list[str]
    columns_went: list[str]
    refusal: str


class ImportsOut(Schema):
    """A page of imports; `next` is the cursor of the following page."""

    items: list[ImportOut]
    next: int | None


class FaultOut(FirstOut):
    """A fault of a row."""

    rule: str


class RowOut(Schema):
    """A rejected row as it stands."""

    id: int
    import_id: int
    mapping: str
    state: str
    line: int
    rule: str
    faults: list[FaultOut]
    values: dict[str, str | None]
    repaired: bool


class RowsOut(Schema):
    """A page of rejected rows; `next` is the cursor of the following page."""

    items: list[RowOut]
    next: int | None


class RowIn(Schema):
    """Values to change, or the decision to give the row up."""

    values: dict[str, str | None] = {}
    state: Literal["open", "discarded"] = "open"


class ReplayIn(Schema):
    """Which open rows to bring in again: all of a mapping, of a rule, or some."""

    mapping: str
    rule: str = ""
    rows: list[Annotated[int, Path(ge=1, le=MOST)]] = []


def _outcome(outcome: Outcome) -> dict[str, Any]:
    told = outcome.as_dict()
    return {**told, "id": told["import"]}


def _import(row: Import) -> ImportOut:
    return ImportOut(
        id=row.pk,
        mapping=row.mapping,
        mapping_version=row.mapping_version,
        state=row.state,
        replay=row.is_replay,
        started_at=row.started_at,
        ended_at=row.ended_at,
        read=row.read,
        accepted=row.accepted,
        quarantined=row.quarantined,
        unchanged=row.unchanged,
        rules=row.rules,
        notes=row.notes,
        tables=row.tables,
        columns_came=row.came,
        columns_went=row.went,
        refusal=row.refusal,
    )


def _row(row: QuarantinedRow) -> RowOut:
    return RowOut(
        id=row.pk,
        import_id=row.origin_id,
        mapping=row.mapping,
        state=row.state,
        line=row.line,
        rule=row.rule,
        faults=[FaultOut(**fault) for fault in row.faults],
        values=row.values,
        repaired=row.repaired is not None,
    )


@router.post(
    "", response={200: OutcomeOut, 201: OutcomeOut}, summary="Bring a file in; dry_run counts and writes nothing"
)
def bring_in(
    request: HttpRequest, file: File[UploadedFile], mapping: Form[str], dry_run: Form[bool] = False
) -> Status[dict[str, Any]]:
    scope = request.scope  # type: ignore[attr-defined]
    token = keep_upload(scope, file.chunks())
    outcome = import_upload(scope, token, mapping, name=file.name or "", dry_run=dry_run)
    return Status(200 if dry_run else 201, _outcome(outcome))


@router.get("", response=ImportsOut, summary="Imports, newest first")
def all_imports(request: HttpRequest, cursor: Cursor = None, limit: Limit = 50, mapping: Word = "") -> ImportsOut:
    request.scope.demand_everywhere(PERMISSION)  # type: ignore[attr-defined]
    found = imports(mapping)
    page = list((found.filter(pk__lt=cursor) if cursor else found)[: limit + 1])
    following = page[limit - 1].pk if len(page) > limit else None
    return ImportsOut(items=[_import(row) for row in page[:limit]], next=following)


@router.get("/{number}", response=ImportOut, summary="One import")
def one_import(request: HttpRequest, number: Number) -> ImportOut:
    request.scope.demand_everywhere(PERMISSION)  # type: ignore[attr-defined]
    return _import(import_numbered(number))


@rows.get("", response=RowsOut, summary="Rejected rows, by mapping, rule, state or import")
def all_rows(
    request: HttpRequest,
    cursor: Cursor = None,
    limit: Limit = 50,
    mapping: Word = "",
    rule: Word = "",
    state: State = "open",
    import_id: Cursor = None,
) -> RowsOut:
    request.scope.demand_everywhere(PERMISSION)  # type: ignore[attr-defined]
    found = quarantined(mapping, rule=rule, state=state, origin=import_id).order_by("id")
    page = list((found.filter(pk__gt=cursor) if cursor else found)[: limit + 1])
    following = page[limit - 1].pk if len(page) > limit else None
    return RowsOut(items=[_row(row) for row in page[:limit]], next=following)


@rows.get("/{number}", response=RowOut, summary="One rejected row")
def one_row(request: HttpRequest, number: Number) -> RowOut:
    request.scope.demand_everywhere(PERMISSION)  # type: ignore[attr-defined]
    return _row(quarantined_row(number))


@rows.patch("/{number}", response=RowOut, summary="Repair a rejected row, or give it up")
def change_row(request: HttpRequest, number: Number, body: RowIn) -> RowOut:
    scope = request.scope  # type: ignore[attr-defined]
    if body.state == "discarded":
        return _row(discard_row(scope, number))
    return _row(repair_row(scope, number, body.values))


@replays.post("", response={201: OutcomeOut}, summary="Bring open rows of the quarantine in again")
def bring_in_again(request: HttpRequest, body: ReplayIn) -> Status[dict[str, Any]]:
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand_everywhere(PERMISSION)
    outcome = replay(scope, mapping_by_key(body.mapping), rule=body.rule, rows=tuple(body.rows))
    return Status(201, _outcome(outcome))

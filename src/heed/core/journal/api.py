"""The journal over the API: newest first, by cursor."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from heed.core.errors.rules import NotFound
from heed.core.journal.queries import entries_before, entry
from heed.core.journal.rules import Entry

router = Router(tags=["journal"])
MOST = 2**63 - 1
Word = Annotated[str, Query(max_length=120, pattern=r"^[^\x00-\x1f]*$")]


class Subject(Schema):
    """What an entry is about."""

    kind: str
    id: str


class EntryOut(Schema):
    """One entry. `payload` is null once erased."""

    id: int
    at: datetime
    name: str
    actor: str
    subject: Subject
    payload: dict[str, Any] | None


class EntriesOut(Schema):
    """A page of entries; `next` is the cursor of the following page, null on the last."""

    items: list[EntryOut]
    next: int | None


def _out(row: Entry) -> EntryOut:
    subject = Subject(kind=row.subject_kind, id=row.subject_id)
    return EntryOut(id=row.id, at=row.at, name=row.name, actor=row.actor, subject=subject, payload=row.payload)


@router.get("", response=EntriesOut, summary="Entries, newest first")
def entries(
    request: HttpRequest,
    cursor: Annotated[int | None, Query(ge=1, le=MOST)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    name: Word = "",
    actor: Word = "",
    subject_kind: Word = "",
    subject_id: Word = "",
) -> EntriesOut:
    request.scope.demand_everywhere("see_journal")  # type: ignore[attr-defined]
    found = entries_before(cursor, limit + 1, name=name, actor=actor, subject_kind=subject_kind, subject_id=subject_id)
    following = found[limit - 1].id if len(found) > limit else None
    return EntriesOut(items=[_out(row) for row in found[:limit]], next=following)


@router.get("/{number}", response=EntryOut, summary="One entry")
def one_entry(request: HttpRequest, number: Annotated[int, Path(ge=1, le=MOST)]) -> EntryOut:
    request.scope.demand_everywhere("see_journal")  # type: ignore[attr-defined]
    found = entry(number)
    if found is None:
        raise NotFound("There is no such entry.", code="unknown_entry")
    return _out(found)

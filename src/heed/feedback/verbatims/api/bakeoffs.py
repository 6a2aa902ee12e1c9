"""Bake-offs over the API: what came of each, and a new one asked for."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from heed.feedback.verbatims.actions.comparing import ask_bakeoff
from heed.feedback.verbatims.api.shapes import Key, Line, scope_of
from heed.feedback.verbatims.queries.bakeoffs import Compared, bakeoff, bakeoffs

router = Router(tags=["verbatims"])
Amount = Annotated[str, Field(max_length=20)]


class BakeOffsOut(Schema):
    """A page of bake-offs, newest first, without the rows to read; `next` is the cursor of the following page."""

    items: list[Compared]
    next: str | None


class BakeOffIn(Schema):
    """Which label is compared. `outside_agreed`: the masked texts of the sample may go to the chat model of HEED_ANALYZER.
    Prices are money for a million tokens, `most` the most to spend.
    """

    task: Annotated[str, Field(max_length=20)]
    outside_agreed: bool = False
    price_in: Amount = ""
    price_out: Amount = ""
    currency: Annotated[str, Field(max_length=3)] = ""
    most: Amount = ""


@router.get("", response=BakeOffsOut, summary="Bake-offs")
def bakeoff_list(
    request: HttpRequest, cursor: Line = "", limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> dict[str, Any]:
    rows = bakeoffs(scope_of(request), limit + 1, cursor)
    return {"items": rows[:limit], "next": rows[limit - 1].key if len(rows) > limit else None}


@router.post("", response={202: Compared}, summary="Have the analyzers measured on what people labelled")
def bakeoff_new(request: HttpRequest, body: BakeOffIn) -> Any:
    """The worker measures them; `state` says how far it is."""
    row = ask_bakeoff(scope_of(request), **body.dict())
    return 202, bakeoff(scope_of(request), row.key)


@router.get("/{key}", response=Compared, summary="One bake-off")
def bakeoff_one(request: HttpRequest, key: Key) -> Compared:
    """Rows to read are for who may read all words, masked."""
    return bakeoff(scope_of(request), key)

"""The door for facts from other systems: CloudEvents 1.0, one or a batch."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from heed.collector import projections  # noqa: F401  what comes in here becomes facts
from heed.collector.actions import MOST_BYTES, take_events
from heed.core.errors.rules import phrase
from heed.core.http.rules import BATCH, SINGLE, TooLarge

router = Router(tags=["events"])


class TakenOut(Schema):
    """How many events were taken in, and how many were known already."""

    accepted: int
    unchanged: int


_EVENT = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string"},
        "source": {"type": "string"},
        "type": {"type": "string", "examples": ["heed.fact.interactions"]},
        "time": {"type": "string", "format": "date-time"},
        "data": {"type": "object", "description": "Columns of the table; people as heed's key or system:identifier."},
    },
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {SINGLE: {"schema": _EVENT}, BATCH: {"schema": {"type": "array", "items": _EVENT}}},
    },
    "parameters": [{"in": "header", "name": "Idempotency-Key", "schema": {"type": "string", "maxLength": 255}}],
}


@router.post("", response={202: TakenOut}, summary="Tell facts", openapi_extra=_BODY)
def tell_facts(request: HttpRequest) -> tuple[int, dict[str, Any]]:
    """One CloudEvent of type `heed.fact.<table>`, or a batch of at most 1,000. All are taken or none."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MOST_BYTES:
        raise TooLarge(
            phrase("A call has at most {most} MiB.", most=MOST_BYTES // 1024 // 1024), hint="Send several batches."
        )
    key = request.headers.get("Idempotency-Key", "")
    scope = request.scope  # type: ignore[attr-defined]
    return take_events(scope, request.body, request.headers.get("Content-Type", ""), key)


routers: list[tuple[str, Router]] = [("/events", router)]

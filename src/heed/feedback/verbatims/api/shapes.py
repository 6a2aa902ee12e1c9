"""What the parts of this API share: who asks, figures, what is narrowed by, cursors."""

import base64
import binascii
from datetime import date, datetime
from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Path, Query, Schema

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid
from heed.feedback.verbatims.queries.themes import Narrowed
from heed.metrics.readings import Row
from heed.metrics.records import Mark

MOST = 2**62
Line = Annotated[str, Query(max_length=300, pattern=r"^[^\x00]*$")]
Key = Annotated[str, Path(max_length=80, pattern=r"^[^\x00]*$")]
Mood = Annotated[str, Query(pattern=r"^(negative|neutral|positive)?$")]


class FigureOut(Schema):
    """A share with its interval and n; a suppressed one has none of them."""

    value: float | None
    low: float | None
    high: float | None
    n: int | None
    suppressed: bool
    marks: list[str] = []


class ChangeOut(Schema):
    """How a share moved against the stretch before."""

    difference: float
    low: float
    high: float
    is_noise: bool


class NarrowIn(Schema):
    """What figures and words are narrowed by. `since` is the first day, `until` the first one left out."""

    since: date | None = None
    until: date | None = None
    sentiment: Mood = ""
    language: Line = ""
    region: Line = ""
    team: Line = ""
    with_set_aside: bool = False

    def narrowed(self) -> Narrowed:
        """What the queries take. Raises Invalid where the end is not after the start."""
        if self.since and self.until and self.since >= self.until:
            raise Invalid(
                "The end is not after the start.", code="invalid_time", hint="`until` is the first day left out."
            )
        places = {"language": self.language, "region": self.region, "team": self.team}
        return Narrowed(
            self.sentiment, tuple((name, value) for name, value in places.items() if value), self.with_set_aside
        )


def scope_of(request: HttpRequest) -> Scope:
    return cast(Scope, request.scope)  # type: ignore[attr-defined]


def figure(row: Row) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("value", "low", "high", "n", "suppressed")}
    return {**told, "marks": list(row.doubts)}


def cursor_of(mark: Mark | None) -> str | None:
    return None if mark is None else base64.urlsafe_b64encode(f"{mark.at.isoformat()} {mark.key}".encode()).decode()


def mark_of(cursor: str) -> Mark | None:
    """The mark of a cursor as it was sent. Raises Invalid for what is none."""
    if not cursor:
        return None
    wrong = Invalid("This is no cursor.", code="invalid_cursor", hint="Send back `next` as it came.")
    try:
        at, _, key = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        moment = datetime.fromisoformat(at)
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise wrong from error
    if moment.tzinfo is None or "\0" in key:
        raise wrong
    return Mark(moment, key)

"""Verbatims, themes and signals over the API. Words come masked."""

import base64
import binascii
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid
from heed.feedback.verbatims.actions.promoting import promote
from heed.feedback.verbatims.actions.retraining import ask_retraining
from heed.feedback.verbatims.queries.reading import verbatims
from heed.feedback.verbatims.queries.signals import signals
from heed.feedback.verbatims.queries.spans import stretch
from heed.feedback.verbatims.queries.themes import Narrowed, demand_theme, themes
from heed.feedback.verbatims.queries.versions import one, told, versions
from heed.feedback.verbatims.rules.labels import WHOLE
from heed.metrics.readings import Row
from heed.metrics.records import Mark

router = Router(tags=["verbatims"])
theme_router = Router(tags=["verbatims"])
signal_router = Router(tags=["verbatims"])
model_router = Router(tags=["verbatims"])
MOST = 2**62
Line = Annotated[str, Query(max_length=300, pattern=r"^[^\x00]*$")]
Mood = Annotated[str, Query(pattern=r"^(negative|neutral|positive)?$")]


class FigureOut(Schema):
    """A share with its interval and n; a suppressed one has none of them."""

    value: float | None
    low: float | None
    high: float | None
    n: int | None
    suppressed: bool


class ChangeOut(Schema):
    """How a share moved against the stretch before."""

    difference: float
    low: float
    high: float
    is_noise: bool


class ThemeOut(Schema):
    """One theme of a stretch."""

    key: str
    name: str
    found: bool
    share: FigureOut
    negative: FigureOut
    change: ChangeOut | None
    since: date | None


class ThemesOut(Schema):
    """The themes of a stretch, largest first. `total` is null where it is about too few people."""

    items: list[ThemeOut]
    total: int | None
    min_n: int
    model: str
    method: str
    cutoff: datetime | None


class LabelOut(Schema):
    """A label, how sure it is (0..1), and where the words that show it stand in `text`, in code points."""

    value: str
    confidence: float
    start: int
    end: int


class AspectOut(Schema):
    """Something spoken about and what is thought of it; `category` is the key of its theme, empty when of none."""

    term: str
    category: str
    sentiment: str
    confidence: float
    start: int
    end: int


class VerbatimOut(Schema):
    """One verbatim, masked."""

    key: str
    said_at: datetime
    text: str
    language: str
    sentiment: str
    sentiment_score: float
    confidence: float
    themes: list[str]
    intent: LabelOut | None
    urgency: LabelOut | None
    effort: LabelOut | None
    churn: LabelOut | None
    aspects: list[AspectOut]
    places: dict[str, str]
    survey: str


class VerbatimsOut(Schema):
    """A page of verbatims, newest first; `next` is the cursor of the following page."""

    items: list[VerbatimOut]
    next: str | None


class SignalOut(Schema):
    """One change beyond noise. `ratio` and its limits are null where there was nothing before."""

    key: str
    kind: str
    subject: str
    unit: str
    since: date
    share_before: float
    share_after: float
    ratio: float | None
    low: float | None
    high: float | None
    n: int
    p: float
    method: str
    near_change: str
    near_on: date | None
    words: list[str]
    state: str


class SignalsOut(Schema):
    """What changed beyond noise and nobody has put away, newest first."""

    items: list[SignalOut]


class ModelOut(Schema):
    """One version of what reads words. `card` has its figures on texts it has not seen, `drift` what moved since."""

    number: int
    name: str
    made_at: datetime
    state: str
    sentiment: str
    is_trained: bool
    trained_on: int
    fingerprint: str
    seed: int
    found: int
    card: dict[str, Any]
    drift: dict[str, Any]
    drift_at: datetime | None
    has_drifted: bool
    marked: bool


class ModelsOut(Schema):
    """A page of the versions of what reads words, newest first; `next` is the cursor of the following page, null on the last."""

    items: list[ModelOut]
    next: int | None


class PromotionIn(Schema):
    """Why; wanted to go back to an older model. `reading` is the name of the one that reads, as it was last seen."""

    reason: Annotated[str, Field(max_length=300)] = ""
    reading: Annotated[str, Field(max_length=100)] = ""


class RetrainingOut(Schema):
    """A training that was asked for, and what came of it."""

    asked_at: datetime
    done_at: datetime | None
    cause: str
    outcome: str


def _scope(request: HttpRequest) -> Scope:
    return cast(Scope, request.scope)  # type: ignore[attr-defined]


def _figure(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("value", "low", "high", "n", "suppressed")}


def _narrowed(sentiment: str, **places: str) -> Narrowed:
    return Narrowed(sentiment, tuple((name, value) for name, value in places.items() if value))


@theme_router.get("", response=ThemesOut, summary="Themes with their shares")
def theme_list(
    request: HttpRequest,
    since: date | None = None,
    until: date | None = None,
    sentiment: Mood = "",
    language: Line = "",
    region: Line = "",
    team: Line = "",
) -> dict[str, Any]:
    """Of the last 13 weeks unless days are given; `until` is the first day left out."""
    scope = _scope(request)
    scope.demand("see_figures")
    _check_days(since, until)
    seen = stretch("", since, until)
    if seen is None:
        return {"items": [], "total": 0, "min_n": 0, "model": "", "method": "wilson", "cutoff": None}
    found = themes(scope, seen, _narrowed(sentiment, language=language, region=region, team=team))
    items = [
        {
            "key": line.key,
            "name": line.name,
            "found": line.is_found,
            "share": _figure(line.share),
            "negative": _figure(line.negative),
            "change": None
            if line.change is None
            else {name: getattr(line.change, name) for name in ("difference", "low", "high", "is_noise")},
            "since": line.since,
        }
        for line in found.lines
    ]
    return {
        "items": items,
        "total": found.total,
        "min_n": found.least,
        "model": found.model,
        "method": "wilson",
        "cutoff": found.cutoff,
    }


@router.get("", response=VerbatimsOut, summary="Verbatims, masked")
def verbatim_list(
    request: HttpRequest,
    theme: Line = "",
    since: date | None = None,
    until: date | None = None,
    sentiment: Mood = "",
    language: Line = "",
    region: Line = "",
    team: Line = "",
    words: Line = "",
    cursor: Line = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """`words` must all stand in the masked text; what is masked finds nothing."""
    scope = _scope(request)
    scope.demand("see_words")
    _check_days(since, until)
    mark = _mark(cursor)
    if theme:
        demand_theme(theme)
    seen = stretch("all" if since is None else "", since, until)
    if seen is None:
        return {"items": [], "next": None}
    narrowed = _narrowed(sentiment, language=language, region=region, team=team)
    page = verbatims(scope, seen, theme=theme, narrowed=narrowed, words=words, after=mark, limit=limit)
    items = [
        {
            "key": each.key,
            "said_at": each.at,
            "text": each.masked,
            "language": each.language,
            "sentiment": each.sentiment,
            "sentiment_score": each.score,
            "confidence": each.confidence,
            "themes": [key for key, _name in each.themes],
            **{name: asdict(each.labels[name]) if name in each.labels else None for name in WHOLE},
            "aspects": [asdict(aspect) for aspect in each.aspects],
            "places": each.places,
            "survey": each.survey,
        }
        for each in page.items
    ]
    return {"items": items, "next": _cursor(page.next)}


@signal_router.get("", response=SignalsOut, summary="What changed beyond noise")
def signal_list(request: HttpRequest) -> dict[str, Any]:
    _scope(request).demand("see_figures")
    return {"items": signals(_scope(request))}


@model_router.get("", response=ModelsOut, summary="Models that read words")
def model_list(
    request: HttpRequest,
    cursor: Annotated[int | None, Query(ge=1, le=MOST)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    rows = versions(_scope(request), limit + 1, cursor)
    return {"items": [told(row) for row in rows[:limit]], "next": rows[limit - 1].number if len(rows) > limit else None}


@model_router.get("/{int:number}", response=ModelOut, summary="One model")
def model_one(request: HttpRequest, number: int) -> dict[str, Any]:
    return told(one(_scope(request), number))


@model_router.post("/{int:number}/promotions", response={201: ModelOut}, summary="Have a model read, or go back to it")
def model_promotion(request: HttpRequest, number: int, body: PromotionIn) -> Any:
    """Of two at once one is refused, where they tell what read before."""
    row = promote(_scope(request), number, reason=body.reason, reading=body.reading)
    return 201, told(one(_scope(request), row.pk))


@model_router.post("/retrainings", response={202: RetrainingOut}, summary="Train anew")
def model_retraining(request: HttpRequest) -> Any:
    """The worker trains within seconds; the newest of the list says what came of it."""
    return 202, ask_retraining(_scope(request))


def _check_days(since: date | None, until: date | None) -> None:
    if since and until and since >= until:
        raise Invalid("The end is not after the start.", code="invalid_time", hint="`until` is the first day left out.")


def _cursor(mark: Mark | None) -> str | None:
    return None if mark is None else base64.urlsafe_b64encode(f"{mark.at.isoformat()} {mark.key}".encode()).decode()


def _mark(cursor: str) -> Mark | None:
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

"""Verbatims, themes and signals over the API. Words come masked."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from heed.core.access.rules import Scope
from heed.feedback.verbatims.actions.reading import open_words
from heed.feedback.verbatims.actions.signals import dismiss, reopen, see
from heed.feedback.verbatims.api.shapes import (
    ChangeOut,
    FigureOut,
    Key,
    Line,
    NarrowIn,
    cursor_of,
    figure,
    mark_of,
    scope_of,
)
from heed.feedback.verbatims.queries.lineage import growth_of, lineage_of
from heed.feedback.verbatims.queries.reading import Verbatim, verbatims
from heed.feedback.verbatims.queries.signals import Signal, signals
from heed.feedback.verbatims.queries.spans import Stretch, stretch
from heed.feedback.verbatims.queries.themes import ThemeLine, demand_theme, theme_trend, themes
from heed.feedback.verbatims.rules.labels import WHOLE

router = Router(tags=["verbatims"])
theme_router = Router(tags=["verbatims"])
signal_router = Router(tags=["verbatims"])
MOST_STEPS = 50


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
    """The themes of a stretch, largest first. `total` is null where it is about too few people. `set_aside`: verbatims left out
    because their questionnaire was; `failed_audits`: those the shares rest on, by key.
    """

    items: list[ThemeOut]
    total: int | None
    min_n: int
    model: str
    method: str
    cutoff: datetime | None
    set_aside: int | None = 0
    failed_audits: list[str] = []


class PointOut(FigureOut):
    """A theme's share in one period; `period` is its first day."""

    period: date | None


class StepOut(Schema):
    """What became of a found theme at a weekly refit: new, gone, split, merge or rename, and how many texts it is about."""

    at: datetime
    kind: str
    before: list[str]
    after: list[str]
    texts: int


class OneThemeOut(Schema):
    """One theme of a stretch. `growth` compares the last weekly look with the four weeks before, for found themes."""

    key: str
    name: str
    theme: ThemeOut | None
    trend: list[PointOut]
    growth: dict[str, Any] | None
    lineage: list[StepOut]


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


class ThemeLabelOut(Schema):
    """A theme of a verbatim, how sure it is (0..1), and where its words stand in `text`, in code points (0, 0: none show it).
    Unless `is_probability` the confidence is a strength: 0.6, 0.8 or 0.9 for one, two or more different words.
    """

    key: str
    confidence: float
    is_probability: bool
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
    theme_labels: list[ThemeLabelOut]
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


@theme_router.get("", response=ThemesOut, summary="Themes with their shares")
def theme_list(request: HttpRequest, asked: Query[NarrowIn]) -> dict[str, Any]:
    """Of the last 13 weeks unless days are given; `until` is the first day left out."""
    scope = scope_of(request)
    scope.demand("see_figures")
    narrowed = asked.narrowed()
    seen = stretch("", asked.since, asked.until)
    if seen is None:
        return {"items": [], "total": 0, "min_n": 0, "model": "", "method": "wilson", "cutoff": None}
    found = themes(scope, seen, narrowed)
    return {
        "items": [_theme(line) for line in found.lines],
        "total": found.total,
        "min_n": found.least,
        "model": found.model,
        "method": "wilson",
        "cutoff": found.cutoff,
        "set_aside": found.set_aside,
        "failed_audits": [mark.audit for mark in found.marks],
    }


def _theme(line: ThemeLine) -> dict[str, Any]:
    change = line.change
    return {
        "key": line.key,
        "name": line.name,
        "found": line.is_found,
        "share": figure(line.share),
        "negative": figure(line.negative),
        "change": change and {name: getattr(change, name) for name in ("difference", "low", "high", "is_noise")},
        "since": line.since,
    }


@theme_router.get("/{key}", response=OneThemeOut, summary="One theme: its trend, growth and what became of it")
def theme_one(request: HttpRequest, key: Key, asked: Query[NarrowIn]) -> dict[str, Any]:
    scope = scope_of(request)
    scope.demand("see_figures")
    narrowed, name = asked.narrowed(), demand_theme(key)
    seen = stretch("", asked.since, asked.until)
    lines = themes(scope, seen, narrowed).lines if seen else ()
    line = next((each for each in lines if each.key == key), None)
    is_hidden = line is not None and line.suppressed
    rows = theme_trend(scope, seen, key, narrowed) if seen and not is_hidden else []
    return {
        "key": key,
        "name": name,
        "theme": line and _theme(line),
        "trend": [{**figure(row), "period": row.period} for row in rows],
        **(_found(scope, key) if not is_hidden else {"growth": None, "lineage": []}),
    }


def _found(scope: Scope, key: str) -> dict[str, Any]:
    """How a found theme grew and what became of it: about all of the organisation, so for who reaches all of it."""
    if not scope.everything:
        return {"growth": None, "lineage": []}
    steps = [
        {"at": each.at, "kind": each.kind, "before": each.from_keys, "after": each.to_keys, "texts": each.texts}
        for each in lineage_of(key)[:MOST_STEPS]
    ]
    return {"growth": growth_of(key), "lineage": steps}


@router.get("", response=VerbatimsOut, summary="Verbatims, masked")
def verbatim_list(
    request: HttpRequest,
    asked: Query[NarrowIn],
    theme: Line = "",
    words: Line = "",
    cursor: Line = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """`words` must all stand in the masked text; what is masked finds nothing."""
    scope = scope_of(request)
    scope.demand("see_words")
    narrowed, mark = asked.narrowed(), mark_of(cursor)
    if theme:
        demand_theme(theme)
    seen: Stretch | None = stretch("all" if asked.since is None else "", asked.since, asked.until)
    if seen is None:
        return {"items": [], "next": None}
    page = verbatims(scope, seen, theme=theme, narrowed=narrowed, words=words, after=mark, limit=limit)
    return {"items": [_verbatim(each) for each in page.items], "next": cursor_of(page.next)}


def _verbatim(each: Verbatim) -> dict[str, Any]:
    return {
        "key": each.key,
        "said_at": each.at,
        "text": each.masked,
        "language": each.language,
        "sentiment": each.sentiment,
        "sentiment_score": each.score,
        "confidence": each.confidence,
        "themes": [key for key, _name in each.themes],
        "theme_labels": [{"key": key, **asdict(label)} for key, label in each.theme_labels.items()],
        **{name: asdict(each.labels[name]) if name in each.labels else None for name in WHOLE},
        "aspects": [asdict(aspect) for aspect in each.aspects],
        "places": each.places,
        "survey": each.survey,
    }


class OpeningIn(Schema):
    """Which verbatim."""

    key: Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]


class OpeningOut(Schema):
    """The words of a verbatim as they came in."""

    key: str
    words: str


@router.post("/openings", response={201: OpeningOut}, summary="Open the words of a verbatim as they came in")
def verbatim_opening(request: HttpRequest, body: OpeningIn) -> Any:
    """Who opened which stands in the journal."""
    return 201, open_words(scope_of(request), body.key)


@signal_router.get("", response=SignalsOut, summary="What changed beyond noise")
def signal_list(request: HttpRequest, dismissed: bool = False) -> dict[str, Any]:
    """`dismissed` asks for those that were put away."""
    scope_of(request).demand("see_figures")
    return {"items": signals(scope_of(request), dismissed=dismissed)}


@signal_router.post("/{key}/sightings", response=SignalOut, summary="Note that a signal was seen")
def signal_sighting(request: HttpRequest, key: Key) -> Signal:
    see(scope_of(request), key)
    return _signal(request, key)


@signal_router.post("/{key}/dismissal", response=SignalOut, summary="Put a signal away")
def signal_dismissal(request: HttpRequest, key: Key) -> Signal:
    dismiss(scope_of(request), key)
    return _signal(request, key, dismissed=True)


@signal_router.delete("/{key}/dismissal", response=SignalOut, summary="Take a signal back that was put away")
def signal_reopening(request: HttpRequest, key: Key) -> Signal:
    reopen(scope_of(request), key)
    return _signal(request, key)


def _signal(request: HttpRequest, key: str, *, dismissed: bool = False) -> Signal:
    found = signals(scope_of(request), dismissed=dismissed, limit=1000)
    return next(each for each in found if each.key == key)

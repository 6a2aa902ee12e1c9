"""Verbatims to read: masked, a page at a time, narrowed and searched; the words as they came in for the one who opens them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from heed.core.access.rules import Scope
from heed.core.errors.rules import NotFound
from heed.feedback.verbatims.models import TextModel
from heed.feedback.verbatims.queries.engine import engine, reached
from heed.feedback.verbatims.queries.models import found_themes, shown_model, theme_names, words_analyzer
from heed.feedback.verbatims.queries.spans import Stretch
from heed.feedback.verbatims.queries.themes import Narrowed, chosen
from heed.feedback.verbatims.rules.labels import WHOLE
from heed.metrics.records import Mark
from heed.metrics.selection import Slice
from heed.metrics.verbatims import (
    PLACES,
    Chosen,
    aspects_of,
    one_verbatim,
    place_values,
    texts_of,
    themes_of,
    verbatim_page,
    whole_labels,
)
from heed.text.analyzer import Aspect, Label, ThemeHit
from heed.text.masking.mask import mask
from heed.text.themes import CONFIDENCES

A_PAGE = 50
LOOKED_AT = 400  # texts looked at for one page of a search, at most
EXCERPT = 160


@dataclass(frozen=True)
class Piece:
    """A part of a masked text: plain, a `mask`, or the `evidence` of a theme."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class ThemeLabel:
    """How sure a theme is of a verbatim, and where its words stand in the masked text (0, 0: no words show it).

    Unless `is_probability` the confidence is a strength: 0.6, 0.8 or 0.9 for one, two or more different words.
    """

    confidence: float
    start: int
    end: int
    is_probability: bool


@dataclass(frozen=True)
class Verbatim:
    """What one customer said, masked; `words` only where they were opened."""

    key: str
    at: datetime
    masked: str
    pieces: tuple[Piece, ...]
    language: str
    sentiment: str
    score: float
    confidence: float
    themes: tuple[tuple[str, str], ...]
    places: dict[str, str]
    survey: str = ""
    question: str = ""
    words: str = ""
    labels: Mapping[str, Label] = field(default_factory=dict)  # intent, urgency, effort, churn, where they are told
    aspects: tuple[Aspect, ...] = ()
    theme_labels: Mapping[str, ThemeLabel] = field(default_factory=dict)  # by key of the theme


@dataclass(frozen=True)
class Page:
    """A page of verbatims, newest first, and where the next one begins."""

    items: tuple[Verbatim, ...]
    next: Mark | None = None


@dataclass(frozen=True)
class Hit:
    """A verbatim found by words."""

    key: str
    at: datetime
    excerpt: str
    sentiment: str
    themes: tuple[str, ...]


def verbatims(
    scope: Scope,
    seen: Stretch,
    *,
    theme: str = "",
    narrowed: Narrowed | None = None,
    words: str = "",
    after: Mark | None = None,
    limit: int = A_PAGE,
    language: str = "en",
) -> Page:
    """Verbatims within a person's reach. What is searched for must stand in the masked text. Raises Forbidden."""
    scope.demand("see_words")
    model = shown_model()
    if model is None:
        return Page(())
    which = chosen(model, scope, seen, narrowed or Narrowed(), theme)
    rows, mark = _found(which, words.split(), limit, after)
    return Page(tuple(_shown(rows, model, language)), mark)


def _found(
    which: Chosen, words: Sequence[str], limit: int, after: Mark | None
) -> tuple[list[dict[str, Any]], Mark | None]:
    """Rows whose masked text holds the words. A word that was masked finds nothing, so nobody is found by name."""
    kept: list[dict[str, Any]] = []
    looked = 0
    while len(kept) < limit and looked < LOOKED_AT:
        rows = verbatim_page(engine(), which, limit=limit, after=after, words=words).to_pylist()
        for row in rows:
            looked += 1
            after = Mark(row["said_at"], row["verbatim_id"])
            row["masked"] = mask(row["text"]).text
            if all(word.lower() in row["masked"].lower() for word in words):
                kept.append(row)
            if len(kept) == limit:
                break
        if len(rows) < limit:
            return kept, None if len(kept) < limit or row_is_last(rows, kept) else after
    return kept, after


def row_is_last(rows: Sequence[Mapping[str, Any]], kept: Sequence[Mapping[str, Any]]) -> bool:
    return not rows or (bool(kept) and rows[-1]["verbatim_id"] == kept[-1]["verbatim_id"])


def _shown(rows: Sequence[dict[str, Any]], model: TextModel, language: str) -> list[Verbatim]:
    # Only words are evidence that can be shown, so what labels taught is not asked again.
    names, analyzer = theme_names(model, language), words_analyzer(model)
    sure: dict[str, dict[str, float]] = {}
    ids = [row["verbatim_id"] for row in rows]
    labels, spoken = _whole(model, ids), _aspects(model, ids)
    if rows:
        for row in themes_of(engine(), model.name, [row["verbatim_id"] for row in rows]).to_pylist():
            sure.setdefault(row["verbatim_id"], {}).setdefault(row["theme"], row["theme_confidence"])
    found = []
    for row in rows:
        mine = sure.get(row["verbatim_id"], {})
        themes = tuple((key, names.get(key, key)) for key in mine)
        hits = analyzer.themes_of(row["masked"])
        spans = [(hit.start, hit.end) for hit in hits if hit.end > hit.start]
        whole = labels.get(row["verbatim_id"], {})
        spans += [(label.start, label.end) for label in whole.values() if label.end > label.start]
        each = _verbatim(row, themes, pieces(row["masked"], spans))
        labelled = _theme_labels(model, mine, hits)
        found.append(
            replace(each, labels=whole, aspects=tuple(spoken.get(row["verbatim_id"], ())), theme_labels=labelled)
        )
    return found


def _theme_labels(model: TextModel, sure: Mapping[str, float], hits: Sequence[ThemeHit]) -> dict[str, ThemeLabel]:
    """How sure each theme of a verbatim is, and whether that is a probability: once it was fitted on labels, where labels
    taught the theme, and for found themes that were parted anew to see who stays.
    """
    places = {hit.key: (hit.start, hit.end) for hit in hits}
    parted = {theme.key for theme in found_themes(model) if theme.sure}
    return {
        key: ThemeLabel(value, *places.get(key, (0, 0)), bool(model.trust) or key in parted or value not in CONFIDENCES)
        for key, value in sure.items()
    }


def _whole(model: TextModel, keys: Sequence[str]) -> dict[str, dict[str, Label]]:
    """Intent, urgency, effort and churn, by verbatim."""
    found = {}
    for row in whole_labels(engine(), model.name, keys).to_pylist() if keys else ():
        found[row["verbatim_id"]] = {
            name: Label(row[name], row[f"{name}_confidence"], row[f"{name}_start"], row[f"{name}_end"])
            for name in WHOLE
            if row[name]
        }
    return found


def _aspects(model: TextModel, keys: Sequence[str]) -> dict[str, list[Aspect]]:
    """What is spoken about, by verbatim."""
    found: dict[str, list[Aspect]] = {}
    for row in aspects_of(engine(), model.name, keys).to_pylist() if keys else ():
        values = (row["term"], row["theme"] or "", row["sentiment"], row["confidence"], row["start"], row["end"])
        found.setdefault(row["verbatim_id"], []).append(Aspect(*values))
    return found


def _verbatim(row: Mapping[str, Any], themes: tuple[tuple[str, str], ...], parts: tuple[Piece, ...]) -> Verbatim:
    return Verbatim(
        row["verbatim_id"],
        row["said_at"],
        row["masked"],
        parts,
        row["language"] or "und",
        row["sentiment"],
        row["sentiment_score"],
        row["confidence"],
        themes,
        {name: row[name] for name in PLACES if row[name] and name != "language"},
        row["survey_key"] or "",
        row["question_key"] or "",
    )


def pieces(masked: str, spans: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    """The masked text cut at its masks and at the words that show a theme."""
    marks = [(start, end, "evidence") for start, end in spans]
    marks += [(found.start, found.end, "mask") for found in _masks(masked)]
    parts, at = [], 0
    for start, end, kind in sorted(marks):
        if start >= at and end > start:
            parts += [Piece(masked[at:start]), Piece(masked[start:end], kind)]
            at = end
    return tuple(part for part in [*parts, Piece(masked[at:])] if part.text)


@dataclass(frozen=True)
class _Place:
    start: int
    end: int


def _masks(masked: str) -> list[_Place]:
    found, at = [], masked.find("[")
    while at >= 0:
        end = masked.find("]", at)
        if end < 0:
            break
        inner = masked[at + 1 : end]
        if inner and inner.isupper() and inner.replace("_", "").isalpha() and len(inner) <= 16:
            found.append(_Place(at, end + 1))
        at = masked.find("[", at + 1)
    return found


def verbatim(scope: Scope, key: str, language: str = "en") -> Verbatim:
    """One verbatim within a person's reach, with its words as they came in. Raises Forbidden, NotFound.

    Whoever shows `words` has them journaled: `actions.reading.open_words` does both.
    """
    scope.demand("see_words")
    model = shown_model()
    rows = one_verbatim(engine(), model.name, key, Slice(within=reached(scope))).to_pylist() if model else []
    if not rows or model is None:
        raise NotFound("There is no such verbatim.", code="unknown_verbatim")
    row = dict(rows[0])
    row["masked"] = mask(row["text"]).text
    (found,) = _shown([row], model, language)
    return Verbatim(**{**found.__dict__, "words": row["text"]})


def masked_words(scope: Scope, keys: Sequence[str]) -> dict[str, str]:
    """What was said in these verbatims, masked, by key: those within a person's reach that were read. Raises Forbidden."""
    scope.demand("see_words")
    model = shown_model()
    if model is None or not keys:
        return {}
    rows = texts_of(engine(), model.name, keys, Slice(within=reached(scope))).to_pylist()
    return {row["verbatim_id"]: mask(row["text"]).text for row in rows}


def search(words: str, scope: Scope, limit: int = 10) -> list[Hit]:
    """Verbatims whose masked text holds all the words, newest first; none for who may not read words."""
    model = shown_model()
    asked = words.split()[:8]
    if model is None or not asked or not scope.may("see_words"):
        return []
    which = Chosen(model.name, Slice(within=reached(scope)))
    rows, _ = _found(which, asked, limit, None)
    return [
        Hit(each.key, each.at, _excerpt(each.masked, asked[0]), each.sentiment, tuple(name for _, name in each.themes))
        for each in _shown(rows, model, "en")
    ]


def _excerpt(masked: str, word: str) -> str:
    """The part of a text around a word."""
    at = max(masked.lower().find(word.lower()), 0)
    start = max(0, at - EXCERPT // 3)
    part = masked[start : start + EXCERPT]
    return ("… " if start else "") + part.strip() + (" …" if start + EXCERPT < len(masked) else "")


def values_of(scope: Scope, seen: Stretch, name: str) -> list[str]:
    """What can be chosen to narrow by."""
    model = shown_model()
    return place_values(engine(), model.name, name, Slice(*seen.moments, within=reached(scope))) if model else []

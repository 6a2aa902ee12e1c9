"""Labels: from what an analyzer says of a verbatim to rows of facts; from scores to weak labels. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from heed.facts.schema.tables import PLACE
from heed.text.analyzer import UNKNOWN, Analysis, Label
from heed.text.reading.reader import READER

NEGATIVE_BELOW, POSITIVE_ABOVE = 1 / 3, 2 / 3  # of how content all scores of a questionnaire are, 0 to 1
WEAK_WEIGHT = 0.3  # of a label by score beside one given by a person
PLACES = tuple(column.name for column in PLACE)
WHOLE = ("intent", "urgency", "effort", "churn")  # labels of a whole text
NO_LABELS = {f"{name}{part}": None for name in WHOLE for part in ("", "_confidence", "_start", "_end")}


def weak_label(scaled: float | None) -> str:
    """The sentiment the scores given along with the words stand for; empty without one."""
    if scaled is None:
        return ""
    return "negative" if scaled < NEGATIVE_BELOW else "positive" if scaled > POSITIVE_ABOVE else "neutral"


def label_id(model: str, verbatim: str, place: int) -> str:
    return f"{hashlib.sha256(model.encode()).hexdigest()[:8]}:{verbatim}:{place}"


def label_rows(
    verbatims: Sequence[Mapping[str, Any]], analyses: Sequence[Analysis], model: str, now: datetime
) -> list[dict[str, Any]]:
    """One row a theme, and one where none was found. The main theme's row, or that one, has place 0."""
    rows = []
    for verbatim, analysis in zip(verbatims, analyses, strict=True):
        themes = analysis.themes or (None,)
        for place, hit in enumerate(themes):
            rows.append(
                {
                    **{name: verbatim[name] for name in PLACES},
                    "label_id": label_id(model, verbatim["verbatim_id"], place),
                    "said_at": verbatim["said_at"],
                    "labelled_at": now,
                    "verbatim_id": verbatim["verbatim_id"],
                    "model": model,
                    "place": place,
                    "language": language_of(verbatim["language"], analysis),
                    "language_confidence": analysis.language_confidence,
                    "sentiment": analysis.sentiment,
                    "sentiment_score": analysis.sentiment_score,
                    "confidence": analysis.confidence,
                    "theme": hit.key if hit else None,
                    "theme_confidence": hit.confidence if hit else None,
                    "theme_start": hit.start if hit else None,
                    "theme_end": hit.end if hit else None,
                    # Once a verbatim, so that a count of labels is one of verbatims.
                    **(whole_labels(analysis) if place == 0 else NO_LABELS),
                    "read_by": analysis.read_by or None,
                    "survey_key": verbatim["survey_key"],
                    "customer_key": verbatim["customer_key"],
                    # Of the source of its verbatim, so that what goes with a source goes whole.
                    "source": verbatim["source"],
                    "batch": model,
                    "recorded_at": now,
                }
            )
    return rows


def whole_labels(analysis: Analysis) -> dict[str, Any]:
    """Intent, urgency, effort and churn with their confidence and the words that show them, by column."""
    found: dict[str, Any] = {}
    for name in WHOLE:
        label: Label | None = getattr(analysis, name)
        values = (label.value, label.confidence, label.start, label.end) if label else (None,) * 4
        found |= dict(zip((name, f"{name}_confidence", f"{name}_start", f"{name}_end"), values, strict=True))
    return found


def aspect_rows(
    verbatims: Sequence[Mapping[str, Any]], analyses: Sequence[Analysis], model: str, now: datetime
) -> list[dict[str, Any]]:
    """One row an aspect, in the order of the text."""
    return [
        {
            **{name: verbatim[name] for name in PLACES},
            "aspect_id": label_id(model, verbatim["verbatim_id"], place),
            "said_at": verbatim["said_at"],
            "labelled_at": now,
            "verbatim_id": verbatim["verbatim_id"],
            "model": model,
            "place": place,
            "language": language_of(verbatim["language"], analysis),
            "term": aspect.term,
            "theme": aspect.category or None,
            "sentiment": aspect.sentiment,
            "confidence": aspect.confidence,
            "start": aspect.start,
            "end": aspect.end,
            "survey_key": verbatim["survey_key"],
            "customer_key": verbatim["customer_key"],
            "source": verbatim["source"],
            "batch": model,
            "recorded_at": now,
        }
        for verbatim, analysis in zip(verbatims, analyses, strict=True)
        for place, aspect in enumerate(analysis.aspects)
    ]


def language_of(given: str | None, analysis: Analysis) -> str:
    """What was found; what the source says where the text is too thin."""
    return analysis.language if analysis.language != UNKNOWN else (given or UNKNOWN)


def model_name(sentiment: str, taxonomy: str, found: Sequence[str], reader: str = "") -> str:
    """The name labels are signed with: a bought analyzer if one reads, the sentiment model, the version of what reads the
    rest, and the themes as a digest.
    """
    themes = hashlib.sha256("\n".join((taxonomy, *found)).encode()).hexdigest()[:8]
    return f"{reader}{'+' if reader else ''}{sentiment}+{READER}+themes.{themes}"


def is_read_by(name: str) -> bool:
    """Whether a model's name says that it reads by the present version."""
    return f"+{READER}+" in name

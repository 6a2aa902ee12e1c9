"""Labels: from what an analyzer says of a verbatim to rows of facts; from scores to weak labels. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from heed.facts.schema.tables import PLACE
from heed.text.analyzer import UNKNOWN, Analysis

NEGATIVE_BELOW, POSITIVE_ABOVE = 1 / 3, 2 / 3  # of how content all scores of a questionnaire are, 0 to 1
WEAK_WEIGHT = 0.3  # of a label by score beside one given by a person
PLACES = tuple(column.name for column in PLACE)


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
                    "survey_key": verbatim["survey_key"],
                    "customer_key": verbatim["customer_key"],
                    # Of the source of its verbatim, so that what goes with a source goes whole.
                    "source": verbatim["source"],
                    "batch": model,
                    "recorded_at": now,
                }
            )
    return rows


def language_of(given: str | None, analysis: Analysis) -> str:
    """What was found; what the source says where the text is too thin."""
    return analysis.language if analysis.language != UNKNOWN else (given or UNKNOWN)


def model_name(sentiment: str, taxonomy: str, found: Sequence[str]) -> str:
    """The name labels are signed with: the sentiment model, and the themes as a digest."""
    themes = hashlib.sha256("\n".join((taxonomy, *found)).encode()).hexdigest()[:8]
    return f"{sentiment}+themes.{themes}"

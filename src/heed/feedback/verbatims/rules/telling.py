"""What others are told of a verbatim that was read: its labels and where it belongs, never its words. Pure."""

from collections.abc import Mapping
from typing import Any

from heed.feedback.verbatims.events import VerbatimRead
from heed.feedback.verbatims.rules.labels import PLACES, language_of, whole_labels
from heed.text.analyzer import Analysis


def told_of(row: Mapping[str, Any], analysis: Analysis, model: str) -> VerbatimRead:
    """The event of one verbatim that was read; what is unknown is empty."""
    labels = whole_labels(analysis)
    return VerbatimRead(
        **{name: row[name] or "" for name in PLACES if name != "language"},
        verbatim_id=row["verbatim_id"],
        model=model,
        said_at=row["said_at"].isoformat(),
        response=row["response_id"] or "",
        customer=row["customer_key"] or "",
        case=row["case_id"] or "",
        interaction=row["interaction_id"] or "",
        survey_key=row["survey_key"] or "",
        language=language_of(row["language"], analysis) or "",
        sentiment=analysis.sentiment,
        sentiment_score=analysis.sentiment_score,
        themes=tuple(hit.key for hit in analysis.themes),
        **{name: labels[name] or "" for name in ("intent", "urgency", "effort", "churn")},
    )

"""Gathers the models of feedback for Django."""

from heed.feedback.routing.models import Connection, Delivery
from heed.feedback.surveys.models import Answer, Invitation, Response
from heed.feedback.triggers.models import Ask, AskList, Attention
from heed.feedback.verbatims.models import (
    LabelAnswer,
    LabelItem,
    LabelResolution,
    LabelRound,
    Looking,
    Promotion,
    Retraining,
    Signal,
    TaxonomyDraft,
    TextModel,
)

__all__ = [
    "Answer",
    "Ask",
    "AskList",
    "Attention",
    "Connection",
    "Delivery",
    "Invitation",
    "LabelAnswer",
    "LabelItem",
    "LabelResolution",
    "LabelRound",
    "Looking",
    "Promotion",
    "Response",
    "Retraining",
    "Signal",
    "TaxonomyDraft",
    "TextModel",
]

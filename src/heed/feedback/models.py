"""Gathers the models of feedback for Django."""

from heed.feedback.privacy.models import Breach, Erasure, KnownBackup, LegalHold, PrivacyRequest, RetentionRun
from heed.feedback.quality.models import AnswerFlag, Exclusion, QualityAudit
from heed.feedback.routing.models import Connection, Delivery, RoutedItem, RoutedPiece, RoutedStep
from heed.feedback.surveys.models import AddressTrouble, Answer, Invitation, Response, ReturnMailbox, SurveyLink
from heed.feedback.triggers.models import (
    Ask,
    AskingPause,
    AskList,
    Attention,
    CellRate,
    ProgrammeWave,
    QuotaSpent,
    Touch,
)
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
    "AddressTrouble",
    "Answer",
    "AnswerFlag",
    "Ask",
    "AskList",
    "AskingPause",
    "Attention",
    "Breach",
    "CellRate",
    "Connection",
    "Delivery",
    "Erasure",
    "Exclusion",
    "Invitation",
    "KnownBackup",
    "LabelAnswer",
    "LabelItem",
    "LabelResolution",
    "LabelRound",
    "LegalHold",
    "Looking",
    "PrivacyRequest",
    "ProgrammeWave",
    "Promotion",
    "QualityAudit",
    "QuotaSpent",
    "Response",
    "RetentionRun",
    "Retraining",
    "ReturnMailbox",
    "RoutedItem",
    "RoutedPiece",
    "RoutedStep",
    "Signal",
    "SurveyLink",
    "TaxonomyDraft",
    "TextModel",
    "Touch",
]

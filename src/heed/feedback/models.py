"""Gathers the models of feedback for Django."""

from heed.feedback.surveys.models import Answer, Invitation, Response
from heed.feedback.triggers.models import Ask, AskList, Attention

__all__ = ["Answer", "Ask", "AskList", "Attention", "Invitation", "Response"]

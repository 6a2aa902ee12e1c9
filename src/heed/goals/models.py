"""Gathers the models of goals for Django."""

from heed.goals.escalation.models import DutyDay, DutySwap, Escalation, EscalationStep, MajorIncident
from heed.goals.footprint.models import FootprintDecision
from heed.goals.slas.models import Negotiation, Offer, OfferSignature, Reservation

__all__ = [
    "DutyDay",
    "DutySwap",
    "Escalation",
    "EscalationStep",
    "FootprintDecision",
    "MajorIncident",
    "Negotiation",
    "Offer",
    "OfferSignature",
    "Reservation",
]

"""Gathers the models of the core for Django."""

from heed.core.access.models import ApiToken, Invitation, Membership, SignInLink
from heed.core.journal.models import JournalEntry
from heed.core.people.models import Person, Unit

__all__ = ["ApiToken", "Invitation", "JournalEntry", "Membership", "Person", "SignInLink", "Unit"]

"""Gathers the models of the core for Django."""

from heed.core.access.models import ApiToken, Invitation, Membership, SignInLink
from heed.core.definitions.models import DefinitionVersion
from heed.core.http.models import IdempotentCall, ReceivedEvent
from heed.core.journal.models import JournalEntry
from heed.core.people.models import Person, Unit

__all__ = [
    "ApiToken",
    "DefinitionVersion",
    "IdempotentCall",
    "Invitation",
    "JournalEntry",
    "Membership",
    "Person",
    "ReceivedEvent",
    "SignInLink",
    "Unit",
]

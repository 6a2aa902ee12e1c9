"""Gathers the models of the core for Django."""

from heed.core.access.models import ApiToken, Invitation, Membership, SignInLink
from heed.core.definitions.models import DefinitionVersion
from heed.core.http.models import IdempotentCall, ReceivedEvent
from heed.core.journal.models import FollowerPosition, JournalEntry, ParkedEntry
from heed.core.people.models import Notification, Person, Unit
from heed.core.queue.models import PumpRun

__all__ = [
    "ApiToken",
    "DefinitionVersion",
    "FollowerPosition",
    "IdempotentCall",
    "Invitation",
    "JournalEntry",
    "Membership",
    "Notification",
    "ParkedEntry",
    "Person",
    "PumpRun",
    "ReceivedEvent",
    "SignInLink",
    "Unit",
]

"""Reading what came back: addresses to which mail bounced, and how much trouble there was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from heed.channels.mailbox import FAULTS, mailbox_key, place
from heed.core.access.rules import Scope
from heed.feedback.surveys.models import AddressTrouble, Invitation, ReturnMailbox
from heed.feedback.surveys.queries.surveys import in_reach
from heed.feedback.surveys.rules.links import address_digest

AT_ONCE = 500


def addresses_that_bounced(addresses: Mapping[str, str]) -> set[str]:
    """Of customers with their addresses those whose address, as it is now, does not exist. For what heed does by itself."""
    keys = list(addresses)
    found: set[str] = set()
    if not AddressTrouble.objects.filter(sort="bounced").exists():
        return found
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        rows = AddressTrouble.objects.filter(customer_key__in=some, sort="bounced", channel="email")
        for key, digest in rows.values_list("customer_key", "address_digest"):
            if address_digest(settings.SECRET_KEY, addresses[key]) == digest:
                found.add(key)
    return found


@dataclass(frozen=True)
class MailboxState:
    """How the fetching goes: what became of mails since it was set, when it was read last, and what was wrong then."""

    taken: int = 0
    set_aside: int = 0
    passed_over: int = 0
    read_at: datetime | None = None
    failed_at: datetime | None = None
    fault: str = ""
    aside: str = ""


def mailbox_state() -> MailboxState | None:
    """None where no mailbox is set."""
    where = place()
    if where is None:
        return None
    row = ReturnMailbox.objects.filter(key=mailbox_key(where)).first()
    if row is None:
        return MailboxState(aside=where.aside)
    return MailboxState(
        row.taken, row.set_aside, row.passed_over, row.read_at, row.failed_at, FAULTS.get(row.fault, ""), where.aside
    )


@dataclass(frozen=True)
class Returned:
    """What came back of the mails and messages of some days: how many were sent, and how many of each sort came back."""

    days: int
    sent: int
    sorts: Mapping[str, int]


def returned(scope: Scope, days: int = 28, channel: str = "email") -> Returned:
    """Of the invitations within reach that were sent in the last so many days."""
    since = timezone.now() - timedelta(days=days)
    rows = in_reach(scope, Invitation.objects.filter(sent_at__gte=since, channel=channel), "see_figures")
    troubles = AddressTrouble.objects.filter(invitation__in=rows.values("key"), channel=channel)
    counted = dict(troubles.values_list("sort").annotate(many=Count("pk")).order_by())
    return Returned(days, rows.count(), counted)

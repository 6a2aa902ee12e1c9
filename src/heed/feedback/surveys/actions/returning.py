"""What came back of invitations: an address that does not exist is written to no more, who called a mail unwanted is left alone."""

import hashlib
import re

from django.db import connection, transaction
from django.utils import timezone

from heed.channels.returned import NoReport, Report, read_report
from heed.core.access.rules import Scope
from heed.core.journal.actions import record
from heed.feedback.surveys.events import InvitationReturned
from heed.feedback.surveys.models import AddressTrouble, Invitation, Response
from heed.service.customers.actions import opt_out

_OURS = re.compile(r"<(inv_[0-9a-z]{16})(?:\.[0-9]{8})?@[^<>@\s]+>")
UNDELIVERED = ("failed", "undelivered")
# Codes of the carrier (twilio.com/docs/api/errors) for a number that takes no messages at all.
NO_NUMBER = ("30003", "30005", "30006")
SAID = {
    "bounced": "It came back: there is no such address.",
    "delayed": "It came back: it was not taken for now.",
}


def take_report(scope: Scope, raw: bytes) -> Report:
    """Take in a mail that tells what became of an invitation. The same one again changes nothing. Raises NoReport."""
    scope.demand_everywhere("import")
    return taken_in(raw, scope.person)


def taken_in(raw: bytes, actor: str) -> Report:
    """The same for what heed fetches by itself."""
    report = read_report(raw)
    found = _OURS.fullmatch(report.message_id)
    if found is None or not note_returned(found[1], report.sort, report.code, report.digest, actor=actor):
        raise NoReport("heed sent no such mail.", code="unknown_mail", hint="It may have been erased since.")
    return report


def take_carrier_report(carrier_id: str, status: str, code: str) -> bool:
    """Take in what the carrier tells of a text message. Whether something was to be done."""
    row = Invitation.objects.filter(carrier_id=carrier_id, channel="sms").exclude(carrier_id="").first()
    if row is None or status not in UNDELIVERED:
        return False
    sort = "bounced" if code in NO_NUMBER else "delayed"
    digest = hashlib.sha256(f"sms:{carrier_id}:{status}:{code}".encode()).hexdigest()
    return note_returned(row.key, sort, code, digest, actor="carrier")


def note_returned(key: str, sort: str, code: str, digest: str, *, actor: str) -> bool:
    """Keep that an invitation came back or was called unwanted, and do what follows. Whether there is such an invitation."""
    with transaction.atomic():
        rows = Invitation.objects.filter(key=key)
        row = (rows.select_for_update() if connection.features.has_select_for_update else rows).first()
        if row is None:
            return False
        trouble = AddressTrouble(
            report_digest=digest,
            customer_key=row.customer_key,
            address_digest=row.address_digest,
            invitation=row.key,
            channel=row.channel,
            sort=sort,
            code=code[:20],
            at=timezone.now(),
        )
        if AddressTrouble.objects.filter(report_digest=digest).exists():
            return True
        trouble.save(force_insert=True)
        if sort in SAID:
            _give_up(row, sort)
        elif row.customer_key:
            opt_out(row.customer_key, "complaint" if sort == "complained" else row.channel)
        told = InvitationReturned(row.key, row.survey_key, row.customer_key, row.channel, sort, code[:20])
        record(told, actor=actor, subject=("invitation", row.key))
    return True


def _give_up(row: Invitation, sort: str) -> None:
    """An invitation that nobody got cannot be answered; one that somebody began to answer did arrive somewhere."""
    if row.state == "sent" and not Response.objects.filter(invitation=row).exists():
        Invitation.objects.filter(pk=row.pk).update(state="failed", last_error=SAID[sort])
